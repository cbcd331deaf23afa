#include "report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/test_support.h"

namespace loadline::report {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::ordered_json;

Json Document(const RunReport& report) {
  return Json::parse(RunDocument(report));
}

std::vector<std::string> Keys(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) {
    keys.push_back(item.key());
  }
  return keys;
}

TEST(RunDocument, HasItsKeysInAFixedOrder) {
  const Json json = Document(SampleRun());
  EXPECT_THAT(Keys(json),
              ElementsAre("format", "loadline", "id", "command", "label", "started", "state",
                          "exit_code", "seed", "confidence", "target", "valid", "invalid_reasons",
                          "load", "offered_rps", "achieved_rps", "goodput_rps", "requests",
                          "succeeded", "failed", "response_ms", "wire_ms", "errors", "objectives",
                          "verify", "load_line", "staircase", "vary", "overload", "drift", "steps",
                          "generator", "accounts", "pods", "records_imported", "records_left_in"));
  EXPECT_THAT(Keys(json["response_ms"]),
              ElementsAre("p50", "p90", "p95", "p99", "p99_9", "mean", "max"));
  EXPECT_EQ(RunDocument(SampleRun()), RunDocument(SampleRun()));
}

TEST(RunDocument, AddsUpWhatPodsSayAndIsNullWhereTheySayNothing) {
  RunReport report = SampleRun();
  EXPECT_EQ(Document(report)["pods"], nullptr);
  EXPECT_EQ(Document(report)["steps"].back()["pods"], nullptr);
  report.steps.back().measurement.pods =
      measure::PodFacts{.cpu_periods = 100, .throttled_periods = 25, .failures = 2, .lost = 7};
  const Json pods = Document(report)["pods"];
  EXPECT_THAT(Keys(pods),
              ElementsAre("cpu_periods", "throttled_periods", "failures", "requests_lost"));
  EXPECT_EQ(pods["throttled_periods"], 25);
  EXPECT_EQ(pods["requests_lost"], 7);
  report.steps.push_back(report.steps.back());
  EXPECT_EQ(Document(report)["pods"]["cpu_periods"], 200);
}

TEST(RunDocument, HasNoSendErrorWhereEveryRequestWaitedForAConnection) {
  RunReport report = SampleRun();
  measure::Measurement& m = report.steps.back().measurement;
  EXPECT_EQ(Document(report)["generator"]["send_error_ms"]["p99"], 0.02);
  m.generator.starved = m.accounts.dispatched;
  EXPECT_EQ(Document(report)["generator"]["send_error_ms"], nullptr);
}

TEST(RunDocument, TellsTheRequestOfAFailureAndTheTableOfASearch) {
  RunReport report = SampleRun();
  EXPECT_EQ(Document(report)["steps"][0]["errors"][0]["curl"], nullptr);
  EXPECT_EQ(Document(report)["vary"], nullptr);
  report.steps[0].measurement.errors[0].curl = "curl http://h/\n";
  report.vary.emplace();
  report.vary->field = "milli";
  report.vary->rows = {{"20", 20ms, Rate{100}, Rate{80}, 0.01, "1a2b3c4d"},
                       {"50", 50ms, Rate{40}, std::nullopt, std::nullopt, "2b3c4d5e"}};
  const Json json = Document(report);
  EXPECT_EQ(json["steps"][0]["errors"][0]["curl"], "curl http://h/\n");
  EXPECT_EQ(json["vary"]["field"], "milli");
  EXPECT_EQ(json["vary"]["overhead_ms"], nullptr);
  EXPECT_EQ(json["vary"]["rows"][0], Json({{"value", "20"},
                                           {"latency_ms", 20.0},
                                           {"calculated_rps", 100.0},
                                           {"achieved_rps", 80.0},
                                           {"residual", 0.01},
                                           {"run", "1a2b3c4d"}}));
  EXPECT_EQ(json["vary"]["rows"][1]["achieved_rps"], nullptr);
}

