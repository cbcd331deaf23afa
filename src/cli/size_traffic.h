// The traffic that `size` sizes for: as named, grown, or forecast from a history.
#pragma once

#include "base/result.h"
#include "cli/size_input.h"
#include "report/size.h"

namespace loadline::cli {

/// Puts `rate`, `rate_now`, `growth`, the forecast and what was assumed of them into `report`.
/// Errors (kInvalidArgument, kNotFound, kIo): a history that cannot be read or says too little, a
/// horizon that it cannot reach.
[[nodiscard]] Status AddTraffic(const TrafficInput& input, report::SizeReport& report);

/// The lowest traffic of a day beside `peak`, and where it is from, in words.
struct LowestTraffic {
  Rate rate;
  std::string from;
};
[[nodiscard]] LowestTraffic LowestFor(const TrafficInput& input, const report::SizeReport& report);

}  // namespace loadline::cli
