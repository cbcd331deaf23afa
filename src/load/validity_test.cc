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

TEST(SurelyBeyond, LeavesAFewOfAFewRequestsToChance) {
  // Of 50 requests of which each is late with probability 0.01: P(3 or more) = 1 − 0.99^50 ·
  // (1 + 50/99 + 50·49/2/99²) = 1 − 0.6050 · 1.6300 = 0.0138, P(4 or more) = 0.0016. So 4: the
  // value between ranks 46 and 47.
  EXPECT_DOUBLE_EQ(SurelyBeyond(50), 46.5 / 50);
  // Of 1,000,000: 10,000 are expected, with a deviation of 99.5; 2.33 of them more are too many.
  EXPECT_NEAR(SurelyBeyond(1'000'000), 1.0 - 0.010232, 5e-6);
  // Two of two would have a chance of 0.0001, one of one one of 0.01.
  EXPECT_DOUBLE_EQ(SurelyBeyond(2), 0.5 / 2);
  EXPECT_DOUBLE_EQ(SurelyBeyond(1), 0.5);
  EXPECT_DOUBLE_EQ(SurelyBeyond(0), 1.0);
}

TEST(Judge, AcceptsAHealthyGenerator) {
  EXPECT_TRUE(Judge(Healthy()).empty());
}

TEST(Judge, RefusesLatenessBeyondTheBudgetOnly) {
  Health health = Healthy();
  health.tightest_objective = 200ms;
  health.generator.lateness_p99 = 4ms;
  health.surely_late = 4ms;
  EXPECT_TRUE(Judge(health).empty());
  health.surely_late = 4ms + 1us;
  const auto refusals = Judge(health);
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].reason, "requests were taken up late: p99 4 ms, allowed 4 ms");
  EXPECT_NE(refusals[0].remedy.find("--threads 2"), std::string::npos);
}

TEST(Judge, LatenessOfUsersIsTheirThinkTimesOverrun) {
  Health health = Healthy();
  health.open = false;
  health.surely_late = 1s;
  EXPECT_TRUE(Judge(health).empty());  // Without think time nobody is ever late.
  health.thinking = true;
  health.generator.think_overrun_p99_s = 0.0011;
  ASSERT_EQ(Judge(health).size(), 1U);
  EXPECT_EQ(Judge(health)[0].reason,
            "users went on later than their think time: p99 1.1 ms, allowed 1 ms");
  health.surely_late = 1ms;
  EXPECT_TRUE(Judge(health).empty());
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
  health.seconds = 0.4;  // A few requests, sent at once.
  EXPECT_FALSE(IsGeneratorLimited(health));
  health.seconds = 60.0;
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