TEST(VaryDocument, HoldsTheTableOnceAndEverySearch) {
  RunReport report = SampleRun();
  VaryReport table;
  table.field = "milli";
  table.rows = {{"20", 20ms, Rate{100}, Rate{80}, 0.01, report.id}};
  report.vary = table;
  const Json json = Json::parse(VaryDocument(table, {{report, report}}, "9.9", 6));
  EXPECT_THAT(Keys(json),
              ElementsAre("format", "loadline", "command", "exit_code", "vary", "runs"));
  EXPECT_EQ(json["exit_code"], 6);
  EXPECT_EQ(json["vary"]["rows"][0]["run"], report.id);
  ASSERT_EQ(json["runs"].size(), 2U);
  EXPECT_EQ(json["runs"][1]["vary"], nullptr);
  report.vary.reset();
  EXPECT_EQ(json["runs"][1], Document(report));
}

TEST(RunDocument, OfARunTellsItsFigures) {
  const Json json = Document(SampleRun());
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["valid"], true);
  EXPECT_EQ(json["started"], "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(json["offered_rps"], 200.0);
  EXPECT_EQ(json["requests"], 5600);
  EXPECT_EQ(json["errors"], Json({{"status", 56}}));
  // The top of the bucket of 48 ms, within 0.1 %.
  EXPECT_NEAR(json["response_ms"]["p50"].get<double>(), 48.0, 0.05);
  EXPECT_NEAR(json["wire_ms"]["p50"].get<double>(), 47.0, 0.05);
  EXPECT_EQ(json["load_line"], nullptr);
  EXPECT_EQ(json["verify"], nullptr);
  EXPECT_EQ(json["accounts"]["balanced"], true);
}

TEST(RunDocument, GivesObjectivesInTheirUnits) {
  const Json list = Document(SampleRun())["objectives"];
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0], Json({{"text", "p95 < 200ms"},
                           {"result", "held"},
                           {"value", 171.0},
                           {"interval", {168.0, 174.0}},
                           {"unit", "ms"},
                           {"requests", 13332},
                           {"more_requests", nullptr}}));
  EXPECT_EQ(list[1]["value"], 0.01);
  EXPECT_EQ(list[1]["unit"], "share");
  // Among the failures: infinite, for which JSON has no number.
  EXPECT_EQ(list[2]["value"], nullptr);
  EXPECT_EQ(list[2]["interval"], nullptr);
  EXPECT_EQ(list[2]["more_requests"], 30000);
}

TEST(RunDocument, WithholdsWhatARefusedRunCannotSay) {
  RunReport report = SampleRun();
  report.steps.back().measurement.refusals = {{"too late", "wait"}};
  const Json json = Document(report);
  EXPECT_EQ(json["valid"], false);
  EXPECT_THAT(json["invalid_reasons"], ElementsAre("too late"));
  EXPECT_EQ(json["response_ms"], nullptr);
  EXPECT_EQ(json["wire_ms"], nullptr);
  EXPECT_EQ(json["goodput_rps"], nullptr);
  EXPECT_EQ(json["objectives"][0]["result"], nullptr);
  EXPECT_EQ(json["objectives"][0]["value"], nullptr);
  EXPECT_EQ(json["generator"]["ok"], false);
  EXPECT_EQ(json["steps"][0]["refusals"][0]["remedy"], "wait");
  EXPECT_EQ(json["requests"], 5600);  // What was sent is a fact.
}

