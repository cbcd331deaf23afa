#include "arrival/trace.h"

#include <gtest/gtest.h>

#include "arrival/schedule.h"

namespace loadline::arrival {
namespace {

TEST(Trace, ReplaysItsOffsets) {
  const Trace trace("t.csv", {0s, 100ms, 100ms, 700ms}, 1.0, false);
  EXPECT_EQ(trace.Due(0), 0s);
  EXPECT_EQ(trace.Due(2), 100ms);
  EXPECT_EQ(trace.Due(3), 700ms);
  EXPECT_EQ(trace.Due(4), kNever);
}

TEST(Trace, WarpsTime) {
  // Ten times as fast: a tenth of every offset.
  const Trace trace("t.csv", {0s, 100ms, 700ms}, 10.0, false);
  EXPECT_EQ(trace.Due(1), 10ms);
  EXPECT_EQ(trace.Due(2), 70ms);
}

TEST(Trace, LoopsAMeanGapBehindItsLastArrival) {
  // Four arrivals in 600 ms: three gaps of 200 ms on average, so a round takes 800 ms.
  const Trace trace("t.csv", {0s, 100ms, 500ms, 600ms}, 1.0, true);
  EXPECT_EQ(trace.length(), 800ms);
  EXPECT_DOUBLE_EQ(trace.rate().per_second, 5.0);
  EXPECT_EQ(trace.Due(4), 800ms);
  EXPECT_EQ(trace.Due(5), 900ms);
  EXPECT_EQ(trace.Due(4'000'000), 1'000'000 * 800ms);
  const Trace fast("t.csv", {0s, 100ms, 500ms, 600ms}, 2.0, true);
  EXPECT_EQ(fast.length(), 400ms);
  EXPECT_EQ(fast.Due(5), 450ms);
}

TEST(Trace, ASingleArrivalComesEverySecond) {
  const Trace trace("t.csv", {0s}, 1.0, true);
  EXPECT_EQ(trace.Due(3), 3s);
}

TEST(ReplayedSchedule, IsTheTrace) {
  Schedule schedule = Schedule::Replayed(
      std::make_shared<const Trace>("t", std::vector<Duration>{0s, 5ms}, 1.0, false));
  EXPECT_EQ(schedule.Due(0), 0s);
  EXPECT_EQ(schedule.Due(1), 5ms);
}

}  // namespace
}  // namespace loadline::arrival
