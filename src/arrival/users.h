// Users of a closed loop: when each starts, and how long it thinks between an answer and the next
// request.
//
// Pure functions of seed, user and count: safe from any thread, and replayed by the same seed.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace loadline::arrival {

/// When user `user` (0, 1, 2…) starts, as an offset from the probe's start: user / spawn; a `spawn`
/// of 0 starts all at once.
[[nodiscard]] Duration SpawnAt(std::int64_t user, Rate spawn);

class ThinkTimes {
 public:
  /// Always `length` >= 0.
  [[nodiscard]] static ThinkTimes Constant(Duration length);
  /// Exponentially distributed with this mean >= 0, independent of everything else.
  [[nodiscard]] static ThinkTimes Exponential(Duration mean, std::uint64_t seed);

  /// How long `user` thinks after its answer number `answer` (both 0, 1, 2…).
  [[nodiscard]] Duration Of(std::int64_t user, std::int64_t answer) const;

 private:
  enum class Kind { kConstant, kExponential };

  ThinkTimes(Kind kind, Duration mean, std::uint64_t stream)
      : kind_(kind), mean_(mean), stream_(stream) {}

  Kind kind_;
  Duration mean_;
  std::uint64_t stream_;
};

}  // namespace loadline::arrival
