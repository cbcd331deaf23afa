#include "search/testing/queue_sim.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

#include "base/units.h"

namespace loadline::search::testing {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

QueueSim::QueueSim(const QueueSpec& spec, const measure::Load& load, std::uint64_t seed,
                   double epoch)
    : spec_(spec), random_(seed), epoch_(epoch), pods_(static_cast<std::size_t>(spec.pods)) {
  tokens_ = spec.limit_burst;
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    rate_ = open->rate.per_second;
    constant_ = open->arrivals == measure::Arrivals::kConstant;
    next_arrival_ = (constant_ ? 1.0 : random_.Exponential()) / rate_;
    return;
  }
  open_ = false;
  const auto& closed = std::get<measure::ClosedLoad>(load.shape);
  think_ = Seconds(closed.think);
  think_law_ =
      closed.law == measure::ThinkLaw::kExponential ? Think::kExponential : Think::kConstant;
  for (int user = 0; user < closed.users; ++user) {
    const double spawn =
        closed.spawn.per_second > 0.0 ? (user + 1) / closed.spawn.per_second : 1e-6 * user;
    ready_.push(spawn);
  }
}

double QueueSim::NextArrival() const {
  if (!arriving_) {
    return kNever;
  }
  if (open_) {
    return next_arrival_;
  }
  return ready_.empty() ? kNever : ready_.top();
}

double QueueSim::SharingRate() const {
  return in_flight_ == 0 ? 0.0 : std::min(1.0, spec_.servers / static_cast<double>(in_flight_));
}

double QueueSim::NextDeparture() const {
  if (running_.empty()) {
    return kNever;
  }
  return spec_.sharing ? now_ + (running_.top().finish - shared_work_) / SharingRate()
                       : running_.top().finish;
}

void QueueSim::Advance(double to) {
  if (spec_.sharing) {
    shared_work_ += (to - now_) * SharingRate();
  }
  now_ = to;
}

double QueueSim::Run(double until, std::size_t most, std::vector<measure::Event>& events) {
  const std::size_t limit = events.size() + most;
  while (events.size() < limit) {
    const double arrival = NextArrival();
    const double departure = NextDeparture();
    const double next = std::min(arrival, departure);
    if (next > until) {
      Advance(until);
      return until;
    }
    Advance(next);
    if (arrival <= departure) {
      Arrive(events);
    } else {
      Depart(events);
    }
  }
  return now_;
}

void QueueSim::Arrive(std::vector<measure::Event>& events) {
  const std::uint32_t request = static_cast<std::uint32_t>(next_number_++);
  events.push_back({.at = FromSeconds(now_),
                    .request = request,
                    .task = 0,
                    .kind = measure::EventKind::kArrival});
  if (open_) {
    next_arrival_ = constant_ ? static_cast<double>(next_number_ + 1) / rate_
                              : next_arrival_ + random_.Exponential() / rate_;
  } else {
    ready_.pop();
  }
  if (spec_.limit_rate > 0.0) {
    tokens_ = std::min(spec_.limit_burst, tokens_ + (now_ - tokens_at_) * spec_.limit_rate);
    tokens_at_ = now_;
    if (tokens_ < 1.0) {
      Reject(request, events);
      return;
    }
    tokens_ -= 1.0;
  }
  if (spec_.sharing) {
    running_.push({.finish = shared_work_ + DrawService(), .request = request, .pod = 0});
    ++in_flight_;
    return;
  }
  const std::uint32_t chosen = ChoosePod();
  Pod& pod = pods_[chosen];
  if (pod.busy < spec_.servers) {
    ++in_flight_;
    Begin(chosen, request);
  } else if (spec_.queue < 0 || pod.waiting.size() < static_cast<std::size_t>(spec_.queue)) {
    ++in_flight_;
    pod.waiting.push_back(request);
  } else {
    Reject(request, events);
  }
}

