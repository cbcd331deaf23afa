#include "stats/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.h"

namespace loadline::stats {
namespace {

Histogram Of(const std::vector<Duration>& values) {
  Histogram histogram;
  for (const Duration value : values) {
    histogram.Record(value);
  }
  return histogram;
}

TEST(HistogramLayout, OfTheDefaultTakes104KiB) {
  // 2,048 sub-buckets of 128 ns reach 2^18 ns; 24 doublings reach 2^42 ns > 1 h. Two halves of
  // 1,024 for the first, one for each doubling: 26 · 1,024 counts of 4 bytes. The ports say 26,624,
  // too.
  EXPECT_EQ(Histogram().BucketCount(), 26'624U);
}

TEST(HistogramLayout, ThoseOfOtherPortsHaveTheirSize) {
  const HistogramLayout micro{
      .lowest = Duration(1), .highest = Duration(3'600'000'000), .digits = 3};
  EXPECT_EQ(Histogram(micro).BucketCount(), 23'552U);  // Known from HdrHistogram_c's tests.
  const HistogramLayout small{.lowest = Duration(1), .highest = Duration(1000), .digits = 2};
  EXPECT_EQ(Histogram(small).BucketCount(), 512U);
}

TEST(HistogramLayout, RefusesWhatMakesNoSenseOrNeedsTooMuch) {
  const auto valid = [](std::int64_t lowest, std::int64_t highest, int digits) {
    return ValidateLayout(
               {.lowest = Duration(lowest), .highest = Duration(highest), .digits = digits})
        .has_value();
  };
  EXPECT_TRUE(valid(1, 2, 1));
  EXPECT_TRUE(valid(1, INT64_MAX, 3));
  EXPECT_FALSE(valid(0, 100, 3));
  EXPECT_FALSE(valid(-1, 100, 3));
  EXPECT_FALSE(valid(10, 19, 3));
  EXPECT_FALSE(valid(1, 100, 0));
  EXPECT_FALSE(valid(1, 100, 6));
  EXPECT_FALSE(valid(INT64_MAX / 2, INT64_MAX, 3));
  EXPECT_FALSE(valid(1, INT64_MAX, 5));  // 46 · 131,072 counts: 24 MiB
}

TEST(Histogram, KeepsEveryValueWithinATenthOfAPercent) {
  Random random(1);
  const Histogram histogram;
  for (int i = 0; i < 100'000; ++i) {
    const Duration value(static_cast<std::int64_t>(std::exp(random.Uniform() * std::log(3.6e12))));
    const std::uint32_t index = histogram.IndexOf(value);
    ASSERT_LT(index, histogram.BucketCount());
    const Duration low = histogram.LowestAtIndex(index);
    const Duration high = histogram.HighestAtIndex(index);
    ASSERT_LE(low, value);
    ASSERT_GE(high, value);
    ASSERT_LE(static_cast<double>((high - low).count()),
              std::max(127.0, static_cast<double>(value.count()) / 1000));
  }
}

TEST(Histogram, BucketsFollowEachOtherWithoutGap) {
  for (const HistogramLayout& layout :
       {HistogramLayout{},
        HistogramLayout{.lowest = Duration(1), .highest = Duration::max(), .digits = 2}}) {
    const Histogram histogram(layout);
    EXPECT_EQ(histogram.LowestAtIndex(0), Duration(0));
    for (std::size_t i = 1; i < histogram.BucketCount(); ++i) {
      ASSERT_EQ(histogram.LowestAtIndex(i), histogram.HighestAtIndex(i - 1) + Duration(1));
      ASSERT_EQ(histogram.IndexOf(histogram.LowestAtIndex(i)),
                std::min<std::size_t>(i, histogram.IndexOf(layout.highest)));
    }
  }
}

TEST(Histogram, SaturatesAtBothEnds) {
  const Histogram histogram = Of({-5s, Duration::min(), 2h, Duration::max()});
  EXPECT_EQ(histogram.count(), 4);
  EXPECT_EQ(histogram.Min(), Duration(0));
  EXPECT_EQ(histogram.CountAtIndex(0), 2);
  EXPECT_EQ(histogram.CountAtIndex(histogram.IndexOf(1h)), 2);
}

TEST(Histogram, QuantilesAreTheTopOfTheirBucket) {
  // 1 to 100 ms, one each: p95 is the 95th of them, 95 ms, and never less.
  std::vector<Duration> values;
  for (int i = 100; i >= 1; --i) {
    values.push_back(i * 1ms);
  }
  const Histogram histogram = Of(values);
  for (const int percent : {1, 50, 90, 95, 99, 100}) {
    const Duration exact = percent * 1ms;
    const Duration value = histogram.ValueAtQuantile(percent / 100.0);
    EXPECT_GE(value, exact) << percent;
    EXPECT_LE(value, exact + exact / 1000) << percent;
    EXPECT_EQ(value, histogram.HighestAtIndex(histogram.IndexOf(exact)));
  }
  EXPECT_EQ(histogram.ValueAtQuantile(0), histogram.ValueAtQuantile(0.01));
  EXPECT_EQ(histogram.Max(), histogram.ValueAtQuantile(1));
}

TEST(Histogram, FailuresCountAsInfinitelySlow) {
  // 90 successes of 10 ms and 10 failures: p90 is the last success, anything above has no end.
  Histogram histogram;
  histogram.RecordN(10ms, 90);
  EXPECT_EQ(histogram.ValueAtQuantile(0.90, 10), histogram.Max());
  EXPECT_EQ(histogram.ValueAtQuantile(0.91, 10), Duration::max());
  EXPECT_EQ(histogram.ValueAtQuantile(0.99, 0), histogram.Max());
  EXPECT_EQ(Histogram().ValueAtQuantile(0.5, 3), Duration::max());
}

TEST(Histogram, AnEmptyOneAnswersZero) {
  const Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.ValueAtQuantile(0.5), 0ns);
  EXPECT_EQ(histogram.Min(), 0ns);
  EXPECT_EQ(histogram.Max(), 0ns);
  EXPECT_EQ(histogram.Mean(), 0ns);
  EXPECT_EQ(histogram.Stddev(), 0ns);
  EXPECT_EQ(histogram.ShareAbove(0ns), 0);
  EXPECT_EQ(histogram.UsedEnd(), 0U);
}

TEST(Histogram, MeanAndStandardDeviationAreWithinTheBucketsWidth) {
  // 10, 20 and 60 ms: mean 30, deviations 20, 10, 30: variance 1400/3 = 466.7, root 21.60.
  const Histogram histogram = Of({10ms, 20ms, 60ms});
  EXPECT_NEAR(Millis(histogram.Mean()), 30, 0.03);
  EXPECT_NEAR(Millis(histogram.Stddev()), 21.602, 0.03);
}

TEST(Histogram, CountsWhatLiesAboveAThreshold) {
  const Histogram histogram = Of({10ms, 20ms, 20ms, 30ms, 5h});
  EXPECT_EQ(histogram.CountAbove(-1ns), 5);
  EXPECT_EQ(histogram.CountAbove(5ms), 5);
  EXPECT_EQ(histogram.CountAbove(10ms), 4);
  EXPECT_EQ(histogram.CountAbove(20ms), 2);
  EXPECT_EQ(histogram.CountAbove(30ms), 1);
  EXPECT_EQ(histogram.CountAbove(1h), 0);
  EXPECT_DOUBLE_EQ(histogram.ShareAbove(20ms), 0.4);
}

TEST(Histogram, MergingIsTheSameAsRecordingEverything) {
  Random random(3);
  Histogram all;
  std::vector<Histogram> parts(3);
  for (int i = 0; i < 30'000; ++i) {
    const Duration value = FromSeconds(random.Exponential() * 0.05);
    all.Record(value);
    parts[static_cast<std::size_t>(i % 3)].Record(value);
  }
  Histogram merged;
  for (const Histogram& part : parts) {
    merged.Add(part);
  }
  EXPECT_EQ(merged, all);
  merged.Add(Histogram());
  EXPECT_EQ(merged, all);
  merged.Add(merged);
  EXPECT_EQ(merged.count(), 60'000);
  EXPECT_EQ(merged.ValueAtQuantile(0.9), all.ValueAtQuantile(0.9));
}

TEST(Histogram, ResetLeavesNothingBehind) {
  Histogram histogram = Of({1ms, 1h, 5us});
  histogram.RecordN(1s, 5'000'000'000);
  histogram.Reset();
  EXPECT_EQ(histogram, Histogram());
  histogram.Record(1ms);
  EXPECT_EQ(histogram, Of({1ms}));
}

TEST(Histogram, CountsBeyond32Bits) {
  constexpr std::int64_t kMany = 4'294'967'295;  // 2^32 - 1
  Histogram histogram;
  histogram.RecordN(1ms, kMany);
  histogram.Record(1ms);
  const std::size_t index = histogram.IndexOf(1ms);
  EXPECT_EQ(histogram.CountAtIndex(index), kMany + 1);
  histogram.RecordN(1ms, 1'000'000'000'000);
  EXPECT_EQ(histogram.CountAtIndex(index), kMany + 1 + 1'000'000'000'000);
  Histogram twice = histogram;
  twice.Add(histogram);
  EXPECT_EQ(twice.CountAtIndex(index), 2 * histogram.CountAtIndex(index));
  EXPECT_EQ(twice.count(), 2 * histogram.count());
  twice.Add(twice);
  EXPECT_EQ(twice.CountAtIndex(index), 4 * histogram.CountAtIndex(index));
  Histogram sum;
  sum.RecordN(1ms, kMany);
  sum.Add(Of({1ms, 1ms}));
  EXPECT_EQ(sum.CountAtIndex(index), kMany + 2);
}

TEST(Histogram, CopiesAndMovesKeepTheCounts) {
  const Histogram original = Of({1ms, 2ms, 3s});
  Histogram copy(original);
  EXPECT_EQ(copy, original);
  copy.Record(1ms);
  EXPECT_FALSE(copy == original);
  copy = original;
  EXPECT_EQ(copy, original);
  const Histogram& self = copy;
  copy = self;
  EXPECT_EQ(copy, original);
  Histogram moved(std::move(copy));
  EXPECT_EQ(moved, original);
  copy = moved;  // NOLINT(bugprone-use-after-move): assigning to it is allowed.
  EXPECT_EQ(copy, original);
  const HistogramLayout coarse{.lowest = 1us, .highest = 10s, .digits = 2};
  copy = Histogram(coarse);
  EXPECT_EQ(copy.layout(), coarse);
  EXPECT_TRUE(copy.empty());
}

TEST(Histogram, EqualMeansSameLayoutAndCounts) {
  EXPECT_EQ(Histogram(), Histogram());
  EXPECT_FALSE(Histogram() == Histogram({.lowest = Duration(1), .highest = 1h, .digits = 3}));
  EXPECT_EQ(Of({1ms, 2ms}), Of({2ms, 1ms}));
  EXPECT_FALSE(Of({1ms, 2ms}) == Of({1ms, 3ms}));
  EXPECT_FALSE(Of({1ms, 2ms, 2ms}) == Of({1ms, 1ms, 2ms}));
}

TEST(Histogram, VisitsWhatItHoldsInRisingOrder) {
  const Histogram histogram = Of({3ms, 1ms, 3ms});
  std::vector<std::int64_t> counts;
  Duration last{-1};
  histogram.ForEach([&](Duration low, Duration high, std::int64_t count) {
    EXPECT_GT(low, last);
    EXPECT_GE(high, low);
    last = high;
    counts.push_back(count);
  });
  EXPECT_EQ(counts, (std::vector<std::int64_t>{1, 2}));
  Histogram().ForEach([](Duration, Duration, std::int64_t) { FAIL(); });
}

TEST(HistogramDeathTest, MisuseAborts) {
  Histogram histogram;
  EXPECT_DEATH(histogram.Add(Histogram({.lowest = Duration(1), .highest = 1h, .digits = 3})),
               "CHECK");
  EXPECT_DEATH(histogram.RecordN(1ms, -1), "CHECK");
  EXPECT_DEATH(histogram.AddAtIndex(histogram.BucketCount(), 1), "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const Duration d = histogram.ValueAtQuantile(1.5); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const Duration d = histogram.ValueAtQuantile(NAN); }, "CHECK");
}

}  // namespace
}  // namespace loadline::stats
