#include "stats/moments.h"

#include <gtest/gtest.h>

namespace loadline::stats {
namespace {

TEST(Moments, AreThoseOfAHandComputedSample) {
  // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squared deviations 32, variance 32/7.
  Moments moments;
  for (const double x : {2, 4, 4, 4, 5, 5, 7, 9}) {
    moments.Add(x);
  }
  EXPECT_EQ(moments.count(), 8);
  EXPECT_DOUBLE_EQ(moments.Mean(), 5);
  EXPECT_DOUBLE_EQ(moments.Variance(), 32.0 / 7);
  EXPECT_DOUBLE_EQ(moments.StandardError(), std::sqrt(32.0 / 7 / 8));
  EXPECT_DOUBLE_EQ(moments.Scv(), 32.0 / 7 / 25);
}

TEST(Moments, DoNotCancelFarFromZero) {
  // 1e9 + {4, 7, 13, 16}: variance 30, which the sum of squares loses entirely.
  Moments moments;
  for (const double x : {4, 7, 13, 16}) {
    moments.Add(1e9 + x);
  }
  EXPECT_DOUBLE_EQ(moments.Variance(), 30);
}

TEST(Moments, MergeAsIfSeenTogether) {
  Moments left;
  Moments right;
  Moments all;
  for (int i = 0; i < 10; ++i) {
    (i < 3 ? left : right).Add(i * i);
    all.Add(i * i);
  }
  left.Add(right);
  left.Add(Moments());
  EXPECT_EQ(left.count(), 10);
  EXPECT_DOUBLE_EQ(left.Mean(), all.Mean());
  EXPECT_NEAR(left.Variance(), all.Variance(), 1e-10);
  Moments from_empty;
  from_empty.Add(all);
  EXPECT_DOUBLE_EQ(from_empty.Variance(), all.Variance());
}

TEST(Moments, OfTooFewNumbersAreZero) {
  Moments moments;
  EXPECT_EQ(moments.Mean(), 0);
  EXPECT_EQ(moments.Variance(), 0);
  EXPECT_EQ(moments.Scv(), 0);
  moments.Add(3);
  EXPECT_EQ(moments.Mean(), 3);
  EXPECT_EQ(moments.Variance(), 0);
  EXPECT_EQ(moments.StandardError(), 0);
}

}  // namespace
}  // namespace loadline::stats
