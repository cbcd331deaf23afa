#include "store/run_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <limits>

#include "store/database.h"
#include "store/export.h"
#include "store/test_support.h"

namespace loadline::store {
namespace {

class RunWriterTest : public ::testing::Test {
 protected:
  RunWriterTest()
      : store_(Store::Open(folder_.Database()).value()),
        writer_(RunWriter::Begin(store_, TestStart("blue")).value()) {}

  TestFolder folder_;
  Store store_;
  RunWriter writer_;
};

TEST_F(RunWriterTest, RegistersARunBeforeItStarts) {
  auto other = Store::Open(folder_.Database());
  const auto info = other->FindRun("@last");
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->id, writer_.id());
  EXPECT_EQ(info->id.size(), 8u);
  EXPECT_EQ(info->state, RunState::kRunning);
  EXPECT_FALSE(info->ended.has_value());
  EXPECT_FALSE(info->exit_code.has_value());
  const RunStart start = TestStart("blue");
  EXPECT_EQ(info->start.scenario, start.scenario);
  EXPECT_EQ(info->start.seed, start.seed);
  EXPECT_EQ(info->start.machine, start.machine);
  EXPECT_TRUE(std::filesystem::is_directory(writer_.spool_folder()));
  EXPECT_TRUE(IsLocked(writer_.spool_folder()));
}

TEST_F(RunWriterTest, LeavesNoEmptySpoolFolderBehind) {
  std::string spool;
  {
    auto writer = RunWriter::Begin(store_, TestStart());
    ASSERT_TRUE(writer.has_value());
    spool = writer->spool_folder();
    EXPECT_TRUE(std::filesystem::exists(spool));
  }
  EXPECT_FALSE(std::filesystem::exists(spool));
}

TEST_F(RunWriterTest, KeepsAWholeMeasurement) {
  const measure::Measurement in = FullMeasurement(3);
  measure::SearchStep verdict;
  verdict.level = 202.5;
  verdict.result = measure::StepResult::kBroken;
  verdict.reason = "p95";
  verdict.line_estimate = 216.0;
  verdict.line_estimate_sd = 1.5;
  verdict.objectives.push_back({measure::ParseObjective("online:p95 < 200ms").value(),
                                measure::ObjectiveState::kBroken,
                                std::numeric_limits<double>::infinity(), 0.19, 0.31, 1004, 0});
  ASSERT_TRUE(writer_.FinishStep("proof", in, verdict).has_value());

  const auto record = store_.ReadRun("@last");
  ASSERT_TRUE(record.has_value()) << record.error().message;
  ASSERT_EQ(record->steps.size(), 1u);
  const StepRecord& step = record->steps[0];
  EXPECT_EQ(step.purpose, "proof");
  EXPECT_TRUE(step.finished);
  const measure::Measurement& out = step.measurement;
  EXPECT_EQ(out.step, 3);
  EXPECT_EQ(out.load, in.load);
  EXPECT_EQ(out.started, in.started);
  EXPECT_EQ(out.started_after, in.started_after);
  EXPECT_EQ(out.warmup, in.warmup);
  EXPECT_EQ(out.measured, in.measured);
  EXPECT_EQ(out.stop, in.stop);
  EXPECT_EQ(out.requests, 1004);
  EXPECT_EQ(out.succeeded, 1000);
  EXPECT_EQ(out.failed, 4);
  EXPECT_EQ(out.rejected, 3);
  EXPECT_EQ(out.offered, in.offered);
  EXPECT_EQ(out.achieved, in.achieved);
  EXPECT_EQ(out.goodput, in.goodput);
  ASSERT_EQ(out.tasks.size(), 1u);
  EXPECT_EQ(out.tasks[0].name, "online");
  EXPECT_EQ(out.tasks[0].response, in.tasks[0].response);
  EXPECT_EQ(out.tasks[0].wire, in.tasks[0].wire);
  EXPECT_EQ(out.tasks[0].succeeded, 1000);
  ASSERT_EQ(out.errors.size(), 2u);
  EXPECT_EQ(out.errors[0].kind, measure::ErrorKind::kStatus);
  EXPECT_EQ(out.errors[0].name, "status 503");
  EXPECT_EQ(out.errors[0].count, 3);
  EXPECT_EQ(out.errors[0].first, 3s);
  EXPECT_EQ(out.errors[0].last, 20s);
  EXPECT_EQ(out.errors[0].sample, "HTTP/1.1 503 | busy");
  EXPECT_EQ(out.in_flight_end, 9);
  EXPECT_EQ(out.addresses, in.addresses);
  EXPECT_EQ(out.connections_opened, 12);
  EXPECT_EQ(out.connect_mean, in.connect_mean);
  EXPECT_EQ(out.tls_mean, in.tls_mean);
  EXPECT_EQ(out.connection_wait_mean, in.connection_wait_mean);
  EXPECT_TRUE(out.generator_limited);
  ASSERT_EQ(out.refusals.size(), 1u);
  EXPECT_EQ(out.refusals[0].remedy, "use --threads 2");
  EXPECT_EQ(step.verdict.level, 202.5);
  EXPECT_EQ(step.verdict.result, measure::StepResult::kBroken);
  EXPECT_EQ(step.verdict.reason, "p95");
  EXPECT_EQ(step.verdict.line_estimate, 216.0);
  ASSERT_EQ(step.verdict.objectives.size(), 1u);
  EXPECT_EQ(Format(step.verdict.objectives[0].objective), "online:p95 < 200ms");
  EXPECT_EQ(step.verdict.objectives[0].value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(step.verdict.objectives[0].interval_high, 0.31);
}

TEST_F(RunWriterTest, KeepsGeneratorAndAccounts) {
  const measure::Measurement in = FullMeasurement(1);
  ASSERT_TRUE(writer_.FinishStep("probe", in, {}).has_value());
  const measure::Measurement out = store_.ReadRun("@last")->steps[0].measurement;
  EXPECT_EQ(out.generator.lateness_p50, in.generator.lateness_p50);
  EXPECT_EQ(out.generator.lateness_p99, in.generator.lateness_p99);
  EXPECT_EQ(out.generator.lateness_max, in.generator.lateness_max);
  EXPECT_EQ(out.generator.send_error_p50, in.generator.send_error_p50);
  EXPECT_EQ(out.generator.send_error_p99, in.generator.send_error_p99);
  EXPECT_EQ(out.generator.starved, in.generator.starved);
  EXPECT_EQ(out.generator.loop_lag_max, in.generator.loop_lag_max);
  EXPECT_EQ(out.generator.cpu_busiest, in.generator.cpu_busiest);
  EXPECT_EQ(out.generator.spin_busiest, in.generator.spin_busiest);
  EXPECT_EQ(out.generator.think_overrun_p99_s, in.generator.think_overrun_p99_s);
  EXPECT_EQ(out.generator.throttled, in.generator.throttled);
  EXPECT_EQ(out.generator.dropped_records, in.generator.dropped_records);
  EXPECT_EQ(out.generator.dropped_events, in.generator.dropped_events);
  EXPECT_EQ(out.generator.descriptors_left, in.generator.descriptors_left);
  EXPECT_EQ(out.generator.ports_left, in.generator.ports_left);
  EXPECT_EQ(out.accounts.scheduled, 1010);
  EXPECT_EQ(out.accounts.dispatched, 1008);
  EXPECT_EQ(out.accounts.never_dispatched, 2);
  EXPECT_EQ(out.accounts.attempts, 1008);
  EXPECT_EQ(out.accounts.stored, 1000);
  EXPECT_EQ(out.accounts.skipped, 2);
  EXPECT_EQ(out.accounts.dropped, 6);
  EXPECT_EQ(out.accounts.cut, 1);
}

TEST_F(RunWriterTest, KeepsClosedLoads) {
  measure::Measurement in = FullMeasurement(1);
  in.load.shape = measure::ClosedLoad{120, Rate{10.0}, 1s, measure::ThinkLaw::kExponential};
  in.load.duration = Duration::max();
  ASSERT_TRUE(writer_.FinishStep("probe", in, {}).has_value());
  EXPECT_EQ(store_.ReadRun("@last")->steps[0].measurement.load, in.load);
}

TEST_F(RunWriterTest, GivesQuantilesToWhoWritesSql) {
  ASSERT_TRUE(writer_.FinishStep("probe", FullMeasurement(1), {}).has_value());
  // 990 responses of 40 ms and 10 of 90 ms: the 990th of 1000 is the last of 40 ms.
  auto row = store_.database().Prepare(
      "SELECT response_ms_p99, response_ms_p99_9, wire_ms_p50 FROM steps");
  ASSERT_TRUE(row.has_value() && *row->Step());
  EXPECT_NEAR(row->Real(), 40.0, 0.05);
  EXPECT_NEAR(row->Real(), 90.0, 0.1);
  EXPECT_NEAR(row->Real(), 35.0, 0.05);
}

TEST_F(RunWriterTest, KeepsSecondsOfAStepThatWasNeverFinished) {
  measure::Load load;
  load.shape = measure::OpenLoad{Rate{50.0}, measure::Arrivals::kPoisson};
  ASSERT_TRUE(writer_.BeginStep(1, "probe", load).has_value());
  measure::Second second;
  second.index = 0;
  second.warmup = true;
  second.scheduled = 51;
  second.dispatched = 50;
  second.completed = 49;
  second.failed = 2;
  second.rejected = 1;
  second.in_flight = 2;
  second.users = 7;
  second.generator.cpu_busiest = 0.25;
  second.tasks.resize(2);
  second.tasks[1].succeeded = 47;
  second.tasks[1].failed = 2;
  second.tasks[1].response.RecordN(20ms, 47);
  second.tasks[1].wire.RecordN(19ms, 47);
  ASSERT_TRUE(writer_.AddSecond(1, second).has_value());
  ASSERT_TRUE(writer_.AddSecond(1, second).has_value());  // Again: replaced, not doubled.

  auto other = Store::Open(folder_.Database());  // As after a crash: nothing is held back.
  const auto record = other->ReadRun("@last");
  ASSERT_EQ(record->steps.size(), 1u);
  EXPECT_FALSE(record->steps[0].finished);
  const measure::Measurement& partial = record->steps[0].measurement;
  EXPECT_EQ(partial.load, load);
  EXPECT_EQ(partial.stop, measure::StopReason::kInterrupted);
  EXPECT_GT(partial.started, UtcTime());
  EXPECT_EQ(partial.warmup, 1s);
  EXPECT_EQ(partial.requests, 0);  // All it had was a second of warm-up.
  EXPECT_EQ(partial.accounts.scheduled, 51);
  EXPECT_TRUE(partial.accounts.Balanced());
  int seen = 0;
  ASSERT_TRUE(ForEachSecond(*other, "@last", [&](int step, const measure::Second& out) {
                ++seen;
                EXPECT_EQ(step, 1);
                EXPECT_EQ(out.index, 0);
                EXPECT_TRUE(out.warmup);
                EXPECT_EQ(out.scheduled, 51);
                EXPECT_EQ(out.rejected, 1);
                EXPECT_EQ(out.users, 7);
                EXPECT_EQ(out.generator.cpu_busiest, 0.25);
                EXPECT_EQ(out.tasks.size(), 2u);
                EXPECT_EQ(out.tasks[0].succeeded, 0);
                EXPECT_EQ(out.tasks[1].response, second.tasks[1].response);
                EXPECT_EQ(out.tasks[1].wire, second.tasks[1].wire);
                return true;
              }).has_value());
  EXPECT_EQ(seen, 1);
}

TEST_F(RunWriterTest, TellsOfAnUnfinishedStepWhatItsSecondsTell) {
  ASSERT_TRUE(writer_.BeginStep(1, "probe", {}).has_value());
  for (int i = 0; i < 3; ++i) {
    measure::Second second;
    second.index = i;
    second.warmup = i == 0;
    second.scheduled = 100;
    second.dispatched = 99;
    second.completed = 90;
    second.failed = 9;
    second.rejected = 5;
    second.in_flight = 10 + i;
    second.generator.cpu_busiest = 0.1 * (3 - i);
    second.tasks.resize(2);
    second.tasks[1].succeeded = 81;
    second.tasks[1].failed = 9;
    second.tasks[1].response.RecordN(20ms, 81);
    ASSERT_TRUE(writer_.AddSecond(1, second).has_value());
  }
  const auto record = store_.ReadRun("@last");
  ASSERT_TRUE(record.has_value()) << record.error().message;
  const measure::Measurement& m = record->steps[0].measurement;
  // One second of warm-up and two that count.
  EXPECT_EQ(m.warmup, 1s);
  EXPECT_EQ(m.measured, 2s);
  EXPECT_EQ(m.requests, 200);
  EXPECT_EQ(m.succeeded, 162);
  EXPECT_EQ(m.failed, 18);
  EXPECT_EQ(m.rejected, 10);
  EXPECT_EQ(m.in_flight_end, 12);
  EXPECT_DOUBLE_EQ(m.offered.per_second, 100.0);
  EXPECT_DOUBLE_EQ(m.achieved.per_second, 90.0);
  EXPECT_DOUBLE_EQ(m.goodput.per_second, 81.0);
  EXPECT_DOUBLE_EQ(m.generator.cpu_busiest, 0.3);
  ASSERT_EQ(m.tasks.size(), 2u);
  EXPECT_EQ(m.tasks[0].name, "online");
  EXPECT_EQ(m.tasks[1].response.count(), 162);
  EXPECT_EQ(m.accounts.scheduled, 300);
  EXPECT_EQ(m.accounts.never_dispatched, 3);
  EXPECT_TRUE(m.accounts.Balanced());
}

TEST_F(RunWriterTest, KeepsALoadLineForTheSearchThatGoesOn) {
  measure::LoadLine line;
  line.axis = measure::SearchAxis::kUsers;
  line.confidence = 0.9;
  line.held = 202;
  line.broken = 228;
  line.estimate = 216;
  line.estimate_low = 213;
  line.test = measure::TestKind::kClosedLevelCrossing;
  line.covers_periods_below = 3s;
  line.binding = "p95 < 200ms";
  line.cause = "requests wait in the service";
  line.end = measure::SearchEnd::kNotMonotone;
  line.spent = 295s;
  line.next_precision_cost = 20min;
  line.unspent_error = 0.0125;
  measure::SearchStep step;
  step.level = 228;
  step.result = measure::StepResult::kBroken;
  step.reason = "p95";
  step.measurement_step = 4;
  step.objectives.push_back({measure::ParseObjective("errors < 0.1%").value(),
                             measure::ObjectiveState::kUndecided, 0.0005, 0.0001, 0.002, 900,
                             12'000});
  line.steps = {step, step};
  line.steps[1].result = measure::StepResult::kHeld;
  ASSERT_TRUE(
      writer_
          .Finish({RunState::kComplete, 6, "load line 202 to 228 users", "{\"format\": 1}", line})
          .has_value());

  const auto record = store_.ReadRun("@last");
  ASSERT_TRUE(record.has_value()) << record.error().message;
  EXPECT_EQ(record->info.state, RunState::kComplete);
  EXPECT_EQ(record->info.exit_code, 6);
  EXPECT_EQ(record->info.summary, "load line 202 to 228 users");
  EXPECT_TRUE(record->info.ended.has_value());
  EXPECT_EQ(record->document, "{\"format\": 1}");
  ASSERT_TRUE(record->load_line.has_value());
  const measure::LoadLine& out = *record->load_line;
  EXPECT_EQ(out.axis, line.axis);
  EXPECT_EQ(out.confidence, line.confidence);
  EXPECT_EQ(out.held, line.held);
  EXPECT_EQ(out.broken, line.broken);
  EXPECT_EQ(out.estimate_low, line.estimate_low);
  EXPECT_EQ(out.estimate_high, std::nullopt);
  EXPECT_EQ(out.saturation, std::nullopt);
  EXPECT_EQ(out.test, line.test);
  EXPECT_EQ(out.covers_periods_below, line.covers_periods_below);
  EXPECT_EQ(out.binding, line.binding);
  EXPECT_EQ(out.end, line.end);
  EXPECT_EQ(out.spent, line.spent);
  EXPECT_EQ(out.next_precision_cost, line.next_precision_cost);
  EXPECT_EQ(out.unspent_error, 0.0125);
  ASSERT_EQ(out.steps.size(), 2u);
  EXPECT_EQ(out.steps[0].result, measure::StepResult::kBroken);
  EXPECT_EQ(out.steps[1].result, measure::StepResult::kHeld);
  EXPECT_EQ(out.steps[1].measurement_step, 4);
  EXPECT_EQ(out.steps[0].objectives[0].more_requests, 12'000);
}

TEST_F(RunWriterTest, SaysThatTheDiskIsFullAndStaysUsable) {
  // A file that may not grow is to SQLite what a full disk is.
  const std::int64_t pages = *store_.database().Number("PRAGMA page_count");
  ASSERT_TRUE(store_.database().Exec("PRAGMA max_page_count=" + std::to_string(pages)).has_value());
  measure::Second second;
  second.tasks.resize(1);
  second.tasks[0].succeeded = 1;
  Status failed;
  for (int i = 0; i < 2000 && failed.has_value(); ++i) {
    second.index = i;
    failed = writer_.AddSecond(1, second);
  }
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kExhausted);
  EXPECT_THAT(failed.error().message, ::testing::HasSubstr("is full"));
  ASSERT_TRUE(store_.database().Exec("PRAGMA max_page_count=1000000").has_value());
  EXPECT_TRUE(writer_.AddSecond(1, second).has_value());
}

}  // namespace
}  // namespace loadline::store
