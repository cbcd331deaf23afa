#include "report/html_heat.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/units_text.h"
#include "report/html_sections.h"
#include "report/text.h"

namespace loadline::report {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kRows = 44;
/// Shares of a column's requests from which a cell is as dark as its place in this list.
constexpr std::array kShades{0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2};

struct Quantiles {
  std::vector<ChartPoint> median;
  std::vector<ChartPoint> tail;
};

/// The heat map's cells by shade; columns are joined in pairs where `join` is 2.
using Shaded = std::array<std::vector<Chart::Cell>, kShades.size()>;

Shaded CellsOf(const Timeline& timeline, double low, double high, std::size_t join) {
  Shaded shaded;
  const double per_row = std::log(high / low) / kRows;
  const double column_s = timeline.column_seconds();
  for (std::size_t begin = 0; begin < timeline.columns().size(); begin += join) {
    const std::size_t end = std::min(begin + join, timeline.columns().size());
    std::array<std::int64_t, kRows> counts{};
    std::int64_t all = 0;
    for (std::size_t i = begin; i < end; ++i) {
      timeline.columns()[i].response.ForEach([&](Duration from, Duration to, std::int64_t n) {
        const double middle = std::max(low, (Seconds(from) + Seconds(to)) / 2);
        const int row = static_cast<int>(std::log(middle / low) / per_row);
        counts[static_cast<std::size_t>(std::clamp(row, 0, kRows - 1))] += n;
        all += n;
      });
    }
    for (std::size_t row = 0; row < counts.size(); ++row) {
      if (counts[row] == 0) {
        continue;
      }
      const double share = static_cast<double>(counts[row]) / static_cast<double>(all);
      const auto shade =
          std::upper_bound(kShades.begin(), kShades.end(), share) - kShades.begin() - 1;
      shaded[static_cast<std::size_t>(shade)].push_back(
          {static_cast<double>(begin) * column_s, static_cast<double>(end) * column_s,
           low * std::exp(per_row * static_cast<double>(row)),
           low * std::exp(per_row * static_cast<double>(row + 1))});
    }
  }
  return shaded;
}

Quantiles QuantilesOf(const Timeline& timeline, double quantile) {
  Quantiles lines;
  for (std::size_t i = 0; i < timeline.columns().size(); ++i) {
    const stats::Histogram& response = timeline.columns()[i].response;
    const double x = (static_cast<double>(i) + 0.5) * timeline.column_seconds();
    const auto at = [&](double q) {
      return response.empty() ? kNaN : Seconds(response.ValueAtQuantile(q));
    };
    lines.median.push_back({x, at(0.5)});
    lines.tail.push_back({x, at(quantile)});
  }
  return lines;
}

Hover HeatHover(const Timeline& timeline, const Scale& x, const Quantiles& lines,
                const std::string& tail) {
  Hover hover = TimeHover(timeline, x);
  const auto add = [&](const std::string& name, const char* css, const auto& value) {
    HoverSeries series{name, css, {}};
    for (std::size_t i = 0; i < timeline.columns().size(); ++i) {
      series.values.push_back(timeline.columns()[i].any ? value(i) : "");
    }
    hover.series.push_back(std::move(series));
  };
  const auto time = [](double seconds) {
    return std::isnan(seconds) ? std::string("–") : FormatDuration(FromSeconds(seconds));
  };
  const auto response = [&](std::size_t i) -> const stats::Histogram& {
    return timeline.columns()[i].response;
  };
  add("slowest", "",
      [&](std::size_t i) { return time(response(i).empty() ? kNaN : Seconds(response(i).Max())); });
  add(tail, "over2", [&](std::size_t i) { return time(lines.tail[i].y); });
  add("median", "over1", [&](std::size_t i) { return time(lines.median[i].y); });
  add("succeeded", "", [&](std::size_t i) { return FormatCount(response(i).count()); });
  add("failed", "", [&](std::size_t i) { return FormatCount(timeline.columns()[i].failures_all); });
  return hover;
}

void DrawLimits(Chart& chart, const std::vector<measure::Objective>& limits, double low,
                double high) {
  for (const measure::Objective& one : limits) {
    const double at = Seconds(one.threshold);
    if (one.metric == measure::Metric::kQuantile && at >= low && at <= high) {
      chart.Horizontal(at, "limitline", Format(one));
    }
  }
}

}  // namespace

std::string HeatFigure(const PageFacts& facts, const Timeline& timeline) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (const TimelineColumn& column : timeline.columns()) {
    if (!column.response.empty()) {
      low = std::min(low, Seconds(column.response.Min()));
      high = std::max(high, Seconds(column.response.Max()));
    }
  }
  if (high <= 0) {
    return {};
  }
  low = std::max(low * 0.9, 1e-6);
  high = std::max(high * 1.1, low * 4);  // A constant answer time still gets an axis.
  const std::vector<measure::Objective> limits = ObjectivesOf(facts.report);
  for (const measure::Objective& one : limits) {
    const double at = Seconds(one.threshold);
    if (one.metric == measure::Metric::kQuantile && at > high && at < 4 * high) {
      high = at * 1.3;
    }
  }
  const double quantile = ShownQuantile(limits);
  const Quantiles lines = QuantilesOf(timeline, quantile);
  const Scale x = Scale::Linear(0, timeline.seconds());
  const Scale y = Scale::Log(low, high);
  const std::string tail = measure::QuantileName(quantile);

  Figure figure;
  figure.id = "heat";
  figure.title = "Response time, every success (logarithmic)";
  figure.lead =
      "Each column is a moment, each cell the share of its requests that took so long. Two dark "
      "bands are two kinds of answer; a band that climbs is a queue that grows.";
  figure.words = fmt::format("Heat map of response times over time, from {} to {}.",
                             FormatDuration(FromSeconds(low)), FormatDuration(FromSeconds(high)));
  figure.legend = {{LegendItem::Kind::kLine, "over1", "median"},
                   {LegendItem::Kind::kLine, "over2", tail},
                   {LegendItem::Kind::kArea, "h1", "0.2 %"},
                   {LegendItem::Kind::kArea, "h3", "1 %"},
                   {LegendItem::Kind::kArea, "h5", "5 %"},
                   {LegendItem::Kind::kArea, "h7", "20 % or more of the moment's requests"}};
  figure.hover = HeatHover(timeline, x, lines, tail);
  return FigureHtml(figure, 340, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    const std::size_t join = !frame.wide && timeline.columns().size() > 120 ? 2 : 1;
    const Shaded shaded = CellsOf(timeline, low, high, join);
    for (std::size_t shade = 0; shade < shaded.size(); ++shade) {
      chart.Cells(shaded[shade], fmt::format("h{}", shade));
    }
    chart.XTicks(TimeTicks(timeline.seconds(), frame.wide ? 12 : 5));
    chart.YTicks(DurationTicks(y, 9));
    chart.XTitle("time since the first step");
    DrawLimits(chart, limits, low, high);
    chart.Line(lines.tail, "over2");
    chart.Line(lines.median, "over1");
    return chart;
  });
}

}  // namespace loadline::report
