// Objectives and load lines as rows, and back.
#include <cmath>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "store/step_rows.h"

namespace loadline::store {
namespace {

constexpr std::string_view kObjectiveColumns =
    "text, result, value, interval_low, interval_high, requests, more_requests";
constexpr std::string_view kLineColumns =
    "axis, has_objectives, confidence, held, broken, estimate, estimate_low, estimate_high, "
    "saturation, operating, test, covers_periods_below_ns, binding, cause, ended_by, spent_ns, "
    "next_precision_cost_ns, unspent_error";
constexpr std::string_view kSearchStepColumns =
    "measurement_step, level, result, reason, line_estimate, line_estimate_sd";

constexpr const char* kRate = "rate";
constexpr const char* kUsers = "users";

Status WriteSearchSteps(Database& database, std::int64_t run,
                        const std::vector<measure::SearchStep>& steps) {
  for (const char* table : {"search_steps", "search_objectives"}) {
    Statement clear = TRY(database.Prepare(fmt::format("DELETE FROM {} WHERE run = ?", table)));
    TRY(clear.Bind(run).Run());
  }
  Statement insert = TRY(
      database.Prepare(fmt::format("INSERT INTO search_steps (run, number, {}) VALUES (?, ?, {})",
                                   kSearchStepColumns, Placeholders(kSearchStepColumns))));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const measure::SearchStep& step = steps[i];
    insert.Bind(run).Bind(std::int64_t(i)).Bind(step.measurement_step).Bind(step.level);
    insert.Bind(Name(step.result)).Bind(step.reason);
    TRY(insert.Bind(step.line_estimate).Bind(step.line_estimate_sd).Run());
    TRY(WriteObjectives(database, "search_objectives", run, static_cast<int>(i), step.objectives));
  }
  return {};
}

Result<std::vector<measure::SearchStep>> ReadSearchSteps(Database& database, std::int64_t run) {
  Statement row = TRY(database.Prepare(fmt::format(
      "SELECT {} FROM search_steps WHERE run = ? ORDER BY number", kSearchStepColumns)));
  row.Bind(run);
  std::vector<measure::SearchStep> steps;
  while (TRY(row.Step())) {
    measure::SearchStep step;
    step.measurement_step = static_cast<int>(row.Int());
    step.level = row.Real();
    step.result =
        FromName(row.Text(), measure::StepResult::kRefused, measure::StepResult::kUndecided);
    step.reason = row.Text();
    step.line_estimate = row.OptionalReal();
    step.line_estimate_sd = row.OptionalReal();
    step.objectives =
        TRY(ReadObjectives(database, "search_objectives", run, static_cast<int>(steps.size())));
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

Status WriteObjectives(Database& database, std::string_view table, std::int64_t run, int step,
                       const std::vector<measure::ObjectiveResult>& objectives) {
  Statement clear =
      TRY(database.Prepare(fmt::format("DELETE FROM {} WHERE run = ? AND step = ?", table)));
  TRY(clear.Bind(run).Bind(step).Run());
  Statement insert = TRY(
      database.Prepare(fmt::format("INSERT INTO {} (run, step, number, {}) VALUES (?, ?, ?, {})",
                                   table, kObjectiveColumns, Placeholders(kObjectiveColumns))));
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const measure::ObjectiveResult& one = objectives[i];
    insert.Bind(run).Bind(step).Bind(std::int64_t(i)).Bind(Format(one.objective));
    insert.Bind(Name(one.state)).Bind(one.value).Bind(one.interval_low).Bind(one.interval_high);
    TRY(insert.Bind(one.requests).Bind(one.more_requests).Run());
  }
  return {};
}

Result<std::vector<measure::ObjectiveResult>> ReadObjectives(Database& database,
                                                             std::string_view table,
                                                             std::int64_t run, int step) {
  Statement row = TRY(database.Prepare(fmt::format(
      "SELECT {} FROM {} WHERE run = ? AND step = ? ORDER BY number", kObjectiveColumns, table)));
  row.Bind(run).Bind(step);
  std::vector<measure::ObjectiveResult> objectives;
  while (TRY(row.Step())) {
    measure::ObjectiveResult one;
    one.objective = TRY(measure::ParseObjective(row.Text()));
    one.state = FromName(row.Text(), measure::ObjectiveState::kUndecided,
                         measure::ObjectiveState::kUndecided);
    one.value = row.OptionalReal().value_or(NAN);
    one.interval_low = row.OptionalReal().value_or(NAN);
    one.interval_high = row.OptionalReal().value_or(NAN);
    one.requests = row.Int();
    one.more_requests = row.Int();
    objectives.push_back(std::move(one));
  }
  return objectives;
}

Status WriteLoadLine(Database& database, std::int64_t run, const measure::LoadLine& line) {
  Statement insert =
      TRY(database.Prepare(fmt::format("INSERT OR REPLACE INTO load_lines (run, {}) VALUES (?, {})",
                                       kLineColumns, Placeholders(kLineColumns))));
  insert.Bind(run).Bind(line.axis == measure::SearchAxis::kRate ? kRate : kUsers);
  insert.Bind(line.has_objectives).Bind(line.confidence).Bind(line.held).Bind(line.broken);
  insert.Bind(line.estimate).Bind(line.estimate_low).Bind(line.estimate_high);
  insert.Bind(line.saturation).Bind(line.operating).Bind(Name(line.test));
  insert.Bind(line.covers_periods_below).Bind(line.binding).Bind(line.cause).Bind(Name(line.end));
  insert.Bind(line.spent);
  if (line.next_precision_cost.has_value()) {
    insert.Bind(*line.next_precision_cost);
  } else {
    insert.BindNull();
  }
  insert.Bind(line.unspent_error);
  TRY(insert.Run());
  return WriteSearchSteps(database, run, line.steps);
}

Result<std::optional<measure::LoadLine>> ReadLoadLine(Database& database, std::int64_t run) {
  Statement row =
      TRY(database.Prepare(fmt::format("SELECT {} FROM load_lines WHERE run = ?", kLineColumns)));
  row.Bind(run);
  if (!TRY(row.Step())) {
    return std::optional<measure::LoadLine>();
  }
  measure::LoadLine line;
  line.axis = row.Text() == kUsers ? measure::SearchAxis::kUsers : measure::SearchAxis::kRate;
  line.has_objectives = row.Bool();
  line.confidence = row.Real();
  line.held = row.OptionalReal();
  line.broken = row.OptionalReal();
  line.estimate = row.OptionalReal();
  line.estimate_low = row.OptionalReal();
  line.estimate_high = row.OptionalReal();
  line.saturation = row.OptionalReal();
  line.operating = row.OptionalReal();
  line.test = FromName(row.Text(), measure::TestKind::kBatch, measure::TestKind::kNone);
  line.covers_periods_below = row.Nanoseconds();
  line.binding = row.Text();
  line.cause = row.Text();
  line.end = FromName(row.Text(), measure::SearchEnd::kNeverAnswered, measure::SearchEnd::kBudget);
  line.spent = row.Nanoseconds();
  if (const std::optional<std::int64_t> cost = row.OptionalInt(); cost.has_value()) {
    line.next_precision_cost = Duration(*cost);
  }
  line.unspent_error = row.Real();
  line.steps = TRY(ReadSearchSteps(database, run));
  return std::optional<measure::LoadLine>(std::move(line));
}

}  // namespace loadline::store
