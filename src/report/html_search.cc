// The search: response against load with bracket and estimate, and its table.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/units_text.h"
#include "report/figure.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

/// From this ratio of the highest to the lowest load on, the axis of loads is logarithmic.
constexpr double kLogFrom = 60;

struct Probe {
  const StepReport* step = nullptr;
  double tail_s = 0.0;  ///< The shown quantile of the successes; 0: there were none.
  double median_s = 0.0;
};

std::vector<Probe> ProbesOf(const RunReport& report, double quantile) {
  std::vector<Probe> probes;
  for (const StepReport& step : report.steps) {
    if (!InStepTable(step)) {
      continue;
    }
    Probe probe;
    probe.step = &step;
    const stats::Histogram response = AllTasks(step.measurement).response;
    if (!response.empty()) {
      probe.tail_s = Seconds(response.ValueAtQuantile(quantile));
      probe.median_s = Seconds(response.ValueAtQuantile(0.5));
    }
    probes.push_back(probe);
  }
  return probes;
}

std::string ResultWords(const StepReport& step) {
  const std::string_view result = ResultClass(step);
  const std::string& reason = step.verdict.reason;
  if (result == "operating") {
    return reason.empty() ? "operating load" : reason;
  }
  std::string word = result == "held"      ? "HELD"
                     : result == "broken"  ? "BROKEN"
                     : result == "refused" ? "REFUSED"
                     : result == "clear"   ? ""
                                           : "not decided";
  if (word.empty()) {
    return reason.empty() ? "clear" : reason;
  }
  return reason.empty() ? word : fmt::format("{}: {}", word, reason);
}

std::string ErrorShare(const measure::Measurement& m) {
  const std::int64_t ended = m.succeeded + m.failed;
  return m.failed == 0 || ended == 0
             ? "0"
             : FormatPercent(static_cast<double>(m.failed) / static_cast<double>(ended));
}

std::vector<LegendItem> LegendOf(const std::vector<Probe>& probes, bool staircase) {
  struct Entry {
    std::string_view css;
    Mark mark;
    const char* text;
  };
  const std::array<Entry, 6> entries{
      {{"held", Mark::kDot, "held: proved"},
       {"broken", Mark::kCross, staircase ? "errors" : "broken: proved"},
       {"clear", Mark::kRing, staircase ? "no errors" : "a glance, proves nothing"},
       {"undecided", Mark::kSquare, "not decided"},
       {"refused", Mark::kSquare, "refused"},
       {"operating", Mark::kDiamond, "operating load"}}};
  std::vector<LegendItem> legend;
  for (const Entry& entry : entries) {
    const bool there = std::any_of(probes.begin(), probes.end(), [&](const Probe& probe) {
      return ResultClass(*probe.step) == entry.css;
    });
    if (there) {
      legend.push_back({LegendItem::Kind::kMark, std::string(entry.css), entry.text, entry.mark});
    }
  }
  return legend;
}

/// Bracket, estimate, saturation and operating load behind the marks.
void DrawLine(Chart& chart, const measure::LoadLine& line) {
  if (line.held.has_value() && line.broken.has_value()) {
    chart.Band(*line.held, *line.broken, "bracket");
  }
  if (line.estimate_low.has_value() && line.estimate_high.has_value()) {
    chart.Band(*line.estimate_low, *line.estimate_high, "estimate");
  }
  if (line.operating.has_value()) {
    chart.Vertical(*line.operating, "operatingline", "run it at", 1);
  }
  if (line.estimate.has_value()) {
    chart.Vertical(*line.estimate, "estimateline", "best estimate", 0);
  }
  if (line.saturation.has_value()) {
    chart.Vertical(*line.saturation, "saturationline", "saturation", 2);
  }
}

Hover HoverOf(const std::vector<Probe>& probes, const measure::LoadLine& line, const Scale& x,
              const Scale& y, const std::string& tail) {
  Hover hover;
  HoverSeries result{"result", "", {}};
  HoverSeries sent{"sent", "", {}};
  HoverSeries median{"p50", "", {}};
  HoverSeries high{tail, "", {}};
  HoverSeries errors{"errors", "", {}};
  for (const Probe& probe : probes) {
    const measure::Measurement& m = probe.step->measurement;
    hover.at.push_back(x.At(probe.step->verdict.level));
    hover.height.push_back(y.At(probe.tail_s));
    hover.titles.push_back(fmt::format("{} {}", LevelText(line.axis, probe.step->verdict.level),
                                       LevelUnit(line.axis)));
    result.values.push_back(ResultWords(*probe.step));
    sent.values.push_back(FormatCount(m.accounts.dispatched));
    median.values.push_back(FormatDuration(FromSeconds(probe.median_s)));
    high.values.push_back(FormatDuration(FromSeconds(probe.tail_s)));
    errors.values.push_back(ErrorShare(m));
  }
  hover.series = {result, sent, median, high, errors};
  return hover;
}

