#include "report/timeline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "report/test_support.h"

namespace loadline::report {
namespace {

/// Second `index` in which `count` requests came and went, each after 10 ms.
measure::Second Second(int index, std::int64_t count) {
  measure::Second second;
  second.index = index;
  second.scheduled = count;
  second.completed = count;
  second.in_flight = index;
  second.tasks.resize(1);
  second.tasks[0].response.RecordN(10ms, count);
  return second;
}

/// A step from `after` on: 2 s of warm-up, then `measured`.
StepReport StepFrom(int number, Duration after, Duration measured) {
  StepReport step = Step("proof", number, 100, 100, 10ms, 20ms);
  step.measurement.started_after = after;
  step.measurement.warmup = 2s;
  step.measurement.measured = measured;
  return step;
}

TEST(Timeline, BeginsWithTheFirstStepAfterThePreflight) {
  StepReport preflight = StepFrom(0, 0s, 0s);
  preflight.purpose = "preflight";
  // From 5 s to 15 s and from 20 s to 25 s of the run: 0 to 10 and 15 to 20 of the axis.
  Timeline timeline({preflight, StepFrom(1, 5s, 8s), StepFrom(2, 20s, 3s)});
  ASSERT_EQ(timeline.steps().size(), 2u);
  EXPECT_EQ(timeline.steps()[0].begin, Duration(0));
  EXPECT_EQ(timeline.steps()[0].issued, Duration(10s));
  EXPECT_EQ(timeline.steps()[1].begin, Duration(15s));
  EXPECT_DOUBLE_EQ(timeline.seconds(), 20);
  timeline.Add(2, Second(1, 70));
  ASSERT_EQ(timeline.columns().size(), 17u);
  EXPECT_DOUBLE_EQ(timeline.columns()[16].offered_rps(), 70);
  EXPECT_FALSE(timeline.columns()[0].any);
  EXPECT_TRUE(std::isnan(timeline.columns()[0].offered_rps()));
  EXPECT_EQ(timeline.StepAt(16)->number, 2);
  EXPECT_EQ(timeline.StepAt(12)->number, 1);
}

TEST(Timeline, LeavesOutWhatBelongsToNoStep) {
  Timeline timeline({StepFrom(1, 0s, 8s)});
  timeline.Add(0, Second(0, 1));
  timeline.Add(7, Second(0, 1));
  EXPECT_TRUE(timeline.empty());
}

TEST(Timeline, CountsTheLastSecondByThePartInWhichItSent) {
  // Sending ends at 2.5 s: 50 requests of its half second are 100/s offered; what was completed in
  // that second, the drain included, makes no rate.
  Timeline timeline({StepFrom(1, 0s, 500ms)});
  timeline.Add(1, Second(1, 100));
  timeline.Add(1, Second(2, 50));
  timeline.Add(1, Second(3, 5));  // The drain alone.
  EXPECT_DOUBLE_EQ(timeline.columns()[1].achieved_rps(), 100);
  EXPECT_DOUBLE_EQ(timeline.columns()[2].offered_rps(), 100);
  EXPECT_TRUE(std::isnan(timeline.columns()[2].achieved_rps()));
  EXPECT_TRUE(std::isnan(timeline.columns()[3].offered_rps()));
  EXPECT_EQ(timeline.columns()[3].response.count(), 5);
}

TEST(Timeline, JoinsSecondsOfALongRun) {
  // 10 minutes in at most 300 columns: 3 s each with the warm-up (602 s / 300 > 2).
  Timeline timeline({StepFrom(1, 0s, 600s)});
  EXPECT_EQ(timeline.column_seconds(), 3);
  for (int i = 0; i < 602; ++i) {
    timeline.Add(1, Second(i, i < 3 ? 10 * (i + 1) : 40));
  }
  EXPECT_EQ(timeline.columns().size(), 201u);
  // 10, 20 and 30 requests in 3 s: 20/s.
  EXPECT_DOUBLE_EQ(timeline.columns()[0].offered_rps(), 20);
  EXPECT_EQ(timeline.columns()[0].response.count(), 60);
  EXPECT_EQ(timeline.columns()[1].in_flight, 5);  // The most of seconds 3, 4 and 5.
}

TEST(Timeline, PutsStepsWithoutStampsBehindEachOther) {
  Timeline timeline({StepFrom(1, 0s, 8s), StepFrom(2, 0s, 8s)});
  EXPECT_EQ(timeline.steps()[1].begin, Duration(10s));
}

TEST(Timeline, WithoutStepsIsEmptyAndHasALength) {
  const Timeline timeline({});
  EXPECT_TRUE(timeline.empty());
  EXPECT_DOUBLE_EQ(timeline.seconds(), 1);
  EXPECT_EQ(timeline.StepAt(0), nullptr);
}

}  // namespace
}  // namespace loadline::report
