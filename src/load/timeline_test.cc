#include "load/timeline.h"

#include <gtest/gtest.h>

namespace loadline::load {
namespace {

TEST(Timeline, MergesThreadsIntoASecondAndIntoTheJudgedWhole) {
  SecondSlab a(1, false);
  SecondSlab b(1, false);
  a.judged[0].response.Record(10ms);
  a.judged[0].wire.Record(8ms);
  a.judged[0].succeeded = 1;
  b.judged[0].response.Record(30ms);
  b.judged[0].failed = 2;
  a.ready_lateness.Record(1us);
  b.starved_lateness.Record(1ms);
  a.covered = b.covered = 1s;
  a.cpu = 500ms;
  a.spin = 400ms;
  b.cpu = 300ms;
  Timeline timeline(1, Duration::zero(), false);
  timeline.Add(a);
  timeline.Add(b);
  measure::Generator machine;
  machine.throttled = 7ms;
  const measure::Second& second =
      timeline.Close({.scheduled = 5, .dispatched = 4, .completed = 3, .failed = 2}, machine);
  EXPECT_EQ(second.tasks[0].response.count(), 2);
  EXPECT_EQ(second.tasks[0].succeeded, 1);
  EXPECT_EQ(second.tasks[0].failed, 2);
  EXPECT_EQ(second.scheduled, 5);
  EXPECT_EQ(second.in_flight, 2);
  EXPECT_EQ(second.generator.starved, 1);
  EXPECT_EQ(second.generator.throttled, 7ms);
  // The second thread works 0.3 of a core, the first one 0.1 beside its spinning.
  EXPECT_NEAR(second.generator.cpu_busiest, 0.3, 1e-9);
  EXPECT_NEAR(second.generator.spin_busiest, 0.0, 1e-9);
  EXPECT_EQ(timeline.judged()[0].wire.count(), 1);
}

TEST(Timeline, SecondsHoldDifferencesTheWholeHoldsSums) {
  Timeline timeline(1, Duration::zero(), false);
  SecondSlab slab(1, false);
  slab.judged[0].succeeded = 3;
  timeline.Add(slab);
  (void)timeline.Close({.scheduled = 3, .completed = 3}, {});
  timeline.Next();
  timeline.Add(slab);
  const measure::Second& second = timeline.Close({.scheduled = 7, .completed = 5}, {});
  EXPECT_EQ(second.index, 1);
  EXPECT_EQ(second.scheduled, 4);
  EXPECT_EQ(second.completed, 2);
  EXPECT_EQ(second.in_flight, 2);
  EXPECT_EQ(timeline.judged()[0].succeeded, 6);
}

TEST(Timeline, SaysOfEachSecondWhichKindsOfFailureItSaw) {
  const auto status = static_cast<std::size_t>(measure::ErrorKind::kStatus);
  const auto reset = static_cast<std::size_t>(measure::ErrorKind::kReset);
  Timeline timeline(1, 1s, false);
  SecondSlab slab(1, true);
  slab.warmup[0].failures.at(status) = 2;
  slab.judged[0].failures.at(status) = 1;
  slab.judged[0].failures.at(reset) = 4;
  timeline.Add(slab);
  const measure::Second& second = timeline.Close({}, {});
  EXPECT_EQ(second.tasks[0].failures.at(status), 3);
  EXPECT_EQ(second.tasks[0].failures.at(reset), 4);
  timeline.Next();
  EXPECT_EQ(timeline.Close({}, {}).tasks[0].failures.at(reset), 0);
  slab.Reset();
  EXPECT_EQ(slab.judged[0].failures.at(reset), 0);
}

TEST(Timeline, WarmUpIsShownAndNotJudged) {
  Timeline timeline(1, 1s, false);
  SecondSlab slab(1, true);
  slab.warmup[0].succeeded = 4;
  slab.warmup[0].response.Record(1s);
  slab.ready_lateness.Record(1s);
  timeline.Add(slab);
  const measure::Second& first = timeline.Close({}, {});
  EXPECT_TRUE(first.warmup);
  EXPECT_EQ(first.tasks[0].succeeded, 4);
  timeline.Next();
  SecondSlab judged(1, true);
  judged.second = 1;
  judged.ready_lateness.Record(1us);
  timeline.Add(judged);
  EXPECT_FALSE(timeline.Close({}, {}).warmup);
  EXPECT_EQ(timeline.judged()[0].succeeded, 0);
  EXPECT_LT(timeline.Lateness().lateness_max, 2us);
}

TEST(Timeline, LatenessOfThinkingUsersIsTheirOverrun) {
  SecondSlab slab(1, false);
  slab.ready_lateness.Record(2ms);
  Timeline thinking(1, Duration::zero(), true);
  thinking.Add(slab);
  EXPECT_NEAR(thinking.Lateness().think_overrun_p99_s, 0.002, 0.0001);
  Timeline others(1, Duration::zero(), false);
  others.Add(slab);
  EXPECT_EQ(others.Lateness().think_overrun_p99_s, 0.0);
}

}  // namespace
}  // namespace loadline::load
