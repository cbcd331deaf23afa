#include "measure/brake.h"

#include <gtest/gtest.h>

namespace loadline::measure {
namespace {

/// Totals after `n` windows in each of which `completed` ended, `failed` of them badly.
Progress After(int n, std::int64_t completed, std::int64_t failed, std::int64_t in_flight) {
  Progress progress;
  progress.completed = n * completed;
  progress.failed = n * failed;
  progress.scheduled = progress.completed + in_flight;
  progress.in_flight = in_flight;
  return progress;
}

/// The window (1, 2, 3…; 100 ms each) at which the brake stops, and why; 0: not within `windows`.
int StopsAt(Brake& brake, int windows, std::int64_t completed, std::int64_t failed,
            std::int64_t in_flight, StopReason& reason) {
  for (int n = 1; n <= windows; ++n) {
    if (const auto stop = brake.OnWindow(n * 100ms, After(n, completed, failed, in_flight))) {
      reason = *stop;
      return n;
    }
  }
  return 0;
}

TEST(Brake, StopsAfterTwoSecondsOfMostlyErrors) {
  Brake brake;
  StopReason reason = StopReason::kComplete;
  EXPECT_EQ(StopsAt(brake, 100, 10, 6, 3, reason), 20);
  EXPECT_EQ(reason, StopReason::kErrors);
}

TEST(Brake, LetsHalfOfTheRequestsFail) {
  Brake brake;
  StopReason reason = StopReason::kComplete;
  EXPECT_EQ(StopsAt(brake, 100, 10, 5, 3, reason), 0);
}

TEST(Brake, ForgetsErrorsThatAreOlderThanItsSpan) {
  Brake brake;
  Progress progress;
  for (int n = 1; n <= 10; ++n) {  // 1 s of 10 failures per window…
    progress.completed += 10;
    progress.failed += 10;
    EXPECT_FALSE(brake.OnWindow(n * 100ms, progress).has_value());
  }
  for (int n = 11; n <= 100; ++n) {  // …then only successes: at 2 s exactly half have failed.
    progress.completed += 10;
    EXPECT_FALSE(brake.OnWindow(n * 100ms, progress).has_value()) << n;
  }
}

TEST(Brake, IgnoresAHandfulOfFailures) {
  Brake brake;
  // 1 failure every second: at most 2 or 3 in 2 s, below the least number that counts.
  Progress progress;
  for (int n = 1; n <= 200; ++n) {
    progress.completed = n / 10;
    progress.failed = n / 10;
    progress.in_flight = n % 10 == 0 ? 0 : 1;
    EXPECT_FALSE(brake.OnWindow(n * 100ms, progress).has_value()) << n;
  }
}

TEST(Brake, StopsAfterTwoSecondsWithoutAnyReply) {
  Brake brake;
  StopReason reason = StopReason::kComplete;
  EXPECT_EQ(StopsAt(brake, 100, 0, 0, 5, reason), 20);
  EXPECT_EQ(reason, StopReason::kNoReply);
}

TEST(Brake, WaitsLongerForASlowTargetIfTold) {
  Brake brake(5s);
  StopReason reason = StopReason::kComplete;
  EXPECT_EQ(StopsAt(brake, 100, 0, 0, 5, reason), 50);
}

TEST(Brake, DoesNotMistakeIdlenessForSilence) {
  Brake brake;
  StopReason reason = StopReason::kComplete;
  EXPECT_EQ(StopsAt(brake, 100, 0, 0, 0, reason), 0);
}

}  // namespace
}  // namespace loadline::measure
