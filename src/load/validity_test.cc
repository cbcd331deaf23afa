#include "load/validity.h"

#include <gtest/gtest.h>

namespace loadline::load {
namespace {

Health Healthy() {
  Health health;
  health.seconds = 60.0;
  health.accounts.scheduled = health.accounts.dispatched = 10'000;
  health.accounts.attempts = health.accounts.stored = 10'000;
  health.generator.lateness_p99 = 20us;
  health.generator.cpu_busiest = 0.3;
  return health;
}

TEST(LatenessBudget, IsAMillisecondOrTwoPercentOfTheTightestObjective) {
  EXPECT_EQ(LatenessBudget(Duration::zero()), 1ms);
  EXPECT_EQ(LatenessBudget(50ms), 1ms);   // 2 % of 50 ms is 1 ms.
  EXPECT_EQ(LatenessBudget(200ms), 4ms);  // 2 % of 200 ms.
}

TEST(Judge, AcceptsAHealthyGenerator) {
  EXPECT_TRUE(Judge(Healthy()).empty());
}

TEST(Judge, RefusesLatenessBeyondTheBudgetOnly) {
  Health health = Healthy();
  health.tightest_objective = 200ms;
  health.generator.lateness_p99 = 4ms;
  EXPECT_TRUE(Judge(health).empty());
  health.generator.lateness_p99 = 4ms + 1us;
  const auto refusals = Judge(health);
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].reason, "requests were taken up late: p99 4 ms, allowed 4 ms");
  EXPECT_NE(refusals[0].remedy.find("--threads 2"), std::string::npos);
}

TEST(Judge, LatenessOfUsersIsTheirThinkTimesOverrun) {
  Health health = Healthy();
  health.open = false;
  health.generator.lateness_p99 = 1s;
  EXPECT_TRUE(Judge(health).empty());  // Without think time nobody is ever late.
  health.thinking = true;
  health.generator.think_overrun_p99_s = 0.0011;
  EXPECT_EQ(Judge(health).size(), 1U);
}

TEST(Judge, RefusesWhatWasNeverDispatchedBeyondOnePercent) {
  Health health = Healthy();
  health.accounts.dispatched = 9'900;
  health.accounts.never_dispatched = 100;
  EXPECT_TRUE(Judge(health).empty());
  health.accounts.dispatched = 9'899;
  health.accounts.never_dispatched = 101;
  ASSERT_EQ(Judge(health).size(), 1U);
  EXPECT_EQ(Judge(health)[0].reason, "101 of 10,000 requests that became due were never taken up");
  health.interrupted = true;
  EXPECT_TRUE(Judge(health).empty());
}

TEST(Judge, RefusesABusyThreadInAnOpenLoopOnly) {
  Health health = Healthy();
  health.generator.cpu_busiest = 0.9;
  ASSERT_EQ(Judge(health).size(), 1U);
  EXPECT_EQ(Judge(health)[0].reason, "the busiest engine thread used 90 % of a core, allowed 90 %");
  health.open = false;
  EXPECT_TRUE(Judge(health).empty());
  EXPECT_TRUE(IsGeneratorLimited(health));
  health.thinking = true;
  EXPECT_FALSE(IsGeneratorLimited(health));
}

TEST(Judge, SpinningIsNoLoad) {
  Health health = Healthy();
  health.generator.spin_busiest = 0.99;
  EXPECT_TRUE(Judge(health).empty());
}

TEST(Judge, RefusesThrottlingBeyondAPeriodsRounding) {
  Health health = Healthy();
  health.generator.throttled = 59ms;  // 0.1 % of 60 s is 60 ms.
  EXPECT_TRUE(Judge(health).empty());
  health.generator.throttled = 61ms;
  ASSERT_EQ(Judge(health).size(), 1U);
  EXPECT_EQ(Judge(health)[0].reason, "our own cgroup was throttled for 61 ms of 1m 00s");
}

TEST(Judge, RefusesALoopThatStoodStill) {
  Health health = Healthy();
  health.stalled = 599ms;  // 1 % of 60 s is 600 ms.
  EXPECT_TRUE(Judge(health).empty());
  health.stalled = 3s;
  ASSERT_EQ(Judge(health).size(), 1U);
  EXPECT_EQ(Judge(health)[0].reason, "the generator stood still for 3 s of 1m 00s");
}

TEST(Judge, RefusesExhaustedDescriptorsAndPorts) {
  Health health = Healthy();
  health.no_descriptors = 5;
  health.no_ports = 7;
  health.not_rendered = 9;
  ASSERT_EQ(Judge(health).size(), 3U);
  EXPECT_EQ(Judge(health)[0].reason, "5 requests found no free file descriptor");
  EXPECT_EQ(Judge(health)[1].reason, "7 requests found no free local port");
  EXPECT_EQ(Judge(health)[2].reason, "9 requests could not be made from their data");
}

TEST(Judge, CountedDropsOfRowsAreNoReasonUncountedOnesAre) {
  Health health = Healthy();
  health.accounts.stored = 9'000;
  health.accounts.dropped = 1'000;
  health.generator.dropped_records = 1'000;
  EXPECT_TRUE(Judge(health).empty());
  health.accounts.dropped = 999;
  EXPECT_EQ(Judge(health).size(), 1U);
}

TEST(Judge, RefusesLostEvents) {
  Health health = Healthy();
  health.generator.dropped_events = 1;
  EXPECT_EQ(Judge(health).size(), 1U);
}

TEST(Judge, ASlowTargetAndASaturatedConnectionLimitAreNobodysFault) {
  Health health = Healthy();
  health.generator.starved = 10'000;  // Every request waited for a connection.
  health.accounts.cut = 500;
  EXPECT_TRUE(Judge(health).empty());
}

}  // namespace
}  // namespace loadline::load
