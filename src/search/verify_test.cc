#include "search/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "search/testing/sim_targets.h"
#include "search/testing/watched_queue.h"

namespace loadline::search {
namespace {

using measure::Arrivals;
using measure::Decision;
using measure::ObjectiveState;
using testing::Errors;
using ::testing::HasSubstr;
using testing::OpenAt;
using testing::Quantile;
using testing::Target;

constexpr double kLineOf4 = 3.42166058 / 0.05;  // p95 < 300ms, four servers of 50 ms: Erlang C.

VerifyOptions At(double rate,
                 std::vector<measure::Objective> objectives = {Quantile(0.95, 300ms)}) {
  VerifyOptions options;
  options.objectives = std::move(objectives);
  options.load = OpenAt(rate);
  return options;
}

Result<VerifyResult> Try(const VerifyOptions& options, sim::SimOptions target) {
  sim::SimProber prober(std::move(target));
  measure::Unobserved nobody;
  return Verify(prober, options, nobody);
}

VerifyResult On4(const VerifyOptions& options) {
  const auto result = Try(options, Target(1, 4, "exponential:50ms"));
  EXPECT_TRUE(result);
  return result ? *result : VerifyResult{};
}

TEST(Verify, HoldsBelowTheLineAndStopsThere) {
  const VerifyResult result = On4(At(0.6 * kLineOf4));
  EXPECT_EQ(result.state, ObjectiveState::kHeld);
  EXPECT_EQ(result.test, measure::TestKind::kLevelCrossing);
  EXPECT_EQ(result.binding, "p95 < 300ms");
  EXPECT_EQ(result.cause, "");
  EXPECT_FALSE(result.backlog_grows);
  EXPECT_LT(result.measurement.measured, 5min);
  EXPECT_EQ(result.measurement.stop, measure::StopReason::kObserver);
  EXPECT_GT(result.covers_periods_below, 0s);
  EXPECT_LT(result.covers_periods_below, result.measurement.measured / 19);
}

TEST(Verify, BreaksAboveTheLineAndSaysWhy) {
  const VerifyResult result = On4(At(90.0));  // Four servers of 50 ms: 80/s.
  EXPECT_EQ(result.state, ObjectiveState::kBroken);
  EXPECT_EQ(result.binding, "p95 < 300ms");
  EXPECT_FALSE(result.cause.empty());
}

TEST(Verify, StaysUndecidedWhereTheBudgetEndsFirst) {
  VerifyOptions options = At(kLineOf4);
  options.budget = 10s;
  const VerifyResult result = On4(options);
  EXPECT_EQ(result.state, ObjectiveState::kUndecided);
  EXPECT_LE(result.measurement.measured, 10s);
  EXPECT_EQ(result.cause, "");
}

TEST(Verify, TakesTheWarmUpOutOfTheBudget) {
  VerifyOptions options = At(kLineOf4);
  options.budget = 10s;
  options.load.warmup = 4s;
  EXPECT_LE(On4(options).measurement.measured, 6s);
}

TEST(Verify, HoldsWhereNothingIsEverLate) {
  // Ten requests/s, evenly spaced, on four servers of exactly 50 ms.
  VerifyOptions options = At(0.0);
  options.load = OpenAt(10.0, Arrivals::kConstant);
  options.budget = 1h;
  const auto result = Try(options, Target(1, 4, "constant:50ms"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->test, measure::TestKind::kBatch);
  EXPECT_EQ(result->state, ObjectiveState::kHeld);
  EXPECT_LT(result->measurement.measured, 15min);
}

TEST(Verify, NamesTheObjectiveThatDecided) {
  sim::SimOptions target = Target(1, 4, "exponential:50ms");
  target.service.error_rate = 0.03;
  const auto broken = Try(At(20.0, {Quantile(0.9, 1s), Errors(0.01)}), target);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->state, ObjectiveState::kBroken);
  EXPECT_EQ(broken->binding, "errors < 1%");
  EXPECT_THAT(broken->cause, HasSubstr("of the requests failed"));
  // Held: the one that is nearest its limit. p90 alone is 115 ms.
  const VerifyResult held = On4(At(10.0, {Quantile(0.9, 1s), Quantile(0.9, 250ms)}));
  EXPECT_EQ(held.state, ObjectiveState::kHeld);
  EXPECT_EQ(held.binding, "p90 < 250ms");
}

TEST(Verify, IsBrokenByATargetThatDoesNotAnswer) {
  sim::SimOptions target = Target(1, 4, "exponential:50ms");
  target.presence = sim::Presence::kSilent;
  const auto result = Try(At(20.0), target);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->state, ObjectiveState::kBroken);
  EXPECT_EQ(result->measurement.stop, measure::StopReason::kNoReply);
}

TEST(Verify, SaysNothingOfATargetThatTheGeneratorCouldNotLoad) {
  sim::SimOptions target = Target(1, 4, "exponential:50ms");
  target.generator_limit = {15.0};
  VerifyOptions options = At(20.0);
  options.budget = 2min;
  const auto result = Try(options, target);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->measurement.valid());
  EXPECT_EQ(result->state, ObjectiveState::kUndecided);
  for (const measure::ObjectiveResult& objective : result->objectives) {
    EXPECT_EQ(objective.state, ObjectiveState::kUndecided);
  }
  EXPECT_THAT(result->cause, HasSubstr("the generator, not the target"));
}

TEST(Verify, LetsTheWatcherStopIt) {
  struct Impatient : measure::Observer {
    Decision OnWindow(const measure::Window& window) override {
      return window.end >= 1s ? Decision::kStop : Decision::kContinue;
    }
  } watcher;
  sim::SimProber prober(Target(1, 4, "exponential:50ms"));
  const auto result = Verify(prober, At(20.0), watcher);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->state, ObjectiveState::kUndecided);
  EXPECT_LE(result->measurement.measured, 1100ms);
}

TEST(Verify, RefusesWhatNoTestCanJudge) {
  const auto message = [](const VerifyOptions& options) {
    sim::SimProber prober(Target(1, 4, "exponential:50ms"));
    measure::Unobserved nobody;
    const auto result = Verify(prober, options, nobody);
    EXPECT_EQ(prober.probes(), 0);
    EXPECT_FALSE(result);
    if (result) {
      return std::string();
    }
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    return result.error().message;
  };
  EXPECT_THAT(message(At(20.0, {})), HasSubstr("nothing to verify"));
  measure::Objective longest;
  longest.metric = measure::Metric::kMax;
  longest.threshold = 1s;
  EXPECT_THAT(message(At(20.0, {longest})), HasSubstr("`max < 1s` cannot be verified"));
  VerifyOptions options = At(20.0);
  options.confidence = 0.9999;
  EXPECT_THAT(message(options), HasSubstr("confidence"));
  options = At(20.0);
  options.budget = 0s;
  EXPECT_THAT(message(options), HasSubstr("budget"));
}

}  // namespace
}  // namespace loadline::search
