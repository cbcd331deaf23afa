// The percentile curve, and the table beside it.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/units_text.h"
#include "report/figure.h"
#include "report/html_sections.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Of fewer requests no curve is made: it would promise what they cannot say.
constexpr std::int64_t kLeastRequests = 10;
/// Places along a curve.
constexpr int kPlaces = 160;
/// From this ratio of the largest to the smallest value on, the axis of times is logarithmic.
constexpr double kLogFrom = 25;

struct Curve {
  std::string name;
  std::string css;
  stats::Histogram values;
  std::int64_t failed = 0;
  std::vector<ChartPoint> points;  // x: quantile, y: seconds.
};

Curve MakeCurve(std::string name, std::string css, stats::Histogram values, std::int64_t failed) {
  Curve curve;
  curve.name = std::move(name);
  curve.css = std::move(css);
  curve.values = std::move(values);
  curve.failed = failed;
  return curve;
}

/// The step of a search with that result at that level.
const StepReport* StepAtLevel(const RunReport& report, std::optional<double> level,
                              measure::StepResult result) {
  const StepReport* found = nullptr;
  for (const StepReport& step : report.steps) {
    if (level.has_value() && step.verdict.result == result && step.verdict.level == *level) {
      found = &step;
    }
  }
  return found;
}

std::vector<Curve> CurvesOf(const PageFacts& facts, const StepReport& shown) {
  const RunReport& report = facts.report;
  const measure::TaskMeasurement all = AllTasks(shown.measurement);
  std::vector<Curve> curves;
  const bool search = report.load_line.has_value();
  const std::string at =
      search ? fmt::format(" at {} {}", LevelText(report.load_line->axis, shown.verdict.level),
                           LevelUnit(report.load_line->axis))
             : std::string();
  curves.push_back(
      MakeCurve("response (from due time)" + at, "s1", all.response, shown.measurement.failed));
  curves.push_back(MakeCurve("wire (from send)" + at, "s2", all.wire, shown.measurement.failed));
  if (!search) {
    return curves;
  }
  const auto add = [&](std::optional<double> level, measure::StepResult result, const char* word,
                       const char* css) {
    const StepReport* step = StepAtLevel(report, level, result);
    if (step != nullptr && step != &shown) {
      curves.push_back(MakeCurve(fmt::format("response at {} {}, which {}",
                                             LevelText(report.load_line->axis, step->verdict.level),
                                             LevelUnit(report.load_line->axis), word),
                                 css, AllTasks(step->measurement).response,
                                 step->measurement.failed));
    }
  };
  add(report.load_line->held, measure::StepResult::kHeld, "held", "s3");
  add(report.load_line->broken, measure::StepResult::kBroken, "broke", "s4");
  return curves;
}

/// The value of a quantile [s] with failures as infinitely slow; NaN where it lies among them, or
/// beyond what so few requests can say.
double ValueAt(const Curve& curve, double quantile) {
  const std::int64_t n = curve.values.count() + curve.failed;
  if (curve.values.empty() || (1 - quantile) * static_cast<double>(n) < 0.999) {
    return kNaN;
  }
  const Duration value = curve.values.ValueAtQuantile(quantile, curve.failed);
  return value == Duration::max() ? kNaN : Seconds(value);
}

/// The quantiles at which curves are drawn, evenly spread on the axis.
std::vector<double> Places(double highest) {
  std::vector<double> places;
  const double end = -std::log10(1 - highest);
  for (int i = 0; i <= kPlaces; ++i) {
    places.push_back(i == kPlaces ? highest : 1 - std::pow(10.0, -end * i / kPlaces));
  }
  return places;
}

/// `99.37 %`, with as many digits as tell it from 100 %.
std::string QuantileText(double quantile) {
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(1 - quantile))), 1, 8);
  return fmt::format("{:.{}f} %", quantile * 100, digits);
}

std::string WordsOf(const std::vector<Curve>& curves) {
  std::string words = "Percentile curve.";
  for (const Curve& curve : curves) {
    if (!curve.values.empty()) {
      words += fmt::format(" {}: half within {}, 95 % within {}, 99 % within {}.", curve.name,
                           FormatDuration(curve.values.ValueAtQuantile(0.5, curve.failed)),
                           FormatDuration(curve.values.ValueAtQuantile(0.95, curve.failed)),
                           FormatDuration(curve.values.ValueAtQuantile(0.99, curve.failed)));
    }
  }
  return words;
}