TEST(RunDocument, OfASearchHasTheLoadLineAndItsOperatingLoad) {
  const Json json = Document(SampleSearch());
  const Json& line = json["load_line"];
  EXPECT_EQ(line["axis"], "rate");
  EXPECT_EQ(line["held_rps"], 202.0);
  EXPECT_EQ(line["broken_rps"], 228.0);
  EXPECT_EQ(line["confidence"], 0.95);
  EXPECT_EQ(line["estimate_rps"], 216.0);
  EXPECT_THAT(line["estimate_interval_rps"], ElementsAre(213.0, 219.0));
  EXPECT_EQ(line["covers_periods_below_ms"], 3000.0);
  EXPECT_EQ(line["test"], "level crossing");
  EXPECT_EQ(line["saturation_rps"], 240.0);
  EXPECT_EQ(line["operating_rps"], 168.0);
  EXPECT_EQ(line["held_users"], nullptr);
  EXPECT_EQ(line["ended_by"], "budget");
  EXPECT_EQ(line["next_precision_cost_s"], 1200.0);
  EXPECT_EQ(json["offered_rps"], 168.0);  // Of the operating load.
  ASSERT_EQ(json["steps"].size(), 7u);
  EXPECT_EQ(json["steps"][0]["purpose"], "preflight");
  EXPECT_EQ(json["steps"][0]["load"], nullptr);
  EXPECT_EQ(json["steps"][4]["result"], "held");
}

TEST(RunDocument, OfASearchByUsersGivesRatesWhereTheyWereMeasured) {
  RunReport report = SampleSearch();
  report.load_line->axis = measure::SearchAxis::kUsers;
  for (StepReport& step : report.steps) {
    step.measurement.achieved = Rate{step.verdict.level / 2};
  }
  const Json line = Document(report)["load_line"];
  EXPECT_EQ(line["held_users"], 202.0);
  EXPECT_EQ(line["held_rps"], 101.0);
  EXPECT_EQ(line["saturation_users"], 240.0);
  EXPECT_EQ(line["saturation_rps"], nullptr);  // Nobody ran 240 users.
  EXPECT_EQ(line["estimate_rps"], nullptr);
  EXPECT_THAT(line["estimate_interval_users"], ElementsAre(213.0, 219.0));
}

TEST(RunDocument, OfASearchWithoutOperatingLoadHasNoFigures) {
  RunReport report = SampleSearch();
  report.steps.clear();
  report.load_line = measure::LoadLine();
  const Json json = Document(report);
  EXPECT_EQ(json["offered_rps"], nullptr);
  EXPECT_EQ(json["requests"], nullptr);
  EXPECT_EQ(json["load_line"]["held_rps"], nullptr);
  EXPECT_EQ(json["load_line"]["covers_periods_below_ms"], nullptr);
}

TEST(RunDocument, SaysNothingOfWhatTheMachineDoesNotTell) {
  RunReport report = SampleRun();
  report.steps.front().measurement.generator.ports_left = -1;
  const Json generator = Document(report)["steps"][0]["generator"];
  EXPECT_EQ(generator["ports_left"], nullptr);
  EXPECT_EQ(generator["descriptors_left"], 1000);
}

TEST(RunDocument, SurvivesWhatIsNoUtf8AndNoNumber) {
  RunReport report = SampleRun();
  report.steps.back().measurement.errors[0].sample =
      "a\xff\xfe"
      "b\"\n";
  report.steps.back().measurement.generator.cpu_busiest = std::numeric_limits<double>::quiet_NaN();
  report.steps.back().measurement.offered = Rate{std::numeric_limits<double>::infinity()};
  const Json json = Document(report);
  EXPECT_EQ(json["steps"][0]["errors"][0]["sample"], "a\uFFFD\uFFFDb\"\n");
  EXPECT_EQ(json["steps"][0]["generator"]["cpu_busiest"], nullptr);
  EXPECT_EQ(json["offered_rps"], nullptr);
}

TEST(RunDocument, OfVerifyHasItsVerdict) {
  RunReport report = SampleRun();
  report.verify = VerifyVerdict{measure::ObjectiveState::kBroken,
                                measure::TestKind::kBatch,
                                true,
                                3s,
                                "p95 < 200ms",
                                "requests wait"};
  EXPECT_EQ(Document(report)["verify"], Json({{"result", "broken"},
                                              {"test", "batch"},
                                              {"backlog_grows", true},
                                              {"covers_periods_below_ms", 3000.0},
                                              {"binding", "p95 < 200ms"},
                                              {"cause", "requests wait"}}));
}

}  // namespace
}  // namespace loadline::report
