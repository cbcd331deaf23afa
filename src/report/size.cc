#include "report/size.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/units_text.h"
#include "report/size_parts.h"
#include "sizing/packing.h"
#include "sizing/survive.h"

namespace loadline::report {
namespace {

std::string Value(const measure::Objective& objective, double value) {
  if (objective.metric == measure::Metric::kErrors) {
    return FormatPercent(value < 1e-7 ? 0.0 : value);
  }
  return std::isfinite(value) ? FormatDuration(FromSeconds(value)) : std::string("endless");
}

std::string What(const measure::Objective& objective) {
  if (objective.metric == measure::Metric::kErrors) {
    return "errors";
  }
  return objective.metric == measure::Metric::kMean ? "mean"
                                                    : measure::QuantileName(objective.quantile);
}

std::string Values(const sizing::PodsOutlook& outlook) {
  if (!outlook.stable && outlook.busy < 1) {
    return "a pod that once has many requests in it slows down so much that it never recovers";
  }
  if (!outlook.stable) {
    return fmt::format("{} of what they can do is asked: the queue never ends",
                       FormatPercent(outlook.busy));
  }
  std::string text;
  for (const sizing::ObjectiveOutlook& each : outlook.objectives) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", What(each.objective),
                        Value(each.objective, each.value));
  }
  return text;
}

std::string PodShape(const SizeReport& report) {
  std::string shape;
  if (report.pod_cpu > 0) {
    shape = fmt::format("{:g} CPU", report.pod_cpu);
  }
  if (report.pod_memory.count > 0) {
    shape += fmt::format("{}{}", shape.empty() ? "" : " / ", FormatBytes(report.pod_memory));
  }
  return shape.empty() ? "" : " of " + shape;
}

// `3, 3 and 2 pods`: as a spread with a skew of one puts them.
std::string ByZone(std::int64_t pods, int zones) {
  const std::vector<std::int64_t> each = sizing::SpreadOverZones(pods, zones);
  if (each.front() == each.back()) {
    return fmt::format("{} in each of {} zones", PodsText(each.front()), zones);
  }
  const auto fuller = std::ranges::count(each, each.front());
  return fmt::format("{} in {} of {} zones and {} in the other{}", PodsText(each.front()), fuller,
                     zones, FormatCount(each.back()), zones - fuller == 1 ? "" : "s");
}

void AddPromise(const SizeReport& report, HeadedLines& lines) {
  std::string promise;
  for (const sizing::ObjectiveOutlook& each : report.answer.outlook.objectives) {
    promise += fmt::format("{}{}", promise.empty() ? "" : ", ", measure::Format(each.objective));
  }
  promise +=
      fmt::format(" {} {}", report.users ? "for" : "at", TrafficText(report.rate, report.users));
  if (!report.growth_text.empty()) {
    promise += fmt::format(
        " ({} + {})",
        report.users ? FormatCount(report.users_now) + " users" : FormatRate(report.rate_now),
        report.growth_text);
  }
  if (report.survive != sizing::Survive::kNone) {
    promise += fmt::format(", with one {} lost", sizing::SurviveName(report.survive));
  }
  lines.Add("PROMISE", promise);
}

void AddWhy(const SizeReport& report, HeadedLines& lines) {
  const sizing::ServiceModel& model = report.model;
  const queueing::Pool& pod = model.pod;
  std::string service = fmt::format("service time {}", FormatDuration(pod.service));
  if (model.service_low != model.service_high) {
    service += fmt::format(" ({} to {})", FormatDuration(model.service_low),
                           FormatDuration(model.service_high));
  }
  service += pod.discipline == queueing::Discipline::kSharing
                 ? ", shared by all requests of a pod"
                 : fmt::format(", cv {:.2g}", std::sqrt(pod.scv));
  if (pod.curve.empty()) {
    service += pod.concurrency == 1 ? ", one request at a time"
                                    : fmt::format(", {} requests at a time", pod.concurrency);
  }
  if (pod.delay > Duration::zero()) {
    service += fmt::format(", {} beside", FormatDuration(pod.delay));
  }
  lines.Add("WHY", fmt::format("{}   {}", service, report.origin));
  for (const std::string& line : report.fit_lines) {
    lines.Add("WHY", line);
  }
  if (report.users) {
    lines.Add("WHY",
              fmt::format("a closed loop: whoever waits sends nothing; together they send {}",
                          FormatRate(report.rate)));
  }
  lines.Add("WHY", fmt::format("{} x {} = {:.4g} requests in service at once{}",
                               FormatRate(report.rate), FormatDuration(model.service_high),
                               report.rate.per_second * Seconds(model.service_high),
                               pod.curve.empty() ? "" : ", if none slowed another down"));
  lines.Add(
      "WHY",
      fmt::format(
          "classic formula: {}{} = 100 % busy; the queue never ends", PodsText(report.classic_pods),
          report.classic_nodes ? fmt::format(", {} nodes", *report.classic_nodes) : std::string()));
  const sizing::PodsOutlook& outlook = report.answer.outlook;
  const bool one = outlook.pods == 1;
  lines.Add("WHY", fmt::format("balancer {}: {} keep{} {} with {}, {} busy; {} up to {}",
                               BalanceText(pod), PodsText(outlook.pods), one ? "s" : "",
                               Values(outlook), FormatDuration(model.service_high),
                               FormatPercent(outlook.busy), one ? "it holds" : "they hold",
                               report.users ? FormatCount(report.edge_users) + " users"
                                            : FormatRate(report.edge)));
  if (report.answer.fewer) {
    lines.Add("WHY", fmt::format("one fewer, {}: {}", PodsText(report.answer.fewer->pods),
                                 Values(*report.answer.fewer)));
  }
  if (report.survive == sizing::Survive::kZone && !report.autoscaling) {
    const sizing::Loss loss{.survive = report.survive, .zones = report.zones};
    lines.Add("WHY", fmt::format("{}: {} stay when {} is lost", ByZone(report.pods, report.zones),
                                 FormatCount(loss.LeftOf(report.pods)),
                                 report.pods % report.zones == 0 ? "one" : "a full one"));
  }
}

