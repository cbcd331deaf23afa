#include "report/size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/table.h"

namespace loadline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr std::chrono::sys_days kToday =
    std::chrono::sys_days(std::chrono::year(2026) / std::chrono::November / 26);

// Five pods keep the objective; eight run, so that five are left of three zones.
SizeReport Plain() {
  SizeReport report;
  report.today = kToday;
  report.rate = report.rate_now = Rate{2000};
  report.model.pod.service = report.model.service_low = report.model.service_high = 50ms;
  report.origin = "given, not measured";
  report.answer.outlook.pods = 5;
  report.answer.outlook.busy = 0.96;
  report.answer.outlook.holds = true;
  report.answer.outlook.objectives = {
      {.objective = *measure::ParseObjective("p95 < 200ms"), .value = 0.19, .holds = true}};
  report.pods = 8;
  report.survive = sizing::Survive::kZone;
  report.zones = 3;
  return report;
}

SizeReport Scaled() {
  SizeReport report = Plain();
  report.autoscaling =
      Autoscaling{.bounds = {.min_pods = 42,
                             .max_pods = 189,
                             .target = 0.53,
                             .top = 0.583,
                             .weakest = 43,
                             .weakest_busy = 0.593,
                             .peak_work = 100},
                  .demand = {.peak = Rate{2000},
                             .lowest = Rate{500},
                             .loss = {.survive = sizing::Survive::kZone, .zones = 3}},
                  .lowest_from = "as given",
                  .fixed_pods = 156};
  return report;
}

// Of lines broken anywhere.
std::string Unbroken(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!words.empty() && words.back() != ' ')) {
      words += blank ? ' ' : c;
    }
  }
  return words;
}

TEST(SizeText, SaysHowManyStandInEachZone) {
  // 8 over three zones are 3, 3 and 2; without a zone of 3, 5 are left.
  EXPECT_THAT(
      SizeText(Plain(), {}),
      HasSubstr("3 pods in 2 of 3 zones and 2 in the other: 5 stay when a full one is lost"));
  SizeReport report = Plain();
  report.pods = 156;
  EXPECT_THAT(SizeText(report, {}),
              HasSubstr("52 pods in each of 3 zones: 104 stay when one is lost"));
}

TEST(SizeText, BreaksLinesAndKeepsUnitsWithTheirNumbers) {
  SizeReport report = Scaled();
  report.assumed = {{"nodes", "memory peaks 20 % above 512 MiB", "--peak-memory"},
                    {"price", "730 hours a month", "--hours"}};
  for (int width = 40; width <= 120; width += 7) {
    const std::string text = SizeText(report, {.width = width});
    std::size_t from = 0;
    while (from < text.size()) {
      const std::size_t end = text.find('\n', from);
      const std::string line = text.substr(from, end - from);
      EXPECT_LE(DisplayWidth(line), width) << line;
      EXPECT_THAT(line.substr(std::min<std::size_t>(line.size(), 11)),
                  Not(testing::MatchesRegex(" *(%|ms|MiB).*")));
      from = end + 1;
    }
    EXPECT_EQ(Unbroken(text), Unbroken(SizeText(report, {.width = 1000})));
  }
}

TEST(SizeText, ReckonsTheTargetOfTheAutoscaler) {
  const std::string text = Unbroken(SizeText(Scaled(), {}));
  EXPECT_THAT(text, HasSubstr("at the peak, autoscaled from 42"));
  EXPECT_THAT(text, HasSubstr("AUTOSCALE 42 to 189 pods, target 53 % of the CPU"));
  EXPECT_THAT(text, HasSubstr("59.3 % / 1.1 = 53 %"));
  EXPECT_THAT(text, HasSubstr("at least 42 for 500/s, as given; at most 189 = 100 pods of work"));
  EXPECT_THAT(text, HasSubstr("a fixed number of pods: 156 --fixed"));
  EXPECT_THAT(text, Not(HasSubstr("stay when")));
}

