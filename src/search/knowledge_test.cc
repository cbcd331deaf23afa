#include "search/knowledge.h"

#include <gtest/gtest.h>

#include <cmath>

namespace loadline::search {
namespace {

using measure::SearchAxis;
using measure::TestKind;

Knowledge Empty() {
  return Knowledge(SearchAxis::kRate, 0.05, 300ms, Duration::zero());
}

/// A probe at `level` that sees the line at level · e^log_ratio.
Lesson Sees(double level, double log_ratio, double sd, double unseen = 0.0) {
  Lesson lesson;
  lesson.level = level;
  lesson.test = TestKind::kLevelCrossing;
  lesson.estimate = LineEstimate{.log_ratio = log_ratio, .sd = sd, .unseen = unseen};
  lesson.requests = 1000.0;
  return lesson;
}

TEST(Knowledge, KnowsNothingAtFirst) {
  const Knowledge knowledge = Empty();
  EXPECT_TRUE(knowledge.empty());
  EXPECT_FALSE(knowledge.Seen());
  EXPECT_FALSE(knowledge.Line());
  EXPECT_FALSE(knowledge.NearEstimate());
}

TEST(Knowledge, TakesAProbeOnTheLineAtItsWordAndAQuarterMore) {
  Knowledge knowledge = Empty();
  knowledge.Add(Sees(100.0, 0.0, 0.02));
  const auto seen = knowledge.Seen();
  ASSERT_TRUE(seen);
  EXPECT_NEAR(seen->log_line, std::log(100.0), 1e-9);
  // 1.25 · 0.02 = 0.025, over a lean whose logarithm is normal with deviation 0.3: E[lean⁻²] =
  // e^(2 · 0.09) = 1.197, so 0.025 · √1.197 = 0.0274.
  EXPECT_NEAR(seen->sd, 0.0274, 0.0005);
}

TEST(Knowledge, PoolsProbesByTheirPrecision) {
  Knowledge knowledge = Empty();
  knowledge.Add(Sees(100.0, 0.0, 0.01));
  knowledge.Add(Sees(101.0, 0.0, 0.02));
  // Weights 4 : 1, whatever the lean: ln 100 + 0.2 ln 1.01.
  EXPECT_NEAR(knowledge.Seen()->log_line, std::log(100.0) + 0.2 * std::log(1.01), 1e-6);
  Knowledge one = Empty();
  one.Add(Sees(100.0, 0.0, 0.01));
  EXPECT_LT(knowledge.Seen()->sd, one.Seen()->sd);
}

TEST(Knowledge, DoubtsAProbeFarFromTheLine) {
  Knowledge knowledge = Empty();
  knowledge.Add(Sees(50.0, std::log(2.0), 0.001));
  // However precise in itself: the lean alone makes about 0.3 · ln 2 = 0.21.
  EXPECT_GT(knowledge.Seen()->sd, 0.15);
  EXPECT_NEAR(knowledge.Seen()->log_line, std::log(100.0), 0.1);
}

TEST(Knowledge, LearnsTheLeanFromProbesOnEitherSideOfTheLine) {
  // The line is 100 and estimates lean by 1.5: 95 sees it 1.5 · ln(100/95) away, 120 sees it
  // 1.5 · ln(100/120) away. Taken at their word they say 102.6 and 91.3.
  Knowledge knowledge = Empty();
  knowledge.Add(Sees(95.0, 1.5 * std::log(100.0 / 95.0), 0.005));
  knowledge.Add(Sees(120.0, 1.5 * std::log(100.0 / 120.0), 0.005));
  EXPECT_NEAR(std::exp(knowledge.Seen()->log_line), 100.0, 0.7);
  EXPECT_LT(knowledge.Seen()->sd, 0.02);
  // One alone cannot know.
  Knowledge one = Empty();
  one.Add(Sees(120.0, 1.5 * std::log(100.0 / 120.0), 0.005));
  EXPECT_LT(std::exp(one.Seen()->log_line), 95.0);
}

TEST(Knowledge, CountsWhatRestsOnUnseenStatesAsError) {
  Knowledge knowledge = Empty();
  knowledge.Add(Sees(100.0, 0.0, 0.0, 0.5));
  EXPECT_GT(knowledge.Seen()->sd, 0.5);
}

TEST(Knowledge, PrintsNoEstimateThatIsWideOrFromFarAway) {
  Knowledge wide = Empty();
  wide.Add(Sees(100.0, 0.0, 0.05));  // 1.25 · 0.05 > 0.04
  EXPECT_TRUE(wide.Seen());
  EXPECT_FALSE(wide.NearEstimate());
  Knowledge far = Empty();
  far.Add(Sees(80.0, 0.2, 0.001));  // More than 0.15 away.
  EXPECT_TRUE(far.Seen());
  EXPECT_FALSE(far.NearEstimate());
  Knowledge near = Empty();
  near.Add(Sees(99.0, 0.01, 0.02));
  ASSERT_TRUE(near.NearEstimate());
  EXPECT_NEAR(std::exp(near.NearEstimate()->log_line), 100.0, 0.1);
  near.Add(Sees(80.0, 0.4, 0.001));  // Too far away: changes nothing of it.
  EXPECT_NEAR(std::exp(near.NearEstimate()->log_line), 100.0, 0.1);
}

TEST(Knowledge, GuessesFromSharesWhereTheTestGivesNoEstimate) {
  const auto shares = [](double level, double ratio) {
    Lesson lesson;
    lesson.level = level;
    lesson.test = TestKind::kBatch;
    lesson.share_ratio = ratio;
    lesson.share_ratio_sd = 0.1 * ratio;
    return lesson;
  };
  Knowledge knowledge = Empty();
  knowledge.Add(shares(90.0, 0.5));
  // The usual slope: a share twice as large at e^(ln 2 / 8) of the load.
  EXPECT_NEAR(knowledge.Seen()->log_line, std::log(90.0) + std::log(2.0) / 8.0, 1e-9);
  knowledge.Add(shares(110.0, 2.0));
  // Half and double the allowed share: in the middle, √(90 · 110) = 99.5.
  EXPECT_NEAR(std::exp(knowledge.Seen()->log_line), std::sqrt(90.0 * 110.0), 1e-6);
  EXPECT_FALSE(knowledge.NearEstimate());
}

TEST(Knowledge, FitsAModelOfTheServiceWhereTheTestsSayNothing) {
  // M/M/1 with 50 ms: W = 0.05/(1 − 0.05 λ). p95 < 300 ms: e^(−0.3/W) = 0.05 at W = 0.1001, so at
  // 0.50071/0.05 = 10.0 per second.
  const auto slow = [](double rate) {
    Lesson lesson;
    lesson.level = rate;
    const double response = 0.05 / (1.0 - 0.05 * rate);
    lesson.summary = {.rate = {rate},
                      .mean_response = FromSeconds(response),
                      .late_share = std::exp(-0.3 / response),
                      .requests = 2000,
                      .saturated = false};
    return lesson;
  };
  Knowledge knowledge = Empty();
  knowledge.Add(slow(2.0));
  EXPECT_FALSE(knowledge.Line());  // One probe does not make a model.
  knowledge.Add(slow(4.0));
  knowledge.Add(slow(8.0));
  EXPECT_FALSE(knowledge.Seen());
  ASSERT_TRUE(knowledge.Line());
  EXPECT_NEAR(std::exp(knowledge.Line()->log_line), 10.0, 1.2);
  EXPECT_GE(knowledge.Line()->sd, 0.12);
}

TEST(Knowledge, LearnsWhatVerdictsCost) {
  Knowledge knowledge = Empty();
  EXPECT_NEAR(knowledge.HeldDeviation(), 4.5, 1e-9);
  EXPECT_NEAR(knowledge.BrokenDeviation(), 2.6, 1e-9);
  Lesson lesson = Sees(100.0, 0.1, 0.01);
  lesson.held_deviation = 9.0;
  lesson.requests = 499.0;  // Too short to tell.
  knowledge.Add(lesson);
  EXPECT_NEAR(knowledge.HeldDeviation(), 4.5, 1e-9);
  lesson.requests = 500.0;
  knowledge.Add(lesson);
  EXPECT_NEAR(knowledge.HeldDeviation(), std::sqrt(4.5 * 9.0), 1e-9);
  EXPECT_NEAR(knowledge.BrokenDeviation(), 2.6, 1e-9);
  Lesson batch;
  batch.test = TestKind::kBatch;
  knowledge.Add(batch);
  EXPECT_NEAR(knowledge.HeldDeviation(), 9.0, 1e-9);  // Twice the usual one.
}

TEST(Knowledge, GoesOnFromTheStepsOfAnEarlierSearch) {
  measure::SearchStep step;
  step.level = 90.0;
  Knowledge knowledge = Empty();
  knowledge.AddEarlier(step);  // Without an estimate it teaches nothing.
  EXPECT_TRUE(knowledge.empty());
  step.line_estimate = 100.0;
  step.line_estimate_sd = 1.0;
  knowledge.AddEarlier(step);
  ASSERT_TRUE(knowledge.Seen());
  EXPECT_NEAR(std::exp(knowledge.Seen()->log_line), 100.0, 1.0);
}

}  // namespace
}  // namespace loadline::search
