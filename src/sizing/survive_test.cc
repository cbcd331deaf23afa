#include "sizing/survive.h"

#include <gtest/gtest.h>

namespace loadline::sizing {
namespace {

TEST(PodsOverZones, LeavesEnoughWhenTheFullestZoneGoes) {
  EXPECT_EQ(PodsOverZones(104, 3), 156);  // 52, 52, 52: 104 are left.
  EXPECT_EQ(PodsOverZones(5, 3), 8);      // 3, 3, 2: 8 − 3 = 5. Nine, 3 in each, would leave 6.
  EXPECT_EQ(PodsOverZones(105, 3), 158);  // 53, 53, 52: 158 − 53 = 105.
  EXPECT_EQ(PodsOverZones(1, 2), 2);
  EXPECT_EQ(PodsOverZones(1, 3), 2);  // 1, 1, 0.
}

TEST(PodsOverZones, IsTheFewest) {
  for (int zones = 2; zones <= 5; ++zones) {
    const Loss loss{.survive = Survive::kZone, .zones = zones};
    for (std::int64_t left = 1; left <= 200; ++left) {
      const std::int64_t pods = PodsOverZones(left, zones);
      EXPECT_GE(loss.LeftOf(pods), left) << zones << " zones";
      EXPECT_LT(loss.LeftOf(pods - 1), left) << zones << " zones";
    }
  }
}

TEST(Loss, TakesTheFullestZoneOrNodeOrNothing) {
  EXPECT_EQ((Loss{.survive = Survive::kZone, .zones = 3}.LeftOf(10)), 6);  // 4, 3, 3.
  const Loss node{.survive = Survive::kNode, .pods_on_a_node = 7};
  EXPECT_EQ(node.LeftOf(111), 104);
  EXPECT_EQ(node.LeftOf(5), 0);
  EXPECT_EQ(node.PodsFor(104), 111);
  EXPECT_EQ(Loss{}.LeftOf(12), 12);
  EXPECT_EQ(Loss{}.PodsFor(12), 12);
}

TEST(ParseSurvive, KnowsThreeNames) {
  EXPECT_EQ(ParseSurvive("zone"), Survive::kZone);
  EXPECT_EQ(SurviveName(Survive::kNode), "node");
  EXPECT_FALSE(ParseSurvive("region").has_value());
}

}  // namespace
}  // namespace loadline::sizing
