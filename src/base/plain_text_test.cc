#include "base/plain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline {
namespace {

using ::testing::ElementsAre;

TEST(Trimmed, TakesBlanksFromTheEndsAlone) {
  EXPECT_EQ(Trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(Trimmed("a\r"), "a\r");
  EXPECT_EQ(Trimmed("\"a\"\r", "\"\r"), "a");
  EXPECT_EQ(Trimmed("  "), "");
  EXPECT_EQ(Trimmed(""), "");
}

TEST(Cells, AreWhatStandsBetweenCommas) {
  EXPECT_THAT(Cells("a, b ,,c", " "), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(Cells("", " "), ElementsAre(""));
  EXPECT_THAT(Cells("a,", " "), ElementsAre("a", ""));
}

TEST(PlainNumber, IsWholeAndFinite) {
  EXPECT_EQ(PlainNumber("-1.5e3"), -1500.0);
  EXPECT_EQ(PlainNumber("1.5k"), std::nullopt);
  EXPECT_EQ(PlainNumber(" 1"), std::nullopt);
  EXPECT_EQ(PlainNumber(""), std::nullopt);
  EXPECT_EQ(PlainNumber("inf"), std::nullopt);
  EXPECT_EQ(PlainNumber("1e999"), std::nullopt);
}

}  // namespace
}  // namespace loadline
