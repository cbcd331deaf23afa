// Points in time as files have them: logs, exports, price lists.
//
// Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace loadline {

/// `2026-11-22`, from 1970 to 2200. Nothing for text that is no such day.
[[nodiscard]] std::optional<std::chrono::sys_days> ParseDay(std::string_view text);

/// A point in time, to the nanosecond, in whatever epoch the text has.
///
/// `2023-11-16 18:15:46.6805900`, also with `T`, `Z` or `+02:00` (without a zone: UTC) or to the
/// minute; `16/Nov/2023:18:15:46 +0000` as web servers log it; a number: seconds since whenever
/// below 10^11, else milli-, micro- or nanoseconds since 1970 by its size. Errors:
/// kInvalidArgument.
[[nodiscard]] Result<Duration> ParseTimestamp(std::string_view text);

}  // namespace loadline
