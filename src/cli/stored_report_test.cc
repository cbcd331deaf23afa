#include "cli/stored_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::cli {
namespace {

using ::testing::HasSubstr;

store::RunRecord VerifyRecord() {
  store::RunRecord record;
  record.info.id = "0a1b2c3d";
  record.info.start.command = "verify";
  record.info.start.invocation = "loadline verify http://127.0.0.1:8500/score --rate 40/s";
  record.info.start.target = "POST http://127.0.0.1:8500/score";
  record.info.start.label = "before";
  record.info.state = store::RunState::kComplete;
  record.info.exit_code = 1;
  record.info.attempts_stored = 400;
  record.document = R"({"confidence": 0.99, "target": {"tls": "TLSv1.3", "insecure": true},
    "verify": {"result": "broken", "test": "level crossing", "backlog_grows": true,
               "covers_periods_below_ms": 2500, "binding": "p95 < 200ms", "cause": "503s"}})";
  record.steps.resize(3);
  record.steps[0].purpose = "preflight";
  record.steps[0].finished = true;
  record.steps[1].purpose = "probe";
  record.steps[1].finished = true;
  record.steps[1].measurement.step = 1;
  record.steps[1].measurement.addresses = {"127.0.0.1"};
  record.steps[1].verdict.result = measure::StepResult::kBroken;
  record.steps[1].verdict.objectives.resize(2);
  record.steps[2].purpose = "probe";  // The process died in the middle of it.
  return record;
}

TEST(ToReport, TakesTheRecordApart) {
  const report::RunReport report = ToReport(VerifyRecord());
  EXPECT_EQ(report.command, "verify");
  EXPECT_EQ(report.target.method, "POST");
  EXPECT_EQ(report.target.url, "http://127.0.0.1:8500/score");
  EXPECT_THAT(report.target.addresses, testing::ElementsAre("127.0.0.1"));
  EXPECT_EQ(report.exit_code, 1);
  EXPECT_EQ(report.stored, 400);
  EXPECT_EQ(report.objectives.size(), 2U);
  ASSERT_TRUE(report.verify);
  EXPECT_EQ(report.verify->state, measure::ObjectiveState::kBroken);
  EXPECT_EQ(report.verify->test, measure::TestKind::kLevelCrossing);
  EXPECT_TRUE(report.verify->backlog_grows);
  EXPECT_EQ(report.verify->covers_periods_below, 2500ms);
  EXPECT_EQ(report.verify->binding, "p95 < 200ms");
  EXPECT_DOUBLE_EQ(report.confidence, 0.99);
  EXPECT_EQ(report.target.tls, "TLSv1.3");
  EXPECT_TRUE(report.target.insecure);
}

TEST(ToReport, ReadsTheLatencyTableAndTheRequestsOfFailures) {
  store::RunRecord record = VerifyRecord();
  record.steps[1].measurement.errors.resize(2);
  record.steps[1].measurement.errors[0].name = "status 503";
  record.steps[1].measurement.errors[1].name = "reset";
  record.document = R"({"vary": {"field": "milli", "pods": 12, "concurrency": 2,
      "latency_is_the_value": true, "overhead_ms": 7.5, "overhead_interval_ms": [6, 9],
      "rows": [{"value": "20", "latency_ms": 20, "calculated_rps": 1200, "achieved_rps": 870,
                "residual": -0.01, "run": "2b411071"},
               {"value": "50", "latency_ms": 50, "calculated_rps": 480, "achieved_rps": null,
                "residual": null, "run": "3c411071"}, 7]},
    "steps": [{"step": 1, "errors": [{"name": "status 503", "curl": "curl http://h/"},
                                     {"name": "another", "curl": "curl http://other/"}]}]})";
  const report::RunReport report = ToReport(record);
  ASSERT_TRUE(report.vary);
  EXPECT_EQ(report.vary->field, "milli");
  EXPECT_EQ(report.vary->pods * report.vary->concurrency, 24);
  EXPECT_TRUE(report.vary->nominal);
  EXPECT_EQ(report.vary->overhead, 7500us);
  EXPECT_EQ(report.vary->overhead_high, 9ms);
  ASSERT_EQ(report.vary->rows.size(), 2U);
  EXPECT_EQ(report.vary->rows[0].latency, 20ms);
  EXPECT_DOUBLE_EQ(report.vary->rows[0].achieved->per_second, 870);
  EXPECT_FALSE(report.vary->rows[1].achieved);
  const std::vector<measure::ErrorTally>& errors = report.steps[1].measurement.errors;
  EXPECT_EQ(errors[0].curl, "curl http://h/");
  EXPECT_EQ(errors[1].curl, "");  // Not the one that the document tells of.
}

TEST(ToReport, BearsARunWithoutADocument) {
  for (const char* document : {"", "not json", "[]", "{\"verify\": 3, \"target\": null}",
                               "{\"vary\": 1, \"steps\": [1, {\"errors\": {}}]}"}) {
    store::RunRecord record = VerifyRecord();
    record.document = document;
    EXPECT_FALSE(ToReport(record).verify);
  }
}

TEST(ToReport, LeavesUnfinishedStepsOut) {
  EXPECT_EQ(ToReport(VerifyRecord()).steps.size(), 2U);
}

TEST(HeaderText, SaysWhichRunItIs) {
  const std::string text = HeaderText(VerifyRecord());
  EXPECT_THAT(text, HasSubstr("0a1b2c3d \"before\""));
  EXPECT_THAT(text, HasSubstr("--rate 40/s"));
  EXPECT_THAT(text, HasSubstr("complete"));
}

TEST(SizingsText, IsALineForEachOfTheNewest) {
  store::RunRecord record = VerifyRecord();
  EXPECT_EQ(SizingsText(record), "");
  store::SizingInfo sizing;
  sizing.made = UtcTime(Duration(1'767'323'045'000'000'000));
  sizing.promise = "p95 < 60ms at 2,500/s";
  sizing.pods = 27;
  record.sizings = {sizing, sizing};
  record.sizings[1].pods = 12;
  EXPECT_EQ(SizingsText(record),
            "sized      2026-01-02, 27 pods: p95 < 60ms at 2,500/s\n"
            "           2026-01-02, 12 pods: p95 < 60ms at 2,500/s\n");
  record.sizings.resize(13, sizing);
  EXPECT_THAT(SizingsText(record), HasSubstr("and 3 earlier; loadline report 0a1b2c3d has them"));
}

}  // namespace
}  // namespace loadline::cli
