#include "search/late_batches.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "search/boundary.h"

namespace loadline::search {
namespace {

constexpr double kFewestMemory = 10.0;
constexpr double kBatchMemories = 3.0;  // Batches are at least so many memories long.
/// Where the share, with one cluster more, is below this part of the allowed one…
constexpr double kRoomShare = 0.25;
/// …it may be compared with what the limit would look like, for so much of the evidence.
constexpr double kRoomWeight = 0.75;
constexpr double kCleanClusters = 5.0;  // The first look could bear so many unseen clusters.

}  // namespace

double LateBatches::OpenMemory(double rate, double threshold, double alone, double allowed) {
  const double waiting = rate * std::max(0.0, threshold - alone) / std::log(1.0 / allowed);
  return std::max(kFewestMemory, 8.0 + 2.0 * waiting * waiting);
}

LateBatches::LateBatches(double memory, double allowed, double own_share)
    : memory_(memory),
      allowed_(allowed),
      unit_(static_cast<std::int64_t>(std::ceil(kBatchMemories * memory / own_share))),
      first_look_(static_cast<std::int64_t>(
          std::ceil(std::max(kFewestBatches * kBatchMemories, kCleanClusters / allowed) * memory /
                    own_share))),
      begin_(unit_),
      per_batch_(unit_),
      batches_(kMostBatches + 1) {
  CHECK(memory >= 1.0);
  CHECK(allowed > 0.0 && allowed < 1.0);
  CHECK(own_share > 0.0 && own_share <= 1.0);
}

std::uint32_t LateBatches::Arrive(bool own) {
  const std::int64_t number = arrivals_++;
  if (number >= begin_) {
    std::int64_t index = (number - begin_) / per_batch_;
    if (index >= kMostBatches) {
      for (std::size_t i = 0; i < kMostBatches / 2; ++i) {
        batches_[i] = {batches_[2 * i].own + batches_[2 * i + 1].own,
                       batches_[2 * i].late + batches_[2 * i + 1].late};
      }
      std::fill(batches_.begin() + kMostBatches / 2, batches_.end(), Batch{});
      per_batch_ *= 2;
      index = (number - begin_) / per_batch_;
    }
    batches_[static_cast<std::size_t>(index)].own += own ? 1.0 : 0.0;
  }
  return static_cast<std::uint32_t>(number);
}

void LateBatches::Late(std::uint32_t tag) {
  if (tag >= begin_) {
    batches_[static_cast<std::size_t>((tag - begin_) / per_batch_)].late += 1.0;
  }
}

std::int64_t LateBatches::FullBatches(std::uint32_t decided) const {
  const std::int64_t until = std::min<std::int64_t>(decided, arrivals_);
  return until <= begin_ ? 0 : std::min<std::int64_t>(kMostBatches, (until - begin_) / per_batch_);
}

bool LateBatches::Ready(std::uint32_t decided) const {
  const std::int64_t full = FullBatches(decided);
  return full >= kFewestBatches && full * per_batch_ >= first_look_;
}

BatchLook LateBatches::Look(std::uint32_t decided) const {
  CHECK(Ready(decided));
  const int n = static_cast<int>(FullBatches(decided));
  double own = 0.0;
  double late = 0.0;
  for (int i = 0; i < n; ++i) {
    own += batches_[static_cast<std::size_t>(i)].own;
    late += batches_[static_cast<std::size_t>(i)].late;
  }
  own = std::max(own, 1.0);
  BatchLook look;
  look.share = late / own;
  look.batches = n;
  look.requests = own;
  double squares = 0.0;
  for (int i = 0; i < n; ++i) {
    const Batch& batch = batches_[static_cast<std::size_t>(i)];
    const double deviation = batch.late - look.share * batch.own;
    squares += deviation * deviation;
    look.influences.push_back(deviation);
  }
  const double degrees = n - 1;
  look.share_sd = std::sqrt(squares * n / degrees + memory_ * memory_) / own;
  // One cluster more than was seen; the relative error is taken to be the same at the limit.
  const double careful = (late + memory_) / own;
  look.held_z =
      careful < allowed_
          ? NormalFromStudent((1.0 - careful / allowed_) * careful / look.share_sd, degrees)
          : 0.0;
  if (careful < kRoomShare * allowed_) {
    // Far below the limit there may be nothing late at all, and one cluster is never known better
    // than by itself. But so few clusters are improbable at the limit, where there would be
    // allowed / careful times as many: their relative error falls with the root of their number.
    const double at_limit = look.share_sd * std::sqrt(allowed_ / careful);
    look.held_z = std::max(
        look.held_z, kRoomWeight * NormalFromStudent((allowed_ - careful) / at_limit, degrees));
  }
  look.broken_z = NormalFromStudent((look.share - allowed_) / look.share_sd, degrees);
  return look;
}

void LateBatches::DropFirst(int count) {
  CHECK(count >= 0 && count <= kMostBatches);
  std::rotate(batches_.begin(), batches_.begin() + count, batches_.end());
  std::fill(batches_.end() - count, batches_.end(), Batch{});
  begin_ += count * per_batch_;
}

}  // namespace loadline::search
