#include "stats/hlog.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stats/histogram_codec.h"

namespace loadline::stats {
namespace {

constexpr UtcTime kStart(1'700'000'000s + 250ms);

Histogram Some(int n) {
  Histogram histogram;
  histogram.RecordN(10ms, n);
  histogram.Record(1s);
  return histogram;
}

Result<std::vector<HlogInterval>> ReadAll(std::string_view text) {
  std::vector<HlogInterval> all;
  const Status status = ReadHlog(text, [&](const HlogInterval& i) { all.push_back(i); });
  if (!status.has_value()) {
    return status.error();
  }
  return all;
}

TEST(Hlog, WritesTheFormatOfHdrHistogram) {
  EXPECT_EQ(HlogHeader("loadline 1", kStart),
            "#[Logged with loadline 1]\n"
            "#[Histogram log format version 1.3]\n"
            "#[BaseTime: 1700000000.250 (seconds since epoch)]\n"
            "#[StartTime: 1700000000.250 (seconds since epoch), 2023-11-14T22:13:20.250Z]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_"
            "Histogram\"\n");
  // 1 s lies in the bucket that ends at 1,000.341503 ms.
  EXPECT_EQ(HlogLine("score", 1500ms, 1s, Some(3)),
            "Tag=score,1.500,1.000,1000.342," + EncodeText(Some(3)) + "\n");
  EXPECT_EQ(HlogLine("", 0s, 1s, Histogram()),
            "0.000,1.000,0.000," + EncodeText(Histogram()) + "\n");
}

TEST(Hlog, ATagHoldsNoCommasAndNoBlanks) {
  const std::string line = HlogLine("my task,\n1", 0s, 1s, Histogram());
  EXPECT_EQ(line.substr(0, line.find("0.000")), "Tag=my_task__1,");
}

TEST(Hlog, ReadsBackWhatItWrites) {
  const std::string log = HlogHeader("test", kStart) + HlogLine("a", 0s, 1s, Some(1)) +
                          HlogLine("", 1s, 1s, Some(2)) + HlogLine("b", 2s, 500ms, Histogram());
  const std::vector<HlogInterval> intervals = *ReadAll(log);
  ASSERT_EQ(intervals.size(), 3U);
  EXPECT_EQ(intervals[0].tag, "a");
  EXPECT_EQ(intervals[1].tag, "");
  EXPECT_EQ(intervals[2].tag, "b");
  EXPECT_EQ(intervals[1].histogram, Some(2));
  EXPECT_TRUE(intervals[2].histogram.empty());
  EXPECT_EQ(intervals[2].length, 500ms);
  EXPECT_NEAR(Seconds(intervals[1].begin - kStart), 1, 1e-6);
}

TEST(Hlog, WithoutABaseTimeGuessesAsHdrHistogramDoes) {
  const std::string line = HlogLine("", 2s, 1s, Histogram());
  // More than a year before the start: an offset from it.
  std::vector<HlogInterval> intervals =
      *ReadAll("#[StartTime: 1700000000.000 (seconds since epoch), whenever]\r\n" + line);
  EXPECT_EQ(intervals.at(0).begin, UtcTime(1'700'000'002s));
  // Else absolute.
  intervals = *ReadAll("1700000005.000,1.000,0.000," + EncodeText(Histogram()));
  EXPECT_EQ(intervals.at(0).begin, UtcTime(1'700'000'005s));
}

TEST(Hlog, TakesCommentsEmptyLinesAndOtherLineEnds) {
  const std::string line = HlogLine("t", 0s, 1s, Some(1));
  const std::string log = "# anything\r\n\r\n  \n\"StartTimestamp\",\"x\"\r\n" + line + "\n#end";
  EXPECT_EQ(ReadAll(log)->size(), 1U);
  EXPECT_EQ(ReadAll("")->size(), 0U);
}

TEST(Hlog, NamesTheLineThatIsBroken) {
  const std::string good = HlogLine("", 0s, 1s, Histogram());
  for (const char* bad :
       {"x", "0,1,2", "0,1,2,", "0,1,2,HISTFAAA", "a,1,2,HISTFAAA", "0,1,nan,HISTFAAA",
        "1e300,1,2,HISTFAAA", "Tag=x", "0,1s,2,HISTFAAA", "0,,2,HISTFAAA"}) {
    const Result<std::vector<HlogInterval>> read = ReadAll("#c\n" + good + bad + "\n");
    ASSERT_FALSE(read.has_value()) << bad;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(read.error().message.substr(0, 8), "line 3: ") << bad;
  }
}

}  // namespace
}  // namespace loadline::stats
