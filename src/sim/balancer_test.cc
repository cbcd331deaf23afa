#include "sim/balancer.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace loadline::sim {
namespace {

TEST(Balancer, RoundRobinTakesPodsInTurn) {
  Balancer balancer(Balance::kRoundRobin, 1);
  const std::array<int, 3> loads = {9, 0, 0};
  std::vector<int> picks;
  picks.reserve(7);
  for (int i = 0; i < 7; ++i) {
    picks.push_back(balancer.Pick(loads));
  }
  EXPECT_EQ(picks, (std::vector<int>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(Balancer, LeastTakesTheEmptiestPod) {
  Balancer balancer(Balance::kLeast, 1);
  EXPECT_EQ(balancer.Pick(std::array<int, 4>{3, 1, 0, 2}), 2);
  EXPECT_EQ(balancer.Pick(std::array<int, 4>{0, 1, 2, 2}), 0);
}

TEST(Balancer, LeastTakesTurnsAmongEquals) {
  Balancer balancer(Balance::kLeast, 1);
  const std::array<int, 3> idle = {0, 0, 0};
  EXPECT_EQ(balancer.Pick(idle), 0);
  EXPECT_EQ(balancer.Pick(idle), 1);
  EXPECT_EQ(balancer.Pick(idle), 2);
  EXPECT_EQ(balancer.Pick(idle), 0);
  // After pod 0 the turn is at 1, which is busy; 2 comes before 0.
  EXPECT_EQ(balancer.Pick(std::array<int, 3>{0, 5, 0}), 2);
}

TEST(Balancer, TwoChoicesNeverTakeTheBusiestPod) {
  Balancer balancer(Balance::kP2c, 1);
  // The busiest of three always loses against whichever other pod was drawn with it.
  std::array<int, 3> seen = {0, 0, 0};
  for (int i = 0; i < 3'000; ++i) {
    ++seen[static_cast<std::size_t>(balancer.Pick(std::array<int, 3>{1, 0, 7}))];
  }
  EXPECT_EQ(seen[2], 0);
  // Pod 1 wins both pairs in which it is, 2 of 3; pod 0 the pair (0, 2). Five sigma: 130.
  EXPECT_NEAR(seen[1], 2'000, 130);
  EXPECT_NEAR(seen[0], 1'000, 130);
}

TEST(Balancer, RandomTakesEveryPodEquallyOften) {
  Balancer balancer(Balance::kRandom, 3);
  std::array<int, 4> seen = {0, 0, 0, 0};
  for (int i = 0; i < 40'000; ++i) {
    ++seen[static_cast<std::size_t>(balancer.Pick(std::array<int, 4>{9, 0, 0, 0}))];
  }
  for (const int count : seen) {  // sigma = √(40,000 · 1/4 · 3/4) = 87.
    EXPECT_NEAR(count, 10'000, 435);
  }
}

TEST(Balancer, TakesTheOnlyPod) {
  for (const Balance balance :
       {Balance::kRandom, Balance::kRoundRobin, Balance::kLeast, Balance::kP2c}) {
    EXPECT_EQ(Balancer(balance, 1).Pick(std::array<int, 1>{5}), 0);
  }
}

TEST(Balance, IsReadByName) {
  for (const Balance balance :
       {Balance::kRandom, Balance::kRoundRobin, Balance::kLeast, Balance::kP2c}) {
    EXPECT_EQ(*ParseBalance(Name(balance)), balance);
  }
  EXPECT_EQ(ParseBalance("fastest").error().message,
            "balance `fastest`: random, round-robin, least, p2c or connection would be right");
}

}  // namespace
}  // namespace loadline::sim
