#include "search/staircase.h"

#include <gtest/gtest.h>

#include "search/testing/sim_targets.h"

namespace loadline::search {
namespace {

using measure::StaircaseEnd;
using measure::StepResult;

/// Listens without the order that a search with a plan has.
class Quiet : public FindListener {
 public:
  measure::Decision OnLive(const StepLive& live) override {
    return live.step.level >= stop_at_ ? measure::Decision::kStop : measure::Decision::kContinue;
  }
  void StopAt(double level) { stop_at_ = level; }

 private:
  double stop_at_ = 1e9;
};

/// `pods` of one request at a time, with a queue of `queue` each and a constant service time: so
/// many requests fit in, and one more is rejected with 503.
sim::SimOptions Pods(int pods, int queue) {
  sim::SimOptions options = testing::Target(pods, 1, "constant:20ms");
  options.service.queue = queue;
  return options;
}

StaircaseResult Climbed(const sim::SimOptions& target, const StaircaseOptions& options) {
  sim::SimProber prober(target);
  Quiet quiet;
  Result<StaircaseResult> result = Climb(prober, options, quiet);
  EXPECT_TRUE(result.has_value()) << (result.has_value() ? "" : result.error().message);
  return result.has_value() ? std::move(result).value() : StaircaseResult{};
}

TEST(Staircase, FindsTheMostUsersThatFitIn) {
  // 2 pods with one in service and 4 waiting each hold 10 users; the 11th is rejected. In steps of
  // 4 from 4: 4, 8, 12 (errors), 8 (none).
  const StaircaseResult found = Climbed(Pods(2, 4), {.requests = 200});
  EXPECT_EQ(found.staircase.end, StaircaseEnd::kAgreed);
  EXPECT_EQ(found.staircase.Users(), 8);
  ASSERT_EQ(found.staircase.rounds.size(), 3U);
  for (const measure::StairRound& round : found.staircase.rounds) {
    EXPECT_EQ(round.broke, 12);
    EXPECT_EQ(round.clean, 8);
  }
  // The first round 4, 8, 12, 8; each later one 12, 8.
  std::vector<double> levels;
  for (const measure::SearchStep& step : found.steps) {
    levels.push_back(step.level);
  }
  EXPECT_EQ(levels, (std::vector<double>{4, 8, 12, 8, 12, 8, 12, 8}));
  EXPECT_EQ(found.steps[2].result, StepResult::kBroken);
  EXPECT_EQ(found.steps[2].reason, "503s");
  EXPECT_EQ(found.steps[3].result, StepResult::kClear);
}

TEST(Staircase, AFinerStepFindsItExactly) {
  const StaircaseResult found = Climbed(Pods(2, 4), {.start = 1, .step = 1, .requests = 200});
  EXPECT_EQ(found.staircase.Users(), 10);
}

TEST(Staircase, SaysWhenThereAreNoErrorsAtAll) {
  const StaircaseResult found = Climbed(Pods(4, 100), {.max = 18, .requests = 100});
  EXPECT_EQ(found.staircase.end, StaircaseEnd::kCeiling);
  EXPECT_EQ(found.staircase.Users(), 18);
  EXPECT_EQ(found.steps.back().level, 18.0);  // The last step is the maximum itself.
}

TEST(Staircase, SaysWhenThereAreErrorsWithOneUser) {
  sim::SimOptions target = Pods(1, 10);
  target.service.error_rate = 1.0;
  const StaircaseResult found = Climbed(target, {.requests = 50});
  EXPECT_EQ(found.staircase.end, StaircaseEnd::kNeverAnswered);
  target.service.error_rate = 0.5;
  const StaircaseResult half = Climbed(target, {.requests = 50});
  EXPECT_EQ(half.staircase.end, StaircaseEnd::kFloor);
  EXPECT_EQ(half.staircase.Users(), std::nullopt);
  ASSERT_EQ(half.staircase.rounds.size(), 1U);
  EXPECT_EQ(half.staircase.rounds[0].broke, 4);
}

TEST(Staircase, ObjectivesCountAsErrors) {
  // One pod of 20 ms: with n users a response takes n · 20 ms. p95 < 150 ms holds for 7 of them.
  StaircaseOptions options{.start = 1, .step = 1, .requests = 200};
  options.objectives = {measure::ParseObjective("p95 < 150ms").value()};
  const StaircaseResult found = Climbed(Pods(1, 100), options);
  EXPECT_EQ(found.staircase.Users(), 7);
  EXPECT_EQ(found.steps[7].reason, "p95 < 150ms");
}

TEST(Staircase, EndsWithItsBudget) {
  // A step of 1000 requests by 4 users at 200/s takes 5 s.
  const StaircaseResult found = Climbed(Pods(4, 10), {.budget = 12s});
  EXPECT_EQ(found.staircase.end, StaircaseEnd::kBudget);
  EXPECT_EQ(found.staircase.Users(), std::nullopt);
}

/// Refuses the first measurements it makes.
class Unlucky : public measure::Prober {
 public:
  Unlucky(measure::Prober& prober, int refused) : prober_(prober), refused_(refused) {}
  Result<measure::Measurement> Probe(const measure::Load& load,
                                     measure::Observer& observer) override {
    measure::Measurement m = TRY(prober_.Probe(load, observer));
    if (refused_-- > 0) {
      m.refusals.push_back({"the generator stood still", "leave it its CPU"});
    }
    return m;
  }

 private:
  measure::Prober& prober_;
  int refused_;
};

TEST(Staircase, MakesARefusedStepAgain) {
  for (const auto& [refused, end] :
       {std::pair{2, StaircaseEnd::kAgreed}, std::pair{3, StaircaseEnd::kGeneratorLimited}}) {
    sim::SimProber simulated(Pods(2, 4));
    Unlucky prober(simulated, refused);
    Quiet quiet;
    const Result<StaircaseResult> found = Climb(prober, {.requests = 200}, quiet);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->staircase.end, end);
    EXPECT_EQ(found->steps[0].result, StepResult::kRefused);
    EXPECT_EQ(found->steps[0].level, found->steps[1].level);
  }
}

TEST(Staircase, EndsWhenItIsTold) {
  sim::SimProber prober(Pods(2, 4));
  Quiet quiet;
  quiet.StopAt(8.0);
  const Result<StaircaseResult> found = Climb(prober, {.requests = 200}, quiet);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->staircase.end, StaircaseEnd::kInterrupted);
  EXPECT_EQ(found->steps.size(), 2U);
}

TEST(Staircase, RoundsThatDoNotAgreeSaySo) {
  // One request in 500 fails whatever the load: steps of 400 have errors by chance.
  sim::SimOptions target = Pods(4, 1000);
  target.service.error_rate = 0.002;
  target.seed = 5;
  const StaircaseResult found =
      Climbed(target, {.start = 200, .max = 400, .requests = 400, .repeat = 6});
  EXPECT_EQ(found.staircase.end, StaircaseEnd::kNotAgreed);
  EXPECT_EQ(found.staircase.rounds.size(), 24U);
}

TEST(Staircase, RefusesNumbersThatMakeNone) {
  sim::SimProber prober(Pods(1, 1));
  Quiet quiet;
  for (const StaircaseOptions& options :
       {StaircaseOptions{.start = 0}, StaircaseOptions{.step = 0}, StaircaseOptions{.max = 3},
        StaircaseOptions{.requests = 0}, StaircaseOptions{.repeat = 0}}) {
    const Result<StaircaseResult> found = Climb(prober, options, quiet);
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace loadline::search
