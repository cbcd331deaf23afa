// A CPU limit by hand, and against the figures of an independent simulation.
#include "sim/quota_pod.h"

#include <gtest/gtest.h>

#include "sim/service.h"
#include "stats/histogram.h"

namespace loadline::sim {
namespace {

Instant At(Duration offset) {
  return Instant(offset);
}

TEST(QuotaPod, StopsWhenTheQuotaIsGone) {
  // Limit 0.5: 50 ms of every 100. 60 ms of work from 0: 50 run, stop until 100, 10 more: 110 ms.
  QuotaPod pod(0.5, 100ms);
  pod.Join(At(0ms), 7, 60ms);
  EXPECT_EQ(pod.next(), At(110ms));
  EXPECT_EQ(pod.Leave(), 7U);
  EXPECT_EQ(pod.next(), Instant::max());
  EXPECT_EQ(pod.periods(), 1);
  EXPECT_EQ(pod.throttled(), 1);
}

TEST(QuotaPod, RunsThroughWithWhatTheEndOfAPeriodAndTheNextGive) {
  // From 70: 30 ms until the period ends, then 30 of the next one's 50: done at 130.
  QuotaPod pod(0.5, 100ms);
  pod.Join(At(70ms), 1, 60ms);
  EXPECT_EQ(pod.next(), At(130ms));
}

TEST(QuotaPod, BurnsTheQuotaTwiceAsFastWithTwoThreads) {
  // Two threads of 30 ms share 50 ms: each has had 25 at 25 ms; both stop; 5 ms more from 100.
  QuotaPod pod(0.5, 100ms);
  pod.Join(At(0ms), 1, 30ms);
  pod.Join(At(0ms), 2, 30ms);
  EXPECT_EQ(pod.next(), At(105ms));
  EXPECT_EQ(pod.Leave(), 1U);
  EXPECT_EQ(pod.next(), At(105ms));
  EXPECT_EQ(pod.Leave(), 2U);
}

TEST(QuotaPod, TakesManyPeriodsForMuchWork) {
  // 10 s at 0.5 cores: 200 periods of 50 ms; the last one ends its 50 ms at 19,900 + 50.
  QuotaPod pod(0.5, 100ms);
  pod.Join(At(0ms), 1, 10s);
  EXPECT_EQ(pod.next(), At(19950ms));
}

struct Figures {
  double p50_ms;
  double p99_ms;
  double throttled;
};

/// One pod with limit 0.5 and one thread, Poisson arrivals that ask for `load` of the limit.
Figures Simulated(Duration work, double load, CpuModel model) {
  ServiceOptions options;
  options.pods = 1;
  options.queue = kUnlimitedQueue;
  options.latency = *LatencyLaw::Constant(work);
  options.cpu_limit = 0.5;
  options.cpu_model = model;
  Service service(options, 1, Instant{});
  Random random(2);
  stats::Histogram response;
  Instant now{};
  Departure departure;
  const double mean_gap_s = Seconds(work) / 0.5 / load;
  for (int i = 0; i < 400'000; ++i) {
    now += FromSeconds(random.Exponential() * mean_gap_s);
    while (service.Depart(now, departure)) {
      response.Record(departure.at - departure.arrived);
    }
    static_cast<void>(service.Arrive(now, 0));
  }
  const double periods = static_cast<double>(service.Periods());
  return {Seconds(response.ValueAtQuantile(0.5)) * 1e3,
          Seconds(response.ValueAtQuantile(0.99)) * 1e3,
          periods > 0 ? static_cast<double>(service.ThrottledPeriods()) / periods : 0.0};
}

TEST(CpuLimit, GivesThePercentilesOfAnIndependentSimulation) {
  // Limit 0.5, one thread, half of it asked for. 60 ms of CPU: p50 105, p99 459 ms; 20 ms: p50 20,
  // p99 130 ms. Both to 5 %: the reference is a simulation too.
  const Figures large = Simulated(60ms, 0.5, CpuModel::kQuota);
  EXPECT_NEAR(large.p50_ms, 105.0, 0.05 * 105.0);
  EXPECT_NEAR(large.p99_ms, 459.0, 0.05 * 459.0);
  const Figures small = Simulated(20ms, 0.5, CpuModel::kQuota);
  EXPECT_NEAR(small.p50_ms, 20.0, 0.05 * 20.0);
  EXPECT_NEAR(small.p99_ms, 130.0, 0.05 * 130.0);
}

TEST(CpuLimit, AFluidShareErrsOnTheSafeSide) {
  // p99: -2 to +20 % for 60 ms, +11 to +47 % for 20 ms.
  const double large = Simulated(60ms, 0.5, CpuModel::kFluid).p99_ms;
  const double small = Simulated(20ms, 0.5, CpuModel::kFluid).p99_ms;
  EXPECT_GT(large, 0.97 * 459.0);
  EXPECT_LT(large, 1.20 * 459.0);
  EXPECT_GT(small, 1.11 * 130.0);
  EXPECT_LT(small, 1.47 * 130.0);
}

}  // namespace
}  // namespace loadline::sim
