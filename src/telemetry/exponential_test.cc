#include "telemetry/exponential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace loadline::telemetry {
namespace {

std::uint64_t Sum(const ExponentialHistogram& h) {
  return std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0});
}

/// Upper end of the bucket in which the value of `rank` (1 = smallest) lies.
double EndOfRank(const ExponentialHistogram& h, std::uint64_t rank) {
  std::uint64_t seen = h.zero_count;
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    seen += h.counts[i];
    if (seen >= rank) {
      return std::exp2((static_cast<double>(h.offset) + static_cast<double>(i) + 1) /
                       std::exp2(h.scale));
    }
  }
  return INFINITY;
}

TEST(ToExponential, OfNothingIsEmpty) {
  const ExponentialHistogram empty = ToExponential(stats::Histogram());
  EXPECT_EQ(empty.count, 0U);
  EXPECT_TRUE(empty.counts.empty());
  EXPECT_EQ(empty.sum_s, 0.0);
}

TEST(ToExponential, PutsOneValueIntoOneBucketThatHoldsIt) {
  stats::Histogram histogram;
  histogram.RecordN(100ms, 7);
  const ExponentialHistogram one = ToExponential(histogram);
  ASSERT_EQ(one.counts.size(), 1U);
  EXPECT_EQ(one.counts[0], 7U);
  EXPECT_EQ(one.count, 7U);
  EXPECT_EQ(one.scale, 8);
  // log2(0.1) = -3.3219, times 256 is -850.4: bucket -851 ends at 2^(-850/256) = 0.10011 s.
  EXPECT_EQ(one.offset, -851);
  EXPECT_NEAR(one.sum_s, 0.7, 0.7 * 0.0005);
  EXPECT_NEAR(one.min_s, 0.1, 0.0001);
  EXPECT_NEAR(one.max_s, 0.1, 0.0001);
}

TEST(ToExponential, TakesTheFinestScaleWith160Buckets) {
  stats::Histogram histogram;
  histogram.Record(2ms);
  histogram.Record(1s);
  // 2 ms to 1 s are log2(500) = 8.97 doublings: 143.5 buckets at 16 to a doubling (scale 4), twice
  // as many at scale 5.
  const ExponentialHistogram wide = ToExponential(histogram);
  EXPECT_EQ(wide.scale, 4);
  EXPECT_EQ(wide.counts.size(), 145U);  // -8.97 · 16 = -143.5 lies in -144; 1 s and a bit in 0.
  EXPECT_EQ(wide.counts.front(), 1U);
  EXPECT_EQ(wide.counts.back(), 1U);
  // From 1 ms on it is 9.97 · 16 = 159.5: -160 to 0 are 161 buckets, one too many.
  histogram.Record(1ms);
  EXPECT_EQ(ToExponential(histogram).scale, 3);
}

TEST(ToExponential, LosesNoValueAndKeepsQuantilesWithinABucket) {
  stats::Histogram histogram;
  Random random(7);
  for (int i = 0; i < 100'000; ++i) {
    histogram.Record(FromSeconds(0.02 * std::exp(0.8 * random.Normal())));
  }
  const ExponentialHistogram all = ToExponential(histogram);
  EXPECT_EQ(Sum(all) + all.zero_count, 100'000U);
  const double base = std::exp2(std::exp2(-all.scale));
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = Seconds(histogram.ValueAtQuantile(q));
    const double end = EndOfRank(all, static_cast<std::uint64_t>(std::ceil(q * 100'000)));
    EXPECT_GE(end, exact * 0.999) << q;
    EXPECT_LE(end, exact * base * 1.001) << q;
  }
}

TEST(ToExponential, CountsWhatIsBelowOurResolutionAsZero) {
  stats::Histogram histogram;
  histogram.RecordN(0ns, 4);
  histogram.Record(1us);
  const ExponentialHistogram some = ToExponential(histogram);
  EXPECT_EQ(some.zero_count, 4U);
  EXPECT_EQ(some.count, 5U);
  EXPECT_EQ(some.zero_threshold_s, 128e-9);
  EXPECT_EQ(Sum(some), 1U);
}

TEST(ToExponential, MoreValuesNeverMakeItFiner) {
  stats::Histogram histogram;
  int scale = kMaxScale;
  for (const Duration value :
       {Duration(10ms), Duration(11ms), Duration(20ms), Duration(100ms), Duration(3s)}) {
    histogram.Record(value);
    const int now = ToExponential(histogram).scale;
    EXPECT_LE(now, scale);
    scale = now;
  }
}

}  // namespace
}  // namespace loadline::telemetry
