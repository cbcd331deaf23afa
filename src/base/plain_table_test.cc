#include "base/plain_table.h"

#include <gtest/gtest.h>

namespace loadline {
namespace {

TEST(ReadPlainTable, SkipsCommentsAndKeepsTheLinesOfTheFile) {
  const PlainTable table = *ReadPlainTable(
      "# ours\r\n"
      "time, \"rate\"\r\n"
      "\r\n"
      "1, 2\r\n"
      "3,\"4\"",
      "t.csv");
  EXPECT_EQ(table.header.line, 2U);
  EXPECT_EQ(table.Column("rate"), 1U);
  EXPECT_FALSE(table.Column("price").has_value());
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].line, 4U);
  EXPECT_EQ(table.rows[1].line, 5U);
  EXPECT_EQ(table.rows[1].cells[1], "4");
  EXPECT_EQ(table.Wrong(table.rows[0], "rate", "too much").message, "t.csv:4: rate: too much");
}

TEST(ReadPlainTable, TakesTheByteOrderMarkOfASpreadsheetOff) {
  EXPECT_EQ(ReadPlainTable("\xEF\xBB\xBFtime,rate\n1,2\n", "t.csv")->Column("time"), 0U);
}

TEST(ReadPlainTable, RefusesRowsUnlikeTheHeaderAndColumnsTwice) {
  EXPECT_EQ(ReadPlainTable("a,b\n1,2\n1,2,3\n", "t.csv").error().message,
            "t.csv:3: 3 cells, where the header has 2");
  EXPECT_EQ(ReadPlainTable("a,b,a\n", "t.csv").error().message,
            "t.csv:1: column \"a\" is there twice");
}

TEST(ReadPlainTable, OfNothingHasNoHeader) {
  EXPECT_EQ(ReadPlainTable("\n# nothing\n", "t.csv")->header.line, 0U);
}

TEST(ReadTextFile, NamesWhatCannotBeOpenedOrRead) {
  const Result<std::string> none = ReadTextFile("/nonexistent/t.csv", "traffic history");
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_NE(none.error().message.find("/nonexistent/t.csv: cannot open this traffic history"),
            std::string::npos);
  EXPECT_FALSE(ReadTextFile("/", "traffic history").has_value());
  EXPECT_EQ(*ReadTextFile("/dev/null", "traffic history"), "");
}

}  // namespace
}  // namespace loadline
