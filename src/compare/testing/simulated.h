// What the tests of this module share: simulated runs. Only for tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "compare/sample.h"
#include "measure/load.h"
#include "measure/measurement.h"
#include "sim/latency_law.h"
#include "sim/sim_prober.h"

namespace loadline::compare {

/// Collects the judged seconds of a probe.
class Collector : public measure::Observer {
 public:
  explicit Collector(RunSample& sample) : sample_(sample) {}
  measure::Decision OnWindow(const measure::Window&) override {
    return measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override {
    if (!second.warmup) {
      sample_.Add(second);
    }
  }

 private:
  RunSample& sample_;
};

/// One queue before four servers with exponential service times of `ms`.
struct Simulation {
  double ms = 50.0;
  double rate = 52.0;  ///< 65 % of what four servers of 50 ms carry.
  Duration warmup = 5s;
  Duration duration = 60s;
  std::uint64_t service_seed = 1;
  std::uint64_t load_seed = 1;
  std::vector<sim::SpeedChange> speed = {};
};

inline measure::Measurement Simulate(const Simulation& simulation, measure::Observer& observer) {
  sim::SimOptions target;
  target.service.pods = 1;
  target.service.concurrency = 4;
  target.service.queue = sim::kUnlimitedQueue;
  target.service.latency =
      sim::ParseLatencyLaw("exponential:" + std::to_string(simulation.ms) + "ms").value();
  target.seed = simulation.service_seed;
  target.disturbances.speed = simulation.speed;
  sim::SimProber prober(target);
  measure::Load load;
  load.shape = measure::OpenLoad{Rate{simulation.rate}, measure::Arrivals::kPoisson};
  load.warmup = simulation.warmup;
  load.duration = simulation.duration;
  load.seed = simulation.load_seed;
  Result<measure::Measurement> measurement = prober.Probe(load, observer);
  EXPECT_TRUE(measurement.has_value());
  return *std::move(measurement);
}

/// The judged part of a simulated run.
inline RunSample SampleOf(const Simulation& simulation) {
  RunSample sample;
  Collector collector(sample);
  Simulate(simulation, collector);
  return sample;
}

inline measure::Second SecondOf(Duration response, int count, int failed = 0) {
  measure::Second second;
  second.tasks.emplace_back();
  second.tasks[0].response.RecordN(response, count);
  second.tasks[0].succeeded = count;
  second.tasks[0].failed = failed;
  return second;
}

}  // namespace loadline::compare
