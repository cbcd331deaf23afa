// Pods against traffic, cost against the objective, how full a node is, other balancers.
#include "report/size_figures.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "base/units_text.h"
#include "report/figure.h"
#include "report/html_sections.h"
#include "report/size_parts.h"

namespace loadline::report {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, 4> kLineClasses = {"s1", "s2", "s3", "s4"};

/// The ends of a set of values on a logarithmic axis.
struct Ends {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  void Add(double value) {
    low = value > 0 ? std::min(low, value) : low;
    high = std::max(high, value);
  }
  [[nodiscard]] bool any() const { return high > 0; }
};

std::string FillTable(const SizePage& page) {
  std::vector<std::vector<std::string>> rows;
  for (const NodeFill& fill : page.fills) {
    const double free = std::max(0.0, 1 - fill.reserved - fill.daemons - fill.pods);
    rows.push_back({fmt::format("{} {}", fill.type, fill.resource), fill.size,
                    FormatPercent(fill.reserved), FormatPercent(fill.daemons),
                    fmt::format("{} ({} pods)", FormatPercent(fill.pods), fill.places),
                    FormatPercent(free)});
  }
  const std::vector<std::string> head{"node",       "whole", "kubelet and system",
                                      "DaemonSets", "pods",  "free"};
  return HtmlTable("One node with all its places taken", head, rows);
}

}  // namespace

std::string LevelText(const SizePage& page, double level) {
  return page.of_users ? FormatCount(std::llround(level)) + " users" : FormatRate(Rate{level});
}

std::string PodsOrNone(std::int64_t pods) {
  return pods > 0 ? PodsText(pods) : "impossible";
}

std::string TrafficFigure(const SizePage& page) {
  if (page.by_traffic.size() < 2) {
    return {};
  }
  Ends levels;
  Ends pods;
  for (const PodsForTraffic& point : page.by_traffic) {
    levels.Add(point.level);
    pods.Add(point.classic.value_or(0));
    for (const int each : point.by_balance) {
      pods.Add(each);
    }
  }
  if (!pods.any()) {
    return {};
  }
  const Scale x = Scale::Log(levels.low, levels.high);
  const Scale y = Scale::Log(std::max(1.0, pods.low) * 0.9, pods.high * 1.2);
  const std::string_view unit = page.of_users ? "users" : "requests/s";
  Figure figure;
  figure.id = "pods-traffic";
  figure.title = fmt::format("Pods needed, against traffic ({})", unit);
  figure.lead =
      "Without spares for a lost node or zone. The classic formula keeps every pod busy all the "
      "time: whatever lies above its line is room for queues.";
  figure.words = fmt::format("{} for {}.", PodsOrNone(page.needed), LevelText(page, page.level));
  figure.hover.series.push_back({"classic formula", "s4", {}});
  figure.legend = {{LegendItem::Kind::kLine, "s4", "classic formula"}};
  for (std::size_t i = 0; i < page.balances.size(); ++i) {
    const char* css = kLineClasses[std::min(i, kLineClasses.size() - 2)];
    figure.hover.series.push_back({page.balances[i], css, {}});
    if (i < 3) {
      figure.legend.push_back({LegendItem::Kind::kLine, css, "balancer " + page.balances[i]});
    }
  }
  for (const PodsForTraffic& point : page.by_traffic) {
    figure.hover.at.push_back(x.At(point.level));
    figure.hover.titles.push_back(LevelText(page, point.level));
    figure.hover.series[0].values.push_back(point.classic ? PodsOrNone(*point.classic) : "");
    for (std::size_t i = 0; i < page.balances.size(); ++i) {
      figure.hover.series[i + 1].values.push_back(PodsOrNone(point.by_balance[i]));
    }
  }
  return FigureHtml(figure, 320, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    chart.XTicks(NumberTicks(x, frame.wide ? 9 : 5));
    chart.YTicks(NumberTicks(y, 6));
    chart.XTitle(unit);
    const auto curve = [&](const auto& value) {
      std::vector<ChartPoint> points;
      for (const PodsForTraffic& point : page.by_traffic) {
        const double pods_there = value(point);
        points.push_back({point.level, pods_there > 0 ? pods_there : kNothing});
      }
      return points;
    };
    chart.Line(curve([](const PodsForTraffic& p) { return p.classic.value_or(0) * 1.0; }), "s4");
    for (std::size_t i = std::min<std::size_t>(3, page.balances.size()); i-- > 0;) {
      chart.Line(curve([&](const PodsForTraffic& p) { return p.by_balance[i] * 1.0; }),
                 kLineClasses[i]);
    }
    chart.Vertical(page.level, "limitline", "asked for");
    chart.Point(page.level, static_cast<double>(page.needed), Mark::kDiamond, "held");
    return chart;
  });
}

