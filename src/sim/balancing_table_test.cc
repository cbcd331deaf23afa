// What the balancer alone makes of twelve pods, against an independent simulation's table.
#include <gtest/gtest.h>

#include "sim/service.h"

namespace loadline::sim {
namespace {

/// Mean wait over service time: 12 pods, one request at a time, Poisson arrivals at `busy`.
double MeanWait(Balance balance, bool exponential, double busy, int routers = 1) {
  ServiceOptions options;
  options.pods = 12;
  options.queue = kUnlimitedQueue;
  options.latency = exponential ? *LatencyLaw::Exponential(1s) : *LatencyLaw::Constant(1s);
  options.balance = balance;
  options.routers = routers;
  Service service(options, 3, Instant{});
  Random random(4);
  Instant now{};
  Departure departure;
  double sum = 0.0;
  std::int64_t count = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    now += FromSeconds(random.Exponential() / (12.0 * busy));
    while (service.Depart(now, departure)) {
      sum += Seconds(departure.started - departure.arrived);
      ++count;
    }
    static_cast<void>(service.Arrive(now, 0));
  }
  return sum / static_cast<double>(count);
}

struct Row {
  Balance balance;
  bool exponential;
  double busy;
  double wait;  ///< Mean, in service times.
  double error;
};

TEST(BalancingTable, IsWhatAnIndependentSimulationFound) {
  // The errors are half a unit of the table's last digit and 6 % for both simulations' chance. For
  // random there is theory: M/D/1 ρ/(2(1-ρ)) = 1.167 at .7, M/M/1 ρ/(1-ρ) = 2.333.
  // Not reproduced: least requests, D, where the table has .06 and we wait .03, as its central
  // queue does. Ours takes equal pods in turn; how the other breaks ties is not known.
  const Row rows[] = {
      {Balance::kRandom, false, 0.7, 1.167, 0.04},    {Balance::kRandom, true, 0.7, 2.333, 0.10},
      {Balance::kRoundRobin, false, 0.9, 0.29, 0.02}, {Balance::kRoundRobin, true, 0.7, 1.0, 0.11},
      {Balance::kP2c, false, 0.7, 0.33, 0.02},        {Balance::kP2c, true, 0.9, 1.9, 0.16},
      {Balance::kLeast, false, 0.7, 0.03, 0.006},     {Balance::kLeast, true, 0.7, 0.12, 0.012},
      {Balance::kLeast, true, 0.9, 0.75, 0.05},
  };
  for (const Row& row : rows) {
    EXPECT_NEAR(MeanWait(row.balance, row.exponential, row.busy), row.wait, row.error)
        << Name(row.balance) << (row.exponential ? " M " : " D ") << row.busy;
  }
}

TEST(BalancingTable, ThreeRoutersThatSeeTheirOwnRequestsAreAboutTwoChoices) {
  // Least requests, M, ρ = .7: the wait goes from .12 to .67 service times (two choices: .65).
  EXPECT_NEAR(MeanWait(Balance::kLeast, true, 0.7, 3), 0.67, 0.07);
}

TEST(BalancingTable, AConnectionSticksToItsPod) {
  // One request after the other needs one connection, so one pod gets all of them.
  ServiceOptions options;
  options.pods = 12;
  options.balance = Balance::kConnection;
  Service service(options, 1, Instant{});
  Departure departure;
  Instant now{};
  int pod = -1;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(service.Arrive(now, 0), Admission::kServing);
    now += 1s;
    ASSERT_TRUE(service.Depart(now, departure));
    EXPECT_TRUE(pod == -1 || pod == departure.pod);
    pod = departure.pod;
  }
}

}  // namespace
}  // namespace loadline::sim
