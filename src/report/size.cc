#include "report/size.h"

#include <fmt/core.h>

#include <cmath>
#include <string_view>

#include "base/units_text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

constexpr std::size_t kHead = 11;  // Columns of the headings.

class Lines {
 public:
  void Add(std::string_view head, std::string_view line) {
    lines_.push_back({std::string(head), std::string(line)});
  }
  [[nodiscard]] std::vector<SizeLine> Take() { return std::move(lines_); }

 private:
  std::vector<SizeLine> lines_;
};

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

std::string Pods(int count) {
  return fmt::format("{} pod{}", FormatCount(count), count == 1 ? "" : "s");
}

void AddPromise(const SizeReport& report, Lines& lines) {
  std::string promise;
  for (const sizing::ObjectiveOutlook& each : report.answer.outlook.objectives) {
    promise += fmt::format("{}{}", promise.empty() ? "" : ", ", measure::Format(each.objective));
  }
  promise +=
      fmt::format(" {} {}", report.users ? "for" : "at", TrafficText(report.rate, report.users));
  if (report.growth != 0) {
    promise += fmt::format(
        " ({} + {} growth)",
        report.users ? FormatCount(report.users_now) + " users" : FormatRate(report.rate_now),
        FormatPercent(report.growth));
  }
  if (report.survive != sizing::Survive::kNone) {
    promise += fmt::format(", with one {} lost", sizing::SurviveName(report.survive));
  }
  lines.Add("PROMISE", promise);
  if (report.growth == 0) {
    lines.Add("PROMISE", "growth 0: traffic as given (--growth 30%)");
  }
}

void AddWhy(const SizeReport& report, Lines& lines) {
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
  lines.Add("WHY", fmt::format("{} x {} = {:.4g} requests in service at once",
                               FormatRate(report.rate), FormatDuration(model.service_high),
                               report.rate.per_second * Seconds(model.service_high)));
  lines.Add(
      "WHY",
      fmt::format(
          "classic formula: {}{} = 100 % busy; the queue never ends", Pods(report.classic_pods),
          report.classic_nodes ? fmt::format(", {} nodes", *report.classic_nodes) : std::string()));
  const sizing::PodsOutlook& outlook = report.answer.outlook;
  lines.Add("WHY", fmt::format("balancer {}: {} keep {} with {}, {} busy; they hold up to {}",
                               BalanceText(pod), Pods(outlook.pods), Values(outlook),
                               FormatDuration(model.service_high), FormatPercent(outlook.busy),
                               report.users ? FormatCount(report.edge_users) + " users"
                                            : FormatRate(report.edge)));
  if (report.answer.fewer) {
    lines.Add("WHY", fmt::format("one fewer, {}: {}", Pods(report.answer.fewer->pods),
                                 Values(*report.answer.fewer)));
  }
  if (report.survive == sizing::Survive::kZone && !report.nodes) {
    lines.Add("WHY", fmt::format("{} in each of {} zones, so that {} are left when one is lost",
                                 Pods(report.pods / report.zones), report.zones,
                                 report.pods - report.pods / report.zones));
  }
}

void AddConfirmation(const Confirmation& confirmation, Lines& lines) {
  if (!confirmation.skipped.empty()) {
    lines.Add("CONFIRM", confirmation.skipped);
    return;
  }
  lines.Add("CONFIRM",
            fmt::format("simulated: {}, {}, balancer {}, {} requests", Pods(confirmation.pods),
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
  Lines lines;
  if (report.explained) {
    for (const std::string& line : report.explain) {
      lines.Add("EXPLAIN", line);
    }
  }
  lines.Add("ANSWER", fmt::format("{}{}{}", Pods(report.pods), PodShape(report),
                                  report.nodes_text.empty() ? "" : " on " + report.nodes_text));
  if (!report.cost_text.empty()) {
    lines.Add("ANSWER", report.cost_text);
  }
  AddPromise(report, lines);
  AddWhy(report, lines);
  for (const auto& [head, line] : report.sections) {
    lines.Add(head, line);
  }
  int number = 0;
  for (const std::string& line : report.thin_ice) {
    lines.Add("THIN ICE", fmt::format("{}. {}", ++number, line));
  }
  for (const Alternative& each : report.alternatives) {
    lines.Add("INSTEAD", each.pods > 0
                             ? fmt::format("{}: {}   {}", each.what, Pods(each.pods), each.flag)
                             : fmt::format("{}: impossible   {}", each.what, each.flag));
  }
  if (report.confirmation) {
    AddConfirmation(*report.confirmation, lines);
  }
  return lines.Take();
}

std::string SizeText(const SizeReport& report, const Style& style) {
  std::string text;
  std::string last;
  for (const SizeLine& line : SizeLines(report)) {
    const std::string padded = fmt::format("{:<{}}", line.head == last ? "" : line.head, kHead);
    text += line.head == last ? padded : Paint(style, Tone::kBold, padded);
    text += line.text;
    text += '\n';
    last = line.head;
  }
  return text;
}

}  // namespace loadline::report
