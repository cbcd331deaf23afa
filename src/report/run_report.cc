#include "report/run_report.h"

#include <algorithm>

namespace loadline::report {
namespace {

void AddAccounts(measure::Accounts& sum, const measure::Accounts& one) {
  sum.scheduled += one.scheduled;
  sum.dispatched += one.dispatched;
  sum.never_dispatched += one.never_dispatched;
  sum.attempts += one.attempts;
  sum.stored += one.stored;
  sum.skipped += one.skipped;
  sum.dropped += one.dropped;
  sum.cut += one.cut;
}

void AddRefusals(std::vector<measure::Refusal>& all, const std::vector<measure::Refusal>& some) {
  for (const measure::Refusal& refusal : some) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const measure::Refusal& one) {
      return one.reason == refusal.reason;
    });
    if (!known) {
      all.push_back(refusal);
    }
  }
}

}  // namespace

Totals TotalsOf(const RunReport& report) {
  Totals totals;
  const bool goes_on = (report.load_line.has_value() &&
                        report.load_line->end != measure::SearchEnd::kGeneratorLimited) ||
                       (report.staircase.has_value() &&
                        report.staircase->end != measure::StaircaseEnd::kGeneratorLimited);
  bool first = true;
  for (const StepReport& step : report.steps) {
    if (step.purpose == "preflight") {
      continue;  // Outside the load: no schedule, no generator to judge.
    }
    const measure::Measurement& m = step.measurement;
    AddAccounts(totals.accounts, m.accounts);
    const bool proves = step.verdict.result == measure::StepResult::kHeld ||
                        step.verdict.result == measure::StepResult::kBroken;
    if (goes_on && !m.valid() && !proves) {
      ++totals.refused_probes;
      continue;
    }
    if (first) {
      totals.generator = m.generator;
    } else {
      totals.generator.Worsen(m.generator);
    }
    first = false;
    totals.generator_limited = totals.generator_limited || m.generator_limited;
    AddRefusals(totals.refusals, m.refusals);
  }
  return totals;
}

bool HasSendError(const measure::Generator& generator, const measure::Accounts& accounts) {
  return accounts.dispatched > generator.starved;
}

const StepReport* Headline(const RunReport& report) {
  const bool search = report.command == "find" || report.load_line.has_value();
  const char* purpose = search ? "operating" : "probe";
  const auto found = std::find_if(report.steps.rbegin(), report.steps.rend(),
                                  [&](const StepReport& step) { return step.purpose == purpose; });
  return found == report.steps.rend() ? nullptr : &*found;
}

measure::TaskMeasurement AllTasks(const measure::Measurement& measurement) {
  measure::TaskMeasurement all;
  if (measurement.tasks.empty()) {
    return all;
  }
  all.response = stats::Histogram(measurement.tasks.front().response.layout());
  all.wire = stats::Histogram(measurement.tasks.front().wire.layout());
  for (const measure::TaskMeasurement& task : measurement.tasks) {
    all.succeeded += task.succeeded;
    all.failed += task.failed;
    if (task.response.layout() == all.response.layout()) {
      all.response.Add(task.response);
    }
    if (task.wire.layout() == all.wire.layout()) {
      all.wire.Add(task.wire);
    }
  }
  return all;
}

}  // namespace loadline::report
