#include "telemetry/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace loadline::telemetry {
namespace {

using ::testing::HasSubstr;

Metric Named(std::string name, std::string unit, MetricKind kind) {
  return {std::move(name), std::move(unit), "Help.", kind, {}, {}};
}

TEST(PrometheusName, FollowsOpenTelemetrysRules) {
  using enum MetricKind;
  EXPECT_EQ(PrometheusName(Named("loadline.response", "s", kHistogram)),
            "loadline_response_seconds");
  EXPECT_EQ(PrometheusName(Named("loadline.requests", "{request}", kCounter)),
            "loadline_requests_total");
  EXPECT_EQ(PrometheusName(Named("loadline.offered", "{request}/s", kGauge)),
            "loadline_offered_per_second");
  EXPECT_EQ(PrometheusName(Named("loadline.generator.cpu", "1", kGauge)),
            "loadline_generator_cpu_ratio");
  EXPECT_EQ(PrometheusName(Named("loadline.share", "1", kCounter)), "loadline_share_total");
  EXPECT_EQ(PrometheusName(Named("loadline.in_flight", "{request}", kGauge)), "loadline_in_flight");
  EXPECT_EQ(PrometheusName(Named("loadline.valid", "", kGauge)), "loadline_valid");
}

TEST(PrometheusText, PutsCommonLabelsFirst) {
  Metric metric = Named("loadline.requests", "{request}", MetricKind::kCounter);
  metric.samples = {{{{"task", "score"}}, 12}, {{{"task", "a \"b\""}}, 3}};
  EXPECT_EQ(PrometheusText(std::vector{metric}, {{"label", "nightly"}}),
            "# HELP loadline_requests_total Help.\n"
            "# TYPE loadline_requests_total counter\n"
            "loadline_requests_total{label=\"nightly\",task=\"score\"} 12\n"
            "loadline_requests_total{label=\"nightly\",task=\"a \\\"b\\\"\"} 3\n");
}

TEST(PrometheusText, LeavesOutMetricsWithoutSamples) {
  EXPECT_EQ(PrometheusText(std::vector{Named("loadline.x", "", MetricKind::kGauge)}, {}), "");
}

TEST(PrometheusText, CountsHistogramsCumulatively) {
  Metric metric = Named("loadline.response", "s", MetricKind::kHistogram);
  Distribution one;
  one.labels = {{"task", "score"}};
  one.values.RecordN(2ms, 3);   // Up to 2.5 ms.
  one.values.RecordN(80ms, 5);  // Up to 100 ms.
  one.values.RecordN(300s, 1);  // Beyond the last end.
  metric.distributions.push_back(one);
  const std::string text = PrometheusText(std::vector{metric}, {});
  const auto line = [&](const char* le, const char* count) {
    return std::string("loadline_response_seconds_bucket{task=\"score\",le=\"") + le + "\"} " +
           count + "\n";
  };
  EXPECT_THAT(text, HasSubstr(line("0.001", "0")));
  EXPECT_THAT(text, HasSubstr(line("0.0025", "3")));
  EXPECT_THAT(text, HasSubstr(line("0.05", "3")));
  EXPECT_THAT(text, HasSubstr(line("0.1", "8")));
  EXPECT_THAT(text, HasSubstr(line("120", "8")));
  EXPECT_THAT(text, HasSubstr(line("+Inf", "9")));
  EXPECT_THAT(text, HasSubstr("loadline_response_seconds_count{task=\"score\"} 9\n"));
  // 3 · 0.002 + 5 · 0.08 + 300 = 300.406, each bucket taken at its middle: within 0.1 %.
  const std::size_t at = text.find("_sum{task=\"score\"} ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NEAR(std::stod(text.substr(at + 19)), 300.406, 0.3);
}

TEST(PrometheusText, BucketEndsRise) {
  EXPECT_TRUE(std::is_sorted(kBucketEnds.begin(), kBucketEnds.end()));
}

}  // namespace
}  // namespace loadline::telemetry
