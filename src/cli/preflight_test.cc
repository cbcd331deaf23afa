#include "cli/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::cli {
namespace {

load::PreflightReply Good(std::string task, Duration wire) {
  load::PreflightReply reply;
  reply.task = std::move(task);
  reply.answered = true;
  reply.status = 200;
  reply.connect = 2ms;
  reply.wire = wire;
  return reply;
}

scenario::Scenario TwoTasks() {
  scenario::Scenario scenario;
  scenario.tasks.resize(2);
  scenario.tasks[0].name = "online";
  scenario.tasks[1].name = "batch";
  return scenario;
}

TEST(ToMeasurement, CountsRepliesByTask) {
  load::Preflight preflight;
  preflight.replies = {Good("online", 30ms), Good("batch", 400ms)};
  preflight.replies[1].status = 503;
  preflight.replies[1].error = measure::ErrorKind::kStatus;
  const measure::Measurement measurement = ToMeasurement(preflight, TwoTasks());
  EXPECT_EQ(measurement.step, 0);
  EXPECT_EQ(measurement.requests, 2);
  EXPECT_EQ(measurement.succeeded, 1);
  EXPECT_EQ(measurement.failed, 1);
  EXPECT_EQ(measurement.rejected, 1);
  ASSERT_EQ(measurement.tasks.size(), 2U);
  EXPECT_EQ(measurement.tasks[0].succeeded, 1);
  EXPECT_EQ(measurement.tasks[1].failed, 1);
}

TEST(FirstFault, NamesTheTaskOnlyWhereThereAreSeveral) {
  load::Preflight preflight;
  preflight.replies = {Good("online", 30ms)};
  EXPECT_EQ(FirstFault(preflight), "");
  preflight.replies[0].error = measure::ErrorKind::kCheck;
  preflight.replies[0].error_text = "check $.score >= 0 failed";
  EXPECT_EQ(FirstFault(preflight), "check $.score >= 0 failed");
  preflight.replies.push_back(Good("batch", 1ms));
  EXPECT_EQ(FirstFault(preflight), "online: check $.score >= 0 failed");
}

TEST(FirstFault, SpeaksInWordsWhereTheEngineHasNone) {
  load::Preflight preflight;
  preflight.replies.emplace_back();
  preflight.replies[0].address = "127.0.0.1:9";
  preflight.replies[0].error = measure::ErrorKind::kConnectRefused;
  preflight.replies[0].error_text = "connect_refused";
  EXPECT_EQ(FirstFault(preflight), "nobody listens on 127.0.0.1:9 (connection refused)");
  preflight.replies[0].error = measure::ErrorKind::kTls;
  preflight.replies[0].error_text = "tls TLS: unexpected eof while reading";
  EXPECT_EQ(FirstFault(preflight), "TLS: unexpected eof while reading");
  preflight.replies[0].error_text = "tls TLS: certificate verify failed: expired";
  EXPECT_THAT(FirstFault(preflight), testing::HasSubstr("--ca-file FILE"));
}

TEST(LoneResponse, IsTheLongestOfThoseThatSucceeded) {
  load::Preflight preflight;
  EXPECT_EQ(LoneResponse(preflight), Duration::zero());
  preflight.replies = {Good("online", 30ms), Good("batch", 400ms)};
  EXPECT_EQ(LoneResponse(preflight), 400ms);
  preflight.replies[1].answered = false;
  EXPECT_EQ(LoneResponse(preflight), 30ms);
}

}  // namespace
}  // namespace loadline::cli
