// Figure: a chart with its title, its legend, and the values that a reader may point at.
//
// Pure functions; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "report/chart.h"

namespace loadline::report {

/// One entry of a legend.
struct LegendItem {
  enum class Kind { kLine, kArea, kMark } kind = Kind::kLine;
  std::string css;
  std::string text;
  Mark mark = Mark::kDot;
};

/// What is shown where a reader points: one value per place and series.
struct HoverSeries {
  std::string name;
  std::string css;
  std::vector<std::string> values;  ///< As many as places; empty: nothing to say there.
};

struct Hover {
  std::string sync;                 ///< Figures of the same word move their lines together.
  std::vector<double> at;           ///< Places along the x axis, in [0, 1].
  std::vector<double> height;       ///< And along y, where places are points; else empty.
  std::vector<std::string> titles;  ///< One per place.
  std::vector<HoverSeries> series;
};

struct Figure {
  std::string id;     ///< Of the element: `percentiles`.
  std::string title;  ///< What is drawn, and its unit.
  std::string lead;   ///< A sentence or two: what to see in it.
  std::string words;  ///< The chart in words, for those who cannot see it.
  std::vector<LegendItem> legend;
  Hover hover;
  bool small = false;  ///< One of several beside each other.
};

/// The sizes a figure is drawn in; the style sheet shows the one that fits.
[[nodiscard]] Frame WideFrame(double height);
[[nodiscard]] Frame NarrowFrame(double height);
[[nodiscard]] Frame SmallFrame(double height);

/// The whole `<figure>`. `draw` makes the chart for a frame and is called once for every size.
[[nodiscard]] std::string FigureHtml(const Figure& figure, double height,
                                     const std::function<Chart(const Frame&)>& draw);

}  // namespace loadline::report
