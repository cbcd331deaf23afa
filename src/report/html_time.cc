// Charts over time: rates, requests in flight, and the generator's health.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/units_text.h"
#include "report/figure.h"
#include "report/html_heat.h"
#include "report/html_sections.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Value = std::function<double(const TimelineColumn&)>;

struct Series {
  std::string name;
  std::string css;
  Value value;
  std::function<std::string(double)> text;
};

std::vector<ChartPoint> PointsOf(const Timeline& timeline, const Value& value) {
  std::vector<ChartPoint> points;
  for (std::size_t i = 0; i < timeline.columns().size(); ++i) {
    const TimelineColumn& column = timeline.columns()[i];
    points.push_back({(static_cast<double>(i) + 0.5) * timeline.column_seconds(),
                      column.any ? value(column) : kNaN});
  }
  return points;
}

Hover HoverOf(const Timeline& timeline, const Scale& x, const std::vector<Series>& all) {
  Hover hover = TimeHover(timeline, x);
  for (const Series& one : all) {
    HoverSeries series{one.name, one.css, {}};
    for (const ChartPoint& point : PointsOf(timeline, one.value)) {
      series.values.push_back(std::isnan(point.y) ? "" : one.text(point.y));
    }
    hover.series.push_back(std::move(series));
  }
  return hover;
}

double Highest(const Timeline& timeline, const Value& value) {
  double high = 0;
  for (const ChartPoint& point : PointsOf(timeline, value)) {
    high = std::isnan(point.y) ? high : std::max(high, point.y);
  }
  return high;
}

std::string RateText(double rps) {
  return FormatRate(Rate{rps});
}

std::string TimeText(double seconds) {
  return FormatDuration(FromSeconds(seconds));
}

std::string PerColumn(const Timeline& timeline) {
  return timeline.column_seconds() == 1
             ? std::string()
             : fmt::format(" Each point stands for {} s.", timeline.column_seconds());
}

std::string RatesFigure(const Timeline& timeline) {
  const std::vector<Series> all = {
      {"offered", "s1", [](const TimelineColumn& c) { return c.offered_rps(); }, RateText},
      {"achieved", "s2", [](const TimelineColumn& c) { return c.achieved_rps(); }, RateText},
      {"failed", "s4", [](const TimelineColumn& c) { return c.failed_rps(); }, RateText}};
  const double high = std::max(Highest(timeline, all[0].value), Highest(timeline, all[1].value));
  if (high <= 0) {
    return {};
  }
  const bool failures = Highest(timeline, all[2].value) > 0;
  const Scale x = Scale::Linear(0, timeline.seconds());
  const Scale y = Scale::Linear(0, high * 1.18);
  Figure figure;
  figure.id = "rates";
  figure.title = "Requests per second, offered and achieved";
  figure.lead =
      "Where achieved does not follow offered, the target did not keep up." + PerColumn(timeline);
  figure.words = fmt::format("Requests per second over time: at most {} offered, {} achieved.",
                             RateText(Highest(timeline, all[0].value)),
                             RateText(Highest(timeline, all[1].value)));
  figure.legend = {{LegendItem::Kind::kLine, "s1", "offered (due)"},
                   {LegendItem::Kind::kLine, "s2", "achieved (completed)"}};
  if (failures) {
    figure.legend.push_back({LegendItem::Kind::kArea, "area s4", "of these failed"});
  }
  AddStepLegend(timeline, figure.legend);
  figure.hover = HoverOf(timeline, x, all);
  return FigureHtml(figure, 280, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    DrawSteps(chart, timeline, true);
    chart.XTicks(TimeTicks(timeline.seconds(), frame.wide ? 12 : 5));
    chart.YTicks(NumberTicks(y, 5));
    chart.XTitle("time since the first step");
    if (failures) {
      chart.Area(PointsOf(timeline, all[2].value), "s4");
    }
    chart.Line(PointsOf(timeline, all[0].value), "s1");
    chart.Line(PointsOf(timeline, all[1].value), "s2");
    return chart;
  });
}

