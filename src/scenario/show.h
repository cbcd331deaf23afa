// Show: a scenario as YAML with every default filled in.
//
// Pure. Build() reads the text back to the same Scenario (but for `source`), given the same files.
#pragma once

#include <string>

#include "scenario/model.h"

namespace loadline::scenario {

/// The whole scenario as the YAML of docs/scenario.md. Secrets appear as their source only, data
/// sets as their file.
[[nodiscard]] std::string Show(const Scenario& scenario);

}  // namespace loadline::scenario
