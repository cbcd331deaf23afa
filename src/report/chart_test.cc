#include "report/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace loadline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A plot of 100 by 100 whose corner lies at (10, 20): x and y from 0 to 10.
Chart Plot() {
  Frame frame;
  frame.width = 120;
  frame.height = 160;
  frame.left = 10;
  frame.right = 10;
  frame.top = 20;
  frame.bottom = 40;
  return {frame, Scale::Linear(0, 10), Scale::Linear(0, 10)};
}

TEST(Chart, PutsValuesFromTheBottomLeftUp) {
  EXPECT_DOUBLE_EQ(Plot().X(0), 10);
  EXPECT_DOUBLE_EQ(Plot().X(5), 60);
  EXPECT_DOUBLE_EQ(Plot().Y(0), 120);
  EXPECT_DOUBLE_EQ(Plot().Y(10), 20);
}

TEST(Chart, InterruptsALineWhereNothingIsKnown) {
  Chart chart = Plot();
  const std::array<ChartPoint, 5> points{{{0, 0}, {1, 1}, {2, kNaN}, {3, 3}, {4, 4}}};
  chart.Line(points, "s1");
  EXPECT_THAT(chart.Render("t"),
              HasSubstr("<path d=\"M10 120L20 110M40 90L50 80\" class=\"line s1\"/>"));
}

TEST(Chart, ShowsAPointWithoutNeighboursAsADot) {
  Chart chart = Plot();
  const std::array<ChartPoint, 3> points{{{0, kNaN}, {1, 1}, {2, kNaN}}};
  chart.Line(points, "s1");
  EXPECT_THAT(chart.Render("t"), HasSubstr("<circle cx=\"20\" cy=\"110\""));
}

TEST(Chart, ClosesAnAreaAtTheBottom) {
  Chart chart = Plot();
  const std::array<ChartPoint, 3> points{{{1, 5}, {2, 6}, {3, kNaN}}};
  chart.Area(points, "s4");
  EXPECT_THAT(chart.Render("t"), HasSubstr("M20 70L30 60V120H20Z"));
}

TEST(Chart, DrawsCellsAsOnePath) {
  Chart chart = Plot();
  const std::array<Chart::Cell, 2> cells{{{0, 1, 0, 1}, {1, 2, 1, 2}}};
  chart.Cells(cells, "h3");
  EXPECT_THAT(chart.Render("t"),
              HasSubstr("<path d=\"M10 110h10v10h-10zM20 100h10v10h-10z\" class=\"h3\"/>"));
}

TEST(Chart, LeavesOutLabelsThatWouldLieOnEachOther) {
  Chart chart = Plot();
  const std::array<Tick, 3> ticks{{{4, "left"}, {4.2, "hidden"}, {9, "right"}}};
  chart.XTicks(ticks);
  const std::string svg = chart.Render("t");
  EXPECT_THAT(svg, HasSubstr(">left<"));
  EXPECT_THAT(svg, Not(HasSubstr(">hidden<")));
  EXPECT_THAT(svg, HasSubstr(">right<"));
}

TEST(Chart, EscapesItsWords) {
  Chart chart = Plot();
  chart.Horizontal(5, "limit", "a<b");
  EXPECT_THAT(chart.Render("x\"><script>"), HasSubstr("aria-label=\"x&quot;&gt;&lt;script&gt;\""));
  EXPECT_THAT(chart.Render("t"), HasSubstr(">a&lt;b<"));
}

}  // namespace
}  // namespace loadline::report
