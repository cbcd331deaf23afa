// The simulated pods against what queueing theory says of them: formulae that share no line with
// the simulator. Service times are 10 ms on average (S), runs hold 200,000 requests of a fixed
// seed.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "sim/sim_prober.h"
#include "sim/testing.h"

namespace loadline::sim {
namespace {

using measure::Load;
using measure::Measurement;

constexpr double kServiceS = 0.010;
constexpr double kRequests = 200'000;

/// Poisson arrivals at `erlangs` = arrival rate times S.
Measurement Offer(const SimOptions& options, double erlangs) {
  Load load;
  load.shape = measure::OpenLoad{.rate = Rate{erlangs / kServiceS}};
  load.duration = FromSeconds(kRequests * kServiceS / erlangs);
  load.warmup = FromSeconds(200 * kServiceS);
  measure::Unobserved nobody;
  SimProber prober(options);
  return *prober.Probe(load, nobody);
}

/// Mean response in units of S.
double MeanResponse(const Measurement& m) {
  return Seconds(m.tasks[0].response.Mean()) / kServiceS;
}

TEST(QueueingTheory, OneServerWithExponentialServiceTimes) {
  const Measurement m = Offer(Target(1, 1, kUnlimitedQueue, "exponential:10ms"), 0.8);
  // M/M/1: the response is exponential with mean S/(1 − 0.8) = 5 S; its p95 is 5 ln 20 = 14.979 S.
  EXPECT_NEAR(MeanResponse(m), 5.0, 5.0 * 0.04);
  EXPECT_NEAR(Seconds(m.tasks[0].response.ValueAtQuantile(0.95)) / kServiceS, 14.979,
              14.979 * 0.05);
}

TEST(QueueingTheory, TwoServersFollowErlangC) {
  const Measurement m = Offer(Target(1, 2, kUnlimitedQueue, "exponential:10ms"), 1.5);
  // a = 1.5, ρ = 0.75: C = 2ρ²/(1 + ρ) = 1.125/1.75 = 0.642857 have to wait, S/(2 − 1.5) = 2 S
  // each: mean response S + 1.285714 S.
  EXPECT_NEAR(MeanResponse(m), 2.285714, 2.285714 * 0.03);
}

TEST(QueueingTheory, TwelveServersFollowErlangC) {
  const Measurement m = Offer(Target(1, 12, kUnlimitedQueue, "exponential:10ms"), 10.0);
  // Erlang B by B(k) = aB(k−1)/(k + aB(k−1)), a = 10: B(12) = 0.119739. C = B/(1 − ρ(1 − B)) with
  // ρ = 10/12: 0.119739/(1 − 0.833333·0.880261) = 0.449364. Mean wait C·S/(12 − 10) = 0.224682 S.
  EXPECT_NEAR(MeanResponse(m), 1.224682, 1.224682 * 0.01);
}

TEST(QueueingTheory, ConstantServiceTimesHalveTheWait) {
  const Measurement m = Offer(Target(1, 1, kUnlimitedQueue, "constant:10ms"), 0.8);
  // Pollaczek-Khinchine: wait = ρ S (1 + scv) / (2 (1 − ρ)) = 0.8/(0.4) = 2 S.
  EXPECT_NEAR(MeanResponse(m), 3.0, 3.0 * 0.03);
}

TEST(QueueingTheory, VariableServiceTimesWaitAsPollaczekAndKhinchineSay) {
  // scv 4: wait = 0.5 · 5/(2 · 0.5) = 2.5 S.
  const Measurement lognormal = Offer(Target(1, 1, kUnlimitedQueue, "lognormal:10ms,cv=2"), 0.5);
  EXPECT_NEAR(MeanResponse(lognormal), 3.5, 3.5 * 0.05);
  // 90 % 5 ms, 10 % 55 ms: mean 10, variance 0.09 · 50² = 225, scv 2.25: wait 0.5 · 3.25 = 1.625 S.
  const Measurement bimodal = Offer(Target(1, 1, kUnlimitedQueue, "bimodal:5ms@0.9,55ms@0.1"), 0.5);
  EXPECT_NEAR(MeanResponse(bimodal), 2.625, 2.625 * 0.03);
}

TEST(QueueingTheory, FullSystemsRejectAsErlangBSays) {
  // M/M/2/2, a = 1: B = (1/2)/(1 + 1 + 1/2) = 0.2. The standard error is about 0.001.
  const Measurement loss = Offer(Target(1, 2, 0, "exponential:10ms"), 1.0);
  EXPECT_NEAR(static_cast<double>(loss.rejected) / static_cast<double>(loss.requests), 0.2, 0.005);
  // Erlang B does not depend on the law.
  const Measurement lognormal = Offer(Target(1, 2, 0, "lognormal:10ms,cv=2"), 1.0);
  EXPECT_NEAR(static_cast<double>(lognormal.rejected) / static_cast<double>(lognormal.requests),
              0.2, 0.005);
}

TEST(QueueingTheory, BoundedQueuesRejectAsMM1KSays) {
  // M/M/1/4 at ρ = 0.9: ρ⁴(1 − ρ)/(1 − ρ⁵) = 0.6561 · 0.1/0.40951 = 0.160216.
  const Measurement m = Offer(Target(1, 1, 3, "exponential:10ms"), 0.9);
  EXPECT_NEAR(static_cast<double>(m.rejected) / static_cast<double>(m.requests), 0.160216, 0.005);
  // Those admitted: L = Σ kρᵏ/Σ ρᵏ = (0.9 + 1.62 + 2.187 + 2.6244)/4.0951 = 1.79029; by Little's
  // law over the admitted rate 0.9 · (1 − 0.160216) = 0.755806: 2.36872 S.
  EXPECT_NEAR(MeanResponse(m), 2.36872, 2.36872 * 0.02);
}

TEST(QueueingTheory, PodsWithRandomBalancingAreSingleServers) {
  SimOptions options = Target(4, 1, kUnlimitedQueue, "exponential:10ms");
  options.service.balance = Balance::kRandom;
  // Four M/M/1 at ρ = 0.6: S/(1 − 0.6) = 2.5 S.
  EXPECT_NEAR(MeanResponse(Offer(options, 2.4)), 2.5, 2.5 * 0.03);
}

TEST(QueueingTheory, BalancersRankAsTheyShould) {
  const auto mean = [](Balance balance) {
    SimOptions options = Target(8, 1, kUnlimitedQueue, "exponential:10ms");
    options.service.balance = balance;
    return MeanResponse(Offer(options, 6.8));
  };
  const double random = mean(Balance::kRandom);
  const double turns = mean(Balance::kRoundRobin);
  const double two = mean(Balance::kP2c);
  const double least = mean(Balance::kLeast);
  const double shared = MeanResponse(Offer(Target(1, 8, kUnlimitedQueue, "exponential:10ms"), 6.8));
  EXPECT_GT(random, turns);
  EXPECT_GT(turns, two);
  EXPECT_GT(two, least);
  EXPECT_GT(least, shared);
}

TEST(QueueingTheory, SharingDependsOnTheMeanOnly) {
  // M/G/1 processor sharing: mean response S/(1 − ρ), whatever the law.
  for (const char* law : {"exponential:10ms", "constant:10ms", "bimodal:5ms@0.9,55ms@0.1"}) {
    SimOptions options = Target(1, 1, kUnlimitedQueue, law);
    options.service.discipline = Discipline::kSharing;
    EXPECT_NEAR(MeanResponse(Offer(options, 0.7)), 1.0 / 0.3, 1.0 / 0.3 * 0.04) << law;
  }
}

TEST(QueueingTheory, UsersAndOneServerAreTheMachineRepairModel) {
  // Two users, exponential think time Z = S: states 0, 1, 2 in service with weights 1, 2, 2, so the
  // server is idle 1/5 of the time, throughput 0.8/S, response 2/0.8 − 1 = 1.5 S (Little).
  Load load;
  load.shape = measure::ClosedLoad{.users = 2, .spawn = {}, .think = 10ms};
  load.duration = 4000s;
  measure::Unobserved nobody;
  SimProber prober(Target(1, 1, kUnlimitedQueue, "exponential:10ms"));
  const Measurement m = *prober.Probe(load, nobody);
  EXPECT_NEAR(m.achieved.per_second, 80.0, 80.0 * 0.01);
  EXPECT_NEAR(MeanResponse(m), 1.5, 1.5 * 0.02);
}

TEST(QueueingTheory, ObserverSeesLittlesLaw) {
  // Mean number in flight, from the events, is the arrival rate times the mean response.
  class Area : public measure::Observer {
   public:
    measure::Decision OnWindow(const measure::Window& window) override {
      for (const measure::Event& event : window.events) {
        area_s += Seconds(event.at - last) * static_cast<double>(in_flight);
        last = event.at;
        in_flight += event.kind == measure::EventKind::kArrival ? 1 : -1;
      }
      return measure::Decision::kContinue;
    }
    [[nodiscard]] bool WantsEvents() const override { return true; }
    double area_s = 0.0;
    Duration last{};
    std::int64_t in_flight = 0;
  };
  Area area;
  Load load;
  load.shape = measure::OpenLoad{.rate = Rate{150.0}};
  load.duration = 1000s;
  SimProber prober(Target(1, 2, kUnlimitedQueue, "exponential:10ms"));
  const Measurement m = *prober.Probe(load, area);
  EXPECT_EQ(area.in_flight, 0);
  // Every request's response is a strip of that area: equal up to the histogram's 0.05 %.
  const double sum_s =
      Seconds(m.tasks[0].response.Mean()) * static_cast<double>(m.tasks[0].response.count());
  EXPECT_NEAR(area.area_s, sum_s, sum_s * 0.001);
}

TEST(QueueingTheory, SlotsAreNeverIdleWhileSomebodyWaits) {
  // Driven by hand: between two events the pod works on min(c, n) requests, so the sum of that over
  // time is the work done.
  ServiceOptions options;
  options.pods = 1;
  options.concurrency = 3;
  options.queue = kUnlimitedQueue;
  options.latency = *ParseLatencyLaw("lognormal:10ms,cv=1");
  Service service(options, 1, Instant{});
  Random random(2);
  Instant arrival{};
  Instant last{};
  Duration busy{};
  int left = 20'000;
  Departure departure;
  while (left > 0 || service.next() != Instant::max()) {
    const bool arrives = left > 0 && arrival < service.next();
    const Instant now = arrives ? arrival : service.next();
    const std::int64_t present = service.serving() + service.waiting();
    EXPECT_EQ(service.serving(), std::min<std::int64_t>(3, present));
    busy += (now - last) * service.serving();
    last = now;
    if (arrives) {
      service.Arrive(now, 0);
      arrival += FromSeconds(random.Exponential() * 0.0037);
      --left;
    } else {
      ASSERT_TRUE(service.Depart(now, departure));
    }
  }
  EXPECT_EQ(service.counters().busy, busy);
  EXPECT_EQ(service.counters().served, 20'000);
}

}  // namespace
}  // namespace loadline::sim
