#include "queueing/usl.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace loadline::queueing {
namespace {

// SPEC SDM91 on a Sun SPARCcenter 2000, the example of Gunther's book and of the R package `usl`.
const std::vector<ScalingPoint> kSdm91 = {{1, 64.9},     {18, 995.9},   {36, 1652.4}, {72, 1853.2},
                                          {108, 1828.9}, {144, 1775.0}, {216, 1702.2}};

TEST(FitUsl, FindsThePublishedParameters) {
  // Published for these data with X(1) fitted too: σ 0.0277, κ 0.000104, γ 90.0; the peak is at
  // √((1 − 0.0277)/0.000104) = 96.7.
  const UslFit fit = *FitUsl(kSdm91, 0.95);
  EXPECT_NEAR(fit.law.sigma, 0.0277, 0.0005);
  EXPECT_NEAR(fit.law.kappa, 0.000104, 0.000002);
  EXPECT_NEAR(fit.gamma, 90.0, 0.5);
  EXPECT_NEAR(*fit.law.Peak(), 96.5, 1.0);
  EXPECT_GT(fit.r_squared, 0.98);
  EXPECT_LT(fit.sigma.lower, 0.0277);
  EXPECT_GT(fit.sigma.upper, 0.0277);
}

TEST(FitUsl, FindsExactlyWhatMadeTheData) {
  // γ 10, σ 0.1, κ 0.01: X(2) = 20/1.12, X(4) = 40/1.42, X(8) = 80/2.26.
  const std::vector<ScalingPoint> points = {
      {1, 10}, {2, 20 / 1.12}, {4, 40 / 1.42}, {8, 80 / 2.26}};
  const UslFit fit = *FitUsl(points, 0.95);
  EXPECT_NEAR(fit.law.sigma, 0.1, 1e-6);
  EXPECT_NEAR(fit.law.kappa, 0.01, 1e-7);
  EXPECT_NEAR(fit.gamma, 10, 1e-6);
}

TEST(FitUsl, DoesNotInventContention) {
  const std::vector<ScalingPoint> linear = {{1, 10}, {2, 20}, {4, 40}, {8, 80}};
  const UslFit fit = *FitUsl(linear, 0.95);
  EXPECT_NEAR(fit.law.sigma, 0, 1e-9);
  EXPECT_FALSE(Usl{}.Peak());
}

TEST(FitUsl, WeighsErrorsThatAreKnown) {
  // γ 10, σ 0.1, κ 0.01 again, with 1 % of error each: three sizes are enough.
  const std::vector<ScalingPoint> points = {
      {1, 10, 0.1}, {4, 40 / 1.42, 0.4 / 1.42}, {8, 80 / 2.26, 0.8 / 2.26}};
  const UslFit fit = *FitUsl(points, 0.95);
  EXPECT_NEAR(fit.law.sigma, 0.1, 1e-5);
  EXPECT_NEAR(fit.law.kappa, 0.01, 1e-6);
  EXPECT_EQ(fit.degrees, 0);
  EXPECT_NEAR(fit.chi_square, 0, 1e-6);
  EXPECT_TRUE(fit.Shown());
  // At 8, which was measured: the slowdown is the ratio of two measurements with 1 % each, so
  // ±1.96 · √2 % of 2.26. Twice as far out it is much wider.
  EXPECT_NEAR(fit.SlowdownAt(8).upper - 2.26, 1.96 * 0.0141421 * 2.26, 0.002);
  EXPECT_NEAR(2.26 - fit.SlowdownAt(8).lower, 1.96 * 0.0141421 * 2.26, 0.002);
  const double best = fit.law.Slowdown(16);  // 1 + 1.5 + 2.4 = 4.9.
  EXPECT_NEAR(best, 4.9, 1e-3);
  EXPECT_GT(fit.SlowdownAt(16).upper - best, 0.3);
  EXPECT_EQ(fit.SlowdownAt(1).upper, 1);
}

TEST(FitUsl, ShowsNoContentionWithinTheErrors) {
  const std::vector<ScalingPoint> points = {
      {1, 10, 0.2}, {2, 19.8, 0.4}, {4, 40.5, 0.8}, {8, 79, 1.6}};
  const UslFit fit = *FitUsl(points, 0.95);
  EXPECT_FALSE(fit.Shown());
  EXPECT_LT(fit.SlowdownAt(8).lower, 1.02);
}

TEST(FitUsl, RefusesTooLittle) {
  const std::vector<ScalingPoint> three = {{1, 10}, {2, 20}, {4, 40}};
  EXPECT_FALSE(FitUsl(three, 0.95));
  const std::vector<ScalingPoint> two_sizes = {{1, 10}, {2, 20}, {1, 10}, {2, 20}};
  EXPECT_FALSE(FitUsl(two_sizes, 0.95));
  const std::vector<ScalingPoint> zero = {{1, 0}, {2, 20}, {4, 40}, {8, 80}};
  EXPECT_FALSE(FitUsl(zero, 0.95));
}

TEST(Usl, SlowsEachDown) {
  // n = 3: 1 + 0.1 · 2 + 0.01 · 3 · 2 = 1.26.
  EXPECT_DOUBLE_EQ((Usl{0.1, 0.01}.Slowdown(3)), 1.26);
}

TEST(FitUsl, KnowsErrorsThatThroughputsShare) {
  // γ 10, σ 0.1, κ 0.01 with 1 % of error each, and 20 % that all of them share: a clock that runs
  // fast. How they compare is as sure as before, only γ is not.
  const std::vector<ScalingPoint> points = {{1, 10}, {4, 40 / 1.42}, {8, 80 / 2.26}};
  std::vector<double> covariance;
  for (const ScalingPoint& a : points) {
    for (const ScalingPoint& b : points) {
      const double own = a.size == b.size ? 0.01 * 0.01 : 0.0;
      covariance.push_back(a.throughput * b.throughput * (own + 0.2 * 0.2));
    }
  }
  const UslFit fit = *FitUsl(points, 0.95, covariance);
  EXPECT_NEAR(fit.law.sigma, 0.1, 1e-5);
  EXPECT_NEAR(fit.law.kappa, 0.01, 1e-6);
  EXPECT_TRUE(fit.Shown());
  EXPECT_NEAR(fit.SlowdownAt(8).upper - 2.26, 1.96 * 0.0141421 * 2.26, 0.002);
  EXPECT_NEAR(fit.gamma_interval.upper - 10, 1.96 * 10 * std::hypot(0.2, 0.01), 0.02);
  // 60 % of each by itself would show nothing.
  for (std::size_t i = 0; i < 9; ++i) {
    covariance[i] = i % 4 == 0 ? points[i / 4].throughput * points[i / 4].throughput * 0.36 : 0.0;
  }
  EXPECT_FALSE(FitUsl(points, 0.95, covariance)->Shown());
}

TEST(FitUsl, RefusesACovarianceThatIsNone) {
  const std::vector<ScalingPoint> points = {{1, 10}, {4, 28}, {8, 35}};
  const std::vector<double> singular = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  EXPECT_FALSE(FitUsl(points, 0.95, singular));
}

}  // namespace
}  // namespace loadline::queueing
