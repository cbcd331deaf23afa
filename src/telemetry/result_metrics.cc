#include "telemetry/result_metrics.h"

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace loadline::telemetry {
namespace {

constexpr std::array<std::pair<const char*, double>, 5> kQuantiles = {
    {{"0.5", 0.5}, {"0.9", 0.9}, {"0.95", 0.95}, {"0.99", 0.99}, {"0.999", 0.999}}};

double InSeconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

Metric Gauge(std::string name, std::string unit, std::string help) {
  return {std::move(name), std::move(unit), std::move(help), MetricKind::kGauge, {}, {}};
}

Metric Single(std::string name, std::string unit, std::string help, double value) {
  Metric metric = Gauge(std::move(name), std::move(unit), std::move(help));
  metric.samples.push_back({{}, value});
  return metric;
}

void AddQuantiles(Metric& metric, const stats::Histogram& histogram, const Labels& labels) {
  if (histogram.empty()) {
    return;
  }
  const auto add = [&](const char* quantile, Duration value) {
    Labels all = labels;
    all.emplace_back("quantile", quantile);
    metric.samples.push_back({std::move(all), InSeconds(value)});
  };
  for (const auto& [text, q] : kQuantiles) {
    add(text, histogram.ValueAtQuantile(q));
  }
  add("1", histogram.Max());
}

void AddTimes(const measure::Measurement& m, std::vector<Metric>& metrics) {
  Metric response = Gauge("loadline.result.response", "s",
                          "Response time of requests that succeeded, from when they were due, by "
                          "quantile; without a task: over all.");
  Metric wire = Gauge("loadline.result.wire", "s", "The same from when they were sent.");
  const measure::TaskMeasurement all = report::AllTasks(m);
  AddQuantiles(response, all.response, {});
  AddQuantiles(wire, all.wire, {});
  if (m.tasks.size() > 1) {
    for (const measure::TaskMeasurement& task : m.tasks) {
      AddQuantiles(response, task.response, {{"task", task.name}});
      AddQuantiles(wire, task.wire, {{"task", task.name}});
    }
  }
  metrics.push_back(std::move(response));
  metrics.push_back(std::move(wire));
  if (!all.response.empty()) {
    metrics.push_back(Single("loadline.result.response_mean", "s", "Mean response time.",
                             InSeconds(all.response.Mean())));
  }
}

/// The figures of the step that the run is reported by.
void AddHeadline(const measure::Measurement& m, std::vector<Metric>& metrics) {
  metrics.push_back(Single("loadline.result.requests", "{request}",
                           "Requests judged: due after the warm-up.",
                           static_cast<double>(m.requests)));
  metrics.push_back(Single("loadline.result.failed", "{request}", "Of them failed.",
                           static_cast<double>(m.failed)));
  Metric failures =
      Gauge("loadline.result.failures", "{request}", "Of them failed, by kind of error.");
  std::map<measure::ErrorKind, std::int64_t> kinds;
  for (const measure::ErrorTally& tally : m.errors) {
    kinds[tally.kind] += tally.count;
  }
  for (const auto& [kind, count] : kinds) {
    failures.samples.push_back({{{"kind", std::string(Name(kind))}}, static_cast<double>(count)});
  }
  metrics.push_back(std::move(failures));
  metrics.push_back(Single("loadline.result.offered", "{request}/s", "Requests due per second.",
                           m.offered.per_second));
  metrics.push_back(Single("loadline.result.achieved", "{request}/s",
                           "Requests that ended per second.", m.achieved.per_second));
  if (m.valid()) {
    metrics.push_back(Single("loadline.result.goodput", "{request}/s",
                             "Requests that succeeded in time, per second.", m.goodput.per_second));
    AddTimes(m, metrics);
  }
}

/// What an objective is about, as name and unit of its metrics. Different units need different
/// names: OpenTelemetry takes the name for the identity.
std::pair<const char*, const char*> SubjectOf(measure::Metric metric) {
  switch (metric) {
    case measure::Metric::kErrors:
      return {"errors", "1"};
    case measure::Metric::kGoodput:
      return {"goodput", "{request}/s"};
    case measure::Metric::kQuantile:
    case measure::Metric::kMean:
    case measure::Metric::kMax:
      return {"response", "s"};
  }
  return {"", ""};
}

void AddObjectives(const std::vector<measure::ObjectiveResult>& objectives,
                   std::vector<Metric>& metrics) {
  Metric states = Gauge("loadline.objective.state", "",
                        "1 for the state that the objective is in: held, broken, not decided.");
  std::map<std::string, std::pair<Metric, Metric>> subjects;  // What was, and what may be.
  for (const measure::ObjectiveResult& one : objectives) {
    const std::string text = Format(one.objective);
    for (const auto state : {measure::ObjectiveState::kHeld, measure::ObjectiveState::kBroken,
                             measure::ObjectiveState::kUndecided}) {
      states.samples.push_back({{{"objective", text}, {"state", std::string(Name(state))}},
                                one.state == state ? 1.0 : 0.0});
    }
    const auto [subject, unit] = SubjectOf(one.objective.metric);
    const bool time = std::string_view(unit) == "s";
    auto& [value, limit] = subjects[subject];
    if (value.name.empty()) {
      const std::string name = std::string("loadline.objective.") + subject;
      value = Gauge(name, unit, "The objective's quantity as measured.");
      limit = Gauge(name + "_limit", unit, "What the objective allows.");
    }
    // Beyond the range of a duration: the quantile lies among failures.
    const bool infinite = time && one.value > 9.2e9;
    value.samples.push_back({{{"objective", text}}, infinite ? INFINITY : one.value});
    limit.samples.push_back(
        {{{"objective", text}}, time ? InSeconds(one.objective.threshold) : one.objective.limit});
  }
  metrics.push_back(std::move(states));
  for (auto& [subject, both] : subjects) {
    metrics.push_back(std::move(both.first));
    metrics.push_back(std::move(both.second));
  }
}

void AddLoadLine(const measure::LoadLine& line, std::vector<Metric>& metrics) {
  const bool rate = line.axis == measure::SearchAxis::kRate;
  Metric bounds = Gauge(rate ? "loadline.load_line" : "loadline.load_line.users",
                        rate ? "{request}/s" : "{user}",
                        "The search's answer: held and broken are proved, the others are not.");
  const auto add = [&](const char* bound, std::optional<double> level) {
    if (level.has_value() && std::isfinite(*level)) {
      bounds.samples.push_back({{{"bound", bound}}, *level});
    }
  };
  add("held", line.held);
  add("broken", line.broken);
  add("estimate", line.estimate);
  add("saturation", line.saturation);
  add("operating", line.operating);
  metrics.push_back(std::move(bounds));
}

}  // namespace

std::vector<Metric> ResultMetrics(const report::RunReport& report) {
  const report::Totals totals = report::TotalsOf(report);
  std::vector<Metric> metrics;
  metrics.push_back(Single("loadline.exit_code", "",
                           "0 held or found, 1 broken, 2 bad input, 3 refused, 4 interrupted, 5 "
                           "never answered, 6 not decided.",
                           report.exit_code));
  metrics.push_back(Single("loadline.valid", "",
                           "1 if the generator kept up, so that the figures are the target's.",
                           totals.refusals.empty() ? 1.0 : 0.0));
  const report::StepReport* headline = report::Headline(report);
  if (headline != nullptr) {
    AddHeadline(headline->measurement, metrics);
    if (headline->measurement.valid()) {
      AddObjectives(report.objectives, metrics);
    }
  }
  if (report.load_line.has_value()) {
    AddLoadLine(*report.load_line, metrics);
  }
  if (report.staircase.has_value() && report.staircase->Users().has_value()) {
    metrics.push_back(Single("loadline.staircase.users", "{user}",
                             "Most users without errors, as the rounds of the staircase agreed.",
                             *report.staircase->Users()));
  }
  metrics.push_back(Single("loadline.generator.cpu_max", "1",
                           "Busiest engine thread over the run: share of a core.",
                           totals.generator.cpu_busiest));
  metrics.push_back(Single("loadline.generator.lateness_p99", "s",
                           "99 % of requests were taken up within so long of when they were due.",
                           InSeconds(totals.generator.lateness_p99)));
  return metrics;
}

}  // namespace loadline::telemetry
