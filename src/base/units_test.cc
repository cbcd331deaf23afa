#include "base/units.h"

#include <gtest/gtest.h>

#include <cmath>

namespace loadline {
namespace {

TEST(Units, ConvertKeepingFractions) {
  EXPECT_DOUBLE_EQ(Seconds(1500ms), 1.5);
  EXPECT_DOUBLE_EQ(Millis(1500us), 1.5);
  EXPECT_DOUBLE_EQ(Micros(Duration(1500)), 1.5);
}

TEST(FromSeconds, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(FromSeconds(0.1), 100ms);
  EXPECT_EQ(FromSeconds(1.4e-9), Duration(1));
  EXPECT_EQ(FromSeconds(1.6e-9), Duration(2));
  EXPECT_EQ(FromSeconds(-1.6e-9), Duration(-2));
}

TEST(FromSeconds, SaturatesAndTakesNanForZero) {
  EXPECT_EQ(FromSeconds(1e300), Duration::max());
  EXPECT_EQ(FromSeconds(-INFINITY), Duration::min());
  EXPECT_EQ(FromSeconds(NAN), Duration::zero());
}

TEST(Rate, ScalesAndCompares) {
  EXPECT_EQ(Rate{200} * 1.5, Rate{300});
  EXPECT_EQ(0.5 * Rate{200}, Rate{100});
  EXPECT_EQ(Rate{200} / 4, Rate{50});
  EXPECT_DOUBLE_EQ(Rate{200} / Rate{50}, 4);
  EXPECT_LT(Rate{1}, Rate{2});
  EXPECT_LT(Bytes{1}, Bytes{2});
}

}  // namespace
}  // namespace loadline
