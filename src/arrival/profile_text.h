// Profiles as people write them: `0 to 300/s over 1m, 300/s for 5m`.
//
// Pure functions.
//
//   300/s for 5m                                     stays there
//   to 300/s over 1m                                 from the level before (at the start: 0)
//   100/s to 500/s over 5m                           from one level to another
//   100/s to 500/s over 5m in 4 steps                200, 300, 400, 500, each for 75 s
//   50/s bursting to 400/s for 10s every 1m for 1h   the burst at the end of each minute
//   wave 50/s to 400/s every 24m for 2h              a cosine, from low to high and back
//   …, repeat                                        begins again at its end
//
// A wave or bursts without `for` at the end repeat by themselves; they stand alone then.
#pragma once

#include <string_view>

#include "arrival/profile.h"
#include "base/result.h"

namespace loadline::arrival {

/// What a level counts.
enum class LevelUnit {
  kRate,   ///< `300/s`, `18k/min`; bare: per second.
  kUsers,  ///< Whole numbers.
};

/// Whether the text is a profile at all, and not a single level such as `300/s`.
[[nodiscard]] bool IsProfile(std::string_view text);

/// Errors: kInvalidArgument, with the item that is wrong, what is wrong about it, and what would be
/// right.
[[nodiscard]] Result<Profile> ParseProfile(std::string_view text, LevelUnit unit);

}  // namespace loadline::arrival
