// The latency table of `find --vary`, as a table and as a curve.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/units_text.h"
#include "report/figure.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/vary_report.h"

namespace loadline::report {
namespace {

/// What the fit says of a row: the share of the calculated rate that is left by the overhead.
double Explained(const VaryRow& row, Duration overhead) {
  return Seconds(row.latency) / Seconds(row.latency + std::max(Duration::zero(), overhead));
}

std::string Share(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::vector<VaryRow> Achieved(const VaryReport& vary) {
  std::vector<VaryRow> rows;
  for (const VaryRow& row : vary.rows) {
    if (row.achieved.has_value() && row.latency > Duration::zero() &&
        row.calculated.per_second > 0) {
      rows.push_back(row);
    }
  }
  std::sort(rows.begin(), rows.end(),
            [](const VaryRow& a, const VaryRow& b) { return a.latency < b.latency; });
  return rows;
}

std::string ShareFigure(const VaryReport& vary) {
  const std::vector<VaryRow> rows = Achieved(vary);
  if (rows.size() < 2 || rows.front().latency == rows.back().latency) {
    return {};
  }
  const double left = Seconds(rows.front().latency);
  const double right = Seconds(rows.back().latency);
  double highest = 1.0;
  for (const VaryRow& row : rows) {
    highest = std::max(highest, row.achieved->per_second / row.calculated.per_second);
  }
  const Scale x = Scale::Log(left * 0.8, right * 1.25);
  const Scale y = Scale::Linear(0, highest * 110);
  Figure figure;
  figure.id = "vary-chart";
  figure.title = "Achieved as a share of calculated (%), against the latency";
  figure.lead = "A cross-check of the formula on paper: 100 % is pods · concurrency ÷ latency.";
  figure.words =
      fmt::format("{} values of {}, latency {} to {}.", rows.size(), vary.field,
                  FormatDuration(rows.front().latency), FormatDuration(rows.back().latency));
  figure.legend = {{LegendItem::Kind::kMark, "held", "achieved", Mark::kDot}};
  HoverSeries share{"achieved", "", {}};
  HoverSeries fit{"with the overhead", "", {}};
  for (const VaryRow& row : rows) {
    const double value = row.achieved->per_second / row.calculated.per_second;
    figure.hover.at.push_back(x.At(Seconds(row.latency)));
    figure.hover.height.push_back(y.At(100 * value));
    figure.hover.titles.push_back(fmt::format("{} {}", vary.field, row.value));
    share.values.push_back(Share(value));
    fit.values.push_back(vary.overhead ? Share(Explained(row, *vary.overhead)) : "");
  }
  figure.hover.series = {share};
  if (vary.overhead.has_value()) {
    figure.hover.series.push_back(fit);
    figure.legend.push_back({LegendItem::Kind::kLine, "s1", "as the fitted overhead explains it"});
  }
  return FigureHtml(figure, 280, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    chart.XTicks(DurationTicks(x, frame.wide ? 9 : 5));
    chart.YTicks(NumberTicks(y, 6));
    chart.XTitle("latency of a request by itself");
    chart.Horizontal(100, "limitline", "calculated");
    if (vary.overhead.has_value()) {
      std::vector<ChartPoint> curve;
      VaryRow at;
      for (int i = 0; i <= 60; ++i) {
        const double seconds = left * std::pow(right / left, i / 60.0);
        at.latency = FromSeconds(seconds);
        curve.push_back({seconds, 100 * Explained(at, *vary.overhead)});
      }
      chart.Line(curve, "s1");
    }
    for (const VaryRow& row : rows) {
      chart.Point(Seconds(row.latency), 100 * row.achieved->per_second / row.calculated.per_second,
                  Mark::kDot, "held");
    }
    return chart;
  });
}

std::string RowTable(const VaryReport& vary, const std::string& own_run) {
  std::vector<std::vector<std::string>> rows;
  for (const VaryRow& row : vary.rows) {
    const bool rate = row.achieved.has_value() && row.calculated.per_second > 0;
    rows.push_back({row.value, FormatDuration(row.latency), FormatRate(row.calculated),
                    rate ? FormatRate(*row.achieved) : "–",
                    rate ? Share(row.achieved->per_second / row.calculated.per_second) : "–",
                    row.residual ? fmt::format("{:+.1f} %", 100 * *row.residual) : "–",
                    row.run == own_run ? row.run + " (this one)" : row.run});
  }
  const std::vector<std::string> head{
      vary.field, "latency", "calculated", "achieved", "achieved ÷ calculated", "residual", "run"};
  return HtmlTable("One search for each value", head, rows, 1);
}

}  // namespace

std::string VarySection(const PageFacts& facts) {
  if (!facts.report.vary.has_value() || facts.report.vary->rows.empty()) {
    return {};
  }
  const VaryReport& vary = *facts.report.vary;
  std::string html;
  for (const auto& [label, text] : VarySentences(vary)) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", Escaped(label), Escaped(text));
  }
  return Section("vary", "This search beside those for other values",
                 ShareFigure(vary) + RowTable(vary, facts.report.id) +
                     fmt::format("<dl class=\"facts\">\n{}</dl>\n", html));
}

}  // namespace loadline::report
