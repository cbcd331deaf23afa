#include "sizing/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

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

// One probe of 20,000 requests by users of a pool of the simulator's.
FitStep UserProbe(const sim::ServiceOptions& service, int users, Duration think) {
  sim::SimOptions options;
  options.service = service;
  sim::SimProber prober(options);
  measure::Load load;
  load.shape = measure::ClosedLoad{.users = users, .spawn = {}, .think = think};
  load.warmup = 20s;
  load.requests = 20'000;
  load.duration = 10'000s;
  measure::Unobserved nobody;
  const measure::Measurement found = *prober.Probe(load, nobody);
  const stats::Histogram& response = found.tasks.front().response;
  FitStep step;
  step.rate = found.achieved;
  step.users = queueing::Users{users, think};
  step.requests = found.requests;
  step.mean = response.Mean();
  step.p50 = response.ValueAtQuantile(0.5);
  step.p95 = response.ValueAtQuantile(0.95);
  step.p99 = response.ValueAtQuantile(0.99);
  step.succeeded = found.achieved;
  return step;
}

TEST(FitService, FindsWhatPodsCostEachOther) {
  // σ 0.05, κ 0.01: each of 2 pods is 1.07 times slower, of 4 1.27, of 8 1.91.
  const queueing::Usl law{0.05, 0.01};
  std::vector<FitRun> runs;
  for (const int pods : {1, 2, 4, 8}) {
    sim::ServiceOptions service = FourPods(sim::Balance::kLeast);
    service.pods = pods;
    service.latency = *sim::LatencyLaw::Lognormal(FromSeconds(0.05 * law.Slowdown(pods)), 0.5);
    FitRun run;
    run.pods = pods;
    for (const double busy : {0.2, 0.5, 0.7, 0.85}) {
      run.steps.push_back(Probe(service, busy * pods / (0.05 * law.Slowdown(pods))));
    }
    runs.push_back(run);
  }
  const FittedService fitted = *FitService(runs, {.balance = Balance::kLeast});
  ASSERT_TRUE(fitted.scaling);
  EXPECT_TRUE(fitted.scaling->Shown());
  EXPECT_EQ(fitted.scaling_pods, (std::vector<int>{1, 2, 4, 8}));
  EXPECT_LT(fitted.scaling->SlowdownAt(8).lower, 1.91);
  EXPECT_GT(fitted.scaling->SlowdownAt(8).upper, 1.91);
  EXPECT_NEAR(fitted.scaling->law.Slowdown(8), 1.91, 0.12);
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 2.5);  // Of one pod alone.
  EXPECT_LT(*fitted.worst_error, 0.1);
  // The upper end is what sizes.
  EXPECT_NEAR(fitted.model.Slowdown(8), fitted.scaling->SlowdownAt(8).upper, 1e-12);
  // At 60 the law has had its peak long ago: √(0.95/0.01) = 9.7 pods.
  ASSERT_TRUE(fitted.model.MostUseful());
  EXPECT_LE(*fitted.model.MostUseful(), 11);
  EXPECT_GE(*fitted.model.MostUseful(), 6);
}

TEST(FitService, DoesNotInventThatPodsCostEachOther) {
  std::vector<FitRun> runs;
  for (const int pods : {1, 2, 4}) {
    sim::ServiceOptions service = FourPods(sim::Balance::kLeast);
    service.pods = pods;
    FitRun run;
    run.pods = pods;
    for (const double rate : {4.0, 10.0, 15.0}) {
      run.steps.push_back(Probe(service, rate * pods));
    }
    runs.push_back(run);
  }
  const FittedService fitted = *FitService(runs, {.balance = Balance::kLeast});
  ASSERT_TRUE(fitted.scaling);
  EXPECT_FALSE(fitted.scaling->Shown());
  EXPECT_FALSE(fitted.model.contention_fit);
  EXPECT_EQ(fitted.model.Slowdown(100), 1);
}

TEST(FitService, ExplainsUsersByTheirLoop) {
  sim::ServiceOptions service = FourPods(sim::Balance::kLeast);
  FitRun run;
  run.id = "7f3a";
  run.pods = 4;
  for (const int users : {1, 4, 20, 60}) {
    run.steps.push_back(UserProbe(service, users, 500ms));
  }
  const FittedService fitted = *FitService({run}, {.balance = Balance::kLeast});
  EXPECT_TRUE(fitted.limit_seen);
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 2.5);
  EXPECT_LT(*fitted.worst_error, 0.12);
  // Behind which balancer they stood is not for the fit to find out.
  const Result<FittedService> guess = FitService({run}, {});
  ASSERT_FALSE(guess);
  EXPECT_NE(guess.error().message.find("7f3a"), std::string::npos);
  EXPECT_NE(guess.error().message.find("--balance"), std::string::npos);
}

// A pod whose requests slow each other down: σ 0.2, κ 0.005, 50 ms alone.
sim::ServiceOptions SlowedPod() {
  sim::ServiceOptions service;
  service.pods = 1;
  service.queue = sim::kUnlimitedQueue;
  service.latency = *sim::LatencyLaw::Exponential(50ms);
  service.discipline = sim::Discipline::kSharing;
  service.balance = sim::Balance::kRandom;
  for (int n = 1; n <= 60; ++n) {
    service.curve.push_back(n / queueing::Usl{0.2, 0.005}.Slowdown(n));
  }
  return service;
}

