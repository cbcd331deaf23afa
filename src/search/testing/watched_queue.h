// WatchedQueue: a QueueSim whose events a judge reads, for the tests of search.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "measure/load.h"
#include "measure/objective.h"
#include "measure/prober.h"
#include "measure/window.h"
#include "search/judge.h"
#include "search/testing/queue_sim.h"

namespace loadline::search::testing {

[[nodiscard]] inline measure::Load OpenAt(double rate,
                                          measure::Arrivals law = measure::Arrivals::kPoisson) {
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = {rate}, .arrivals = law};
  load.duration = Duration::max();
  return load;
}

[[nodiscard]] inline measure::Load UsersOf(
    int users, Duration think, measure::ThinkLaw law = measure::ThinkLaw::kExponential) {
  measure::Load load;
  load.shape = measure::ClosedLoad{.users = users, .spawn = {}, .think = think, .law = law};
  load.duration = Duration::max();
  return load;
}

/// `p95 < 6s`: Quantile(0.95, 6s).
[[nodiscard]] inline measure::Objective Quantile(double quantile, Duration threshold,
                                                 std::string task = {}) {
  measure::Objective objective;
  objective.task = std::move(task);
  objective.quantile = quantile;
  objective.threshold = threshold;
  return objective;
}

[[nodiscard]] inline measure::Objective Errors(double limit, std::string task = {}) {
  measure::Objective objective;
  objective.task = std::move(task);
  objective.metric = measure::Metric::kErrors;
  objective.limit = limit;
  return objective;
}

class WatchedQueue {
 public:
  WatchedQueue(const QueueSpec& spec, const measure::Load& load, std::uint64_t seed)
      : sim_(spec, load, seed) {}

  /// Is shown each window's events before the observer and may change them.
  void Meddle(std::function<void(std::vector<measure::Event>&)> meddle) {
    meddle_ = std::move(meddle);
  }

  /// Runs until `observer` says stop or `most` requests have arrived in all; arrivals so far.
  std::int64_t Run(measure::Observer& observer, std::int64_t most) {
    // More in flight than this will never come back.
    constexpr std::int64_t kHopeless = 20000;
    while (sim_.arrivals() < most && sim_.in_flight() < kHopeless) {
      events_.clear();
      const Duration end = FromSeconds(sim_.Run(1e18, kEventsPerWindow, events_));
      if (meddle_) {
        meddle_(events_);
      }
      progress_.in_flight = sim_.in_flight();
      const measure::Window window{
          .begin = now_, .end = end, .events = events_, .progress = progress_};
      now_ = end;
      if (observer.OnWindow(window) == measure::Decision::kStop) {
        break;
      }
    }
    return sim_.arrivals();
  }

  [[nodiscard]] Duration now() const { return now_; }
  [[nodiscard]] std::int64_t arrivals() const { return sim_.arrivals(); }

 private:
  static constexpr std::size_t kEventsPerWindow = 256;

  QueueSim sim_;
  std::function<void(std::vector<measure::Event>&)> meddle_;
  std::vector<measure::Event> events_;
  measure::Progress progress_;
  Duration now_{};
};

}  // namespace loadline::search::testing
