#include "sim/world.h"

#include <algorithm>

namespace loadline::sim {

World::World(const SimOptions& options, std::uint64_t seed)
    : options_(options),
      service_(options.service, StreamSeed(seed, 10), Instant{}),
      clock_(options.disturbances, StreamSeed(seed, 11)) {
  if (const auto& limit = options.disturbances.limit) {
    limiter_.emplace(limit->rate, limit->burst);
  }
  change_ = std::min(clock_.next_change(), NextScaling());
  Refresh();
}

Instant World::NextScaling() const {
  const auto& scaling = options_.disturbances.scaling;
  return scalings_done_ < scaling.size() ? Instant(scaling[scalings_done_].at) : Instant::max();
}

void World::Refresh() {
  departure_ = clock_.WorldAt(service_.next());
  next_ = std::min(departure_, change_);
}

bool World::Advance(Instant now, Departure& out) {
  while (next_ <= now && next_ != Instant::max()) {
    if (departure_ <= change_) {
      const Instant at = departure_;
      latest_work_ = std::max(latest_work_, service_.next());
      if (service_.Depart(service_.next(), out)) {
        out.at = at;
        Refresh();
        return true;
      }
    }
    if (clock_.next_change() <= change_) {
      clock_.Change();
    } else {
      service_.SetPods(std::max(latest_work_, clock_.WorkAt(change_)),
                       options_.disturbances.scaling[scalings_done_].pods);
      ++scalings_done_;
    }
    change_ = std::min(clock_.next_change(), NextScaling());
    Refresh();
  }
  return false;
}

Reception World::Send(Instant now, std::uint64_t tag, double size) {
  if (options_.presence == Presence::kRefuses) {
    return Reception::kRefused;
  }
  if (limiter_ && !limiter_->Take(now)) {
    return Reception::kLimited;
  }
  if (options_.presence == Presence::kSilent) {
    return Reception::kTaken;
  }
  // Rounding may place this instant a nanosecond before a departure that has happened.
  latest_work_ = std::max(latest_work_, clock_.WorkAt(now));
  const Admission admission = service_.Arrive(latest_work_, tag, std::nullopt, size);
  Refresh();
  return admission == Admission::kServing || admission == Admission::kQueued ? Reception::kTaken
                                                                             : Reception::kRejected;
}

}  // namespace loadline::sim
