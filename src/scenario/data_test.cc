#include "scenario/data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DataSet Csv(std::string_view text) {
  DataSet data;
  EXPECT_TRUE(ReadCsv(text, data).has_value()) << text;
  return data;
}

std::string CsvFault(std::string_view text) {
  DataSet data;
  const Status status = ReadCsv(text, data);
  return status.has_value() ? "" : status.error().message;
}

std::string LinesFault(std::string_view text) {
  DataSet data;
  const Status status = ReadJsonLines(text, data);
  return status.has_value() ? "" : status.error().message;
}

TEST(Csv, KeepsTypesOfWhatIsNotQuoted) {
  const DataSet data = Csv("a,b,c,d,e\n1.50,\"1.50\",true,,x\n");
  EXPECT_THAT(data.columns, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(data.rows[0], ElementsAre("1.50", "\"1.50\"", "true", "null", "\"x\""));
  EXPECT_EQ(data.row_json[0], R"({"a":1.50,"b":"1.50","c":true,"d":null,"e":"x"})");
}

TEST(Csv, UnderstandsQuotesLineEndsAndTheByteOrderMark) {
  const DataSet data =
      Csv("\xef\xbb\xbf"
          "a,b\r\n\"x,\"\"y\"\"\nz\",007\r\n\r\n-,\"\"");
  EXPECT_THAT(data.columns, ElementsAre("a", "b"));
  ASSERT_EQ(data.rows.size(), 2U);
  EXPECT_THAT(data.rows[0], ElementsAre(R"("x,\"y\"\nz")", "\"007\""));
  EXPECT_THAT(data.rows[1], ElementsAre("\"-\"", "\"\""));
}

TEST(Csv, SaysInWhichLineItIsWrong) {
  EXPECT_EQ(CsvFault(""), "a line with the names of the columns (line 1)");
  EXPECT_EQ(CsvFault("a,,c\n1,2,3\n"), "a name for column 2 (line 1)");
  EXPECT_EQ(CsvFault("a,b,a\n"), "the column 'a' once (line 1)");
  EXPECT_EQ(CsvFault("a,b\n"), "at least one row");
  // The quoted cell takes lines 2 and 3, so the ragged row is line 4.
  EXPECT_EQ(CsvFault("a,b\n1,\"x\ny\"\n3\n"), "2 cells as in the header, not 1 (line 4)");
  EXPECT_EQ(CsvFault("a,b\n1,2,3\n"), "2 cells as in the header, not 3 (line 2)");
  EXPECT_EQ(CsvFault("a\n1\n\"x\n"), "the quote that opens here to be closed (line 3)");
  EXPECT_EQ(CsvFault("a\nx\"y\n"), "quotes around the whole cell, doubled within it (line 2)");
  EXPECT_EQ(CsvFault("a\n\"x\"y\n"),
            "a comma or the end of the line after the closing quote (line 2)");
  EXPECT_THAT(CsvFault("a\n\xff\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(CsvFault(std::string_view("a\n\0\n", 4)), HasSubstr("NUL"));
}

TEST(JsonLines, KeepRowsAndNumbersAsWritten) {
  DataSet data;
  ASSERT_TRUE(ReadJsonLines("{\"b\": 12345678901234567890, \"a\": [1, 2]}\r\n\n"
                            "  {\"a\": 1.0, \"c\": null}\n",
                            data)
                  .has_value());
  EXPECT_THAT(data.columns, ElementsAre("b", "a"));
  EXPECT_THAT(data.rows[0], ElementsAre("12345678901234567890", "[1, 2]"));
  EXPECT_THAT(data.rows[1], ElementsAre("null", "1.0"));  // Has no b; its c is in the row alone.
  EXPECT_EQ(data.row_json[1], "{\"a\": 1.0, \"c\": null}");
}

TEST(JsonLines, MayBeOneArray) {
  DataSet data;
  ASSERT_TRUE(ReadJsonLines("[{\"a\": 1},\n {\"a\": 2}]", data).has_value());
  EXPECT_EQ(data.rows.size(), 2U);
  EXPECT_EQ(LinesFault("[{\"a\": 1},\n 2]"), "a list of JSON objects only (line 2)");
  EXPECT_THAT(LinesFault("[{\"a\": 1},"), HasSubstr("a valid JSON array"));
}

TEST(JsonLines, SayInWhichLineTheyAreWrong) {
  EXPECT_EQ(LinesFault("{\"a\":1}\n\n[1]\n"), "one JSON object (line 3)");
  EXPECT_EQ(LinesFault("{\"a\":1} {\"a\":2}\n"), "one JSON object (line 1)");
  EXPECT_EQ(LinesFault("{\"a\":1,\"a\":2}\n"), "the column 'a' once (line 1)");
  EXPECT_EQ(LinesFault("\n \n"), "at least one row");
}

}  // namespace
}  // namespace loadline::scenario
