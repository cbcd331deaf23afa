#include "arrival/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace loadline::arrival {
namespace {

std::vector<Duration> FirstDues(Schedule schedule, std::int64_t n) {
  std::vector<Duration> dues;
  dues.reserve(static_cast<std::size_t>(n));
  for (std::int64_t k = 0; k < n; ++k) {
    dues.push_back(schedule.Due(k));
  }
  return dues;
}

TEST(ConstantSchedule, SpacesArrivalsEvenlyFromTheStart) {
  Schedule schedule = Schedule::Constant(Rate{200});  // every 5 ms
  EXPECT_EQ(schedule.Due(0), 0ms);
  EXPECT_EQ(schedule.Due(1), 5ms);
  EXPECT_EQ(schedule.Due(1), 5ms);  // asking again is fine
  EXPECT_EQ(schedule.Due(2), 10ms);
  EXPECT_EQ(schedule.Due(1000), 5s);
}

TEST(ConstantSchedule, RoundsToTheNearestNanosecond) {
  Schedule schedule = Schedule::Constant(Rate{3});
  EXPECT_EQ(schedule.Due(1), Duration(333'333'333));
  EXPECT_EQ(schedule.Due(2), Duration(666'666'667));
  EXPECT_EQ(schedule.Due(3), 1s);
}

TEST(ConstantSchedule, HasNotDriftedAfterATrillionArrivals) {
  // Against whole-number arithmetic: round(k · 10^9 / rate), at most 1 ns apart (ties).
  __extension__ using Wide = __int128;
  for (const std::int64_t rate : {1, 3, 7, 997, 50'000, 123'457, 1'000'003, 999'999'937}) {
    for (const std::int64_t k :
         {1LL, 12'345'678'901LL, 999'999'999'989LL, 1'000'000'000'000LL, 1'000'000'000'001LL}) {
      const Wide exact = (static_cast<Wide>(k) * 1'000'000'000 + rate / 2) / rate;
      if (exact > INT64_MAX) {
        continue;
      }
      const Duration due = EvenlySpaced(k, Rate{static_cast<double>(rate)});
      EXPECT_LE(std::abs(due.count() - static_cast<std::int64_t>(exact)), 1)
          << k << " at " << rate << "/s";
    }
  }
}

TEST(ConstantSchedule, SaturatesInsteadOfOverflowing) {
  EXPECT_EQ(EvenlySpaced(INT64_MAX, Rate{1e-300}), Duration::max());
  EXPECT_EQ(EvenlySpaced(1, Rate{1e-11}), Duration::max());  // 3,170 years
}

TEST(PoissonSchedule, DependsOnSeedAndNumberOnly) {
  const std::vector<Duration> dues = FirstDues(Schedule::Poisson(Rate{100}, 7), 1000);
  EXPECT_EQ(dues, FirstDues(Schedule::Poisson(Rate{100}, 7), 1000));
  EXPECT_NE(dues, FirstDues(Schedule::Poisson(Rate{100}, 8), 1000));
  Schedule jumping = Schedule::Poisson(Rate{100}, 7);
  for (const std::int64_t k : {3, 3, 4, 500, 999}) {
    EXPECT_EQ(jumping.Due(k), dues[static_cast<std::size_t>(k)]);
  }
}

TEST(PoissonSchedule, IsPinnedForEver) {
  // A seed printed with an old run must replay it: these are what seed 1 means at 1/s.
  Schedule schedule = Schedule::Poisson(Rate{1}, 1);
  // (Computed by an independent program in another language.)
  EXPECT_EQ(schedule.Due(0).count(), 112'693'960);
  EXPECT_NEAR(static_cast<double>(schedule.Due(999).count()), 1'059'920'244'997.0, 1.0);
}

TEST(PoissonSchedule, GapsAreExponential) {
  // Kolmogorov-Smirnov against 1 − e^−x: P(sqrt(n)·D > 1.628) = 1 % (Smirnov 1948, table).
  constexpr std::int64_t kGaps = 20'000;
  const std::vector<Duration> dues = FirstDues(Schedule::Poisson(Rate{1000}, 42), kGaps);
  std::vector<double> gaps;
  Duration last{};
  for (const Duration due : dues) {
    gaps.push_back(Seconds(due - last) * 1000);
    last = due;
  }
  std::sort(gaps.begin(), gaps.end());
  double distance = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const double f = 1 - std::exp(-gaps[i]);
    const double n = static_cast<double>(kGaps);
    distance =
        std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  EXPECT_LT(distance * std::sqrt(static_cast<double>(kGaps)), 1.628);
}

TEST(PoissonSchedule, GapsAreIndependentOfTheirNeighbours) {
  constexpr std::int64_t kGaps = 100'000;
  const std::vector<Duration> dues = FirstDues(Schedule::Poisson(Rate{1}, 3), kGaps);
  double products = 0;
  for (std::size_t i = 2; i < dues.size(); ++i) {
    products += (Seconds(dues[i] - dues[i - 1]) - 1) * (Seconds(dues[i - 1] - dues[i - 2]) - 1);
  }
  // Correlation of neighbours: standard error 1 / sqrt(100,000) = 0.0032; four of them.
  EXPECT_NEAR(products / static_cast<double>(kGaps), 0, 4 * 0.0032);
}

TEST(PoissonSchedule, CountsPerSecondHaveVarianceEqualToTheirMean) {
  std::vector<int> counts(1000, 0);
  Schedule schedule = Schedule::Poisson(Rate{50}, 11);
  for (std::int64_t k = 0;; ++k) {
    const Duration due = schedule.Due(k);
    if (due >= 1000s) {
      break;
    }
    ++counts[static_cast<std::size_t>(due / 1s)];
  }
  double sum = 0;
  double squares = 0;
  for (const int count : counts) {
    sum += count;
    squares += (count - 50.0) * (count - 50.0);
  }
  EXPECT_NEAR(sum / 1000, 50, 4 * std::sqrt(50.0 / 1000));
  // The variance of 1,000 counts has a standard error of 50 · sqrt(2 / 1000) = 2.2.
  EXPECT_NEAR(squares / 1000, 50, 4 * 2.3);
}

TEST(PoissonSchedule, AnotherRateStretchesTheSamePattern) {
  Schedule slow = Schedule::Poisson(Rate{10}, 5);
  Schedule fast = Schedule::Poisson(Rate{20}, 5);
  for (std::int64_t k = 0; k < 100; ++k) {
    EXPECT_NEAR(Seconds(slow.Due(k)), 2 * Seconds(fast.Due(k)), 1e-8);
  }
}

TEST(Schedule, NeverGoesBack) {
  for (Schedule schedule : {Schedule::Constant(Rate{3e9}), Schedule::Poisson(Rate{3e9}, 1)}) {
    Duration last{};
    for (std::int64_t k = 0; k < 10'000; ++k) {
      const Duration due = schedule.Due(k);
      ASSERT_GE(due, last);
      last = due;
    }
  }
}

TEST(Share, TheSharesTogetherAreTheWholeStream) {
  constexpr std::int64_t kArrivals = 9'999;
  for (const Schedule& whole : {Schedule::Constant(Rate{333}), Schedule::Poisson(Rate{333}, 9)}) {
    const std::vector<Duration> dues = FirstDues(whole, kArrivals);
    for (const std::int64_t parts : {1, 2, 7}) {
      std::vector<int> seen(kArrivals, 0);
      for (std::int64_t part = 0; part < parts; ++part) {
        for (Share share(whole, part, parts); share.Next().k < kArrivals; share.Advance()) {
          const std::size_t k = static_cast<std::size_t>(share.Next().k);
          ++seen[k];
          ASSERT_EQ(share.Next().due, dues[k]);
        }
      }
      EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), kArrivals);
    }
  }
}

