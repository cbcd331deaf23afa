#include "sim/work_clock.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace loadline::sim {

WorkClock::WorkClock(const Disturbances& disturbances, std::uint64_t seed)
    : disturbances_(disturbances),
      steady_(disturbances.speed.empty() && !disturbances.pauses && !disturbances.wandering),
      random_(seed),
      segment_end_(Instant::max()) {
  if (steady_) {
    return;
  }
  if (disturbances_.wandering) {
    next_wander_ =
        Instant(FromSeconds(Seconds(disturbances_.wandering->stay) * random_.Exponential()));
  }
  BeginSegment(Instant{});
}

void WorkClock::Change() {
  CHECK(segment_end_ != Instant::max());
  const Instant now = segment_end_;
  work_begin_ = work_end_;
  if (now >= next_wander_) {
    slow_ = !slow_;
    next_wander_ =
        now + FromSeconds(Seconds(disturbances_.wandering->stay) * random_.Exponential()) + 1ns;
  }
  BeginSegment(now);
}

void WorkClock::BeginSegment(Instant world) {
  segment_begin_ = world;
  segment_end_ = next_wander_;
  const auto& speeds = disturbances_.speed;
  while (speeds_done_ < speeds.size() && Instant(speeds[speeds_done_].at) <= world) {
    step_speed_ = speeds[speeds_done_].speed;
    ++speeds_done_;
  }
  if (speeds_done_ < speeds.size()) {
    segment_end_ = std::min(segment_end_, Instant(speeds[speeds_done_].at));
  }
  bool paused = false;
  if (const auto& pauses = disturbances_.pauses) {
    const Duration since = world.time_since_epoch() - pauses->first;
    if (since < Duration::zero()) {
      segment_end_ = std::min(segment_end_, Instant(pauses->first));
    } else {
      const Duration phase = since % pauses->every;
      paused = phase < pauses->length;
      segment_end_ =
          std::min(segment_end_, world + (paused ? pauses->length : pauses->every) - phase);
    }
  }
  speed_ = paused ? 0.0 : step_speed_ * (slow_ ? disturbances_.wandering->slow : 1.0);
  if (segment_end_ == Instant::max()) {
    work_end_ = Instant::max();
    return;
  }
  const double length_ns = static_cast<double>((segment_end_ - world).count());
  work_end_ = work_begin_ + Duration(std::llround(length_ns * speed_));
}

Instant WorkClock::WorkAt(Instant world) const {
  if (steady_) {
    return world;
  }
  const double passed_ns = static_cast<double>((world - segment_begin_).count());
  return std::min(work_end_, work_begin_ + Duration(static_cast<std::int64_t>(passed_ns * speed_)));
}

Instant WorkClock::WorldAt(Instant work) const {
  if (steady_) {
    return work;
  }
  if (work <= work_begin_) {
    return segment_begin_;
  }
  if (work == Instant::max() || work > work_end_ || speed_ <= 0.0) {
    return Instant::max();
  }
  const double left_ns = static_cast<double>((work - work_begin_).count());
  const double needed_ns = std::ceil(left_ns / speed_);
  if (needed_ns > 9e18) {
    return Instant::max();
  }
  return std::min(segment_end_, segment_begin_ + Duration(static_cast<std::int64_t>(needed_ns)));
}

}  // namespace loadline::sim
