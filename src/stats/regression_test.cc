#include "stats/regression.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace loadline::stats {
namespace {

// F. Anscombe, "Graphs in Statistical Analysis", The American Statistician 27(1), 1973, first set.
LinearRegression Anscombe() {
  constexpr std::array<double, 11> kX{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
  constexpr std::array<double, 11> kY{8.04, 6.95, 7.58,  8.81, 8.33, 9.96,
                                      7.24, 4.26, 10.84, 4.82, 5.68};
  LinearRegression line;
  for (std::size_t i = 0; i < kX.size(); ++i) {
    line.Add(kX[i], kY[i]);
  }
  return line;
}

TEST(LinearRegression, GivesAnscombesPublishedLine) {
  const LinearRegression line = Anscombe();
  EXPECT_NEAR(line.Slope(), 0.5001, 5e-5);
  EXPECT_NEAR(line.Intercept(), 3.0001, 5e-5);
  EXPECT_NEAR(line.RSquared(), 0.6665, 5e-5);
  EXPECT_NEAR(line.ResidualStddev(), 1.2366, 5e-5);
  EXPECT_NEAR(line.At(9), 7.5009, 5e-5);  // the mean of y
}

TEST(LinearRegression, IntervalsFollowFromThePublishedStandardErrors) {
  // Standard errors 0.1179 (slope) and 1.1247 (intercept); t = 2.2622 for nine degrees at 95 %.
  const LinearRegression line = Anscombe();
  const Interval slope = line.SlopeInterval(0.95);
  EXPECT_NEAR(slope.lower, 0.5001 - 2.2622 * 0.1179, 1e-4);
  EXPECT_NEAR(slope.upper, 0.5001 + 2.2622 * 0.1179, 1e-4);
  const Interval intercept = line.IntervalAt(0, 0.95);
  EXPECT_NEAR(intercept.upper, 3.0001 + 2.2622 * 1.1247, 5e-4);
  // At the mean of x, 9: s · sqrt(1/11) for the line, s · sqrt(1 + 1/11) for a further point.
  EXPECT_NEAR(line.IntervalAt(9, 0.95).upper, 7.5009 + 2.2622 * 1.2366 * std::sqrt(1.0 / 11), 5e-4);
  EXPECT_NEAR(line.PredictionAt(9, 0.95).upper, 7.5009 + 2.2622 * 1.2366 * std::sqrt(12.0 / 11),
              5e-4);
}

TEST(LinearRegression, GoesThroughTwoPointsAndSaysNothingOfItsError) {
  LinearRegression line;
  line.Add(1, 1);
  EXPECT_FALSE(line.HasLine());
  line.Add(3, 5);
  EXPECT_TRUE(line.HasLine());
  EXPECT_DOUBLE_EQ(line.Slope(), 2);
  EXPECT_DOUBLE_EQ(line.Intercept(), -1);
  EXPECT_DOUBLE_EQ(line.RSquared(), 1);
  EXPECT_TRUE(std::isinf(line.SlopeInterval(0.95).upper));
}

TEST(LinearRegression, PointsOnTopOfEachOtherMakeNoLine) {
  LinearRegression line;
  line.Add(2, 1);
  line.Add(2, 5);
  EXPECT_FALSE(line.HasLine());
  EXPECT_DEATH({ [[maybe_unused]] const double slope = line.Slope(); }, "CHECK");
}

TEST(LinearRegression, AFlatLineIsExplainedWhole) {
  LinearRegression line;
  for (const double x : {1, 2, 3}) {
    line.Add(x, 4);
  }
  EXPECT_DOUBLE_EQ(line.Slope(), 0);
  EXPECT_DOUBLE_EQ(line.RSquared(), 1);
  EXPECT_DOUBLE_EQ(line.ResidualStddev(), 0);
}

}  // namespace
}  // namespace loadline::stats
