#include "store/partial_step.h"

#include <algorithm>
#include <cstdint>

#include <fmt/core.h>

#include "store/database.h"
#include "store/export.h"
#include "store/schema.h"

namespace loadline::store {
namespace {

void AddTasks(measure::Measurement& m, const measure::Second& second,
              const std::vector<std::string>& names) {
  while (m.tasks.size() < std::max(second.tasks.size(), names.size())) {
    measure::TaskMeasurement task;
    task.name =
        m.tasks.size() < names.size() ? names[m.tasks.size()] : fmt::format("{}", m.tasks.size());
    m.tasks.push_back(std::move(task));
  }
  for (std::size_t i = 0; i < second.tasks.size(); ++i) {
    const measure::TaskSecond& one = second.tasks[i];
    measure::TaskMeasurement& task = m.tasks[i];
    task.succeeded += one.succeeded;
    task.failed += one.failed;
    if (one.response.layout() == task.response.layout()) {
      task.response.Add(one.response);
    }
    if (one.wire.layout() == task.wire.layout()) {
      task.wire.Add(one.wire);
    }
  }
}

void AddSecond(measure::Measurement& m, const measure::Second& second,
               const std::vector<std::string>& names) {
  m.accounts.scheduled += second.scheduled;
  m.accounts.dispatched += second.dispatched;
  if (m.warmup + m.measured == Duration::zero()) {
    m.generator = second.generator;
  } else {
    m.generator.Worsen(second.generator);
  }
  m.in_flight_end = second.in_flight;
  if (second.warmup) {
    m.warmup += 1s;
    return;
  }
  m.measured += 1s;
  m.requests += second.scheduled;
  m.succeeded += second.completed - second.failed;
  m.failed += second.failed;
  m.rejected += second.rejected;
  AddTasks(m, second, names);
}

/// Rows of table attempts that belong to a step.
Result<std::int64_t> StoredRows(Store& store, std::int64_t run, int step) {
  return store.database().Number(
      fmt::format("SELECT count(*) FROM attempts WHERE id >= {} AND id < {} AND step = {}",
                  run << kAttemptIdBits, (run + 1) << kAttemptIdBits, step));
}

}  // namespace

Status FillUnfinishedSteps(Store& store, RunRecord& record) {
  const auto find = [&](int step) {
    return std::find_if(record.steps.begin(), record.steps.end(), [&](const StepRecord& one) {
      return one.measurement.step == step && !one.finished;
    });
  };
  const bool any = std::any_of(record.steps.begin(), record.steps.end(),
                               [](const StepRecord& one) { return !one.finished; });
  if (!any) {
    return {};
  }
  TRY(ForEachSecond(store, record.info.id, [&](int step, const measure::Second& second) {
    if (const auto found = find(step); found != record.steps.end()) {
      AddSecond(found->measurement, second, record.info.start.tasks);
    }
    return true;
  }));
  for (StepRecord& step : record.steps) {
    if (step.finished) {
      continue;
    }
    measure::Measurement& m = step.measurement;
    m.stop = measure::StopReason::kInterrupted;
    m.accounts.never_dispatched = m.accounts.scheduled - m.accounts.dispatched;
    m.accounts.stored = TRY(StoredRows(store, record.info.number, m.step));
    m.accounts.dropped = m.generator.dropped_records;
    m.accounts.attempts = m.accounts.stored + m.accounts.dropped;
    if (const double seconds = Seconds(m.measured); seconds > 0) {
      m.offered = Rate{static_cast<double>(m.requests) / seconds};
      m.achieved = Rate{static_cast<double>(m.succeeded + m.failed) / seconds};
      m.goodput = Rate{static_cast<double>(m.succeeded) / seconds};
    }
  }
  return {};
}

}  // namespace loadline::store
