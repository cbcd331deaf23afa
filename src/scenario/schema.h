// The JSON Schema of the scenario file, for editors.
//
// Made from the table of keys that validation uses (keys.h). Pure.
#pragma once

#include <string>

namespace loadline::scenario {

/// JSON Schema, draft 2020-12, indented by two, with a final newline.
[[nodiscard]] std::string JsonSchema();

}  // namespace loadline::scenario
