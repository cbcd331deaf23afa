#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "base/sanitized.h"
#include "compare/difference.h"
#include "compare/estimate.h"
#include "compare/testing/simulated.h"

namespace loadline::compare {
namespace {

/// A run of `seconds` with a service time of `ms`.
RunSample Simulated(double ms, double rate, int seconds, std::uint64_t seed) {
  return SampleOf({.ms = ms,
                   .rate = rate,
                   .duration = std::chrono::seconds(seconds),
                   .service_seed = StreamSeed(seed, 1),
                   .load_seed = StreamSeed(seed, 2)});
}

TEST(RunSample, MergesBatchesInPairs) {
  RunSample sample;
  for (int i = 0; i < 40; ++i) {
    sample.Add(SecondOf(1ms, 1));
  }
  EXPECT_EQ(sample.batches().size(), 40U);
  sample.Add(SecondOf(1ms, 1));  // The 41st: 20 of two seconds, and one that begins.
  ASSERT_EQ(sample.batches().size(), 21U);
  EXPECT_EQ(sample.batches()[0].seconds, 2.0);
  EXPECT_EQ(sample.batches()[20].seconds, 1.0);
  EXPECT_EQ(sample.requests(), 41);
  EXPECT_EQ(sample.Whole().response.count(), 41);
}

TEST(RunSample, TakesOneTaskOrAll) {
  measure::Second second = SecondOf(1ms, 3);
  second.tasks.emplace_back();
  second.tasks[1].response.RecordN(9ms, 5);
  second.tasks[1].failed = 2;
  RunSample all;
  all.Add(second);
  EXPECT_EQ(all.requests(), 10);
  RunSample one;
  one.Add(second, 1);
  EXPECT_EQ(one.requests(), 7);
}

TEST(ErrorsOf, LeavesRoomForWhatWasNotSeen) {
  // 3,000 successes at 95 %: no more than 3/3,000 = 0.1 % fail (−ln 0.05 = 2.996).
  RunSample sample;
  for (int i = 0; i < 30; ++i) {
    sample.Add(SecondOf(1ms, 100));
  }
  const Estimate errors = ErrorsOf(sample, 0.95);
  EXPECT_EQ(errors.value, 0.0);
  EXPECT_NEAR(errors.high, 0.000998577, 1e-8);
}

TEST(MeanOf, HasTheErrorOfItsBatches) {
  // Batches alternate between 10 and 12 ms: mean 11; deviations of ±1 ms with 100 requests each.
  // 20 batches: s² = 20/19 · 20 · (0.1 s)²/(2,000)², s = 0.2294 ms; t₁₉ at 97.5 % = 2.093.
  // Neighbours are as unlike as can be, which does not narrow it.
  RunSample sample;
  for (int i = 0; i < 20; ++i) {
    sample.Add(SecondOf(i % 2 == 0 ? 10ms : 12ms, 100));
  }
  const Estimate mean = MeanOf(sample, 0.95);
  EXPECT_NEAR(mean.value, 0.011, 2e-5);
  EXPECT_NEAR(mean.high - mean.value, 2.093 * 0.0002294, 5e-6);
}

TEST(QuantileOf, IsInfiniteAmongFailures) {
  RunSample sample;
  for (int i = 0; i < 20; ++i) {
    sample.Add(SecondOf(10ms, 90, 10));
  }
  EXPECT_NEAR(QuantileOf(sample, 0.5, 0.95).value, 0.010, 1e-4);
  EXPECT_TRUE(std::isinf(QuantileOf(sample, 0.95, 0.95).value));
}

TEST(QuantileOf, NeverReachesBelowTheFastestRequest) {
  // Whole batches lie above the median or below it: the interval is all there is, and no more.
  RunSample sample;
  for (int i = 0; i < 10; ++i) {
    sample.Add(SecondOf(i % 2 == 0 ? 10ms : 12ms, 100));
  }
  const Estimate median = QuantileOf(sample, 0.5, 0.99);
  EXPECT_NEAR(median.low, 0.010, 1e-4);
  EXPECT_GE(median.high, 0.012 - 1e-4);
}

TEST(RelativeChange, IsARatio) {
  // ln 1.1 = 0.0953; limits by hand: lower 0.0953 − √(ln(110/105)² + ln(102/100)²) = 0.0447.
  const Change change = RelativeChange({.value = 100, .low = 97, .high = 102},
                                       {.value = 110, .low = 105, .high = 114});
  EXPECT_NEAR(change.value, 0.1, 1e-12);
  EXPECT_NEAR(change.low, std::exp(0.09531 - std::hypot(0.04652, 0.01980)) - 1.0, 1e-4);
  EXPECT_NEAR(change.high, std::exp(0.09531 + std::hypot(0.03572, 0.03046)) - 1.0, 1e-4);
}

TEST(Judge, WeighsWhatIsTolerated) {
  EXPECT_EQ(Judge({.value = 0.10, .low = 0.02, .high = 0.2}, 0.05, true), Proof::kWorse);
  EXPECT_EQ(Judge({.value = 0.03, .low = 0.02, .high = 0.04}, 0.05, true), Proof::kNoWorse);
  EXPECT_EQ(Judge({.value = 0.03, .low = -0.02, .high = 0.08}, 0.05, true), Proof::kUndecided);
  EXPECT_EQ(Judge({.value = -0.1, .low = -0.2, .high = -0.02}, 0.05, true), Proof::kBetter);
  EXPECT_EQ(Judge({.value = -0.1, .low = -0.2, .high = -0.02}, 0.05, false), Proof::kWorse);
}

TEST(Compare, RunsOfTheSameServiceHardlyEverDiffer) {
  // 300 pairs at 65 % of what four servers of 50 ms carry; 60 s each, queues and all. At 95 % at
  // most 15 pairs may be called different; 15 + 2·√(300·0.05·0.95) = 22.5 with chance.
  constexpr int kPairs = kSanitized ? 20 : 300;
  int different = 0;
  for (std::uint64_t seed = 1; seed <= kPairs; ++seed) {
    const RunSample a = Simulated(50, 52, 60, 2 * seed);
    const RunSample b = Simulated(50, 52, 60, 2 * seed + 1);
    CompareOptions options;
    options.tolerated = 0.0;  // Whatever is significant counts.
    options.tolerated_errors = 0.0;
    bool any = false;
    for (const Compared& one : Compare(a, b, options)) {
      any = any || one.proof == Proof::kWorse || one.proof == Proof::kBetter;
    }
    different += any ? 1 : 0;
  }
  EXPECT_LE(different, kSanitized ? 2 : 22);  // 20·0.05 + 2·√(20·0.05·0.95) = 2.9.
}

TEST(Compare, TenPercentSlowerIsFoundInMostPairs) {
  constexpr int kPairs = kSanitized ? 10 : 100;
  int found = 0;
  for (std::uint64_t seed = 1; seed <= kPairs; ++seed) {
    const RunSample a = Simulated(50, 52, 300, 2 * seed);
    const RunSample b = Simulated(55, 52, 300, 2 * seed + 1);
    found += Overall(Compare(a, b, {.throughput = false})) == Proof::kWorse ? 1 : 0;
  }
  EXPECT_GE(found, kPairs * 8 / 10);
}

TEST(Compare, FailuresAreWorse) {
  RunSample a;
  RunSample b;
  for (int i = 0; i < 30; ++i) {
    a.Add(SecondOf(10ms, 100));
    b.Add(SecondOf(10ms, 90 + i % 3, 10));
  }
  const std::vector<Compared> figures = Compare(a, b, {.throughput = false});
  EXPECT_EQ(Overall(figures), Proof::kWorse);
  EXPECT_EQ(figures[1].name, "p95");
  EXPECT_EQ(figures[1].proof, Proof::kWorse);  // Infinite against 10 ms.
  EXPECT_EQ(figures[4].name, "errors");
  EXPECT_EQ(figures[4].proof, Proof::kWorse);
}

}  // namespace
}  // namespace loadline::compare
