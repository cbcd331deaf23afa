#include "search/backlog_growth.h"

#include <cmath>
#include <cstddef>

#include "search/boundary.h"

namespace loadline::search {

void BacklogGrowth::Arrive(std::uint32_t in_flight) {
  constexpr std::size_t kMostLevels = 64;
  if (in_batch_ == 0) {
    if (levels_.size() == kMostLevels) {
      for (std::size_t i = 0; i < kMostLevels / 2; ++i) {
        levels_[i] = levels_[2 * i];
      }
      levels_.resize(kMostLevels / 2);
      per_batch_ *= 2;
    }
    levels_.push_back(in_flight);
  }
  if (++in_batch_ >= per_batch_) {
    in_batch_ = 0;
  }
}

double BacklogGrowth::Z() const {
  constexpr std::size_t kFewestLevels = 17;
  if (levels_.size() < kFewestLevels) {
    return 0.0;
  }
  const double n = static_cast<double>(levels_.size() - 1);
  const double mean = (levels_.back() - levels_.front()) / n;
  double squares = 0.0;
  for (std::size_t i = 1; i < levels_.size(); ++i) {
    const double deviation = levels_[i] - levels_[i - 1] - mean;
    squares += deviation * deviation;
  }
  const double sd = std::sqrt(squares / (n - 1.0) / n);
  if (mean <= 0.0) {
    return 0.0;
  }
  return NormalFromStudent(mean / (sd > 1e-9 ? sd : 1e-9), n - 1.0);
}

}  // namespace loadline::search
