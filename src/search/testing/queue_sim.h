// QueueSim: a small, fast simulation of a service, for the tests and benchmarks of search alone.
//
// It is independent of sim/ on purpose: the statistics are checked on queues that share no code
// with the stand-in. First come first served or processor sharing, one queue or pods with queues of
// their own, open and closed loops, rejections, and targets that change with time. One thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <queue>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "measure/load.h"
#include "measure/window.h"

namespace loadline::search::testing {

enum class ServiceLaw { kExponential, kConstant, kLognormal, kBimodal };
enum class Balance { kRandom, kLeast };

/// The service. Times in seconds.
struct QueueSpec {
  int pods = 1;
  int servers = 1;                            ///< Requests that a pod works on at the same time.
  double service = 1.0;                       ///< Mean service time.
  ServiceLaw law = ServiceLaw::kExponential;  ///< Lognormal: cv 1.5; bimodal: 90 % 0.5, 10 % 5.5.
  Balance balance = Balance::kRandom;
  bool sharing = false;  ///< Processor sharing: `servers` processors, one pod, no queue.
  int queue = -1;        ///< Longest queue of a pod, beyond it 503; -1: no limit.

  double stall_every = 0.0;  ///< No service begins for `stall` at the start of each such period.
  double stall = 0.0;
  double wander_stay = 0.0;  ///< Speed 1 or `wander_speed`, each for an exponential time.
  double wander_speed = 1.0;
  double slow_after = 0.0;  ///< From here on service takes `slow_factor` as long; 0: never.
  double slow_factor = 1.0;
  double scale_after = 0.0;  ///< From here on there are `scale_pods` pods; 0: never.
  int scale_pods = 1;
  double limit_rate =
      0.0;  ///< A rate limiter (token bucket, depth limit_burst) answers 503 beyond.
  double limit_burst = 0.0;
};

/// Think times beyond measure::ThinkLaw, for what must not be judged by the closed test.
enum class Think { kExponential, kConstant, kUniform };

class QueueSim {
 public:
  /// `epoch`: time on the target's own clock when the probe starts.
  QueueSim(const QueueSpec& spec, const measure::Load& load, std::uint64_t seed,
           double epoch = 0.0);

  /// Uniform think times on [Z/2, 3Z/2] instead of the load's law.
  void ThinkUniformly() { think_law_ = Think::kUniform; }

  /// Appends all events up to `until` [s], or until `most` events have been appended.
  /// Returns the time up to which they are complete.
  double Run(double until, std::size_t most, std::vector<measure::Event>& events);
  /// No further arrivals; what is in flight goes on.
  void StopArrivals() { arriving_ = false; }

  [[nodiscard]] std::int64_t arrivals() const { return next_number_; }
  [[nodiscard]] std::int64_t in_flight() const { return in_flight_; }
  /// Arrival time [s] of a request that is in flight or has just left.
  [[nodiscard]] double now() const { return now_; }

 private:
  struct Pod {
    int busy = 0;
    std::deque<std::uint32_t> waiting;
  };
  struct Running {
    double finish;
    std::uint32_t request;
    std::uint32_t pod;
    friend bool operator>(const Running& a, const Running& b) { return a.finish > b.finish; }
  };
  using Soonest = std::priority_queue<Running, std::vector<Running>, std::greater<>>;
  using Times = std::priority_queue<double, std::vector<double>, std::greater<>>;

  [[nodiscard]] double NextArrival() const;
  [[nodiscard]] double NextDeparture() const;
  void Arrive(std::vector<measure::Event>& events);
  void Depart(std::vector<measure::Event>& events);
  void Begin(std::uint32_t pod, std::uint32_t request);
  void Reject(std::uint32_t request, std::vector<measure::Event>& events);
  void UserThinks();
  [[nodiscard]] std::uint32_t ChoosePod();
  [[nodiscard]] double DrawService();
  [[nodiscard]] double DrawThink();
  [[nodiscard]] double Speed();
  [[nodiscard]] double SharingRate() const;
  void Advance(double to);

  QueueSpec spec_;
  Random random_;
  double epoch_;
  double now_ = 0.0;
  bool arriving_ = true;
  // Open loop.
  double rate_ = 0.0;
  bool constant_ = false;
  double next_arrival_ = 0.0;
  // Closed loop.
  Times ready_;  // When each thinking user sends next.
  double think_ = 0.0;
  Think think_law_ = Think::kExponential;
  bool open_ = true;

  std::vector<Pod> pods_;
  Soonest running_;           // By finish time; with processor sharing by finishing work.
  double shared_work_ = 0.0;  // Work done per request so far (processor sharing).
  std::int64_t in_flight_ = 0;
  std::int64_t next_number_ = 0;
  double wander_until_ = 0.0;
  bool wandered_ = true;
  double tokens_ = 0.0;
  double tokens_at_ = 0.0;
};

inline QueueSim::QueueSim(const QueueSpec& spec, const measure::Load& load, std::uint64_t seed,
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

inline double QueueSim::NextArrival() const {
  if (!arriving_) {
    return std::numeric_limits<double>::infinity();
  }
  if (open_) {
    return next_arrival_;
  }
  return ready_.empty() ? std::numeric_limits<double>::infinity() : ready_.top();
}

inline double QueueSim::SharingRate() const {
  return in_flight_ == 0 ? 0.0 : std::min(1.0, spec_.servers / static_cast<double>(in_flight_));
}

inline double QueueSim::NextDeparture() const {
  if (running_.empty()) {
    return std::numeric_limits<double>::infinity();
  }
  return spec_.sharing ? now_ + (running_.top().finish - shared_work_) / SharingRate()
                       : running_.top().finish;
}

inline void QueueSim::Advance(double to) {
  if (spec_.sharing) {
    shared_work_ += (to - now_) * SharingRate();
  }
  now_ = to;
}

inline double QueueSim::Run(double until, std::size_t most, std::vector<measure::Event>& events) {
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

inline void QueueSim::Arrive(std::vector<measure::Event>& events) {
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

inline void QueueSim::Reject(std::uint32_t request, std::vector<measure::Event>& events) {
  events.push_back({.at = FromSeconds(now_),
                    .request = request,
                    .task = 0,
                    .kind = measure::EventKind::kDeparture,
                    .error = measure::ErrorKind::kStatus});
  UserThinks();
}

inline void QueueSim::Depart(std::vector<measure::Event>& events) {
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

inline void QueueSim::Begin(std::uint32_t pod, std::uint32_t request) {
  ++pods_[pod].busy;
  double start = now_;
  if (spec_.stall_every > 0.0) {
    const double phase = std::fmod(now_ + epoch_, spec_.stall_every);
    start += std::max(0.0, spec_.stall - phase);
  }
  running_.push({.finish = start + DrawService() / Speed(), .request = request, .pod = pod});
}

inline void QueueSim::UserThinks() {
  if (!open_) {
    ready_.push(now_ + DrawThink());
  }
}

inline std::uint32_t QueueSim::ChoosePod() {
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

inline double QueueSim::Speed() {
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

inline double QueueSim::DrawService() {
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

inline double QueueSim::DrawThink() {
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
