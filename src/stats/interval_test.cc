#include "stats/interval.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "base/random.h"

namespace loadline::stats {
namespace {

TEST(WilsonInterval, AgreesWithPublishedValues) {
  // 8 of 10 at 95 %: z² = 3.8415; centre (0.8 + 0.19207)/1.38415 = 0.71674, half width
  // 1.95996/1.38415 · sqrt(0.016 + 0.0096037) = 0.22658.
  const Interval interval = WilsonInterval(8, 10, 0.95);
  EXPECT_NEAR(interval.lower, 0.49016, 1e-5);
  EXPECT_NEAR(interval.upper, 0.94332, 1e-5);
}

TEST(WilsonInterval, StaysSensibleWithoutHits) {
  // Upper end z²/(n + z²) = 3.8415/13.8415.
  const Interval none = WilsonInterval(0, 10, 0.95);
  EXPECT_EQ(none.lower, 0);
  EXPECT_NEAR(none.upper, 0.27753, 1e-5);
  const Interval all = WilsonInterval(10, 10, 0.95);
  EXPECT_EQ(all.upper, 1);
  EXPECT_NEAR(all.lower, 1 - 0.27753, 1e-5);
  EXPECT_EQ(WilsonInterval(0, 0, 0.95), (Interval{0, 1}));
}

TEST(WilsonInterval, CoversAboutAsOftenAsItSays) {
  Random random(5);
  int covered = 0;
  for (int run = 0; run < 2000; ++run) {
    int hits = 0;
    for (int i = 0; i < 200; ++i) {
      hits += random.Uniform() < 0.1 ? 1 : 0;
    }
    const Interval interval = WilsonInterval(hits, 200, 0.95);
    covered += interval.lower <= 0.1 && 0.1 <= interval.upper ? 1 : 0;
  }
  // Standard error of a share of 0.95 in 2,000: 0.5 %; its coverage itself wobbles by about as
  // much.
  EXPECT_NEAR(covered / 2000.0, 0.95, 0.02);
}

TEST(QuantileRanks, AgreeWithTheTables) {
  // The median of ten: between the 2nd and the 9th with 97.9 % (David and Nagaraja, table).
  EXPECT_EQ(QuantileRanks(10, 0.5, 0.95), (RankInterval{2, 9}));
  // By SciPy's binomial distribution:
  EXPECT_EQ(QuantileRanks(100, 0.95, 0.95), (RankInterval{90, 100}));
  EXPECT_EQ(QuantileRanks(1000, 0.99, 0.99), (RankInterval{981, 998}));
}

TEST(QuantileRanks, HaveNoUpperEndWithTooFewObservations) {
  // 0.95^20 = 0.36 of the time all twenty lie below p95.
  EXPECT_EQ(QuantileRanks(20, 0.95, 0.95), (RankInterval{17, 21}));
  EXPECT_EQ(QuantileRanks(0, 0.5, 0.95), (RankInterval{0, 1}));
  EXPECT_EQ(QuantileRanks(1, 0.5, 0.95), (RankInterval{0, 2}));
}

TEST(QuantileInterval, IsReadOffTheHistogram) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) {
    histogram.Record(i * 1ms);
  }
  const DurationInterval interval = QuantileInterval(histogram, 0.95, 0.95);
  EXPECT_EQ(interval.lower, histogram.ValueAtQuantile(0.90));
  EXPECT_EQ(interval.upper, histogram.ValueAtQuantile(1.0));
}

TEST(QuantileInterval, HasNoEndAmongFailures) {
  Histogram histogram;
  histogram.RecordN(10ms, 90);
  const DurationInterval interval = QuantileInterval(histogram, 0.9, 0.95, 10);
  EXPECT_EQ(interval.lower, histogram.Max());
  EXPECT_EQ(interval.upper, Duration::max());
  EXPECT_EQ(QuantileInterval(Histogram(), 0.5, 0.95), (DurationInterval{0s, Duration::max()}));
}

}  // namespace
}  // namespace loadline::stats
