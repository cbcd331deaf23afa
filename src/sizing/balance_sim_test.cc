// The balancers' formulae against the simulator, which knows nothing of them.
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>

#include "queueing/pool.h"
#include "sim/sim_prober.h"

namespace loadline::sizing {
namespace {

using queueing::Balance;

struct Case {
  Balance balance;
  sim::Balance simulated;
  int pods;
  double load;
  double scv;      // 1: exponential, else lognormal or constant.
  double allowed;  // Relative error of mean and p95.
  int routers = 1;

  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << queueing::Name(c.balance) << ", " << c.pods << " pods, load " << c.load
               << ", scv " << c.scv << ", routers " << c.routers;
  }
};

class BalanceAgainstSimulator : public testing::TestWithParam<Case> {};

TEST_P(BalanceAgainstSimulator, AgreesWithinItsError) {
  const Case& c = GetParam();
  queueing::Pool pool;
  pool.pods = c.pods;
  pool.service = 50ms;
  pool.scv = c.scv;
  pool.exponential = c.scv == 1;
  pool.balance = c.balance;
  pool.routers = c.routers;
  const Rate rate{c.load * c.pods / 0.05};
  sim::SimOptions options;
  options.service.pods = c.pods;
  options.service.queue = sim::kUnlimitedQueue;
  options.service.balance = c.simulated;
  options.service.routers = c.routers;
  options.service.latency = c.scv == 1  ? *sim::LatencyLaw::Exponential(50ms)
                            : c.scv > 0 ? *sim::LatencyLaw::Lognormal(50ms, std::sqrt(c.scv))
                                        : *sim::LatencyLaw::Constant(50ms);
  options.timeout = 1h;
  sim::SimProber prober(options);
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = rate};
  load.warmup = FromSeconds(20'000 / rate.per_second);
  load.duration = FromSeconds(300'000 / rate.per_second);
  load.seed = 7;
  measure::Unobserved nobody;
  const measure::Measurement found = *prober.Probe(load, nobody);
  const queueing::PoolLaw law(pool, rate);
  const stats::Histogram& response = found.tasks.front().response;
  EXPECT_NEAR(Seconds(law.Mean()) / Seconds(response.Mean()), 1, c.allowed);
  EXPECT_NEAR(Seconds(law.Quantile(0.95)) / Seconds(response.ValueAtQuantile(0.95)), 1, c.allowed);
}

INSTANTIATE_TEST_SUITE_P(
    Pools, BalanceAgainstSimulator,
    testing::Values(
        // Random is exact for exponential service, but for the simulation's noise; all others are
        // as far off as they may be here, mostly on the safe side.
        Case{Balance::kRandom, sim::Balance::kRandom, 12, 0.7, 1, 0.05},
        Case{Balance::kRandom, sim::Balance::kRandom, 12, 0.7, 0.25, 0.06},
        Case{Balance::kRandom, sim::Balance::kRandom, 100, 0.5, 0, 0.08},
        Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 12, 0.7, 1, 0.06},
        Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 12, 0.9, 0, 0.08},
        Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 50, 0.7, 0.25, 0.20},
        Case{Balance::kTwoChoices, sim::Balance::kP2c, 12, 0.7, 1, 0.05},
        Case{Balance::kTwoChoices, sim::Balance::kP2c, 12, 0.9, 1, 0.08},
        Case{Balance::kTwoChoices, sim::Balance::kP2c, 100, 0.8, 1, 0.05},
        Case{Balance::kTwoChoices, sim::Balance::kP2c, 50, 0.8, 0.25, 0.12},
        Case{Balance::kLeast, sim::Balance::kLeast, 12, 0.7, 1, 0.06},
        Case{Balance::kLeast, sim::Balance::kLeast, 12, 0.9, 1, 0.10},
        Case{Balance::kLeast, sim::Balance::kLeast, 100, 0.95, 1, 0.10},
        Case{Balance::kLeast, sim::Balance::kLeast, 50, 0.9, 0.25, 0.10}));

INSTANTIATE_TEST_SUITE_P(
    Routers, BalanceAgainstSimulator,
    testing::Values(Case{Balance::kLeast, sim::Balance::kLeast, 12, 0.7, 1, 0.08, 3},
                    Case{Balance::kLeast, sim::Balance::kLeast, 12, 0.9, 1, 0.08, 2},
                    Case{Balance::kLeast, sim::Balance::kLeast, 100, 0.9, 1, 0.08, 3},
                    Case{Balance::kLeast, sim::Balance::kLeast, 50, 0.8, 1, 0.08, 10},
                    Case{Balance::kLeast, sim::Balance::kLeast, 50, 0.8, 0.25, 0.12, 3},
                    Case{Balance::kTwoChoices, sim::Balance::kP2c, 12, 0.9, 1, 0.08, 3},
                    Case{Balance::kTwoChoices, sim::Balance::kP2c, 100, 0.8, 1, 0.08, 3},
                    Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 12, 0.7, 1, 0.08, 3},
                    Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 12, 0.9, 0, 0.20, 3},
                    Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 50, 0.8, 0.25, 0.20, 3},
                    Case{Balance::kRoundRobin, sim::Balance::kRoundRobin, 50, 0.8, 1, 0.08, 10}));

