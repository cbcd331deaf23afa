#include "telemetry/result_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <set>

#include "report/test_support.h"
#include "telemetry/prometheus_text.h"

namespace loadline::telemetry {
namespace {

std::optional<double> ValueOf(const std::vector<Metric>& metrics, const std::string& name,
                              const Labels& labels = {}) {
  for (const Metric& metric : metrics) {
    for (const Sample& sample : metric.samples) {
      if (metric.name == name && sample.labels == labels) {
        return sample.value;
      }
    }
  }
  return std::nullopt;
}

TEST(ResultMetrics, SayWhatTheRunDocumentSays) {
  const std::vector<Metric> metrics = ResultMetrics(report::SampleRun());
  EXPECT_EQ(ValueOf(metrics, "loadline.exit_code"), 1.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.valid"), 1.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.requests"), 5600.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.failed"), 56.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.failures", {{"kind", "status"}}), 56.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.achieved"), 200.0);
  // 200/s, of which 5,544 of 5,600 succeeded.
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "loadline.result.goodput").value_or(0), 198.0);
  // Half after 48 ms, the rest after 171 ms, kept to 0.1 %.
  EXPECT_NEAR(ValueOf(metrics, "loadline.result.response", {{"quantile", "0.5"}}).value_or(0),
              0.048, 0.00005);
  EXPECT_NEAR(ValueOf(metrics, "loadline.result.wire", {{"quantile", "0.95"}}).value_or(0), 0.170,
              0.0002);
}

TEST(ResultMetrics, HaveOneStateForEachObjective) {
  const std::vector<Metric> metrics = ResultMetrics(report::SampleRun());
  const auto state = [&](const char* objective, const char* name) {
    return ValueOf(metrics, "loadline.objective.state",
                   {{"objective", objective}, {"state", name}});
  };
  EXPECT_EQ(state("p95 < 200ms", "held"), 1.0);
  EXPECT_EQ(state("p95 < 200ms", "broken"), 0.0);
  EXPECT_EQ(state("errors < 0.1%", "broken"), 1.0);
  EXPECT_EQ(state("p99.9 < 1s", "not decided"), 1.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.objective.response", {{"objective", "p95 < 200ms"}}), 0.171);
  EXPECT_EQ(ValueOf(metrics, "loadline.objective.response_limit", {{"objective", "p95 < 200ms"}}),
            0.2);
  EXPECT_EQ(ValueOf(metrics, "loadline.objective.errors_limit", {{"objective", "errors < 0.1%"}}),
            0.001);
  // Its quantile lies among the failures.
  EXPECT_TRUE(std::isinf(
      ValueOf(metrics, "loadline.objective.response", {{"objective", "p99.9 < 1s"}}).value_or(0)));
}

TEST(ResultMetrics, HaveTheLoadLineOfASearch) {
  const std::vector<Metric> metrics = ResultMetrics(report::SampleSearch());
  const auto bound = [&](const char* name) {
    return ValueOf(metrics, "loadline.load_line", {{"bound", name}});
  };
  EXPECT_EQ(bound("held"), 202.0);
  EXPECT_EQ(bound("broken"), 228.0);
  EXPECT_EQ(bound("estimate"), 216.0);
  EXPECT_EQ(bound("operating"), 168.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.requests"), 6720.0);
}

TEST(ResultMetrics, WithholdWhatARefusedRunCannotSay) {
  report::RunReport report = report::SampleRun();
  report.exit_code = 3;
  report.steps.back().measurement.refusals = {{"too late", ""}};
  const std::vector<Metric> metrics = ResultMetrics(report);
  EXPECT_EQ(ValueOf(metrics, "loadline.valid"), 0.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.response", {{"quantile", "0.5"}}), std::nullopt);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.goodput"), std::nullopt);
  EXPECT_EQ(ValueOf(metrics, "loadline.objective.response", {{"objective", "p95 < 200ms"}}),
            std::nullopt);
  EXPECT_EQ(ValueOf(metrics, "loadline.result.requests"), 5600.0);
}

TEST(ResultMetrics, NoNameComesTwice) {
  // Prometheus takes a page with a repeated family for broken.
  for (const report::RunReport& report :
       {report::SampleRun(), report::SampleSearch(), report::RunReport{}}) {
    std::set<std::string> names;
    for (const Metric& metric : ResultMetrics(report)) {
      EXPECT_TRUE(names.insert(PrometheusName(metric)).second) << metric.name;
    }
  }
}

}  // namespace
}  // namespace loadline::telemetry