void AddConfirmation(const Confirmation& confirmation, HeadedLines& lines) {
  if (!confirmation.skipped.empty()) {
    lines.Add("CONFIRM", confirmation.skipped);
    return;
  }
  lines.Add("CONFIRM",
            fmt::format("simulated: {}, {}, balancer {}, {} requests", PodsText(confirmation.pods),
                        TrafficText(confirmation.rate, confirmation.users), confirmation.balance,
                        FormatCount(confirmation.requests)));
  for (const ConfirmedObjective& each : confirmation.objectives) {
    const measure::Objective& objective = each.model.objective;
    const double off = each.model.value > 0 && std::isfinite(each.model.value)
                           ? each.simulated / each.model.value - 1
                           : 0.0;
    const bool share = objective.metric == measure::Metric::kErrors;
    lines.Add("CONFIRM",
              fmt::format("{}: simulated {} ({} to {}), the model says {}{}: {}", What(objective),
                          Value(objective, each.simulated), Value(objective, each.low),
                          Value(objective, each.high), Value(objective, each.model.value),
                          share ? std::string() : fmt::format(" ({:+.1f} %)", off * 100),
                          each.broken  ? "DOES NOT HOLD"
                          : each.holds ? "holds"
                                       : "at the edge"));
  }
}

}  // namespace

std::string BalanceText(const queueing::Pool& pool) {
  const std::string name(queueing::Name(pool.balance));
  return pool.routers == 1 ? name : fmt::format("{}, {} routers", name, pool.routers);
}

std::string TrafficText(Rate rate, const std::optional<queueing::Users>& users) {
  if (!users) {
    return FormatRate(rate);
  }
  return fmt::format("{} user{} who {}", FormatCount(users->count), users->count == 1 ? "" : "s",
                     users->think > Duration::zero() ? "think " + FormatDuration(users->think)
                                                     : std::string("never think"));
}

sizing::Traffic TrafficOf(const SizeReport& report) {
  return report.users ? sizing::Traffic(*report.users) : sizing::Traffic(report.rate);
}

std::vector<SizeLine> SizeLines(const SizeReport& report) {
  HeadedLines lines;
  if (report.explained) {
    for (const std::string& line : report.explain) {
      lines.Add("EXPLAIN", line);
    }
  }
  const std::string where = report.nodes ? " on " + NodesText(*report.nodes) : std::string();
  const std::string scaled = report.autoscaling
                                 ? fmt::format(" at the peak, autoscaled from {}",
                                               FormatCount(report.autoscaling->bounds.min_pods))
                                 : std::string();
  lines.Add("ANSWER",
            fmt::format("{}{}{}{}", PodsText(report.pods), PodShape(report), where, scaled));
  if (report.nodes) {
    lines.Add("ANSWER", CostText(*report.nodes, report.today));
  }
  AddPromise(report, lines);
  AddTraffic(report, lines);
  AddWhy(report, lines);
  AddAutoscaling(report, lines);
  AddNodes(report, lines);
  AddAssumed(report, lines);
  int number = 0;
  for (const std::string& line : report.thin_ice) {
    lines.Add("THIN ICE", fmt::format("{}. {}", ++number, line));
  }
  for (const Alternative& each : report.alternatives) {
    const std::string nodes = each.nodes
                                  ? fmt::format(", {} nodes, {}/month", FormatCount(*each.nodes),
                                                UsdText(each.usd_per_month))
                                  : std::string();
    lines.Add("INSTEAD",
              fmt::format("{}: {}{}   {}", each.what,
                          each.pods > 0 ? PodsText(each.pods) : std::string("impossible"), nodes,
                          each.flag));
  }
  if (report.confirmation) {
    AddConfirmation(*report.confirmation, lines);
  }
  AddManifests(report, lines);
  return lines.Take();
}

std::string SizeText(const SizeReport& report, const Style& style) {
  return TextOf(SizeLines(report), style);
}

}  // namespace loadline::report
