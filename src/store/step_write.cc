// Writing steps and seconds.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <fmt/core.h>

#include "base/clock.h"
#include "stats/histogram_codec.h"
#include "store/step_columns.h"
#include "store/step_rows.h"

namespace loadline::store {
namespace {

constexpr std::array kStepQuantiles{0.5, 0.9, 0.95, 0.99, 0.999};
constexpr std::array kSecondQuantiles{0.5, 0.95, 0.99};

const char* WordOf(measure::Arrivals arrivals) {
  switch (arrivals) {
    case measure::Arrivals::kPoisson:
      return kPoisson;
    case measure::Arrivals::kConstant:
      return kConstant;
    case measure::Arrivals::kRecorded:
      return kRecorded;
  }
  return "";
}

/// The stages of rate or users as written; null if there are none.
const arrival::Profile* ProfileOf(const measure::Load& load) {
  const auto* open = std::get_if<measure::OpenLoad>(&load.shape);
  return open != nullptr ? open->profile.get()
                         : std::get<measure::ClosedLoad>(load.shape).profile.get();
}

void BindLoad(Statement& statement, const measure::Load& load) {
  statement.Bind(Describe(load));
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    statement.Bind(open->rate.per_second)
        .Bind(WordOf(open->arrivals))
        .BindNull()
        .BindNull()
        .BindNull()
        .BindNull();
  } else {
    const auto& closed = std::get<measure::ClosedLoad>(load.shape);
    statement.BindNull()
        .BindNull()
        .Bind(closed.users)
        .Bind(closed.spawn.per_second)
        .Bind(closed.think)
        .Bind(closed.law == measure::ThinkLaw::kExponential ? kExponential : kConstant);
  }
  statement.Bind(load.warmup)
      .Bind(load.duration)
      .Bind(load.requests)
      .Bind(static_cast<std::int64_t>(load.seed));
  if (const arrival::Profile* profile = ProfileOf(load)) {
    statement.Bind(profile->text());
  } else {
    statement.BindNull();
  }
}

/// Quantiles, mean (where asked for) and maximum in ms; NULL where nothing was counted.
template <std::size_t N>
void BindSummary(Statement& statement, const stats::Histogram& histogram,
                 const std::array<double, N>& quantiles, bool mean) {
  const auto bind = [&](Duration value) {
    if (histogram.empty()) {
      statement.BindNull();
    } else {
      statement.Bind(Millis(value));
    }
  };
  for (const double q : quantiles) {
    bind(histogram.ValueAtQuantile(q));
  }
  if (mean) {
    bind(histogram.Mean());
  }
  bind(histogram.Max());
}

/// All tasks in one. Tasks of another layout than the first one's cannot be added and stay out.
stats::Histogram Merged(const measure::Measurement& measurement,
                        stats::Histogram measure::TaskMeasurement::*which) {
  if (measurement.tasks.empty()) {
    return stats::Histogram();
  }
  stats::Histogram all((measurement.tasks.front().*which).layout());
  for (const measure::TaskMeasurement& task : measurement.tasks) {
    if ((task.*which).layout() == all.layout()) {
      all.Add(task.*which);
    }
  }
  return all;
}

void BindAccounts(Statement& statement, const measure::Accounts& accounts) {
  statement.Bind(accounts.scheduled)
      .Bind(accounts.dispatched)
      .Bind(accounts.never_dispatched)
      .Bind(accounts.attempts)
      .Bind(accounts.stored)
      .Bind(accounts.skipped)
      .Bind(accounts.dropped)
      .Bind(accounts.cut);
}

void BindVerdict(Statement& statement, const measure::SearchStep& verdict) {
  statement.Bind(verdict.level)
      .Bind(Name(verdict.result))
      .Bind(verdict.reason)
      .Bind(verdict.line_estimate)
      .Bind(verdict.line_estimate_sd);
}

Status WriteLists(Database& database, std::int64_t run, const measure::Measurement& m) {
  for (const char* table : {"step_addresses", "step_refusals", "step_errors", "step_tasks"}) {
    Statement clear =
        TRY(database.Prepare(fmt::format("DELETE FROM {} WHERE run = ? AND step = ?", table)));
    TRY(clear.Bind(run).Bind(m.step).Run());
  }
  Statement address = TRY(database.Prepare("INSERT INTO step_addresses VALUES (?, ?, ?, ?)"));
  for (std::size_t i = 0; i < m.addresses.size(); ++i) {
    TRY(address.Bind(run).Bind(m.step).Bind(std::int64_t(i)).Bind(m.addresses[i]).Run());
  }
  Statement refusal = TRY(database.Prepare("INSERT INTO step_refusals VALUES (?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < m.refusals.size(); ++i) {
    refusal.Bind(run).Bind(m.step).Bind(std::int64_t(i));
    TRY(refusal.Bind(m.refusals[i].reason).Bind(m.refusals[i].remedy).Run());
  }
  Statement error =
      TRY(database.Prepare("INSERT INTO step_errors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < m.errors.size(); ++i) {
    const measure::ErrorTally& tally = m.errors[i];
    error.Bind(run).Bind(m.step).Bind(std::int64_t(i)).Bind(static_cast<int>(tally.kind));
    error.Bind(tally.name).Bind(tally.count).Bind(tally.first).Bind(tally.last);
    TRY(error.Bind(tally.sample).Run());
  }
  Statement task = TRY(database.Prepare("INSERT INTO step_tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < m.tasks.size(); ++i) {
    task.Bind(run).Bind(m.step).Bind(std::int64_t(i)).Bind(m.tasks[i].name);
    task.Bind(m.tasks[i].succeeded).Bind(m.tasks[i].failed);
    TRY(BindHistogram(BindHistogram(task, m.tasks[i].response), m.tasks[i].wire).Run());
  }
  return {};
}

}  // namespace

std::string Placeholders(std::string_view columns) {
  std::string text = "?";
  for (auto i = std::count(columns.begin(), columns.end(), ','); i > 0; --i) {
    text += ", ?";
  }
  return text;
}

Statement& BindHistogram(Statement& statement, const stats::Histogram& histogram) {
  const std::string bytes = stats::EncodeCompressed(histogram);
  return statement.BindBlob({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void BindGenerator(Statement& statement, const measure::Generator& generator) {
  statement.Bind(generator.lateness_p50)
      .Bind(generator.lateness_p99)
      .Bind(generator.lateness_max)
      .Bind(generator.send_error_p50)
      .Bind(generator.send_error_p99)
      .Bind(generator.starved)
      .Bind(generator.loop_lag_max)
      .Bind(generator.cpu_busiest)
      .Bind(generator.spin_busiest)
      .Bind(generator.think_overrun_p99_s)
      .Bind(generator.throttled)
      .Bind(generator.dropped_records)
      .Bind(generator.dropped_events)
      .Bind(generator.descriptors_left)
      .Bind(generator.ports_left);
}

Status WriteStepStart(Database& database, std::int64_t run, int step, std::string_view purpose,
                      const measure::Load& load) {
  const std::string columns =
      fmt::format("run, step, purpose, finished, {}, started_utc, started_utc_ns", kLoadColumns);
  Statement insert = TRY(database.Prepare(fmt::format(
      "INSERT OR REPLACE INTO steps ({}) VALUES ({})", columns, Placeholders(columns))));
  insert.Bind(run).Bind(step).Bind(purpose).Bind(false);
  BindLoad(insert, load);
  const UtcTime started = UtcNow();
  return insert.Bind(FormatUtc(started)).Bind(started.time_since_epoch()).Run();
}

Status WriteStep(Database& database, std::int64_t run, std::string_view purpose,
                 const measure::Measurement& m, const measure::SearchStep& verdict) {
  const std::string columns =
      fmt::format("run, step, purpose, finished, {}, started_utc, {}, {}, {}, {}, {}, {}",
                  kLoadColumns, kCountColumns, kSummaryColumns, kAccountColumns, kGeneratorColumns,
                  "generator_limited", kVerdictColumns);
  Statement insert = TRY(database.Prepare(fmt::format(
      "INSERT OR REPLACE INTO steps ({}) VALUES ({})", columns, Placeholders(columns))));
  insert.Bind(run).Bind(m.step).Bind(purpose).Bind(true);
  BindLoad(insert, m.load);
  insert.Bind(FormatUtc(m.started));
  insert.Bind(m.started.time_since_epoch()).Bind(m.started_after).Bind(m.warmup).Bind(m.measured);
  insert.Bind(Name(m.stop)).Bind(m.requests).Bind(m.succeeded).Bind(m.failed).Bind(m.rejected);
  insert.Bind(m.offered.per_second).Bind(m.achieved.per_second).Bind(m.goodput.per_second);
  insert.Bind(m.in_flight_end).Bind(m.connections_opened);
  insert.Bind(m.connect_mean).Bind(m.tls_mean).Bind(m.connection_wait_mean);
  BindSummary(insert, Merged(m, &measure::TaskMeasurement::response), kStepQuantiles, true);
  BindSummary(insert, Merged(m, &measure::TaskMeasurement::wire), kStepQuantiles, true);
  BindAccounts(insert, m.accounts);
  BindGenerator(insert, m.generator);
  insert.Bind(m.generator_limited);
  BindVerdict(insert, verdict);
  TRY(insert.Run());
  TRY(WriteLists(database, run, m));
  return WriteObjectives(database, "objectives", run, m.step, verdict.objectives);
}

Status WriteSecond(Database& database, std::int64_t run, int step, const measure::Second& second) {
  const std::string columns = fmt::format(
      "run, step, second, warmup, scheduled, dispatched, completed, failed, rejected, in_flight, "
      "users, {}",
      kGeneratorColumns);
  Statement insert = TRY(database.Prepare(fmt::format(
      "INSERT OR REPLACE INTO seconds ({}) VALUES ({})", columns, Placeholders(columns))));
  insert.Bind(run).Bind(step).Bind(second.index).Bind(second.warmup);
  insert.Bind(second.scheduled).Bind(second.dispatched).Bind(second.completed);
  insert.Bind(second.failed).Bind(second.rejected).Bind(second.in_flight).Bind(second.users);
  BindGenerator(insert, second.generator);
  TRY(insert.Run());

  Statement task = TRY(database.Prepare(
      "INSERT OR REPLACE INTO task_seconds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?)"));
  for (std::size_t i = 0; i < second.tasks.size(); ++i) {
    const measure::TaskSecond& one = second.tasks[i];
    if (one.succeeded == 0 && one.failed == 0) {
      continue;  // Nothing ended: no row, in the tables as in the export.
    }
    task.Bind(run).Bind(step).Bind(second.index).Bind(std::int64_t(i));
    task.Bind(one.succeeded).Bind(one.failed);
    BindSummary(task, one.response, kSecondQuantiles, false);
    BindSummary(task, one.wire, kSecondQuantiles, false);
    TRY(BindHistogram(BindHistogram(task, one.response), one.wire).Run());
  }
  return {};
}

}  // namespace loadline::store
