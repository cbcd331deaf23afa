#include "report/run_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "base/units_text.h"

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

Rate MeanRate(Rate a, Duration of_a, Rate b, Duration of_b) {
  const double seconds = Seconds(of_a) + Seconds(of_b);
  return Rate{seconds > 0.0
                  ? (a.per_second * Seconds(of_a) + b.per_second * Seconds(of_b)) / seconds
                  : 0.0};
}

void AddErrors(std::vector<measure::ErrorTally>& all,
               const std::vector<measure::ErrorTally>& some) {
  for (const measure::ErrorTally& error : some) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const measure::ErrorTally& one) {
      return one.kind == error.kind && one.name == error.name;
    });
    if (same == all.end()) {
      all.push_back(error);
    } else {
      same->count += error.count;
    }
  }
}

void AddBlock(measure::Measurement& sum, const measure::Measurement& one) {
  sum.offered = MeanRate(sum.offered, sum.measured, one.offered, one.measured);
  sum.achieved = MeanRate(sum.achieved, sum.measured, one.achieved, one.measured);
  sum.goodput = MeanRate(sum.goodput, sum.measured, one.goodput, one.measured);
  sum.measured += one.measured;
  sum.requests += one.requests;
  sum.succeeded += one.succeeded;
  sum.failed += one.failed;
  sum.rejected += one.rejected;
  for (std::size_t i = 0; i < std::min(sum.tasks.size(), one.tasks.size()); ++i) {
    sum.tasks[i].response.Add(one.tasks[i].response);
    sum.tasks[i].wire.Add(one.tasks[i].wire);
    sum.tasks[i].succeeded += one.tasks[i].succeeded;
    sum.tasks[i].failed += one.tasks[i].failed;
  }
  AddErrors(sum.errors, one.errors);
  sum.in_flight_end = one.in_flight_end;
  sum.connections_opened += one.connections_opened;
  sum.generator.Worsen(one.generator);
  AddAccounts(sum.accounts, one.accounts);
}

}  // namespace

Totals TotalsOf(const RunReport& report) {
  Totals totals;
  const bool goes_on = (report.load_line.has_value() &&
                        report.load_line->end != measure::SearchEnd::kGeneratorLimited) ||
                       (report.staircase.has_value() &&
                        report.staircase->end != measure::StaircaseEnd::kGeneratorLimited) ||
                       (report.whole.has_value() && report.state != "refused");
  bool first = true;
  for (const StepReport& step : report.steps) {
    if (step.purpose == "preflight") {
      continue;  // Outside the load: no schedule, no generator to judge.
    }
    const measure::Measurement& m = step.measurement;
    AddAccounts(totals.accounts, m.accounts);
    if (m.pods) {
      totals.pods = totals.pods.value_or(measure::PodFacts{});
      totals.pods->Add(*m.pods);
    }
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

std::optional<StepReport> WholeOfBlocks(const RunReport& report) {
  std::optional<StepReport> whole;
  int blocks = 0;
  for (const StepReport& step : report.steps) {
    if (step.purpose != "block" || !step.measurement.valid()) {
      continue;
    }
    ++blocks;
    if (!whole) {
      whole = step;
    } else {
      AddBlock(whole->measurement, step.measurement);
    }
  }
  if (whole) {
    measure::Measurement& m = whole->measurement;
    m.load.words = fmt::format("{}, in {} blocks of {}", Describe(m.load), blocks,
                               FormatDuration(m.load.warmup + m.load.duration));
    m.warmup = Duration::zero();  // One in each block.
  }
  return whole;
}

bool HasSendError(const measure::Generator& generator, const measure::Accounts& accounts) {
  return accounts.dispatched > generator.starved;
}

const StepReport* Headline(const RunReport& report) {
  if (report.whole.has_value()) {
    return &*report.whole;
  }
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
