#include "scenario/access_log.h"

#include <gtest/gtest.h>

namespace loadline::scenario {
namespace {

TEST(ReadAccessLog, ReadsTheCommonFormat) {
  // The example of the format's description.
  DataSet data;
  LeftOut left_out;
  ASSERT_TRUE(ReadAccessLog("127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "
                            "\"GET /apache_pb.gif HTTP/1.0\" 200 2326\n",
                            data, left_out)
                  .has_value());
  ASSERT_EQ(data.rows.size(), 1U);
  EXPECT_EQ(data.columns, (std::vector<std::string>{"time", "method", "path", "status", "bytes",
                                                    "referer", "agent"}));
  EXPECT_EQ(data.rows[0],
            (std::vector<std::string>{"\"10/Oct/2000:13:55:36 -0700\"", "\"GET\"",
                                      "\"/apache_pb.gif\"", "200", "2326", "null", "null"}));
  EXPECT_EQ(left_out.not_get + left_out.broken, 0);
}

TEST(ReadAccessLog, ReadsTheCombinedFormatAndWhatFollowsIt) {
  DataSet data;
  LeftOut left_out;
  ASSERT_TRUE(
      ReadAccessLog("10.0.0.9 - - [16/Nov/2023:18:15:46 +0000] \"GET /score?a=1&b=%22 HTTP/1.1\" "
                    "503 - \"https://x.example/\\\"q\\\"\" \"curl/8.0\" 0.012 -\r\n",
                    data, left_out)
          .has_value());
  ASSERT_EQ(data.rows.size(), 1U);
  EXPECT_EQ(data.rows[0][2], "\"/score?a=1&b=%22\"");
  EXPECT_EQ(data.rows[0][4], "null");
  EXPECT_EQ(data.rows[0][6], "\"curl/8.0\"");
  EXPECT_NE(data.row_json[0].find("\"status\":503"), std::string::npos);
}

TEST(ReadAccessLog, SortsByTimeAndCountsWhatItLeavesOut) {
  // nginx and Apache log a request when it ends, with the time when it began or ended.
  DataSet data;
  LeftOut left_out;
  ASSERT_TRUE(
      ReadAccessLog("h - - [16/Nov/2023:18:15:48 +0000] \"GET /b HTTP/1.1\" 200 1\n"
                    "h - - [16/Nov/2023:18:15:46 +0000] \"GET /a HTTP/1.1\" 200 1\n"
                    "h - - [16/Nov/2023:18:15:47 +0000] \"POST /c HTTP/1.1\" 200 1\n"
                    "h - - [16/Nov/2023:18:15:47 +0000] \"\\x16\\x03\" 400 1\n"
                    "h - - [16/Nov/2023:18:15:47 +0000] \"GET /caf\xc3\xa9 HTTP/1.1\" 200 1\n"
                    "not a log line\n\n",
                    data, left_out)
          .has_value());
  ASSERT_EQ(data.rows.size(), 2U);
  EXPECT_EQ(data.rows[0][2], "\"/a\"");
  EXPECT_EQ(data.rows[1][2], "\"/b\"");
  EXPECT_EQ(left_out.not_get, 1);
  EXPECT_EQ(left_out.broken, 3);
}

TEST(ReadAccessLog, RefusesWhatHoldsNoRequest) {
  DataSet data;
  LeftOut left_out;
  EXPECT_FALSE(ReadAccessLog("", data, left_out).has_value());
  EXPECT_FALSE(ReadAccessLog("hello\n", data, left_out).has_value());
  EXPECT_FALSE(
      ReadAccessLog("h - - [1/2/3] \"GET / HTTP/1.1\" 200 1\n", data, left_out).has_value());
}

}  // namespace
}  // namespace loadline::scenario