TEST(FitService, FindsTheCurveWithinAPodFromUsers) {
  FitRun run;
  run.pods = 1;
  for (const int users : {1, 2, 4, 8, 16}) {
    run.steps.push_back(UserProbe(SlowedPod(), users, 0s));
  }
  FitGiven given;
  given.discipline = queueing::Discipline::kSharing;
  given.fit_curve = true;
  const FittedService fitted = *FitService({run}, given);
  ASSERT_TRUE(fitted.curve);
  EXPECT_NEAR(fitted.curve->law.sigma, 0.2, 0.06);
  EXPECT_NEAR(fitted.curve->law.kappa, 0.005, 0.004);
  EXPECT_LT(fitted.curve->sigma.lower, 0.2);
  EXPECT_GT(fitted.curve->sigma.upper, 0.2);
  EXPECT_LE(fitted.curve->kappa.lower, 0.005);
  EXPECT_GE(fitted.curve->kappa.upper, 0.005);
  EXPECT_NEAR(fitted.curve->seen, 16, 0.1);
  EXPECT_LT(*fitted.worst_error, 0.05);
  // 8 requests: 8 / 0.05 / (1 + 0.2 · 7 + 0.005 · 56) = 59.7/s.
  ASSERT_GT(fitted.model.pod.curve.size(), 16U);
  EXPECT_NEAR(fitted.model.pod.curve[7], 59.7, 2.5);
  // Beyond what was measured never more than there.
  for (std::size_t n = 17; n <= fitted.model.pod.curve.size(); ++n) {
    EXPECT_LE(fitted.model.pod.curve[n - 1], fitted.model.pod.curve[15]);
  }
}

TEST(FitService, FindsTheSameCurveFromRates) {
  FitRun run;
  run.pods = 1;
  for (const double rate : {2.0, 20.0, 35.0, 44.0}) {
    run.steps.push_back(Probe(SlowedPod(), rate));
  }
  FitGiven given;
  given.discipline = queueing::Discipline::kSharing;
  given.fit_curve = true;
  const FittedService fitted = *FitService({run}, given);
  ASSERT_TRUE(fitted.curve);
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 2.5);
  // Rates tell less of it than users do, who keep the same number in the pod; the truth is within
  // what the fit says, and the upper end of the service time makes the curve no better than it is:
  // of 4 it is 4 / 0.05 / (1 + 0.2 · 3 + 0.005 · 12) = 48.2/s.
  EXPECT_LE(fitted.curve->sigma.lower, 0.2);
  EXPECT_GE(fitted.curve->sigma.upper, 0.2);
  EXPECT_NEAR(fitted.model.pod.curve[3], 48.2, 8);
  EXPECT_LT(fitted.model.At(1, fitted.model.service_high).curve[3], 50);
}

TEST(FitService, RefusesACurveFromLoadsThatAreAlike) {
  FitRun run;
  run.pods = 1;
  run.steps = {UserProbe(SlowedPod(), 4, 0s), UserProbe(SlowedPod(), 5, 0s)};
  FitGiven given;
  given.discipline = queueing::Discipline::kSharing;
  given.fit_curve = true;
  const Result<FittedService> fitted = FitService({run}, given);
  ASSERT_FALSE(fitted);
  EXPECT_NE(fitted.error().message.find("three loads"), std::string::npos);
}

TEST(FitService, FindsHowManyRequestsAPodWorksOn) {
  // Two cores: min(n, 2) / 20 ms.
  sim::ServiceOptions service = SlowedPod();
  service.curve = {1, 2};
  service.latency = *sim::LatencyLaw::Exponential(20ms);
  FitRun run;
  run.pods = 1;
  for (const int users : {1, 2, 4, 8, 16}) {
    run.steps.push_back(UserProbe(service, users, 0s));
  }
  FitGiven given;
  given.discipline = queueing::Discipline::kSharing;
  given.fit_curve = true;
  const FittedService fitted = *FitService({run}, given);
  EXPECT_EQ(fitted.curve->width, 2);
  EXPECT_EQ(fitted.model.pod.concurrency, 2);
  EXPECT_NEAR(fitted.curve->law.sigma, 0, 0.03);
  EXPECT_NEAR(fitted.model.pod.curve[15], 100, 3);
  EXPECT_LT(*fitted.worst_error, 0.03);
}

// `pods` of SlowedPod() that slow each other down, too, at five numbers of users.
FitRun UsersOfSlowedPods(int pods, const queueing::Usl& contention) {
  sim::ServiceOptions service = SlowedPod();
  service.pods = pods;
  service.latency = *sim::LatencyLaw::Exponential(FromSeconds(0.05 * contention.Slowdown(pods)));
  FitRun run;
  run.pods = pods;
  for (const int users : {1, 2, 4, 8, 16}) {
    run.steps.push_back(UserProbe(service, users * pods, 0s));
  }
  return run;
}

