// QueueSim: a small, fast simulation of a service, for the tests and benchmarks of search alone.
//
// It is independent of sim/ on purpose: the statistics are checked on queues that share no code
// with the stand-in. First come first served or processor sharing, one queue or pods with queues of
// their own, open and closed loops, rejections, and targets that change with time. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

#include "base/random.h"
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

}  // namespace loadline::search::testing