struct LoopCase {
  Balance balance;
  sim::Balance simulated;
  int pods;
  int users;
  Duration think;
  double scv;
  double allowed;   // Relative error of mean, p95 and rate, on both sides…
  double safe = 0;  // …but mean and p95 of the model may be so much longer.
  int concurrency = 1;

  friend std::ostream& operator<<(std::ostream& out, const LoopCase& c) {
    return out << queueing::Name(c.balance) << ", " << c.pods << " pods, " << c.users
               << " users, scv " << c.scv;
  }
};

class LoopAgainstSimulator : public testing::TestWithParam<LoopCase> {};

TEST_P(LoopAgainstSimulator, AgreesWithinItsError) {
  const LoopCase& c = GetParam();
  queueing::Pool pool;
  pool.pods = c.pods;
  pool.concurrency = c.concurrency;
  pool.service = 50ms;
  pool.scv = c.scv;
  pool.exponential = c.scv == 1;
  pool.balance = c.balance;
  sim::SimOptions options;
  options.service.pods = c.balance == Balance::kCentral ? 1 : c.pods;
  options.service.concurrency =
      c.balance == Balance::kCentral ? c.pods * c.concurrency : c.concurrency;
  options.service.queue = sim::kUnlimitedQueue;
  options.service.balance = c.simulated;
  options.service.latency = c.scv == 1  ? *sim::LatencyLaw::Exponential(50ms)
                            : c.scv > 0 ? *sim::LatencyLaw::Lognormal(50ms, std::sqrt(c.scv))
                                        : *sim::LatencyLaw::Constant(50ms);
  options.timeout = 1h;
  sim::SimProber prober(options);
  const queueing::PoolLaw law(pool, queueing::Users{c.users, c.think});
  measure::Load load;
  load.shape = measure::ClosedLoad{.users = c.users, .spawn = {}, .think = c.think};
  load.warmup = FromSeconds(20'000 / law.rate().per_second);
  load.duration = FromSeconds(300'000 / law.rate().per_second);
  load.seed = 7;
  measure::Unobserved nobody;
  const measure::Measurement found = *prober.Probe(load, nobody);
  const stats::Histogram& response = found.tasks.front().response;
  const double mean = Seconds(law.Mean()) / Seconds(response.Mean());
  const double p95 = Seconds(law.Quantile(0.95)) / Seconds(response.ValueAtQuantile(0.95));
  EXPECT_GT(mean, 1 - c.allowed);
  EXPECT_LT(mean, 1 + c.allowed + c.safe);
  EXPECT_GT(p95, 1 - c.allowed);
  EXPECT_LT(p95, 1 + c.allowed + c.safe);
  EXPECT_NEAR(law.rate().per_second / found.achieved.per_second, 1, c.allowed + c.safe / 2);
}

INSTANTIATE_TEST_SUITE_P(
    Loops, LoopAgainstSimulator,
    testing::Values(
        // 240 users who think 1 s ask for up to 229/s of the 240/s that 12 pods do.
        LoopCase{Balance::kCentral, sim::Balance::kRandom, 12, 240, 1s, 1, 0.03},
        LoopCase{Balance::kRandom, sim::Balance::kRandom, 12, 240, 1s, 1, 0.03},
        LoopCase{Balance::kRandom, sim::Balance::kRandom, 12, 300, 1s, 1, 0.03, 0, 2},
        LoopCase{Balance::kRandom, sim::Balance::kRandom, 12, 200, 1s, 0.25, 0.08},
        LoopCase{Balance::kRandom, sim::Balance::kRandom, 4, 20, 100ms, 1, 0.03},
        LoopCase{Balance::kLeast, sim::Balance::kLeast, 12, 240, 1s, 1, 0.10, 0.05},
        LoopCase{Balance::kLeast, sim::Balance::kLeast, 4, 20, 100ms, 1, 0.12, 0.05},
        LoopCase{Balance::kTwoChoices, sim::Balance::kP2c, 12, 240, 1s, 1, 0.08, 0.1},
        LoopCase{Balance::kRoundRobin, sim::Balance::kRoundRobin, 12, 240, 1s, 1, 0.08, 0.5}));

}  // namespace
}  // namespace loadline::sizing
