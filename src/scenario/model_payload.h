// What a model server says of its model, as the payload of a task that has none.
//
// Used by read_task.cc. Belongs to one Build() call; asks through Surroundings::ask_model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenario/reader.h"

namespace loadline::scenario {

/// `http://h/v2/models/iris` for `http://h/v2/models/iris/infer`, `…/v1/models/m/metadata` for
/// `…/v1/models/m:predict`: where a server describes the model that takes requests at `url`. Empty:
/// it has no such address.
[[nodiscard]] std::string MetadataUrl(std::string_view url, BodyShape shape);

/// What a user can write instead of asking for a payload.
inline constexpr std::string_view kOrRows = "rows: with a data set or a file (--rows data.csv)";

/// Asks for the model of `task`, whose path is known. Nothing after a fault at `place`, or while
/// the scenario has other faults. `otherwise`: what would make the question needless.
[[nodiscard]] std::optional<ModelAnswer> AskModel(Reading& reading, const Place& place,
                                                  const std::string& path, const Task& task,
                                                  std::string_view otherwise);

/// Gives `task` the answer's body; Reading::payload says what it holds.
void UsePayload(Reading& reading, const ModelAnswer& answer, Task& task);

/// `FP32 [-1,4]` of an input.
[[nodiscard]] std::string InputText(const ModelInput& input);

}  // namespace loadline::scenario