std::string LimitFigure(const SizePage& page) {
  if (page.by_limit.size() < 2 || !page.varied) {
    return {};
  }
  const bool money = page.by_limit.front().usd_per_month.has_value();
  const auto cost = [&](const PodsForLimit& point) {
    return money ? point.usd_per_month.value_or(0) : static_cast<double>(point.pods);
  };
  Ends limits;
  Ends costs;
  for (const PodsForLimit& point : page.by_limit) {
    limits.Add(Seconds(point.limit));
    costs.Add(cost(point));
  }
  const Scale x = Scale::Log(limits.low * 0.97, limits.high * 1.03);
  const Scale y = Scale::Linear(0, costs.high * 1.08);
  const std::string& what = page.varied->name;
  const double asked = money ? page.usd_per_month.value_or(0) : static_cast<double>(page.pods);
  Figure figure;
  figure.id = "cost-objective";
  figure.title = fmt::format("{}, against the limit of {}",
                             money ? "Cost (USD a month)" : "Pods to run", what);
  figure.lead = "What a stricter promise costs, and what a looser one saves, spares included.";
  figure.words =
      fmt::format("{} at {}.", money ? UsdText(asked) : PodsOrNone(page.pods), page.varied->text);
  figure.hover.series.push_back({"pods", "", {}});
  figure.hover.series.push_back({"a month", "", {}});
  for (const PodsForLimit& point : page.by_limit) {
    figure.hover.at.push_back(x.At(Seconds(point.limit)));
    figure.hover.height.push_back(y.At(cost(point)));
    figure.hover.titles.push_back(fmt::format("{} < {}", what, FormatDuration(point.limit)));
    figure.hover.series[0].values.push_back(FormatCount(point.pods));
    figure.hover.series[1].values.push_back(money ? UsdText(cost(point)) : "");
  }
  return FigureHtml(figure, 280, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    chart.XTicks(DurationTicks(x, frame.wide ? 9 : 5));
    chart.YTicks(NumberTicks(y, 6));
    chart.XTitle(fmt::format("limit of {}", what));
    std::vector<ChartPoint> points;
    points.reserve(page.by_limit.size());
    for (const PodsForLimit& point : page.by_limit) {
      points.push_back({Seconds(point.limit), cost(point)});
    }
    chart.Line(points, "s1");
    chart.Vertical(Seconds(page.varied->limit), "limitline", "the objective");
    chart.Point(Seconds(page.varied->limit), asked, Mark::kDiamond, "held");
    return chart;
  });
}

// One bar for each resource of each type, a box for each pod.
std::string FillFigure(const SizePage& page) {
  if (page.fills.empty()) {
    return {};
  }
  const auto count = static_cast<double>(page.fills.size());
  const Scale x = Scale::Linear(0, count);
  const Scale y = Scale::Linear(0, 100);
  Figure figure;
  figure.id = "node-fill";
  figure.title = "What a full node holds (% of the machine)";
  figure.lead = "Each box is a pod. What stays free is too little for another one.";
  figure.legend = {{LegendItem::Kind::kArea, "fill-reserved", "kubelet and system"},
                   {LegendItem::Kind::kArea, "fill-daemons", "DaemonSets"},
                   {LegendItem::Kind::kArea, "fill-pod", "pods"}};
  figure.hover.series = {{"kubelet and system", "", {}}, {"DaemonSets", "", {}}, {"pods", "", {}}};
  for (std::size_t i = 0; i < page.fills.size(); ++i) {
    const NodeFill& fill = page.fills[i];
    figure.words += fmt::format("{} {}: {} pods fill {}. ", fill.type, fill.resource, fill.places,
                                FormatPercent(fill.pods));
    figure.hover.at.push_back(x.At(static_cast<double>(i) + 0.5));
    figure.hover.titles.push_back(fmt::format("{}, {}", fill.type, fill.resource));
    figure.hover.series[0].values.push_back(FormatPercent(fill.reserved));
    figure.hover.series[1].values.push_back(FormatPercent(fill.daemons));
    figure.hover.series[2].values.push_back(
        fmt::format("{} in {} pods", FormatPercent(fill.pods), fill.places));
  }
  return FigureHtml(figure, 260,
                    [&](const Frame& frame) {
                      Chart chart(frame, x, y);
                      std::vector<Tick> names;
                      for (std::size_t i = 0; i < page.fills.size(); ++i) {
                        names.push_back({static_cast<double>(i) + 0.5, page.fills[i].resource});
                      }
                      chart.XTicks(names);
                      chart.YTicks(NumberTicks(y, 6));
                      for (std::size_t i = 0; i < page.fills.size(); ++i) {
                        const NodeFill& fill = page.fills[i];
                        const double left = static_cast<double>(i) + 0.18;
                        const double right = static_cast<double>(i) + 0.82;
                        double at = 100 * fill.reserved;
                        chart.Box(left, right, 0, 100, "fill-free");
                        chart.Box(left, right, 0, at, "fill-reserved");
                        chart.Box(left, right, at, at + 100 * fill.daemons, "fill-daemons");
                        at += 100 * fill.daemons;
                        const double each = 100 * fill.pods / std::max(1, fill.places);
                        for (int pod = 0; pod < fill.places; ++pod, at += each) {
                          chart.Box(left, right, at, at + each, "fill-pod");
                        }
                      }
                      return chart;
                    }) +
         FillTable(page);
}

std::string BalancersTable(const SizePage& page) {
  std::vector<std::vector<std::string>> rows;
  for (const Alternative& each : page.alternatives) {
    rows.push_back({each.what, PodsOrNone(each.needed), PodsOrNone(each.pods),
                    each.nodes ? UsdText(each.usd_per_month) : "–", each.flag});
  }
  if (rows.empty()) {
    return {};
  }
  const std::vector<std::string> head{"balancer", "needed", "to run", "a month", "option"};
  return HtmlTable("The same traffic and objectives behind other balancers", head, rows, 1);
}

}  // namespace loadline::report
