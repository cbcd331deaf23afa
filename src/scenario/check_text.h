// Checks as people write them: `status == 200`, `header X-Id exists`, `body contains "ok"`,
// `$.score >= 0`.
//
// Pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "scenario/model.h"

namespace loadline::scenario {

/// Reads one check. Errors: kInvalidArgument; the message says what would be right.
[[nodiscard]] Result<Check> ParseCheck(std::string_view text);

}  // namespace loadline::scenario
