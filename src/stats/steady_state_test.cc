#include "stats/steady_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace loadline::stats {
namespace {

std::vector<double> Noise(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> series;
  series.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    series.push_back(100 + random.Normal());
  }
  return series;
}

TEST(FindWarmupEnd, CutsOffAFallingStart) {
  // 60 slow numbers that fall by e every 10: after 50 of them e^−5 · 300 = 2 are left.
  std::vector<double> series = Noise(1000, 1);
  for (std::size_t i = 0; i < 100; ++i) {
    series[i] += 300 * std::exp(-static_cast<double>(i) / 10);
  }
  const WarmupEnd end = FindWarmupEnd(series);
  EXPECT_TRUE(end.steady);
  EXPECT_GE(end.first, 40U);
  EXPECT_LE(end.first, 120U);
  EXPECT_EQ(end.first % 5, 0U);
}

TEST(FindWarmupEnd, CutsOffARisingStart) {
  std::vector<double> series = Noise(1000, 2);
  for (std::size_t i = 0; i < 50; ++i) {
    series[i] = static_cast<double>(i) * 2;
  }
  const WarmupEnd end = FindWarmupEnd(series);
  EXPECT_TRUE(end.steady);
  EXPECT_GE(end.first, 45U);
  EXPECT_LE(end.first, 100U);
}

TEST(FindWarmupEnd, CutsLittleOffASteadySeries) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const WarmupEnd end = FindWarmupEnd(Noise(1000, seed));
    EXPECT_TRUE(end.steady) << seed;
    EXPECT_LE(end.first, 300U) << seed;
  }
}

TEST(FindWarmupEnd, DoesNotCallASeriesSteadyThatKeepsChanging) {
  std::vector<double> growing;
  std::vector<double> late;
  for (std::size_t i = 0; i < 400; ++i) {
    growing.push_back(static_cast<double>(i));
    late.push_back(i < 300 ? 0.0 : 100.0);
  }
  EXPECT_FALSE(FindWarmupEnd(growing).steady);
  const WarmupEnd end = FindWarmupEnd(late);
  EXPECT_FALSE(end.steady);
  EXPECT_EQ(end.first, 300U);
}

TEST(FindWarmupEnd, ToleratesConstantAndShortSeries) {
  const WarmupEnd constant = FindWarmupEnd(std::vector<double>(100, 7.0));
  EXPECT_EQ(constant.first, 0U);
  EXPECT_TRUE(constant.steady);
  EXPECT_FALSE(FindWarmupEnd(std::vector<double>(19, 7.0)).steady);
  EXPECT_FALSE(FindWarmupEnd({}).steady);
}

TEST(FindShift, FindsWhereAndHowMuch) {
  std::vector<double> series = Noise(60, 3);
  for (std::size_t i = 40; i < series.size(); ++i) {
    series[i] += 3;
  }
  const Shift shift = *FindShift(series);
  EXPECT_NEAR(static_cast<double>(shift.first), 40, 2);
  EXPECT_NEAR(shift.before, 100, 0.6);
  EXPECT_NEAR(shift.after, 103, 0.9);
  EXPECT_LT(shift.p_value, 1e-4);
}

TEST(FindShift, RarelySeesAShiftWhereThereIsNone) {
  int alarms = 0;
  for (std::uint64_t seed = 100; seed < 1100; ++seed) {
    alarms += FindShift(Noise(60, seed))->p_value < 0.01 ? 1 : 0;
  }
  // The limit law is conservative for finite series: at most 1 % of 1,000, five standard errors
  // more.
  EXPECT_LE(alarms, 10 + 5 * 3);
}

TEST(FindShift, ToleratesConstantAndShortSeries) {
  EXPECT_FALSE(FindShift(std::vector<double>(7, 1.0)).has_value());
  EXPECT_EQ(FindShift(std::vector<double>(100, 0.1))->p_value, 1);
  std::vector<double> step(20, 1.0);
  step.back() = 2;
  EXPECT_LE(FindShift(step)->p_value, 1);
}

}  // namespace
}  // namespace loadline::stats