FitGiven CurveBehindRandom() {
  FitGiven given;
  given.discipline = queueing::Discipline::kSharing;
  given.fit_curve = true;
  given.balance = Balance::kRandom;
  return given;
}

TEST(FitService, FindsWhatPodsCostEachOtherBesideTheCurveWithinEach) {
  // σ 0.06, κ 0.01 between pods: each of 2 pods is 1.08 times slower, of 4 1.3, of 6 1.6.
  const queueing::Usl law{0.06, 0.01};
  std::vector<FitRun> runs;
  for (const int pods : {1, 2, 4, 6}) {
    runs.push_back(UsersOfSlowedPods(pods, law));
  }
  const FittedService fitted = *FitService(runs, CurveBehindRandom());
  ASSERT_TRUE(fitted.scaling);
  EXPECT_TRUE(fitted.scaling->Shown());
  EXPECT_EQ(fitted.scaling_pods, (std::vector<int>{1, 2, 4, 6}));
  EXPECT_LT(fitted.scaling->SlowdownAt(6).lower, 1.6);
  EXPECT_GT(fitted.scaling->SlowdownAt(6).upper, 1.6);
  EXPECT_NEAR(fitted.scaling->law.Slowdown(6), 1.6, 0.08);
  ASSERT_TRUE(fitted.curve);
  EXPECT_NEAR(fitted.curve->law.sigma, 0.2, 0.04);
  EXPECT_NEAR(fitted.curve->law.kappa, 0.005, 0.002);
  EXPECT_LT(fitted.curve->sigma.lower, 0.2);
  EXPECT_GT(fitted.curve->sigma.upper, 0.2);
  EXPECT_NEAR(Millis(fitted.model.pod.service), 50, 2.5);  // Of a request alone in a lone pod.
  EXPECT_LT(*fitted.worst_error, 0.06);
  // Both size: of 8 requests in each of 4 pods 8 / 0.05 / 2.68 / 1.3 = 45.9/s, with the upper ends
  // somewhat less.
  const queueing::Pool four = fitted.model.At(4, fitted.model.service_high);
  EXPECT_LT(four.curve[7], 45.9);
  EXPECT_GT(four.curve[7], 45.9 * 0.85);
}

TEST(FitService, DoesNotInventThatPodsCostEachOtherBesideACurve) {
  std::vector<FitRun> runs;
  for (const int pods : {1, 2, 4}) {
    runs.push_back(UsersOfSlowedPods(pods, {}));
  }
  const FittedService fitted = *FitService(runs, CurveBehindRandom());
  ASSERT_TRUE(fitted.scaling);
  EXPECT_FALSE(fitted.scaling->Shown());
  EXPECT_LT(fitted.scaling->SlowdownAt(4).upper, 1.15);
  EXPECT_FALSE(fitted.model.contention_fit);
  ASSERT_TRUE(fitted.curve);
  EXPECT_NEAR(fitted.curve->law.sigma, 0.2, 0.04);
}

TEST(FitService, RefusesToTellACurveFromPodsByLoadsThatDoNotOverlap) {
  // One pod with one and two users, two with 5 and 6 each, four with 14 and 16 each: whether the
  // requests in a pod slow each other down or the pods do looks the same.
  std::vector<FitRun> runs;
  for (const auto& [pods, users] :
       {std::pair{1, std::pair{1, 2}}, {2, std::pair{10, 12}}, {4, std::pair{56, 64}}}) {
    sim::ServiceOptions service = SlowedPod();
    service.pods = pods;
    runs.push_back(
        {.id = {},
         .pods = pods,
         .steps = {UserProbe(service, users.first, 0s), UserProbe(service, users.second, 0s)}});
  }
  const Result<FittedService> fitted = FitService(runs, CurveBehindRandom());
  ASSERT_FALSE(fitted);
  EXPECT_NE(fitted.error().message.find("same loads per pod"), std::string::npos);
}

TEST(FitService, NeedsTheBalancerOfPodsThatCostEachOtherBesideACurve) {
  std::vector<FitRun> runs;
  for (const int pods : {1, 2, 4}) {
    const double slower = 1 + 0.1 * (pods - 1);
    sim::ServiceOptions service = SlowedPod();
    service.pods = pods;
    service.latency = *sim::LatencyLaw::Exponential(FromSeconds(0.05 * slower));
    FitRun run;
    run.pods = pods;
    for (const double rate : {5.0, 20.0, 35.0, 44.0}) {
      run.steps.push_back(Probe(service, rate * pods / slower));
    }
    runs.push_back(run);
  }
  FitGiven given = CurveBehindRandom();
  const FittedService fitted = *FitService(runs, given);
  EXPECT_TRUE(fitted.scaling->Shown());
  EXPECT_LT(fitted.scaling->SlowdownAt(4).lower, 1.3);
  EXPECT_GT(fitted.scaling->SlowdownAt(4).upper, 1.3);
  given.balance.reset();
  const Result<FittedService> guess = FitService(runs, given);
  ASSERT_FALSE(guess);
  EXPECT_NE(guess.error().message.find("--balance"), std::string::npos);
}

}  // namespace
}  // namespace loadline::sizing
