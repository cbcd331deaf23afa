// Brake: when a probe hurts the target for nothing, or measures nothing, it ends.
//
// Pure: fed once per window with running totals, reads no clock. Two rules:
// - errors: more than half of what ended failed, over 2 s and in each half second of them in which
//   anything ended (a burst of quick failures within a good spell is not 2 s of errors);
// - silence: requests were in flight and none was answered for 2.5 s, or for 2 s and twice the
//   longest response time seen so far if that is more: a slow target is not a dead one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/units.h"
#include "measure/measurement.h"

namespace loadline::measure {

class Brake {
 public:
  /// Running totals at the end of a window.
  struct Totals {
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t answered = 0;  ///< Of completed: with a whole reply, good or bad.
    std::int64_t in_flight = 0;
  };

  /// Looks at the window that ended `at` after the start; call it for every window of 100 ms in
  /// order. `slowest`: longest response time seen so far. Says why to stop, or nothing.
  [[nodiscard]] std::optional<StopReason> Look(Duration at, const Totals& totals, Duration slowest);

 private:
  static constexpr std::size_t kWindows = 20;  // 2 s
  static constexpr std::size_t kPerHalfSecond = 5;

  [[nodiscard]] bool MostlyErrors() const;

  std::array<Totals, kWindows + 1> history_{};  // A ring: totals at the end of each window.
  std::size_t seen_ = 0;
  std::optional<Duration> silent_since_;
};

}  // namespace loadline::measure
