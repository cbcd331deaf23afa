#include "search/cause.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace loadline::search {
namespace {

using measure::ErrorKind;
using measure::Measurement;
using ::testing::HasSubstr;

/// 1000 requests at 100/s, all answered after `wire` on the wire.
Measurement Healthy(Duration wire = 50ms) {
  Measurement m;
  m.load.shape = measure::OpenLoad{.rate = {100.0}};
  m.measured = 10s;
  m.requests = 1000;
  m.succeeded = 1000;
  m.offered = {100.0};
  m.achieved = {100.0};
  measure::TaskMeasurement task;
  task.succeeded = 1000;
  task.wire.RecordN(wire, 1000);
  task.response.RecordN(wire + 10ms, 1000);
  m.tasks.push_back(task);
  return m;
}

void Fail(Measurement& m, ErrorKind kind, std::string name, std::int64_t count) {
  measure::ErrorTally tally;
  tally.kind = kind;
  tally.name = std::move(name);
  tally.count = count;
  m.errors.push_back(tally);
  m.failed += count;
  m.succeeded -= count;
}

TEST(FindCause, BlamesTheGeneratorFirst) {
  Measurement m = Healthy();
  Fail(m, ErrorKind::kStatus, "status 500", 900);
  m.refusals.push_back({.reason = "lateness p99 was 12 ms, allowed 4 ms", .remedy = "…"});
  const CauseFinding finding = FindCause(m, 50ms, true);
  EXPECT_EQ(finding.cause, Cause::kGenerator);
  EXPECT_EQ(finding.label, "generator");
  EXPECT_EQ(finding.sentence,
            "this measured the generator, not the target: lateness p99 was 12 ms, allowed 4 ms");
}

TEST(FindCause, BlamesTheGeneratorForItsOwnResources) {
  Measurement m = Healthy();
  Fail(m, ErrorKind::kNoPorts, "no_ports", 5);
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kGenerator);
  EXPECT_THAT(FindCause(m, 50ms, false).sentence, HasSubstr("its own resources"));
}

TEST(FindCause, FindsRejections) {
  Measurement m = Healthy();
  m.rejected = 250;
  Fail(m, ErrorKind::kStatus, "status 503", 250);
  Fail(m, ErrorKind::kTimeoutWhole, "timeout_whole", 100);
  const CauseFinding finding = FindCause(m, 50ms, true);
  EXPECT_EQ(finding.cause, Cause::kRejections);
  EXPECT_EQ(finding.label, "503s");
  EXPECT_THAT(finding.sentence, HasSubstr("25"));
  EXPECT_THAT(finding.sentence, HasSubstr("503"));
}

TEST(FindCause, FindsTimeoutsOfAnyKind) {
  Measurement m = Healthy();
  Fail(m, ErrorKind::kConnectTimeout, "connect_timeout", 20);
  Fail(m, ErrorKind::kTimeoutFirstByte, "timeout_first_byte", 20);
  Fail(m, ErrorKind::kTimeoutWhole, "timeout_whole", 20);
  Fail(m, ErrorKind::kCut, "cut", 20);
  Fail(m, ErrorKind::kReset, "reset", 70);  // 80 time-outs in all are more.
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kTimeouts);
  EXPECT_EQ(FindCause(m, 50ms, false).label, "time-outs");
  EXPECT_THAT(FindCause(m, 50ms, false).sentence, Not(HasSubstr("backlog")));
  EXPECT_THAT(FindCause(m, 50ms, true).sentence, HasSubstr("the backlog grows"));
}

TEST(FindCause, NamesTheCommonestOfOtherFailures) {
  Measurement m = Healthy();
  Fail(m, ErrorKind::kStatus, "status 500", 10);
  Fail(m, ErrorKind::kReset, "reset", 30);
  const CauseFinding finding = FindCause(m, 50ms, false);
  EXPECT_EQ(finding.cause, Cause::kErrors);
  EXPECT_EQ(finding.label, "reset");
  EXPECT_THAT(finding.sentence, HasSubstr("4"));  // Both together: 4 %.
  EXPECT_THAT(finding.sentence, HasSubstr("`reset`"));
}

TEST(FindCause, LeavesAHandfulOfFailuresAside) {
  Measurement m = Healthy(200ms);
  Fail(m, ErrorKind::kReset, "reset", 4);  // 0.4 %
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kServiceWaiting);
}

TEST(FindCause, FindsRequestsThatWaitForAConnection) {
  Measurement m = Healthy();
  m.connection_wait_mean = 30ms;  // More than half of 50 ms on the wire.
  EXPECT_EQ(FindCause(m, 50ms, true).cause, Cause::kConnections);
  EXPECT_EQ(FindCause(m, 50ms, true).label, "connections");
  m.connection_wait_mean = 20ms;
  EXPECT_NE(FindCause(m, 50ms, true).cause, Cause::kConnections);
}

TEST(FindCause, FindsThroughputThatStoppedFollowing) {
  Measurement m = Healthy();
  m.achieved = {94.0};
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kThroughput);
  m.achieved = {96.0};
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kServiceWaiting);
  EXPECT_EQ(FindCause(m, 50ms, true).cause, Cause::kThroughput);  // The backlog was proved to grow.
  // Users are never behind: they wait.
  m.load.shape = measure::ClosedLoad{.users = 10, .spawn = {}};
  m.achieved = {50.0};
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kServiceWaiting);
}

TEST(FindCause, FindsWaitingInTheService) {
  const Measurement m = Healthy(200ms);
  EXPECT_EQ(FindCause(m, 50ms, false).cause, Cause::kServiceWaiting);
  EXPECT_THAT(FindCause(m, 50ms, false).sentence, HasSubstr("50 ms alone"));
  // Hardly slower than alone: only the slowest wait.
  EXPECT_THAT(FindCause(m, 150ms, false).sentence, HasSubstr("the slowest requests"));
  EXPECT_THAT(FindCause(m, Duration::zero(), false).sentence, HasSubstr("the slowest requests"));
}

TEST(MedianAndMean, AreTakenOverAllTasks) {
  Measurement m = Healthy(50ms);
  measure::TaskMeasurement slow;
  slow.wire.RecordN(200ms, 3000);
  slow.response.RecordN(210ms, 3000);
  m.tasks.push_back(slow);
  EXPECT_NEAR(Millis(MedianWire(m)), 200.0, 0.3);
  EXPECT_NEAR(Millis(MedianResponse(m)), 210.0, 0.3);
  // (1000 · 60 + 3000 · 210)/4000 = 172.5.
  EXPECT_NEAR(Millis(MeanResponse(m)), 172.5, 0.3);
  EXPECT_EQ(MedianWire(Measurement{}), 0ns);
  EXPECT_EQ(MeanResponse(Measurement{}), 0ns);
}

}  // namespace
}  // namespace loadline::search
