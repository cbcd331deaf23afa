#include "scenario/timestamps.h"

#include <gtest/gtest.h>

namespace loadline::scenario {
namespace {

TEST(OffsetsOf, CountsFromTheFirst) {
  bool spread = true;
  const auto offsets =
      OffsetsOf({"\"2023-11-16 18:15:46.5\"", "\"2023-11-16 18:15:47.25\""}, spread);
  ASSERT_TRUE(offsets.has_value());
  EXPECT_EQ(*offsets, (std::vector<Duration>{0s, 750ms}));
  EXPECT_FALSE(spread);
}

TEST(OffsetsOf, SpreadsWholeSecondsThatSeveralShare) {
  bool spread = false;
  const auto offsets = OffsetsOf({"10", "11", "11", "11", "11", "12"}, spread);
  ASSERT_TRUE(offsets.has_value());
  EXPECT_TRUE(spread);
  EXPECT_EQ(*offsets, (std::vector<Duration>{0s, 1s, 1250ms, 1500ms, 1750ms, 2s}));
}

TEST(OffsetsOf, KeepsSharedInstantsThatAreNotWholeSeconds) {
  bool spread = true;
  const auto offsets = OffsetsOf({"1.5", "1.5"}, spread);
  ASSERT_TRUE(offsets.has_value());
  EXPECT_FALSE(spread);
  EXPECT_EQ(*offsets, (std::vector<Duration>{0s, 0s}));
}

TEST(OffsetsOf, NamesTheRowThatIsWrong) {
  bool spread = false;
  EXPECT_EQ(OffsetsOf({"5", "4"}, spread).error().message,
            "row 2: `4` is earlier than the row before; sort them by time");
  EXPECT_NE(OffsetsOf({"5", "null"}, spread).error().message.find("row 2: `null` is no time"),
            std::string::npos);
}

}  // namespace
}  // namespace loadline::scenario
