// Recorded times as data has them: a column of them becomes offsets from the first.
//
// Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::scenario {

/// Offsets from the first of a column of times. `cells`: JSON text, as a data set keeps them.
///
/// Where the times are whole seconds and several share one, they are spread evenly over it: a log
/// that knows no more would otherwise make bursts that never were. `spread` says whether.
/// Errors (kInvalidArgument, with the row, counted from 1): a time that is none, one earlier than
/// the row before.
[[nodiscard]] Result<std::vector<Duration>> OffsetsOf(const std::vector<std::string_view>& cells,
                                                      bool& spread);

}  // namespace loadline::scenario
