#include "sizing/fit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/sim_prober.h"

namespace loadline::sizing {
namespace {

using queueing::Balance;

// One probe of 20,000 requests at a pool of the simulator's.
FitStep Probe(const sim::ServiceOptions& service, double rate) {
  sim::SimOptions options;
  options.service = service;
  sim::SimProber prober(options);
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{rate}};
  load.warmup = 20s;
  load.duration = FromSeconds(20'000 / rate);
  measure::Unobserved nobody;
  const measure::Measurement found = *prober.Probe(load, nobody);
  const stats::Histogram& response = found.tasks.front().response;
  FitStep step;
  step.rate = Rate{rate};
  step.requests = found.requests;
  step.mean = response.Mean();
  step.p50 = response.ValueAtQuantile(0.5);
  step.p95 = response.ValueAtQuantile(0.95);
  step.p99 = response.ValueAtQuantile(0.99);
  step.saturated = found.failed > found.requests / 20;
  step.succeeded = Rate{static_cast<double>(found.succeeded) / Seconds(found.measured)};
  return step;
}

sim::ServiceOptions FourPods(sim::Balance balance) {
  sim::ServiceOptions service;
  service.pods = 4;
  service.queue = sim::kUnlimitedQueue;
  service.latency = *sim::LatencyLaw::Lognormal(50ms, 0.5);
  service.balance = balance;
  return service;
}

FitRun RunOf(const sim::ServiceOptions& service) {
  FitRun run;
  run.pods = service.pods;
  for (const double rate : {8.0, 24.0, 40.0, 56.0, 68.0}) {  // Capacity 80/s.
    run.steps.push_back(Probe(service, rate));
  }
  return run;
}

TEST(FitService, FindsTheServiceThatMadeTheData) {
  const FittedService fitted = *FitService({RunOf(FourPods(sim::Balance::kRandom))}, {});
  EXPECT_TRUE(fitted.limit_seen);
  EXPECT_EQ(fitted.model.pod.balance, Balance::kRandom);
  EXPECT_LT(fitted.model.service_low, 50ms);
  EXPECT_GT(fitted.model.service_high, 50ms);
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 2);
  EXPECT_NEAR(fitted.model.pod.scv, 0.25, 0.12);
  EXPECT_LT(*fitted.worst_error, 0.08);
  EXPECT_GT(fitted.r_squared, 0.97);
  EXPECT_EQ(fitted.most_pods, 4);
}

TEST(FitService, DoesNotTakeOneBalancerForAnother) {
  const FittedService fitted = *FitService({RunOf(FourPods(sim::Balance::kLeast))}, {});
  // What fits is among those that look at the pods; random does not.
  EXPECT_EQ(std::count(fitted.as_good.begin(), fitted.as_good.end(), Balance::kRandom), 0);
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 2.5);
}

TEST(FitService, CountsAllOfALoneResponseWhereNoLimitShows) {
  FitRun run;
  run.pods = 4;
  run.steps = {Probe(FourPods(sim::Balance::kLeast), 4.0)};
  const FittedService fitted = *FitService({run}, {.balance = Balance::kLeast});
  EXPECT_FALSE(fitted.limit_seen);
  EXPECT_EQ(fitted.model.pod.delay, Duration::zero());
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 1.5);
}

TEST(FitService, RefusesTooLittleAndOnlySaturated) {
  FitRun run;
  run.steps = {Probe(FourPods(sim::Balance::kLeast), 40.0)};
  run.steps[0].requests = 100;
  EXPECT_FALSE(FitService({run}, {}));
  run.steps[0].requests = 20'000;
  run.steps[0].saturated = true;
  EXPECT_FALSE(FitService({run}, {}));
}

}  // namespace
}  // namespace loadline::sizing
