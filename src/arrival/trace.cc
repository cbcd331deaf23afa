#include "arrival/trace.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "arrival/schedule.h"
#include "base/check.h"

namespace loadline::arrival {

Trace::Trace(std::string name, std::vector<Duration> offsets, double warp, bool loop)
    : name_(std::move(name)), offsets_(std::move(offsets)), warp_(warp), loop_(loop) {
  CHECK(!offsets_.empty() && offsets_.front() >= Duration::zero());
  CHECK(std::is_sorted(offsets_.begin(), offsets_.end()));
  CHECK(warp_ > 0.0 && std::isfinite(warp_));
  // A single arrival has no gap: it comes again after a second.
  const std::int64_t gaps = size() - 1;
  const Duration span = offsets_.back();
  recorded_ = span > Duration::zero() && gaps > 0 ? span + span / gaps : span + Duration(1s);
}

Duration Trace::Due(std::int64_t k) const {
  CHECK(k >= 0);
  const std::int64_t round = k / size();
  if (round > 0 && !loop_) {
    return kNever;
  }
  const double rounds_ns = static_cast<double>(round) * static_cast<double>(recorded_.count());
  const Duration at = offsets_[static_cast<std::size_t>(k % size())];
  if (warp_ == 1.0 && rounds_ns < 1e18) {
    return std::min(kNever, round * recorded_ + at);
  }
  return std::min(kNever, FromSeconds((rounds_ns + static_cast<double>(at.count())) / warp_ / 1e9));
}

Duration Trace::length() const {
  return FromSeconds(Seconds(recorded_) / warp_);
}

Rate Trace::rate() const {
  return Rate{static_cast<double>(size()) / std::max(1e-9, Seconds(length()))};
}

}  // namespace loadline::arrival
