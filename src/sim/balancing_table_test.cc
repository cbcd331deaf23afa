// What the balancer alone makes of twelve pods, against an independent simulation's table.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>

#include "base/sanitized.h"
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
  // Least requests, D: the table has .06, for ties drawn at random (below); ours takes equal pods
  // in turn, as nginx and HAProxy do, and waits .03.
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

/// Mean wait over service time of twelve pods, constant service, Poisson arrivals at `busy`, each
/// to the pod with the fewest requests, drawn among equals. Written down anew, without Service.
double WaitWithDrawnTies(double busy) {
  Random random(6);
  std::array<std::deque<double>, 12> leaves;
  double now = 0;
  double sum = 0;
  constexpr int kRequests = 1'000'000;
  for (int i = 0; i < kRequests; ++i) {
    now += random.Exponential() / (12.0 * busy);
    std::deque<double>* best = nullptr;
    std::uint64_t equals = 0;
    for (std::deque<double>& pod : leaves) {
      while (!pod.empty() && pod.front() <= now) {
        pod.pop_front();
      }
      if (best == nullptr || pod.size() < best->size()) {
        equals = 0;
        best = &pod;
      }
      if (pod.size() == best->size() && random.Below(++equals) == 0) {
        best = &pod;
      }
    }
    const double start = best->empty() ? now : best->back();
    sum += start - now;
    best->push_back(start + 1);
  }
  return sum / kRequests;
}

TEST(BalancingTable, HasTiesDrawnAtRandomInTheCellThatIsNotOurs) {
  // With constant service the pod that was chosen first among equals is free first: who takes them
  // in turn waits as one queue would (.03 at .7, .27 at .9), who draws waits half a service time
  // when all are busy. The table's .06 and .37 are drawn; scattered service forgets the difference.
  if (kSanitized) {
    GTEST_SKIP() << "twelve seconds of arithmetic that touches nothing of ours";
  }
  EXPECT_NEAR(WaitWithDrawnTies(0.7), 0.06, 0.006);
  EXPECT_NEAR(WaitWithDrawnTies(0.9), 0.37, 0.03);
  EXPECT_NEAR(MeanWait(Balance::kLeast, false, 0.9), 0.27, 0.02);
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