TEST(SizeText, TellsTheForecastAndThatItsUpperEndCounts) {
  SizeReport report = Plain();
  report.rate = Rate{1570};
  report.forecast = TrafficForecast{.file = "traffic.csv",
                                    .until = "2027-11-26",
                                    .forecast = {.peak = Rate{1240},
                                                 .low = Rate{980},
                                                 .high = Rate{1570},
                                                 .growth_per_year = 0.41,
                                                 .growth_low = -0.02,
                                                 .growth_high = 0.44,
                                                 .confidence = 0.9,
                                                 .points = 4368,
                                                 .history = std::chrono::hours(182 * 24),
                                                 .highest_seen = Rate{820},
                                                 .lowest_seen = Rate{100}}};
  const std::string text = Unbroken(SizeText(report, {}));
  EXPECT_THAT(text,
              HasSubstr("traffic.csv: 4,368 points over 182 days, highest 820/s; +41 % a year "
                        "(-2 % to +44 %)"));
  EXPECT_THAT(text,
              HasSubstr("on 2027-11-26: 1,240/s (980/s to 1,570/s, 90 % prediction interval); "
                        "sized for the upper end, 1,570/s"));
  const Json document = Json::parse(SizeDocument(report));
  EXPECT_EQ(document["forecast"]["interval_rps"], Json({980.0, 1570.0}));
  EXPECT_EQ(document["forecast"]["until"], "2027-11-26");
}

TEST(SizeDocument, HasNullForWhatWasNotAskedFor) {
  const Json document = Json::parse(SizeDocument(Plain()));
  EXPECT_EQ(document["pods"], 8);
  EXPECT_EQ(document["left_after_loss"], 5);
  for (const char* field : {"nodes", "usd_per_month", "plan", "autoscaler", "forecast",
                            "confirmation", "manifests", "one_fewer", "pod_cpu"}) {
    EXPECT_TRUE(document.at(field).is_null()) << field;
  }
}

TEST(SizeDocument, HasTheAutoscalerAndTheFiles) {
  SizeReport report = Scaled();
  report.assumed = {{"price", "730 hours a month", "--hours"}};
  report.manifests = {{"m/hpa.yaml", "HorizontalPodAutoscaler: 42 to 189 pods"}};
  report.commands = {"kubectl apply -f m/hpa.yaml"};
  const Json document = Json::parse(SizeDocument(report));
  EXPECT_EQ(document["autoscaler"]["max_pods"], 189);
  EXPECT_EQ(document["autoscaler"]["weakest_pods"], 43);
  EXPECT_DOUBLE_EQ(document["autoscaler"]["target_share"], 0.53);
  EXPECT_EQ(document["assumed"][0]["flag"], "--hours");
  EXPECT_EQ(document["manifests"]["files"][0]["path"], "m/hpa.yaml");
  EXPECT_EQ(document["manifests"]["commands"][0], "kubectl apply -f m/hpa.yaml");
}

TEST(SizeDocument, HasWhatPodsAndRequestsCostEachOther) {
  SizeReport report = Plain();
  EXPECT_TRUE(Json::parse(SizeDocument(report))["service"]["scaling"].is_null());
  EXPECT_TRUE(Json::parse(SizeDocument(report))["service"]["curve"].is_null());
  queueing::UslFit& scaling_fit = report.scaling.emplace();
  scaling_fit.law = {.sigma = 0.05, .kappa = 0.005};
  scaling_fit.sigma = {0.03, 0.07};
  scaling_fit.kappa = {0.0, 0.01};
  scaling_fit.chi_square = 1.0;
  scaling_fit.chi_square_without = 50.0;
  report.scaling_pods = {1, 2, 4, 8};
  report.curve = sizing::FittedCurve{.law = {.sigma = 0.2, .kappa = 0.001},
                                     .width = 0,
                                     .sigma = {0.15, 0.25},
                                     .kappa = {0.0, 0.002},
                                     .seen = 16};
  report.model.pod.curve = {20, 33};
  const Json service = Json::parse(SizeDocument(report))["service"];
  const Json& scaling = service["scaling"];
  EXPECT_EQ(scaling["measured_pods"], Json::parse("[1, 2, 4, 8]"));
  EXPECT_EQ(scaling["shown"], true);
  EXPECT_EQ(scaling["sigma_interval"], Json::parse("[0.03, 0.07]"));
  // Of the answer's 5 pods: 1 + 0.05 · 4 + 0.005 · 20.
  EXPECT_NEAR(scaling["slowdown"].get<double>(), 1.3, 1e-12);
  const Json& curve = service["curve"];
  EXPECT_EQ(curve["kappa_interval"], Json::parse("[0.0, 0.002]"));
  EXPECT_TRUE(curve["width"].is_null());
  EXPECT_EQ(curve["measured_to"], 16.0);
  EXPECT_EQ(curve["rates_rps"], Json::parse("[20.0, 33.0]"));
}

}  // namespace
}  // namespace loadline::report
