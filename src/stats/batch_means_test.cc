#include "stats/batch_means.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace loadline::stats {
namespace {

TEST(BatchMeans, MergesNeighboursWhenTheyGetTooMany) {
  BatchMeans series(2, 1);
  for (const double x : {1, 2, 3}) {
    series.Add(x);
  }
  EXPECT_EQ(series.batches(), (std::vector<double>{1, 2, 3}));
  series.Add(6);  // the fourth: (1 + 2)/2 and (3 + 6)/2
  EXPECT_EQ(series.batches(), (std::vector<double>{1.5, 4.5}));
  EXPECT_EQ(series.batch_length(), 2);
  series.Add(10);
  EXPECT_EQ(series.batches().size(), 2U);
  series.Add(20);
  EXPECT_EQ(series.batches(), (std::vector<double>{1.5, 4.5, 15}));
  EXPECT_EQ(series.count(), 6);
  EXPECT_DOUBLE_EQ(series.Mean(), 7);
}

TEST(BatchMeans, KeepsItsMemoryBounded) {
  BatchMeans series(32, 10);
  for (int i = 0; i < 1'000'000; ++i) {
    series.Add(1);
  }
  EXPECT_GE(series.batches().size(), 32U);
  EXPECT_LT(series.batches().size(), 64U);
  EXPECT_EQ(series.Mean(), 1);
  EXPECT_EQ(series.StandardError(), 0);
}

TEST(BatchMeans, SeesTheErrorThatCorrelationHides) {
  // x' = 0.9 x + e: the variance of the mean is (1 + 0.9)/(1 − 0.9) = 19 times that of independent
  // numbers of the same variance 1/(1 − 0.81) = 5.26; n = 100,000: sqrt(19 · 5.26 / 100,000) =
  // 0.0316.
  Random random(2);
  BatchMeans series(32, 1);
  double x = 0;
  for (int i = 0; i < 100'000; ++i) {
    x = 0.9 * x + random.Normal();
    series.Add(x);
  }
  // 32 to 63 batches know a standard error to about 10 to 13 %; three of them.
  EXPECT_NEAR(series.StandardError(), 0.0316, 3 * 0.13 * 0.0316);
  const Interval interval = series.MeanInterval(0.999);
  EXPECT_LT(interval.lower, 0);
  EXPECT_GT(interval.upper, 0);
}

TEST(BatchMeans, KnowsNothingFromOneBatch) {
  BatchMeans series(2, 10);
  for (int i = 0; i < 19; ++i) {
    series.Add(i);
  }
  EXPECT_EQ(series.batches().size(), 1U);
  EXPECT_EQ(series.StandardError(), 0);
  EXPECT_TRUE(std::isinf(series.MeanInterval(0.9).upper));
  EXPECT_TRUE(std::isinf(series.MeanInterval(0.9).lower));
}

}  // namespace
}  // namespace loadline::stats
