#include "cli/verdict.h"

#include <gtest/gtest.h>

namespace loadline::cli {
namespace {

using measure::ErrorKind;
using measure::ObjectiveResult;
using measure::ObjectiveState;
using measure::StopReason;

measure::Measurement Answered(std::int64_t succeeded) {
  measure::Measurement measurement;
  measurement.step = 1;
  measurement.requests = succeeded;
  measurement.succeeded = succeeded;
  return measurement;
}

measure::Measurement AllFailed(ErrorKind kind) {
  measure::Measurement measurement;
  measurement.requests = 10;
  measurement.failed = 10;
  measurement.errors.push_back({kind, std::string(measure::Name(kind)), 10, {}, {}, ""});
  return measurement;
}

ObjectiveResult P95(ObjectiveState state) {
  ObjectiveResult result;
  result.objective.quantile = 0.95;
  result.objective.threshold = 200ms;
  result.state = state;
  return result;
}

TEST(NeverAnswered, OnlyIfNotOneStatusLineCameBack) {
  EXPECT_TRUE(NeverAnswered(AllFailed(ErrorKind::kConnectRefused)));
  EXPECT_TRUE(NeverAnswered(AllFailed(ErrorKind::kTimeoutFirstByte)));
  EXPECT_FALSE(NeverAnswered(AllFailed(ErrorKind::kStatus)));
  EXPECT_FALSE(NeverAnswered(AllFailed(ErrorKind::kCheck)));
  EXPECT_FALSE(NeverAnswered(AllFailed(ErrorKind::kNoPorts)));
  EXPECT_FALSE(NeverAnswered(Answered(1)));
  EXPECT_FALSE(NeverAnswered(Answered(0)));
}

TEST(CodeOfMeasurement, NamesWhatWentWrong) {
  EXPECT_EQ(ToInt(CodeOf(Answered(100))), 0);
  EXPECT_EQ(ToInt(CodeOf(AllFailed(ErrorKind::kConnectRefused))), 5);
  measure::Measurement measurement = Answered(100);
  measurement.stop = StopReason::kErrors;
  EXPECT_EQ(ToInt(CodeOf(measurement)), 1);
  measurement.refusals.push_back({"late", "use more threads"});
  EXPECT_EQ(ToInt(CodeOf(measurement)), 3);
  measurement.stop = StopReason::kInterrupted;
  EXPECT_EQ(ToInt(CodeOf(measurement)), 4);
}

TEST(CodeOfMeasurement, AnInterruptedStartIsNotADeadTarget) {
  measure::Measurement measurement = AllFailed(ErrorKind::kCut);
  measurement.stop = StopReason::kInterrupted;
  EXPECT_EQ(ToInt(CodeOf(measurement)), 4);
}

TEST(CodeOfObjectives, TakesTheStrongest) {
  EXPECT_EQ(ToInt(CodeOf(std::vector<ObjectiveResult>{})), 0);
  EXPECT_EQ(ToInt(CodeOf({P95(ObjectiveState::kHeld), P95(ObjectiveState::kUndecided)})), 6);
  EXPECT_EQ(ToInt(CodeOf({P95(ObjectiveState::kUndecided), P95(ObjectiveState::kBroken)})), 1);
}

TEST(CodeOfBoth, AGeneratorAtItsLimitProvesOnlyWhatHeld) {
  measure::Measurement measurement = Answered(100);
  measurement.generator_limited = true;
  EXPECT_EQ(ToInt(CodeOf(measurement, {P95(ObjectiveState::kHeld)})), 0);
  EXPECT_EQ(ToInt(CodeOf(measurement, {P95(ObjectiveState::kBroken)})), 3);
  EXPECT_EQ(ToInt(CodeOf(measurement, {})), 0);
}

TEST(CodeOfBoth, ARunWithoutObjectivesIsBrokenIfNothingSucceeded) {
  EXPECT_EQ(ToInt(CodeOf(AllFailed(ErrorKind::kCheck), {})), 1);
  EXPECT_EQ(ToInt(CodeOf(AllFailed(ErrorKind::kConnectRefused), {})), 5);
  measure::Measurement one = AllFailed(ErrorKind::kCheck);
  one.succeeded = 1;
  EXPECT_EQ(ToInt(CodeOf(one, {})), 0);
}

TEST(CodeOfLine, ABracketOrASaturationIsAnAnswer) {
  measure::LoadLine line;
  line.end = measure::SearchEnd::kBudget;
  EXPECT_EQ(ToInt(CodeOf(line)), 6);
  line.held = 202;
  EXPECT_EQ(ToInt(CodeOf(line)), 6);
  line.broken = 228;
  EXPECT_EQ(ToInt(CodeOf(line)), 0);
  measure::LoadLine saturation;
  saturation.has_objectives = false;
  saturation.saturation = 240;
  EXPECT_EQ(ToInt(CodeOf(saturation)), 0);
}

TEST(Summary, FitsIntoALineOfTheList) {
  EXPECT_EQ(Summary(ExitCode::kHeld, {P95(ObjectiveState::kHeld)}), "held");
  EXPECT_EQ(Summary(ExitCode::kHeld, {}), "done");
  EXPECT_EQ(Summary(ExitCode::kBroken, {P95(ObjectiveState::kBroken)}), "broken: p95 < 200ms");
  EXPECT_EQ(Summary(ExitCode::kBroken, {}), "stopped: too many errors");
  EXPECT_EQ(Summary(ExitCode::kUndecided, {P95(ObjectiveState::kUndecided)}), "not decided");
  measure::LoadLine line;
  line.held = 202.4;
  line.broken = 228;
  EXPECT_EQ(Summary(line), "load line 202.4 to 228 req/s");
  line.broken.reset();
  line.axis = measure::SearchAxis::kUsers;
  EXPECT_EQ(Summary(line), "load line at least 202.4 users");
}

TEST(StepOf, SaysWhatTheStoreKeeps) {
  measure::Measurement measurement = Answered(100);
  measurement.load.shape = measure::OpenLoad{Rate{50.0}};
  const measure::SearchStep step =
      StepOf(measurement, {P95(ObjectiveState::kHeld)}, ExitCode::kHeld);
  EXPECT_DOUBLE_EQ(step.level, 50.0);
  EXPECT_EQ(step.result, measure::StepResult::kHeld);
  EXPECT_EQ(step.measurement_step, 1);
  EXPECT_EQ(StepOf(measurement, {}, ExitCode::kRefused).result, measure::StepResult::kRefused);
  EXPECT_EQ(StepOf(measurement, {}, ExitCode::kHeld).result, measure::StepResult::kClear);
}

}  // namespace
}  // namespace loadline::cli