void QueueSim::Reject(std::uint32_t request, std::vector<measure::Event>& events) {
  events.push_back({.at = FromSeconds(now_),
                    .request = request,
                    .task = 0,
                    .kind = measure::EventKind::kDeparture,
                    .error = measure::ErrorKind::kStatus});
  UserThinks();
}

void QueueSim::Depart(std::vector<measure::Event>& events) {
  const Running done = running_.top();
  running_.pop();
  --in_flight_;
  events.push_back({.at = FromSeconds(now_),
                    .request = done.request,
                    .task = 0,
                    .kind = measure::EventKind::kDeparture});
  UserThinks();
  if (spec_.sharing) {
    return;
  }
  Pod& pod = pods_[done.pod];
  --pod.busy;
  if (!pod.waiting.empty()) {
    const std::uint32_t next = pod.waiting.front();
    pod.waiting.pop_front();
    Begin(done.pod, next);
  }
}

void QueueSim::Begin(std::uint32_t pod, std::uint32_t request) {
  ++pods_[pod].busy;
  double start = now_;
  if (spec_.stall_every > 0.0) {
    const double phase = std::fmod(now_ + epoch_, spec_.stall_every);
    start += std::max(0.0, spec_.stall - phase);
  }
  running_.push({.finish = start + DrawService() / Speed(), .request = request, .pod = pod});
}

void QueueSim::UserThinks() {
  if (!open_) {
    ready_.push(now_ + DrawThink());
  }
}

std::uint32_t QueueSim::ChoosePod() {
  if (spec_.scale_after > 0.0 && now_ + epoch_ >= spec_.scale_after &&
      pods_.size() < static_cast<std::size_t>(spec_.scale_pods)) {
    pods_.resize(static_cast<std::size_t>(spec_.scale_pods));
  }
  if (pods_.size() == 1) {
    return 0;
  }
  const std::uint32_t first = static_cast<std::uint32_t>(random_.Below(pods_.size()));
  if (spec_.balance == Balance::kRandom) {
    return first;
  }
  std::uint32_t best = first;
  std::size_t fewest = SIZE_MAX;
  for (std::size_t i = 0; i < pods_.size(); ++i) {
    const std::size_t pod = (first + i) % pods_.size();
    const std::size_t load = static_cast<std::size_t>(pods_[pod].busy) + pods_[pod].waiting.size();
    if (load < fewest) {
      fewest = load;
      best = static_cast<std::uint32_t>(pod);
    }
  }
  return best;
}

double QueueSim::Speed() {
  double speed = 1.0;
  if (spec_.wander_stay > 0.0) {
    while (now_ >= wander_until_) {
      wander_until_ += spec_.wander_stay * random_.Exponential();
      wandered_ = !wandered_;
    }
    speed = wandered_ ? spec_.wander_speed : 1.0;
  }
  if (spec_.slow_after > 0.0 && now_ + epoch_ >= spec_.slow_after) {
    speed /= spec_.slow_factor;
  }
  return speed;
}

double QueueSim::DrawService() {
  switch (spec_.law) {
    case ServiceLaw::kExponential:
      return spec_.service * random_.Exponential();
    case ServiceLaw::kConstant:
      return spec_.service;
    case ServiceLaw::kLognormal: {
      constexpr double kCv = 1.5;
      const double variance = std::log(1.0 + kCv * kCv);
      return spec_.service * std::exp(-0.5 * variance + std::sqrt(variance) * random_.Normal());
    }
    case ServiceLaw::kBimodal:
      return spec_.service * (random_.Uniform() < 0.9 ? 0.5 : 5.5);
  }
  return spec_.service;
}

double QueueSim::DrawThink() {
  switch (think_law_) {
    case Think::kExponential:
      return think_ * random_.Exponential();
    case Think::kConstant:
      return think_;
    case Think::kUniform:
      return think_ * (0.5 + random_.Uniform());
  }
  return think_;
}

}  // namespace loadline::search::testing
