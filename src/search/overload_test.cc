#include "search/overload.h"

#include <gtest/gtest.h>

#include "arrival/profile_text.h"
#include "search/testing/sim_targets.h"

namespace loadline::search {
namespace {

measure::Second SecondAt(int index, Duration response, int succeeded, int failed = 0) {
  measure::Second second;
  second.index = index;
  second.completed = succeeded + failed;
  second.failed = failed;
  second.rejected = failed;
  second.tasks.emplace_back();
  second.tasks[0].response.RecordN(response, succeeded);
  second.tasks[0].succeeded = succeeded;
  second.tasks[0].failed = failed;
  return second;
}

TEST(OverloadWatch, TakesThePhasesApartAndTimesTheRecovery) {
  OverloadWatch watch({.before = 2s, .during = 2s, .after = 10s});
  for (int i = 0; i < 2; ++i) {
    watch.OnSecond(SecondAt(i, 10ms, 100));
  }
  for (int i = 2; i < 4; ++i) {
    watch.OnSecond(SecondAt(i, 500ms, 120, 30));
  }
  // Bad, good, bad again, then good: well from second 7 on, 3 s after the overload's end.
  watch.OnSecond(SecondAt(4, 400ms, 100));
  watch.OnSecond(SecondAt(5, 10ms, 100));
  watch.OnSecond(SecondAt(6, 10ms, 99, 1));
  for (int i = 7; i < 14; ++i) {
    watch.OnSecond(SecondAt(i, 11ms, 100));  // 1.1 times as before is as before.
  }
  const OverloadFacts& facts = watch.facts();
  EXPECT_EQ(facts.before.succeeded, 200);
  EXPECT_EQ(facts.during.rejected, 60);
  EXPECT_DOUBLE_EQ(facts.during.goodput(), 120.0);
  EXPECT_EQ(facts.after.seconds, 10.0);
  ASSERT_TRUE(facts.recovery);
  EXPECT_EQ(*facts.recovery, 3s);
}

TEST(OverloadWatch, AnObjectiveSaysWhatWellIs) {
  OverloadPlan plan{.before = 1s, .during = 1s, .after = 5s};
  plan.objectives = {measure::ParseObjective("p95 < 50ms").value()};
  OverloadWatch watch(plan);
  watch.OnSecond(SecondAt(0, 10ms, 100));
  watch.OnSecond(SecondAt(1, 500ms, 100));
  for (int i = 2; i < 7; ++i) {
    watch.OnSecond(SecondAt(i, 40ms, 100));  // Four times as before, but what was promised.
  }
  EXPECT_EQ(watch.facts().recovery, 0s);
}

TEST(OverloadWatch, SaysSoWhenItIsNeverWellAgain) {
  OverloadWatch watch({.before = 1s, .during = 1s, .after = 5s});
  watch.OnSecond(SecondAt(0, 10ms, 100));
  for (int i = 1; i < 7; ++i) {
    watch.OnSecond(SecondAt(i, 500ms, 100));
  }
  EXPECT_EQ(watch.facts().recovery, std::nullopt);
}

TEST(OverloadWatch, AQueueThatFilledTakesItsTimeToDrain) {
  // One server of 10 ms: 100/s. At 80/s, then 150/s for 20 s: 50/s pile up, 1,000 in the end. Back
  // at 80/s it gains 20/s: 50 s until the queue is empty.
  sim::SimOptions target = testing::Target(1, 1, "constant:10ms");
  sim::SimProber prober(target);
  measure::Load load;
  measure::OpenLoad open{Rate{90.0}, measure::Arrivals::kConstant};
  open.profile = std::make_shared<const arrival::Profile>(
      arrival::ParseProfile("80/s for 10s, 150/s for 20s, 80/s for 90s", arrival::LevelUnit::kRate)
          .value());
  load.shape = open;
  load.duration = 120s;
  OverloadPlan plan{.before = 10s, .during = 20s, .after = 90s};
  plan.objectives = {measure::ParseObjective("p95 < 100ms").value()};
  OverloadWatch watch(plan);
  ASSERT_TRUE(prober.Probe(load, watch).has_value());
  ASSERT_TRUE(watch.facts().recovery);
  EXPECT_NEAR(Seconds(*watch.facts().recovery), 50.0, 2.0);
  EXPECT_NEAR(watch.facts().during.goodput(), 100.0, 1.0);
}

}  // namespace
}  // namespace loadline::search
