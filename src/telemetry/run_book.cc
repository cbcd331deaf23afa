#include "telemetry/run_book.h"

#include <cstddef>
#include <utility>
#include <variant>

namespace loadline::telemetry {
namespace {

double InSeconds(UtcTime t) {
  return static_cast<double>(t.time_since_epoch().count()) / 1e9;
}

double InSeconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

Metric Gauge(std::string name, std::string unit, std::string help, double value) {
  return {std::move(name), std::move(unit), std::move(help), MetricKind::kGauge, {{{}, value}}, {}};
}

}  // namespace

RunBook::RunBook(RunFacts facts) : facts_(std::move(facts)) {
  state_.tasks.resize(facts_.tasks.size());
}

void RunBook::BeginStep(int step, std::string_view purpose, const measure::Load& load) {
  const std::lock_guard lock(mutex_);
  state_.step = step;
  state_.purpose = purpose;
  const auto* open = std::get_if<measure::OpenLoad>(&load.shape);
  state_.rate = open == nullptr ? 0.0 : open->rate.per_second;
}

void RunBook::AddSecond(const measure::Second& second) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < second.tasks.size() && i < state_.tasks.size(); ++i) {
    const measure::TaskSecond& from = second.tasks[i];
    TaskTotals& task = state_.tasks[i];
    task.response.Add(from.response);
    task.wire.Add(from.wire);
    task.succeeded += from.succeeded;
    task.failed += from.failed;
    for (std::size_t kind = 0; kind < task.failures.size(); ++kind) {
      task.failures.at(kind) += from.failures.at(kind);
    }
  }
  state_.scheduled += second.scheduled;
  state_.dropped_records += second.generator.dropped_records;
  state_.any_second = true;
  state_.offered = static_cast<double>(second.scheduled);
  state_.achieved = static_cast<double>(second.completed);
  state_.in_flight = second.in_flight;
  state_.users = second.users;
  state_.generator = second.generator;
}

void RunBook::End(UtcTime when, std::vector<Metric> results) {
  const std::lock_guard lock(mutex_);
  state_.ended = true;
  state_.end = when;
  state_.results = std::move(results);
  // What was going on does so no more.
  state_.offered = 0.0;
  state_.achieved = 0.0;
  state_.in_flight = 0;
  state_.users = 0;
}

Labels CommonLabels(const std::string& run_label) {
  return run_label.empty() ? Labels{} : Labels{{"label", run_label}};
}

void RunBook::AddCounts(const State& state, std::vector<Metric>& metrics) const {
  Metric requests{"loadline.requests",  "{request}", "Requests that ended, failed ones included.",
                  MetricKind::kCounter, {},          {}};
  Metric failures{"loadline.failures",  "{request}", "Requests that failed, by kind of error.",
                  MetricKind::kCounter, {},          {}};
  Metric response{"loadline.response",
                  "s",
                  "Response time of requests that succeeded, from when they were due.",
                  MetricKind::kHistogram,
                  {},
                  {}};
  Metric wire{"loadline.wire",        "s", "The same from when they were sent.",
              MetricKind::kHistogram, {},  {}};
  for (std::size_t i = 0; i < state.tasks.size(); ++i) {
    const TaskTotals& task = state.tasks[i];
    const Labels labels{{"task", facts_.tasks[i]}};
    requests.samples.push_back({labels, static_cast<double>(task.succeeded + task.failed)});
    response.distributions.push_back({labels, task.response});
    wire.distributions.push_back({labels, task.wire});
    for (std::size_t kind = 0; kind < task.failures.size(); ++kind) {
      if (task.failures.at(kind) > 0) {
        Labels with_kind = labels;
        with_kind.emplace_back("kind", Name(static_cast<measure::ErrorKind>(kind)));
        failures.samples.push_back({with_kind, static_cast<double>(task.failures.at(kind))});
      }
    }
  }
  metrics.push_back({"loadline.scheduled",
                     "{request}",
                     "Requests that became due: their rate is the offered load.",
                     MetricKind::kCounter,
                     {{{}, static_cast<double>(state.scheduled)}},
                     {}});
  metrics.push_back(std::move(requests));
  metrics.push_back(std::move(failures));
  metrics.push_back(std::move(response));
  metrics.push_back(std::move(wire));
  metrics.push_back({"loadline.generator.dropped_records",
                     "{record}",
                     "Records lost because the spool or the disk was full.",
                     MetricKind::kCounter,
                     {{{}, static_cast<double>(state.dropped_records)}},
                     {}});
}

void RunBook::AddGauges(const State& state, std::vector<Metric>& metrics) {
  metrics.push_back(Gauge("loadline.running", "", "1 while the run goes on, 0 afterwards.",
                          state.ended ? 0.0 : 1.0));
  if (state.step >= 0 && !state.ended) {
    Metric step = Gauge("loadline.step", "", "Number of the step, and what it is for.", state.step);
    step.samples.front().labels.emplace_back("purpose", state.purpose);
    metrics.push_back(std::move(step));
  }
  if (state.rate > 0.0 && !state.ended) {
    metrics.push_back(Gauge("loadline.step.rate", "{request}/s",
                            "Rate that the step applies (open loop).", state.rate));
  }
  if (!state.any_second) {
    return;
  }
  const measure::Generator& g = state.generator;
  metrics.push_back(Gauge("loadline.offered", "{request}/s", "Requests due in the latest second.",
                          state.offered));
  metrics.push_back(Gauge("loadline.achieved", "{request}/s",
                          "Requests that ended in the latest second.", state.achieved));
  metrics.push_back(Gauge("loadline.in_flight", "{request}", "Requests due and not yet ended.",
                          static_cast<double>(state.in_flight)));
  metrics.push_back(Gauge("loadline.users", "{user}", "Users started (closed loop).", state.users));
  metrics.push_back(Gauge("loadline.generator.cpu", "1",
                          "Busiest engine thread in the latest second, without spinning: share of "
                          "a core.",
                          g.cpu_busiest));
  metrics.push_back({"loadline.generator.lateness",
                     "s",
                     "How late requests were taken up in the latest second, by quantile.",
                     MetricKind::kGauge,
                     {{{{"quantile", "0.5"}}, InSeconds(g.lateness_p50)},
                      {{{"quantile", "0.99"}}, InSeconds(g.lateness_p99)},
                      {{{"quantile", "1"}}, InSeconds(g.lateness_max)}},
                     {}});
}

std::vector<Metric> RunBook::Metrics() const {
  State state;
  {
    const std::lock_guard lock(mutex_);
    state = state_;
  }
  std::vector<Metric> metrics;
  metrics.push_back({"loadline.run.info",
                     "",
                     "1; which run this is.",
                     MetricKind::kGauge,
                     {{{{"run", facts_.id},
                        {"command", facts_.command},
                        {"version", facts_.version},
                        {"target", facts_.target}},
                       1.0}},
                     {}});
  metrics.push_back(Gauge("loadline.run.start_time", "s", "When the run began, Unix time.",
                          InSeconds(facts_.started)));
  if (state.ended) {
    metrics.push_back(
        Gauge("loadline.run.end_time", "s", "When it ended, Unix time.", InSeconds(state.end)));
  }
  AddGauges(state, metrics);
  AddCounts(state, metrics);
  for (Metric& result : state.results) {
    metrics.push_back(std::move(result));
  }
  return metrics;
}

}  // namespace loadline::telemetry