TEST(ScheduleDeathTest, RefusesToGoBackAndImpossibleRates) {
  Schedule schedule = Schedule::Constant(Rate{1});
  EXPECT_EQ(schedule.Due(5), 5s);
  EXPECT_DEATH({ [[maybe_unused]] const Duration due = schedule.Due(4); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const Schedule bad = Schedule::Constant(Rate{0}); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const Schedule bad = Schedule::Poisson(Rate{-1}, 1); }, "CHECK");
  EXPECT_DEATH({ const Share bad(Schedule::Constant(Rate{1}), 2, 2); }, "CHECK");
}

TEST(Schedule, GivesWholeBlocksOfWhatItGivesOneByOne) {
  for (const bool poisson : {true, false}) {
    Schedule blocks = poisson ? Schedule::Poisson(Rate{7}, 3) : Schedule::Constant(Rate{7});
    Schedule single = blocks;
    std::array<Duration, 100> due{};
    for (std::int64_t k = 0; k < 300; k += 100) {
      blocks.DueAll(k, due);
      for (std::int64_t i = 0; i < 100; ++i) {
        ASSERT_EQ(due[static_cast<std::size_t>(i)], single.Due(k + i)) << k + i;
      }
    }
  }
}

}  // namespace
}  // namespace loadline::arrival
