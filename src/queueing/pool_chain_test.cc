#include "queueing/pool_chain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace loadline::queueing {
namespace {

TEST(Stationary, OfOneServerFallsFromStateToState) {
  // M/M/1/3 at half its capacity: 1, 1/2, 1/4, 1/8 over their sum of 15/8.
  const std::vector<double> shares =
      Stationary(std::vector<double>(3, 5.0), std::vector<double>(3, 10.0));
  ASSERT_EQ(shares.size(), 4u);
  EXPECT_NEAR(shares[0], 8.0 / 15, 1e-15);
  EXPECT_NEAR(shares[1], 4.0 / 15, 1e-15);
  EXPECT_NEAR(shares[3], 1.0 / 15, 1e-15);
}

TEST(Stationary, OverflowsNowhere) {
  // Up by 1e3 a thousand times, to 1e3000, then down by 1e2: the peak is in the middle.
  std::vector<double> arrivals(1000, 1e3);
  arrivals.resize(2000, 1.0);
  std::vector<double> finishes(1000, 1.0);
  finishes.resize(2000, 1e2);
  const std::vector<double> shares = Stationary(arrivals, finishes);
  // … 1e-6, 1e-3, 1, 1e-2, 1e-4 … over 1/(1 − 1e-3) + 1/(1 − 1e-2) − 1.
  const double sum = 1 / (1 - 1e-3) + 1 / (1 - 1e-2) - 1;
  EXPECT_NEAR(shares[1000], 1 / sum, 1e-12);
  EXPECT_NEAR(shares[999], 1e-3 / sum, 1e-15);
  EXPECT_NEAR(shares[1001], 1e-2 / sum, 1e-14);
  EXPECT_EQ(shares.front(), 0.0);
  EXPECT_EQ(shares.back(), 0.0);
}

TEST(Stationary, LosesNoPeakBehindAValley) {
  // Down by 1e2 a thousand times, to 1e-2000, and up by 1e3 667 times, to 1e1.
  std::vector<double> arrivals(1000, 1.0);
  arrivals.resize(1667, 1e3);
  std::vector<double> finishes(1000, 1e2);
  finishes.resize(1667, 1.0);
  const std::vector<double> shares = Stationary(arrivals, finishes);
  // 10, 1e-2 … at that end, 1, 1e-2 … at this one.
  EXPECT_NEAR(shares.back(), 10 / (10 / (1 - 1e-3) + 1 / (1 - 1e-2)), 1e-9);
  EXPECT_NEAR(shares.front() * 10, shares.back(), 1e-9);
}

TEST(TwoChoiceArrivals, LeadToThePublishedTail) {
  // Vvedenskaya and others: at least k in a pod of one server with probability ρ^(2^k − 1). At 95 %
  // the mean is 0.95 + 0.95³ + 0.95⁷ + 0.95¹⁵ + 0.95³¹ + 0.95⁶³ + 0.95¹²⁷ = 3.21389.
  const std::vector<double> finishes(70, 1.0);
  const std::vector<double> shares = Stationary(TwoChoiceArrivals(0.95, finishes), finishes);
  double mean = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    mean += static_cast<double>(k) * shares[k];
  }
  EXPECT_NEAR(mean, 3.21389, 1e-5);
  EXPECT_NEAR(shares[0], 0.05, 1e-7);
}

}  // namespace
}  // namespace loadline::queueing
