#include "search/ratio_batches.h"

#include <cmath>

namespace loadline::search {

void RatioBatches::Add(double above, double below) {
  open_.above += above;
  open_.below += below;
  if (++in_open_ < cells_each_) {
    return;
  }
  full_.push_back(open_);
  open_ = {};
  in_open_ = 0;
  if (full_.size() == kMostBatches) {
    for (std::size_t i = 0; i < kMostBatches / 2; ++i) {
      full_[i] = {full_[2 * i].above + full_[2 * i + 1].above,
                  full_[2 * i].below + full_[2 * i + 1].below};
    }
    full_.resize(kMostBatches / 2);
    cells_each_ *= 2;
  }
}

RatioBatches::Estimate RatioBatches::Get() const {
  Sums all = open_;
  for (const Sums& batch : full_) {
    all.above += batch.above;
    all.below += batch.below;
  }
  if (all.below <= 0.0) {
    return {};
  }
  Estimate estimate{.ratio = all.above / all.below};
  if (full_.size() < kFewestBatches) {
    return estimate;
  }
  double squares = 0.0;
  for (const Sums& batch : full_) {
    const double deviation = batch.above - estimate.ratio * batch.below;
    squares += deviation * deviation;
  }
  const double n = static_cast<double>(full_.size());
  estimate.degrees = n - 1.0;
  estimate.sd = std::sqrt(squares * n / estimate.degrees) / all.below;
  return estimate;
}

}  // namespace loadline::search
