#include "arrival/task_mix.h"

#include <cmath>
#include <cstddef>

#include "arrival/streams.h"
#include "base/check.h"

namespace loadline::arrival {

TaskMix::TaskMix(std::span<const double> weights, std::uint64_t seed)
    : stream_(StreamStart(seed, Stream::kTasks)), last_(-1) {
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CHECK(weights[i] >= 0 && std::isfinite(weights[i]));
    total += weights[i];
    last_ = weights[i] > 0 ? static_cast<int>(i) : last_;
  }
  CHECK(last_ >= 0 && std::isfinite(total));
  double below = 0;
  for (int i = 0; i < last_; ++i) {
    below += weights[static_cast<std::size_t>(i)];
    const double limit = below / total * 0x1p64;
    limits_.push_back(limit >= 0x1p64 ? UINT64_MAX : static_cast<std::uint64_t>(limit));
  }
}

int TaskMix::TaskOf(std::int64_t k) const {
  if (limits_.empty()) {
    return last_;
  }
  const std::uint64_t draw = Draw(stream_, k);
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    if (draw < limits_[i]) {
      return static_cast<int>(i);
    }
  }
  return last_;
}

}  // namespace loadline::arrival