std::string CurveFigure(const PageFacts& facts, const StepReport& shown) {
  std::vector<Curve> curves = CurvesOf(facts, shown);
  std::erase_if(curves, [](const Curve& curve) {
    return curve.values.empty() || curve.values.count() + curve.failed < kLeastRequests;
  });
  if (curves.empty()) {
    return {};
  }
  std::int64_t most = 0;
  for (const Curve& curve : curves) {
    most = std::max(most, curve.values.count() + curve.failed);
  }
  const double highest = 1 - 1 / std::max(10.0, static_cast<double>(most));
  const std::vector<double> places = Places(highest);
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (Curve& curve : curves) {
    for (const double quantile : places) {
      const double y = ValueAt(curve, quantile);
      curve.points.push_back({quantile, y});
      low = std::isnan(y) ? low : std::min(low, y);
      high = std::isnan(y) ? high : std::max(high, y);
    }
  }
  if (high <= 0) {
    return {};
  }
  std::vector<measure::Objective> limits;
  for (const measure::Objective& one : ObjectivesOf(facts.report)) {
    // One of a single task is not about the curve of all; one that is far away would press the
    // curves flat. The verdict tells both.
    const bool of_all = one.task.empty() || shown.measurement.tasks.size() == 1;
    if (of_all && one.metric == measure::Metric::kQuantile && Seconds(one.threshold) <= 3 * high &&
        one.quantile <= highest) {
      limits.push_back(one);
    }
  }
  const bool log = high / low > kLogFrom;
  for (const measure::Objective& one : limits) {
    high = std::max(high, Seconds(one.threshold));
    low = std::min(low, Seconds(one.threshold));
  }
  const Scale y = log ? Scale::Log(low * 0.9, high * 1.2) : Scale::Linear(0, high * 1.08);
  const Scale x = Scale::Tail(highest);

  Figure figure;
  figure.id = "percentiles-chart";
  figure.title = log ? "Time by percentile (logarithmic)" : "Time by percentile";
  figure.lead =
      "How slow the slowest requests were: the axis stretches the tail, so that 99 % to 99.9 % has "
      "as much room as 90 % to 99 %. Response counts the waiting for a connection, wire does not.";
  if (!limits.empty()) {
    figure.lead += " The response has to pass below the diamond of every objective.";
  }
  const std::int64_t ended = shown.measurement.succeeded + shown.measurement.failed;
  const double succeeded =
      ended > 0 ? static_cast<double>(shown.measurement.succeeded) / static_cast<double>(ended) : 1;
  if (shown.measurement.failed > 0) {
    figure.lead += " Failed requests count as infinitely slow: there the curve ends.";
  }
  figure.words = WordsOf(curves);
  for (const Curve& curve : curves) {
    figure.legend.push_back({LegendItem::Kind::kLine, curve.css, curve.name, Mark::kDot});
    HoverSeries series{curve.name, curve.css, {}};
    for (const ChartPoint& point : curve.points) {
      series.values.push_back(std::isnan(point.y) ? "" : FormatDuration(FromSeconds(point.y)));
    }
    figure.hover.series.push_back(std::move(series));
  }
  if (!limits.empty()) {
    figure.legend.push_back({LegendItem::Kind::kMark, "limit", "objective", Mark::kDiamond});
  }
  for (const double quantile : places) {
    figure.hover.at.push_back(x.At(quantile));
    figure.hover.titles.push_back(QuantileText(quantile));
  }
  return FigureHtml(figure, 340, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    chart.XTicks(TailTicks(highest));
    chart.YTicks(DurationTicks(y, 8));
    chart.XTitle("share of the requests that were at least as fast");
    for (const measure::Objective& one : limits) {
      chart.Horizontal(Seconds(one.threshold), "limitline", Format(one));
    }
    if (shown.measurement.failed > 0 && succeeded < highest) {
      chart.Vertical(succeeded, "failline", fmt::format("{} failed", FormatPercent(1 - succeeded)));
    }
    // The dashed wire lies upon the response, so that both are seen where they are the same.
    for (const Curve& curve : curves) {
      chart.Line(curve.points, curve.css);
    }
    for (const measure::Objective& one : limits) {
      chart.Point(one.quantile, Seconds(one.threshold), Mark::kDiamond, "limit");
    }
    return chart;
  });
}

void AddRow(std::vector<std::vector<std::string>>& rows, const std::string& name,
            const stats::Histogram& values) {
  constexpr std::array kQuantiles{0.5, 0.9, 0.95, 0.99, 0.999};
  std::vector<std::string> row{name};
  for (const double quantile : kQuantiles) {
    row.push_back(values.empty() ? "–" : FormatDuration(values.ValueAtQuantile(quantile)));
  }
  row.push_back(values.empty() ? "–" : FormatDuration(values.Mean()));
  row.push_back(values.empty() ? "–" : FormatDuration(values.Max()));
  rows.push_back(std::move(row));
}

std::string PercentileTable(const StepReport& shown) {
  const measure::TaskMeasurement all = AllTasks(shown.measurement);
  std::vector<std::vector<std::string>> rows;
  AddRow(rows, "response (from due time)", all.response);
  AddRow(rows, "wire (from send)", all.wire);
  if (shown.measurement.tasks.size() > 1) {
    for (const measure::TaskMeasurement& task : shown.measurement.tasks) {
      AddRow(rows, Shorten(task.name, 40) + ", response", task.response);
      AddRow(rows, Shorten(task.name, 40) + ", wire", task.wire);
    }
  }
  const std::vector<std::string> head{"", "p50", "p90", "p95", "p99", "p99.9", "mean", "max"};
  return HtmlTable(
      fmt::format("Percentiles at {}{}", Describe(shown.measurement.load),
                  shown.measurement.failed > 0 ? ", of the requests that succeeded" : ""),
      head, rows);
}

}  // namespace

std::string PercentilesSection(const PageFacts& facts) {
  const StepReport* shown = ShownStep(facts);
  if (shown == nullptr || AllTasks(shown->measurement).response.empty()) {
    return {};
  }
  return Section("percentiles", "How long requests took",
                 CurveFigure(facts, *shown) + PercentileTable(*shown));
}

}  // namespace loadline::report