std::string FlightFigure(const Timeline& timeline) {
  const auto count = [](double value) { return FormatCount(std::llround(value)); };
  std::vector<Series> all = {
      {"in flight", "s1", [](const TimelineColumn& c) { return static_cast<double>(c.in_flight); },
       count}};
  const Value users = [](const TimelineColumn& c) { return static_cast<double>(c.users); };
  const bool closed =
      std::any_of(timeline.steps().begin(), timeline.steps().end(),
                  [](const TimelineStep& step) { return step.charted && step.closed; });
  if (closed) {
    all.push_back({"users", "s2", users, count});
  }
  const double high =
      std::max(Highest(timeline, all[0].value), closed ? Highest(timeline, users) : 0.0);
  const Scale x = Scale::Linear(0, timeline.seconds());
  const Scale y = Scale::Linear(0, std::max(1.0, high) * 1.1);
  Figure figure;
  figure.id = "in-flight";
  figure.title = "Requests in flight";
  figure.lead =
      "Requests that were due and not answered yet, at the end of each second, whoever made them "
      "wait. One that keeps growing is a backlog.";
  figure.words = fmt::format("Requests in flight over time: at most {}.", count(high));
  figure.legend = {{LegendItem::Kind::kLine, "s1", "in flight"}};
  if (closed) {
    figure.legend.push_back({LegendItem::Kind::kLine, "s2", "users"});
  }
  figure.hover = HoverOf(timeline, x, all);
  return FigureHtml(figure, 200, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    DrawSteps(chart, timeline, false);
    chart.XTicks(TimeTicks(timeline.seconds(), frame.wide ? 12 : 5));
    chart.YTicks(NumberTicks(y, 4));
    chart.XTitle("time since the first step");
    const std::vector<ChartPoint> points = PointsOf(timeline, all[0].value);
    chart.Area(points, "s1");
    chart.Line(points, "s1");
    if (closed) {
      chart.Line(PointsOf(timeline, users), "s2");
    }
    return chart;
  });
}

/// A small chart of the generator.
std::string HealthFigure(const Timeline& timeline, std::string id, std::string title,
                         const std::vector<Series>& all, const Scale& y,
                         const std::vector<Tick>& ticks) {
  const Scale x = Scale::Linear(0, timeline.seconds());
  Figure figure;
  figure.id = std::move(id);
  figure.title = std::move(title);
  figure.small = true;
  figure.words = figure.title + " over time";
  for (const Series& one : all) {
    figure.legend.push_back({LegendItem::Kind::kLine, one.css, one.name});
    figure.words +=
        fmt::format(", {} at most {}", one.name, one.text(Highest(timeline, one.value)));
  }
  figure.hover = HoverOf(timeline, x, all);
  return FigureHtml(figure, 170, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    DrawSteps(chart, timeline, false);
    chart.XTicks(TimeTicks(timeline.seconds(), 5));
    chart.YTicks(ticks);
    for (const Series& one : all) {
      chart.Line(PointsOf(timeline, one.value), one.css);
    }
    return chart;
  });
}

/// A logarithmic axis of times for `all`, whole powers of ten at its ends.
Scale TimesScale(const Timeline& timeline, const std::vector<Series>& all) {
  double low = 1e-3;
  double high = 1e-5;
  for (const Series& one : all) {
    for (const ChartPoint& point : PointsOf(timeline, one.value)) {
      if (!std::isnan(point.y) && point.y > 0) {
        low = std::min(low, point.y);
        high = std::max(high, point.y);
      }
    }
  }
  return Scale::Log(std::pow(10.0, std::floor(std::log10(low))),
                    std::pow(10.0, std::ceil(std::log10(high * 1.05))));
}

/// NaN where nothing was measured, so that the line has a gap there.
double Positive(Duration d) {
  return d > Duration::zero() ? Seconds(d) : kNaN;
}

}  // namespace

