#include "base/clock.h"

#include <gtest/gtest.h>

namespace loadline {
namespace {

TEST(FormatDay, IsIso8601) {
  EXPECT_EQ(FormatDay(std::chrono::sys_days(std::chrono::days(0))), "1970-01-01");
  EXPECT_EQ(FormatDay(std::chrono::sys_days(std::chrono::days(59))), "1970-03-01");
}

TEST(FormatUtc, IsIso8601WithMilliseconds) {
  EXPECT_EQ(FormatUtc(UtcTime(Duration(0))), "1970-01-01T00:00:00.000Z");
  // 1,000,000,000 s after the epoch: 2001-09-09 01:46:40 UTC.
  EXPECT_EQ(FormatUtc(UtcTime(1'000'000'000s + 123ms)), "2001-09-09T01:46:40.123Z");
  // A leap day: 2024-02-29 12:00:00 UTC is 1709208000.
  EXPECT_EQ(FormatUtc(UtcTime(1'709'208'000s)), "2024-02-29T12:00:00.000Z");
}

TEST(FormatUtc, CutsBelowTheMillisecondAndWorksBefore1970) {
  EXPECT_EQ(FormatUtc(UtcTime(Duration(1'999'999))), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(FormatUtc(UtcTime(Duration(-1))), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatUtc(UtcTime(-1s)), "1969-12-31T23:59:59.000Z");
}

TEST(Clock, MonotonicTimeNeverGoesBack) {
  Instant last = Now();
  for (int i = 0; i < 1000; ++i) {
    const Instant now = Now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(Clock, SleepingUntilThePastReturnsAtOnce) {
  SleepUntil(Instant(Duration(1)));
  SleepUntil(Now() - 1s);
}

TEST(Clock, CpuTimeGrowsWithWork) {
  const Duration thread_before = ThreadCpuTime();
  const Duration process_before = ProcessCpuTime();
  volatile double x = 1;
  for (int i = 0; i < 100'000; ++i) {
    x = x * 1.0000001;
  }
  EXPECT_GT(ThreadCpuTime(), thread_before);
  EXPECT_GT(ProcessCpuTime(), process_before);
}

}  // namespace
}  // namespace loadline
