// The runs that the tests of the report print. Only for tests.
#pragma once

#include <string>
#include <utility>

#include "base/check.h"
#include "report/run_report.h"

namespace loadline::report {

inline measure::ObjectiveResult Objective(const char* text, measure::ObjectiveState state,
                                          double value, double low = 0, double high = 0) {
  measure::ObjectiveResult result;
  result.objective = measure::ParseObjective(text).value();
  result.state = state;
  result.value = value;
  result.interval_low = low;
  result.interval_high = high;
  result.requests = 13'332;
  return result;
}

/// A probe of `rate` in which `sent` requests were answered: half after `p50`, the rest after
/// `tail` (so that p95 is `tail`), `failed` of them with a 503.
inline StepReport Step(std::string purpose, int number, double rate, std::int64_t sent,
                       Duration p50, Duration tail, std::int64_t failed = 0) {
  StepReport step;
  step.purpose = std::move(purpose);
  measure::Measurement& m = step.measurement;
  m.step = number;
  m.load.shape = measure::OpenLoad{Rate{rate}, measure::Arrivals::kPoisson};
  m.started = UtcTime(Duration(1'767'323'046'000'000'000));
  m.measured = 28s;
  m.warmup = 2s;
  m.requests = sent;
  m.succeeded = sent - failed;
  m.failed = failed;
  m.rejected = failed;
  m.offered = Rate{rate};
  m.achieved = Rate{rate};
  m.goodput = Rate{rate * static_cast<double>(sent - failed) / static_cast<double>(sent)};
  measure::TaskMeasurement task;
  task.name = "default";
  task.succeeded = m.succeeded;
  task.failed = failed;
  const std::int64_t half = (m.succeeded + 1) / 2;
  task.response.RecordN(p50, half);
  task.response.RecordN(tail, m.succeeded - half);
  task.wire.RecordN(p50 - 1ms, half);
  task.wire.RecordN(tail - 1ms, m.succeeded - half);
  m.tasks.push_back(std::move(task));
  if (failed > 0) {
    measure::ErrorTally tally;
    tally.kind = measure::ErrorKind::kStatus;
    tally.name = "status 503";
    tally.count = failed;
    tally.first = 3s;
    tally.last = 20s;
    tally.sample = "HTTP/1.1 503 Service Unavailable";
    m.errors.push_back(std::move(tally));
  }
  m.accounts = {sent, sent, 0, sent, sent, 0, 0, 0};
  m.generator.lateness_p99 = 12us;
  m.generator.send_error_p50 = 1us;
  m.generator.send_error_p99 = 20us;
  m.generator.cpu_busiest = 0.31;
  m.generator.descriptors_left = 1000;
  m.generator.ports_left = 28'000;
  step.verdict.level = rate;
  step.verdict.measurement_step = number;
  return step;
}

/// The search of the project's own description.
inline RunReport SampleSearch() {
  using measure::StepResult;
  RunReport report;
  report.id = "1a2b3c4d";
  report.command = "find";
  report.version = "0.1.0";
  report.started = UtcTime(Duration(1'767'323'045'000'000'000));
  report.state = "complete";
  report.target = {
      "POST", "https://scoring.example.com/score", {"10.4.7.21", "10.4.7.22"}, 1200us, "TLSv1.3",
      false};
  const auto add = [&](StepReport step, StepResult result, std::string reason) {
    step.verdict.result = result;
    step.verdict.reason = std::move(reason);
    report.steps.push_back(std::move(step));
  };
  StepReport preflight;
  preflight.purpose = "preflight";
  report.steps.push_back(preflight);
  add(Step("alone", 1, 5, 20, 35ms, 36ms), StepResult::kClear, "");
  add(Step("glance", 2, 160, 960, 37ms, 152ms), StepResult::kClear, "clear, going up");
  add(Step("glance", 3, 320, 1'280, 410ms, 640ms, 200), StepResult::kBroken, "503s, backlog grows");
  add(Step("proof", 4, 202, 13'332, 48ms, 171ms), StepResult::kHeld, "");
  add(Step("proof", 5, 228, 14'136, 94ms, 303ms), StepResult::kBroken, "p95");
  add(Step("operating", 6, 168, 6'720, 38ms, 153ms), StepResult::kClear,
      "operating load, as predicted");
  measure::LoadLine line;
  line.held = 202;
  line.broken = 228;
  line.estimate = 216;
  line.estimate_low = 213;
  line.estimate_high = 219;
  line.saturation = 240;
  line.operating = 168;
  line.test = measure::TestKind::kLevelCrossing;
  line.covers_periods_below = 3s;
  line.binding = "p95 < 200ms";
  line.cause = "requests wait in the service; response grows, connect time does not";
  line.end = measure::SearchEnd::kBudget;
  line.spent = 295s;
  line.next_precision_cost = 20min;
  report.load_line = line;
  return report;
}

/// A run of 200/s with two objectives, one broken.
inline RunReport SampleRun() {
  using measure::ObjectiveState;
  RunReport report;
  report.id = "1a2b3c4d";
  report.command = "run";
  report.version = "0.1.0";
  report.started = UtcTime(Duration(1'767'323'045'000'000'000));
  report.state = "complete";
  report.exit_code = 1;
  report.target = {"GET", "http://127.0.0.1:8500/", {"127.0.0.1"}, 80us, "", false};
  report.steps.push_back(Step("probe", 1, 200, 5'600, 48ms, 171ms, 56));
  report.steps.back().verdict.result = measure::StepResult::kBroken;
  report.objectives = {Objective("p95 < 200ms", ObjectiveState::kHeld, 0.171, 0.168, 0.174),
                       Objective("errors < 0.1%", ObjectiveState::kBroken, 0.01, 0.0075, 0.013),
                       Objective("p99.9 < 1s", ObjectiveState::kUndecided, 1e300)};
  report.objectives.back().more_requests = 30'000;
  report.steps.back().verdict.objectives = report.objectives;
  return report;
}

}  // namespace loadline::report
