#include "sim/world.h"

#include <algorithm>

namespace loadline::sim {

World::World(const SimOptions& options, std::uint64_t seed)
    : options_(options),
      // They have been started in time.
      service_(options.service, StreamSeed(seed, 10), Instant{} - options.service.cold_start),
      clock_(options.disturbances, StreamSeed(seed, 11)),
      failures_(options.disturbances.failures, StreamSeed(seed, 12), options.service.pods) {
  if (const auto& limit = options.disturbances.limit) {
    limiter_.emplace(limit->rate, limit->burst);
  }
  change_ = NextChange();
  Refresh();
}

Instant World::NextChange() const {
  return std::min({clock_.next_change(), NextScaling(), failures_.next()});
}

Instant World::NextScaling() const {
  const auto& scaling = options_.disturbances.scaling;
  return scalings_done_ < scaling.size() ? Instant(scaling[scalings_done_].at) : Instant::max();
}

void World::Refresh() {
  departure_ = clock_.WorldAt(service_.next());
  next_ = lost_told_ < lost_.size() ? latest_loss_ : std::min(departure_, change_);
}

void World::TakeChange() {
  if (clock_.next_change() <= change_) {
    clock_.Change();
  } else {
    latest_work_ = std::max(latest_work_, clock_.WorkAt(change_));
    if (NextScaling() <= change_) {
      const int pods = options_.disturbances.scaling[scalings_done_].pods;
      service_.SetPods(latest_work_, pods);
      failures_.SetPods(change_, pods);
      ++scalings_done_;
    } else {
      failures_.Take(latest_work_, service_, lost_);
    }
  }
}

bool World::Advance(Instant now, Leaving& out) {
  while (next_ <= now && next_ != Instant::max()) {
    if (lost_told_ < lost_.size()) {
      out = Leaving{.served = {.at = latest_loss_, .tag = lost_[lost_told_++]}, .lost = true};
      Refresh();
      return true;
    }
    lost_.clear();
    lost_told_ = 0;
    if (departure_ <= change_) {
      const Instant at = departure_;
      latest_work_ = std::max(latest_work_, service_.next());
      if (service_.Depart(service_.next(), out.served)) {
        out.served.at = at;
        out.lost = false;
        Refresh();
        return true;
      }
    }
    latest_loss_ = change_;
    TakeChange();
    change_ = NextChange();
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
  if (admission == Admission::kDead) {
    return Reception::kRefused;
  }
  return admission == Admission::kServing || admission == Admission::kQueued ? Reception::kTaken
                                                                             : Reception::kRejected;
}

}  // namespace loadline::sim
