// SpinBudget: how much of a core may be spent on waiting precisely. Pure, one thread.
#pragma once

#include <algorithm>

#include "base/units.h"

namespace loadline::serve {

class SpinBudget {
 public:
  /// Of the time that passes, this share may be spun away…
  static constexpr double kShare = 0.2;
  /// …and this much may be saved up for later.
  static constexpr Duration kSavings = 20ms;

  /// Whether there is anything left to spend at `now`, which never goes back.
  [[nodiscard]] bool MaySpin(Instant now) {
    left_ = std::min(kSavings, left_ + FromSeconds(Seconds(now - updated_) * kShare));
    updated_ = now;
    return left_ > Duration::zero();
  }

  /// The time since MaySpin() was spent on spinning.
  void Spent(Instant now) { left_ -= now - updated_; }

 private:
  Duration left_{};
  Instant updated_{};
};

}  // namespace loadline::serve
