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

  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << queueing::Name(c.balance) << ", " << c.pods << " pods, load " << c.load
               << ", scv " << c.scv;
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
  const Rate rate{c.load * c.pods / 0.05};
  sim::SimOptions options;
  options.service.pods = c.pods;
  options.service.queue = sim::kUnlimitedQueue;
  options.service.balance = c.simulated;
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

}  // namespace
}  // namespace loadline::sizing