std::string SearchFigure(const PageFacts& facts, const measure::LoadLine& line,
                         std::vector<Probe> probes, double quantile) {
  std::erase_if(probes, [](const Probe& probe) { return probe.tail_s <= 0; });
  if (probes.empty()) {
    return {};
  }
  double left = probes.front().step->verdict.level;
  double right = left;
  double low = probes.front().tail_s;
  double high = low;
  for (const Probe& probe : probes) {
    left = std::min(left, probe.step->verdict.level);
    right = std::max(right, probe.step->verdict.level);
    low = std::min(low, probe.tail_s);
    high = std::max(high, probe.tail_s);
  }
  right = std::max(right, line.saturation.value_or(right));
  std::vector<measure::Objective> limits;
  for (const measure::Objective& one : ObjectivesOf(facts.report)) {
    if (one.metric == measure::Metric::kQuantile && one.quantile == quantile) {
      limits.push_back(one);
      low = std::min(low, Seconds(one.threshold));
      high = std::max(high, Seconds(one.threshold));
    }
  }
  const bool log = left > 0 && right / left > kLogFrom;
  const Scale x = log ? Scale::Log(left * 0.8, right * 1.15) : Scale::Linear(0, right * 1.08);
  const Scale y = Scale::Log(low * 0.7, high * 1.6);
  const std::string tail = measure::QuantileName(quantile);

  Figure figure;
  figure.id = "search-chart";
  figure.title = fmt::format("{} of the response against the load (logarithmic)", tail);
  figure.lead = fmt::format(
      "Every probe of the search, by the load it applied. {}Response times are those of successes.",
      line.held.has_value() && line.broken.has_value()
          ? "The shaded bracket lies between the highest load that was proved to hold and the "
            "lowest proved to break. "
          : "");
  figure.words =
      fmt::format("{} probes from {} to {} {}; {} from {} to {}.", probes.size(),
                  LevelText(line.axis, left), LevelText(line.axis, right), LevelUnit(line.axis),
                  tail, FormatDuration(FromSeconds(low)), FormatDuration(FromSeconds(high)));
  figure.legend = LegendOf(probes, facts.report.staircase.has_value());
  if (line.held.has_value() && line.broken.has_value()) {
    figure.legend.push_back({LegendItem::Kind::kArea, "bracket", "bracket"});
  }
  if (line.estimate_low.has_value() && line.estimate_high.has_value()) {
    figure.legend.push_back(
        {LegendItem::Kind::kArea, "estimate", "best estimate with its interval"});
  }
  figure.hover = HoverOf(probes, line, x, y, tail);
  return FigureHtml(figure, 360, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    chart.XTicks(NumberTicks(x, frame.wide ? 9 : 5));
    chart.YTicks(DurationTicks(y, 8));
    chart.XTitle(line.axis == measure::SearchAxis::kRate ? "requests per second" : "users");
    DrawLine(chart, line);
    for (const measure::Objective& one : limits) {
      chart.Horizontal(Seconds(one.threshold), "limitline", Format(one));
    }
    for (const Probe& probe : probes) {
      chart.Point(probe.step->verdict.level, probe.tail_s, ResultMark(*probe.step),
                  ResultClass(*probe.step));
    }
    return chart;
  });
}

/// The table, with the marks of the chart.
std::string ProbeTable(const std::vector<Probe>& probes, measure::SearchAxis axis,
                       double quantile) {
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Every step of the "
      "search\"><table class=\"steps\"><caption>Every step of the search, in order</caption>"
      "<thead><tr><th scope=\"col\" class=\"right\">{}</th><th scope=\"col\" class=\"right\">sent"
      "</th><th scope=\"col\" class=\"right\">measured</th><th scope=\"col\" class=\"right\">p50"
      "</th><th scope=\"col\" class=\"right\">{}</th><th scope=\"col\" class=\"right\">errors</th>"
      "<th scope=\"col\" class=\"left\">result</th></tr></thead><tbody>\n",
      axis == measure::SearchAxis::kRate ? "rate" : "users", measure::QuantileName(quantile));
  for (const Probe& probe : probes) {
    const measure::Measurement& m = probe.step->measurement;
    const std::string_view css = ResultClass(*probe.step);
    const auto time = [](double seconds) {
      return seconds > 0 ? FormatDuration(FromSeconds(seconds)) : std::string("–");
    };
    html += fmt::format(
        "<tr class=\"{}\"><th scope=\"row\" class=\"right\">{}{}</th><td class=\"right\">{}</td>"
        "<td class=\"right\">{}</td><td class=\"right\">{}</td><td class=\"right\">{}</td>"
        "<td class=\"right\">{}</td><td class=\"left\"><svg class=\"swatch\" viewBox=\"0 0 16 12\" "
        "width=\"16\" height=\"12\" aria-hidden=\"true\">{}</svg>{}</td></tr>\n",
        css, LevelText(axis, probe.step->verdict.level),
        axis == measure::SearchAxis::kRate ? "/s" : "", FormatCount(m.accounts.dispatched),
        RoughText(m.measured), time(probe.median_s), time(probe.tail_s), ErrorShare(m),
        MarkShape(ResultMark(*probe.step), 8, 6, 4, css), Escaped(ResultWords(*probe.step)));
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string SearchSection(const PageFacts& facts) {
  const RunReport& report = facts.report;
  if (report.command != "find" && !report.load_line.has_value()) {
    return {};
  }
  const double quantile = ShownQuantile(ObjectivesOf(report));
  const std::vector<Probe> probes = ProbesOf(report, quantile);
  if (probes.empty()) {
    return {};
  }
  measure::LoadLine line;
  if (report.load_line.has_value()) {
    line = *report.load_line;
  } else if (report.staircase.has_value()) {
    line.axis = measure::SearchAxis::kUsers;
  }
  return Section(
      "search", "How it was found",
      SearchFigure(facts, line, probes, quantile) + ProbeTable(probes, line.axis, quantile));
}

}  // namespace loadline::report
