#include "scenario/timestamps.h"

#include <gtest/gtest.h>

namespace loadline::scenario {
namespace {

std::int64_t Ns(std::string_view text) {
  const Result<Duration> time = ParseTimestamp(text);
  EXPECT_TRUE(time.has_value()) << text;
  return time.has_value() ? time->count() : -1;
}

TEST(ParseTimestamp, ReadsDatesToTheNanosecond) {
  // date -u -d '2023-11-16 18:15:46' +%s prints 1700158546.
  EXPECT_EQ(Ns("2023-11-16 18:15:46.6805900"), 1'700'158'546'680'590'000);
  EXPECT_EQ(Ns("2023-11-16T18:15:46Z"), 1'700'158'546'000'000'000);
  EXPECT_EQ(Ns("2023-11-16T20:15:46+02:00"), 1'700'158'546'000'000'000);
  EXPECT_EQ(Ns("16/Nov/2023:11:15:46 -0700"), 1'700'158'546'000'000'000);
  EXPECT_EQ(Ns("2023-11-16T18:15:46.123456789987Z"), 1'700'158'546'123'456'789);
}

TEST(ParseTimestamp, ReadsNumbersBySize) {
  EXPECT_EQ(Ns("0"), 0);
  EXPECT_EQ(Ns("1.5"), 1'500'000'000);
  EXPECT_EQ(Ns("1700158546.680590"), 1'700'158'546'680'590'000);
  EXPECT_EQ(Ns("1700158546680"), 1'700'158'546'680'000'000);        // ms
  EXPECT_EQ(Ns("1700158546680590"), 1'700'158'546'680'590'000);     // µs
  EXPECT_EQ(Ns("1700158546680590123"), 1'700'158'546'680'590'123);  // ns
  EXPECT_EQ(Ns("1700158546680.5"), 1'700'158'546'680'500'000);
}

TEST(ParseTimestamp, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "-1", "1e9", "noon", "2023-11-16", "2023-13-16T00:00:00Z", "2023-02-30T00:00:00Z",
        "2023-11-16T24:00:00Z", "2023-11-16T18:15:46 CET", "2023-11-16T18:15:46.Z",
        "16/Foo/2023:18:15:46 +0000", "1969-12-31T23:59:59Z", "99999999999999999999"}) {
    EXPECT_FALSE(ParseTimestamp(text).has_value()) << text;
  }
}

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
