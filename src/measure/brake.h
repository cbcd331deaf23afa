// Brake: ends a probe that hurts a target which fails or has fallen silent.
//
// Pure: it is told the running totals of every window and says when to stop. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/units.h"
#include "measure/measurement.h"
#include "measure/window.h"

namespace loadline::measure {

class Brake {
 public:
  /// Over this span errors must prevail before the probe is stopped.
  static constexpr Duration kSpan = 2s;
  /// Fewer completions than this in the span never stop a probe: such a load hurts nobody, and a
  /// few failures in a row say little.
  static constexpr std::int64_t kLeastCompleted = 10;

  /// `silence`: how long no request may end while some are in flight; a target whose lone request
  /// takes long needs more than the default.
  explicit Brake(Duration silence = kSpan) : silence_(silence) {}

  /// Called at the end of every window, `at` rising. kErrors if more than half of what completed
  /// within the last 2 s failed; kNoReply if nothing completed for `silence` although requests were
  /// in flight all the time; else nothing.
  [[nodiscard]] std::optional<StopReason> OnWindow(Duration at, const Progress& progress);

 private:
  struct Sample {
    Duration at{};
    std::int64_t completed = 0;
    std::int64_t failed = 0;
  };

  // Constant after construction.
  Duration silence_;
  // Owner thread only.
  std::array<Sample, 20> samples_{};  // The last 2 s of windows, a ring; it begins with zeros.
  std::size_t next_ = 0;
  std::int64_t completed_ = 0;
  Duration quiet_since_{};  // Since then nothing completed, with requests in flight.
};

}  // namespace loadline::measure