Hover TimeHover(const Timeline& timeline, const Scale& x) {
  Hover hover;
  hover.sync = "time";
  for (std::size_t i = 0; i < timeline.columns().size(); ++i) {
    const double begin = static_cast<double>(i) * timeline.column_seconds();
    hover.at.push_back(x.At(begin + timeline.column_seconds() / 2.0));
    const TimelineStep* step = timeline.StepAt(i);
    hover.titles.push_back(step == nullptr || timeline.steps().size() == 1
                               ? MomentText(begin)
                               : fmt::format("{}, step at {}", MomentText(begin), step->label));
  }
  return hover;
}

void DrawSteps(Chart& chart, const Timeline& timeline, bool labels) {
  const bool several = timeline.steps().size() > 1;
  bool odd = false;
  for (const TimelineStep& step : timeline.steps()) {
    const double begin = Seconds(step.begin);
    const double end = Seconds(step.begin + step.issued);
    if (step.warmup > Duration::zero()) {
      chart.Band(begin, Seconds(step.begin + step.warmup), "warm");
    }
    if (!several) {
      continue;
    }
    if (odd) {
      chart.Band(begin, end, "step");
    }
    odd = !odd;
    if (labels && step.charted) {
      chart.TopLabel(begin, end, step.label, "label mid");
    }
  }
}

void AddStepLegend(const Timeline& timeline, std::vector<LegendItem>& legend) {
  const bool warm =
      std::any_of(timeline.steps().begin(), timeline.steps().end(),
                  [](const TimelineStep& step) { return step.warmup > Duration::zero(); });
  if (warm) {
    legend.push_back({LegendItem::Kind::kArea, "warm", "warm-up, not judged"});
  }
}

std::string TimeSection(const PageFacts& facts, const Timeline& timeline) {
  if (timeline.empty()) {
    return {};
  }
  return Section("time", "Over time",
                 RatesFigure(timeline) + HeatFigure(facts, timeline) + FlightFigure(timeline));
}

std::string GeneratorCharts(const Timeline& timeline) {
  if (timeline.empty()) {
    return {};
  }
  const std::vector<Series> late = {
      {"lateness p99", "s1",
       [](const TimelineColumn& c) { return Positive(c.generator.lateness_p99); }, TimeText},
      {"send error p99", "s2",
       [](const TimelineColumn& c) { return Positive(c.generator.send_error_p99); }, TimeText}};
  const auto percent = [](double share) { return FormatPercent(share); };
  const std::vector<Series> cpu = {
      {"working", "s1", [](const TimelineColumn& c) { return c.generator.cpu_busiest; }, percent},
      {"spinning", "s2", [](const TimelineColumn& c) { return c.generator.spin_busiest; },
       percent}};
  const std::vector<Series> lag = {
      {"longest turn", "s1",
       [](const TimelineColumn& c) { return Positive(c.generator.loop_lag_max); }, TimeText}};
  const Scale late_scale = TimesScale(timeline, late);
  const Scale lag_scale = TimesScale(timeline, lag);
  const Scale cpu_scale = Scale::Linear(0, 1);
  constexpr std::array kShares{0.0, 0.25, 0.5, 0.75, 1.0};
  std::vector<Tick> shares;
  shares.reserve(kShares.size());
  for (const double share : kShares) {
    shares.push_back({share, FormatPercent(share)});
  }
  return "<div class=\"grid\">" +
         HealthFigure(timeline, "lateness", "How late requests left", late, late_scale,
                      DurationTicks(late_scale, 6)) +
         HealthFigure(timeline, "cpu", "CPU of the busiest engine thread", cpu, cpu_scale, shares) +
         HealthFigure(timeline, "lag", "Longest turn of an engine loop", lag, lag_scale,
                      DurationTicks(lag_scale, 6)) +
         "</div>\n";
}

}  // namespace loadline::report
