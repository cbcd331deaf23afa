// The body of `json:`: YAML becomes a template of JSON text, and is shown again as JSON.
//
// JSON is YAML, too, so what JsonBodyText() gives is read back to the same template.
#pragma once

#include <string>

#include "scenario/model.h"
#include "scenario/reader.h"

namespace loadline::scenario {

/// Appends `node` as JSON. A text that is one expression alone takes the type of its value;
/// within longer text values are written as text. False after a fault.
bool ReadJsonBody(Reading& reading, const Node& node, const std::string& path, Template& out);

/// The template as one line of JSON whose strings hold the expressions.
[[nodiscard]] std::string JsonBodyText(const Template& body, const Scenario& scenario);

}  // namespace loadline::scenario
