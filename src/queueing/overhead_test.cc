#include "queueing/overhead.h"

#include <gtest/gtest.h>

namespace loadline::queueing {
namespace {

TEST(FitOverhead, IsExactForExactRates) {
  // 12 servers with 5 ms beside each request: 12/(20 + 5) ms = 480/s, 12/(100 + 5) = 114.29/s,
  // 12/(1000 + 5) = 11.94/s.
  const std::vector<PoolPoint> points{
      {20ms, Rate{480.0}}, {100ms, Rate{12.0 / 0.105}}, {1000ms, Rate{12.0 / 1.005}}};
  const Result<OverheadFit> fit = FitOverhead(points, 12.0, 0.95);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(Millis(fit->overhead), 5.0, 1e-6);
  EXPECT_NEAR(Millis(fit->high - fit->low), 0.0, 1e-4);
  for (const double residual : fit->residuals) {
    EXPECT_NEAR(residual, 0.0, 1e-9);
  }
}

TEST(FitOverhead, WeighsShortServiceTimesMore) {
  // Both rates 2 % too low: at 20 ms that is 0.5 ms of a request's time, at 1000 ms 20 ms. The fit
  // stays near the first.
  const std::vector<PoolPoint> points{{20ms, Rate{0.98 * 480.0}},
                                      {1000ms, Rate{0.98 * 12 / 1.005}}};
  const Result<OverheadFit> fit = FitOverhead(points, 12.0, 0.95);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(Millis(fit->overhead), 5.53, 0.05);
  EXPECT_NEAR(fit->residuals[0], 0.0, 0.002);
  EXPECT_NEAR(fit->residuals[1], -0.02, 0.002);
  EXPECT_LT(fit->low, fit->overhead);
}

TEST(FitOverhead, OnePointHasNoInterval) {
  const std::vector<PoolPoint> points{{20ms, Rate{40.0}}};
  const Result<OverheadFit> fit = FitOverhead(points, 1.0, 0.95);
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->overhead, 5ms);
  EXPECT_EQ(fit->high, Duration::max());
}

TEST(FitOverhead, RefusesWhatIsNoPool) {
  EXPECT_FALSE(FitOverhead({}, 12.0, 0.95).has_value());
  const std::vector<PoolPoint> points{{20ms, Rate{0.0}}};
  EXPECT_FALSE(FitOverhead(points, 12.0, 0.95).has_value());
  const std::vector<PoolPoint> right{{20ms, Rate{1.0}}};
  EXPECT_FALSE(FitOverhead(right, 0.0, 0.95).has_value());
}

}  // namespace
}  // namespace loadline::queueing
