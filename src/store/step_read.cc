// Reading steps back.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "arrival/profile_text.h"
#include "stats/histogram_codec.h"
#include "store/step_columns.h"
#include "store/step_rows.h"

namespace loadline::store {
namespace {

measure::Arrivals ArrivalsOf(std::string_view word) {
  if (word == kRecorded) {
    return measure::Arrivals::kRecorded;
  }
  return word == kPoisson ? measure::Arrivals::kPoisson : measure::Arrivals::kConstant;
}

void SetProfile(measure::Load& load, const std::string& text) {
  auto* open = std::get_if<measure::OpenLoad>(&load.shape);
  Result<arrival::Profile> profile = arrival::ParseProfile(
      text, open != nullptr ? arrival::LevelUnit::kRate : arrival::LevelUnit::kUsers);
  if (!profile.has_value()) {
    return;  // Written by a later version: the words are what is left.
  }
  auto shared = std::make_shared<const arrival::Profile>(*std::move(profile));
  (open != nullptr ? open->profile : std::get<measure::ClosedLoad>(load.shape).profile) =
      std::move(shared);
}

measure::Load ReadLoad(Statement& row) {
  measure::Load load;
  const std::string words = row.Text();
  const std::optional<double> rate = row.OptionalReal();
  const std::string arrivals = row.Text();
  if (rate.has_value()) {
    load.shape = measure::OpenLoad{Rate{*rate}, ArrivalsOf(arrivals)};
    load.words = arrivals == kRecorded ? words : "";
    row.Skip(4);
  } else {
    measure::ClosedLoad closed;
    closed.users = static_cast<int>(row.Int());
    closed.spawn = Rate{row.Real()};
    closed.think = row.Nanoseconds();
    closed.law =
        row.Text() == kExponential ? measure::ThinkLaw::kExponential : measure::ThinkLaw::kConstant;
    load.shape = closed;
  }
  load.warmup = row.Nanoseconds();
  load.duration = row.Nanoseconds();
  load.requests = row.Int();
  load.seed = static_cast<std::uint64_t>(row.Int());
  if (const std::string profile = row.Text(); !profile.empty()) {
    SetProfile(load, profile);
  }
  return load;
}

void ReadCounts(Statement& row, measure::Measurement& m) {
  m.started = UtcTime(row.Nanoseconds());
  m.started_after = row.Nanoseconds();
  m.warmup = row.Nanoseconds();
  m.measured = row.Nanoseconds();
  m.stop = FromName(row.Text(), measure::StopReason::kDataEnded, measure::StopReason::kInterrupted);
  m.requests = row.Int();
  m.succeeded = row.Int();
  m.failed = row.Int();
  m.rejected = row.Int();
  m.offered = Rate{row.Real()};
  m.achieved = Rate{row.Real()};
  m.goodput = Rate{row.Real()};
  m.in_flight_end = row.Int();
  m.connections_opened = row.Int();
  m.connect_mean = row.Nanoseconds();
  m.tls_mean = row.Nanoseconds();
  m.connection_wait_mean = row.Nanoseconds();
}

measure::Accounts ReadAccounts(Statement& row) {
  measure::Accounts accounts;
  accounts.scheduled = row.Int();
  accounts.dispatched = row.Int();
  accounts.never_dispatched = row.Int();
  accounts.attempts = row.Int();
  accounts.stored = row.Int();
  accounts.skipped = row.Int();
  accounts.dropped = row.Int();
  accounts.cut = row.Int();
  return accounts;
}

void ReadVerdict(Statement& row, measure::SearchStep& verdict) {
  verdict.level = row.Real();
  verdict.result =
      FromName(row.Text(), measure::StepResult::kRefused, measure::StepResult::kUndecided);
  verdict.reason = row.Text();
  verdict.line_estimate = row.OptionalReal();
  verdict.line_estimate_sd = row.OptionalReal();
}

/// Rows of one of the lists of a step, in order.
Result<Statement> List(Database& database, std::string_view columns, std::string_view table,
                       std::string_view order, std::int64_t run, int step) {
  Statement rows = TRY(database.Prepare(fmt::format(
      "SELECT {} FROM {} WHERE run = ? AND step = ? ORDER BY {}", columns, table, order)));
  rows.Bind(run).Bind(step);
  return rows;
}

Status ReadLists(Database& database, std::int64_t run, measure::Measurement& m) {
  Statement address = TRY(List(database, "address", "step_addresses", "number", run, m.step));
  while (TRY(address.Step())) {
    m.addresses.push_back(address.Text());
  }
  Statement refusal = TRY(List(database, "reason, remedy", "step_refusals", "number", run, m.step));
  while (TRY(refusal.Step())) {
    measure::Refusal one;
    one.reason = refusal.Text();
    one.remedy = refusal.Text();
    m.refusals.push_back(std::move(one));
  }
  Statement error = TRY(List(database, "kind, name, count, first_ns, last_ns, sample",
                             "step_errors", "number", run, m.step));
  while (TRY(error.Step())) {
    measure::ErrorTally tally;
    tally.kind = static_cast<measure::ErrorKind>(error.Int());
    tally.name = error.Text();
    tally.count = error.Int();
    tally.first = error.Nanoseconds();
    tally.last = error.Nanoseconds();
    tally.sample = error.Text();
    m.errors.push_back(std::move(tally));
  }
  Statement task = TRY(
      List(database, "name, succeeded, failed, response, wire", "step_tasks", "task", run, m.step));
  while (TRY(task.Step())) {
    measure::TaskMeasurement one;
    one.name = task.Text();
    one.succeeded = task.Int();
    one.failed = task.Int();
    one.response = TRY(ReadHistogram(task));
    one.wire = TRY(ReadHistogram(task));
    m.tasks.push_back(std::move(one));
  }
  return {};
}

}  // namespace

Result<stats::Histogram> ReadHistogram(Statement& statement) {
  const auto bytes = statement.Blob();
  return stats::Decode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

measure::Generator ReadGenerator(Statement& row) {
  measure::Generator generator;
  generator.lateness_p50 = row.Nanoseconds();
  generator.lateness_p99 = row.Nanoseconds();
  generator.lateness_max = row.Nanoseconds();
  generator.send_error_p50 = row.Nanoseconds();
  generator.send_error_p99 = row.Nanoseconds();
  generator.starved = row.Int();
  generator.loop_lag_max = row.Nanoseconds();
  generator.cpu_busiest = row.Real();
  generator.spin_busiest = row.Real();
  generator.think_overrun_p99_s = row.Real();
  generator.throttled = row.Nanoseconds();
  generator.dropped_records = row.Int();
  generator.dropped_events = row.Int();
  generator.descriptors_left = row.Int();
  generator.ports_left = row.Int();
  return generator;
}

Result<std::vector<StepRecord>> ReadSteps(Database& database, std::int64_t run) {
  Statement row = TRY(database.Prepare(fmt::format(
      "SELECT step, purpose, finished, {}, {}, {}, {}, generator_limited, {} FROM "
      "steps WHERE run = ? ORDER BY step",
      kLoadColumns, kCountColumns, kAccountColumns, kGeneratorColumns, kVerdictColumns)));
  row.Bind(run);
  std::vector<StepRecord> steps;
  while (TRY(row.Step())) {
    StepRecord step;
    measure::Measurement& m = step.measurement;
    m.step = static_cast<int>(row.Int());
    step.purpose = row.Text();
    step.finished = row.Bool();
    m.load = ReadLoad(row);
    ReadCounts(row, m);
    m.accounts = ReadAccounts(row);
    m.generator = ReadGenerator(row);
    m.generator_limited = row.Bool();
    ReadVerdict(row, step.verdict);
    step.verdict.measurement_step = m.step;
    TRY(ReadLists(database, run, m));
    step.verdict.objectives = TRY(ReadObjectives(database, "objectives", run, m.step));
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace loadline::store
