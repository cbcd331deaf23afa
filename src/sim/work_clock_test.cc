#include "sim/work_clock.h"

#include <gtest/gtest.h>

#include "sim/token_bucket.h"

namespace loadline::sim {
namespace {

Instant At(Duration d) {
  return Instant(d);
}

TEST(WorkClock, IsTheWorldsClockWithoutDisturbances) {
  const WorkClock clock({}, 1);
  EXPECT_EQ(clock.next_change(), Instant::max());
  EXPECT_EQ(clock.WorkAt(At(5s)), At(5s));
  EXPECT_EQ(clock.WorldAt(At(5s)), At(5s));
  EXPECT_EQ(clock.WorldAt(Instant::max()), Instant::max());
}

TEST(WorkClock, SlowsDownAfterAMinute) {
  WorkClock clock({.speed = {{.at = 60s, .speed = 0.5}}}, 1);
  EXPECT_EQ(clock.next_change(), At(60s));
  EXPECT_EQ(clock.WorkAt(At(59s)), At(59s));
  EXPECT_EQ(clock.WorldAt(At(61s)), Instant::max());  // Not within this segment.
  clock.Change();
  EXPECT_EQ(clock.next_change(), Instant::max());
  EXPECT_EQ(clock.WorkAt(At(70s)), At(65s));  // 60 + 10/2.
  EXPECT_EQ(clock.WorldAt(At(65s)), At(70s));
}

TEST(WorkClock, StandsStillInPauses) {
  WorkClock clock({.pauses = Pauses{.every = 10s, .length = 300ms, .first = 2s}}, 1);
  EXPECT_EQ(clock.next_change(), At(2s));
  clock.Change();
  EXPECT_EQ(clock.speed(), 0.0);
  EXPECT_EQ(clock.next_change(), At(2300ms));
  EXPECT_EQ(clock.WorkAt(At(2200ms)), At(2s));
  EXPECT_EQ(clock.WorldAt(At(2001ms)), Instant::max());
  clock.Change();
  EXPECT_EQ(clock.speed(), 1.0);
  EXPECT_EQ(clock.WorkAt(At(2400ms)), At(2100ms));
  EXPECT_EQ(clock.WorldAt(At(2100ms)), At(2400ms));
  EXPECT_EQ(clock.next_change(), At(12s));
  clock.Change();
  EXPECT_EQ(clock.speed(), 0.0);
  EXPECT_EQ(clock.WorkAt(At(12100ms)), At(11700ms));
}

TEST(WorkClock, WandersBetweenTwoSpeedsInEqualParts) {
  WorkClock clock({.wandering = Wandering{.slow = 0.7, .stay = 10s}}, 5);
  for (int i = 0; i < 20'000; ++i) {
    EXPECT_EQ(clock.speed(), i % 2 == 0 ? 1.0 : 0.7);
    clock.Change();
  }
  // 10,000 stays of each kind, 10 s on average: 1 % is the standard error of either sum.
  const Instant end = clock.next_change();
  EXPECT_NEAR(Seconds(end.time_since_epoch()), 200'000.0, 200'000.0 * 0.035);
  EXPECT_NEAR(Seconds(clock.WorkAt(end).time_since_epoch()) / Seconds(end.time_since_epoch()), 0.85,
              0.01);
}

TEST(TokenBucket, LetsABurstThroughAndThenTheRate) {
  TokenBucket bucket(Rate{10.0}, 3.0);
  EXPECT_TRUE(bucket.Take(At(0ms)));
  EXPECT_TRUE(bucket.Take(At(0ms)));
  EXPECT_TRUE(bucket.Take(At(0ms)));
  EXPECT_FALSE(bucket.Take(At(0ms)));
  EXPECT_FALSE(bucket.Take(At(99ms)));
  EXPECT_TRUE(bucket.Take(At(100ms)));  // One token every 100 ms.
  EXPECT_FALSE(bucket.Take(At(100ms)));
  // An hour later it holds no more than its burst.
  EXPECT_TRUE(bucket.Take(At(1h)));
  EXPECT_TRUE(bucket.Take(At(1h)));
  EXPECT_TRUE(bucket.Take(At(1h)));
  EXPECT_FALSE(bucket.Take(At(1h)));
}

TEST(Disturbances, AreRefusedOutOfRange) {
  EXPECT_TRUE(ValidateDisturbances({}).has_value());
  EXPECT_FALSE(ValidateDisturbances({.speed = {{.at = 1s, .speed = 0.0}}}).has_value());
  EXPECT_FALSE(ValidateDisturbances({.speed = {{.at = 2s, .speed = 1.0}, {.at = 1s, .speed = 1.0}}})
                   .has_value());
  EXPECT_FALSE(ValidateDisturbances({.pauses = Pauses{.every = 1s, .length = 1s}}).has_value());
  EXPECT_FALSE(ValidateDisturbances({.wandering = Wandering{.slow = -1.0}}).has_value());
  EXPECT_FALSE(ValidateDisturbances({.limit = RateLimit{.rate = Rate{0.0}}}).has_value());
  EXPECT_FALSE(ValidateDisturbances({.scaling = {{.at = 1s, .pods = 0}}}).has_value());
}

}  // namespace
}  // namespace loadline::sim
