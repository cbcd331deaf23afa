#include "report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "report/rows.h"

namespace loadline::report {
namespace {

using ::testing::ElementsAre;

TEST(DisplayWidth, CountsWhatATerminalShows) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("µs"), 2);
  EXPECT_EQ(DisplayWidth("日本"), 4);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);           // e and a combining accent
  EXPECT_EQ(DisplayWidth("\xf0\x9f\x9a\x80"), 2);  // a rocket
  EXPECT_EQ(DisplayWidth("\x1b[31mred\x1b[0m"), 3);
  EXPECT_EQ(DisplayWidth("\xff\xc0\x80"), 3);  // no UTF-8: a column per byte
  EXPECT_EQ(DisplayWidth("\xe2\x82"), 2);      // cut in the middle
  EXPECT_EQ(DisplayWidth("\xed\xa0\x80"), 3);  // a surrogate
}

TEST(Shorten, CutsAtAColumnAndSaysSo) {
  EXPECT_EQ(Shorten("short", 5), "short");
  EXPECT_EQ(Shorten("longer", 5), "long…");
  EXPECT_EQ(Shorten("日本語", 5), "日本…");
  EXPECT_EQ(Shorten("日本語", 4), "日…");  // Half a character does not fit.
  EXPECT_EQ(Shorten("a\nb\tc", 9), "a b c");
  EXPECT_EQ(Shorten("abc", 1), "…");
}

TEST(Plain, TakesAwayWhatActsOnATerminal) {
  EXPECT_EQ(Plain("a\x1b]0;title\x07"
                  "b"),
            "a ]0;title b");
  EXPECT_EQ(Plain("a\u202e"
                  "b\u2066"
                  "c\x7f"),
            "a b c ");
  EXPECT_EQ(Plain("\xc3\x28"), "?(");
  EXPECT_EQ(Plain("grün"), "grün");
}

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_THAT(Wrap("one two three four", 9, 2), ElementsAre("one two", "  three", "  four"));
  EXPECT_THAT(Wrap("unbreakable word", 4, 0), ElementsAre("unbreakable", "word"));
  EXPECT_THAT(Wrap("", 10, 0), ElementsAre(""));
  // Several blanks stay within a line, and vanish where it ends.
  EXPECT_THAT(Wrap("  one   two   three", 11, 2), ElementsAre("  one   two", "  three"));
  EXPECT_THAT(Wrap("one   two", 5, 0), ElementsAre("one", "two"));
}

TEST(Table, AlignsItsColumns) {
  Table table({{"name", Align::kLeft}, {"n", Align::kRight}, {"note", Align::kLeft}});
  table.Add({"grün", "5", ""});
  table.Add({"x", "1,250", "far too long"});
  EXPECT_EQ(table.Render(6),
            "name      n  note\n"
            "grün      5\n"
            "x     1,250  far t…\n");
  EXPECT_THAT(table.Render(), ::testing::HasSubstr("far too long\n"));
}

std::string Printed(RowFormat format) {
  std::ostringstream out;
  RowPrinter printer(format, out);
  printer.Columns({"n", "text", "nothing"});
  EXPECT_TRUE(printer.Row({std::int64_t{5}, std::string("a,\"b\"\nc"), std::monostate()}));
  EXPECT_TRUE(printer.Row({12.5, std::string("plain"), std::monostate()}));
  printer.Finish();
  return out.str();
}

TEST(RowPrinter, PrintsATable) {
  EXPECT_EQ(Printed(RowFormat::kTable),
            "   n  text     nothing\n"
            "   5  a,\"b\" c\n"
            "12.5  plain\n");
}

TEST(RowPrinter, PrintsCsv) {
  EXPECT_EQ(Printed(RowFormat::kCsv), "n,text,nothing\r\n5,\"a,\"\"b\"\"\nc\",\r\n12.5,plain,\r\n");
}

TEST(RowPrinter, PrintsJson) {
  EXPECT_EQ(Printed(RowFormat::kJson),
            "[\n"
            "  {\"n\": 5, \"text\": \"a,\\\"b\\\"\\nc\", \"nothing\": null},\n"
            "  {\"n\": 12.5, \"text\": \"plain\", \"nothing\": null}\n"
            "]\n");
  std::ostringstream out;
  RowPrinter empty(RowFormat::kJson, out);
  empty.Columns({"n"});
  empty.Finish();
  EXPECT_EQ(out.str(), "[]\n");
}

TEST(RowPrinter, KeepsATableWithinBounds) {
  std::ostringstream out;
  RowPrinter printer(RowFormat::kTable, out);
  printer.Columns({"n"});
  std::int64_t n = 0;
  while (printer.Row({n})) {
    ++n;
  }
  EXPECT_EQ(n, RowPrinter::kTableRows);
  printer.Finish();
  EXPECT_THAT(out.str(),
              ::testing::EndsWith("9999\n… only the first 10,000 rows; csv and json have no such "
                                  "limit\n"));
}

TEST(RowPrinter, StopsWhenItsOutputFails) {
  std::ostringstream out;
  RowPrinter printer(RowFormat::kCsv, out);
  printer.Columns({"n"});
  out.setstate(std::ios::badbit);
  EXPECT_FALSE(printer.Row({std::int64_t{1}}));
}

TEST(ParseRowFormat, TakesThreeWords) {
  EXPECT_EQ(*ParseRowFormat("csv"), RowFormat::kCsv);
  EXPECT_EQ(ParseRowFormat("xml").error().message,
            "format: found \"xml\"; expected table, csv or json");
}

TEST(NumberText, ReadsBackTheSame) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(5.0), "5");
  EXPECT_EQ(NumberText(std::numeric_limits<double>::infinity()), "");
}

}  // namespace
}  // namespace loadline::report
