#include "compare/drift.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace loadline::compare {
namespace {

/// A run of 200 s whose mean response is `mean(t)` ms, with some noise from second to second.
template <typename Mean>
stats::BatchMeans SoakOf(std::uint64_t seed, double noise, const Mean& mean) {
  stats::BatchMeans sample(20);
  for (int t = 0; t < 200; ++t) {
    const double u = UnitInterval(Mix(seed * 1000 + static_cast<std::uint64_t>(t)));
    sample.Add(mean(t) * (1.0 + noise * (2.0 * u - 1.0)));
  }
  return sample;
}

TEST(DriftOf, MeasuresASlowRise) {
  // From 50 to 60 ms along an exponential: 20 % in all.
  const stats::BatchMeans sample =
      SoakOf(1, 0.1, [](int t) { return 50.0 * std::pow(1.2, (t + 0.5) / 200.0); });
  const std::optional<Change> drift = DriftOf(sample, 0.95);
  ASSERT_TRUE(drift);
  EXPECT_NEAR(drift->value, 0.2, 0.03);
  EXPECT_GT(drift->low, 0.1);
  EXPECT_LT(drift->high, 0.3);
}

TEST(DriftOf, HardlyEverSeesOneWhereThereIsNone) {
  // At 95 % in about 10 of 200; 10 + 2·√9.5 = 16.2 with chance.
  int seen = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const std::optional<Change> drift = DriftOf(SoakOf(seed, 0.3, [](int) { return 50.0; }), 0.95);
    ASSERT_TRUE(drift);
    seen += drift->low > 0.0 || drift->high < 0.0 ? 1 : 0;
  }
  EXPECT_LE(seen, 16);
}

TEST(DriftOf, SaysNothingOfAShortRun) {
  stats::BatchMeans sample(20);
  for (int i = 0; i < 7; ++i) {
    sample.Add(5.0);
  }
  EXPECT_EQ(DriftOf(sample, 0.95), std::nullopt);
}

}  // namespace
}  // namespace loadline::compare
