#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "report/html.h"
#include "report/size_page.h"

namespace loadline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::size_t Count(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

/// 104 pods needed and 156 to run for 2,000/s, on 24 nodes of 7 places.
SizePage Sample() {
  SizePage page;
  SizeReport& report = page.report;
  report.version = "1.2.3";
  report.rate = report.rate_now = Rate{2000};
  report.model.pod.service = 50ms;
  report.model.pod.balance = queueing::Balance::kLeast;
  report.model.service_low = report.model.service_high = 50ms;
  report.origin = "given, not measured";
  report.pods = 156;
  NodesReport& nodes = report.nodes.emplace();
  nodes.plan.nodes = 24;
  nodes.plan.usd_per_month = 3364;
  nodes.demand.zones = 3;
  sizing::NodeGroup& group = nodes.plan.groups.emplace_back();
  group.type.name = "Standard_D4s_v5";
  group.nodes = 24;
  report.classic_pods = 100;
  report.answer.outlook.pods = 104;
  report.answer.outlook.busy = 0.962;
  report.answer.outlook.objectives = {
      {.objective = measure::ParseObjective("p95 < 200ms").value(), .value = 0.191, .holds = true}};
  report.explain = {"pods = RPS x latency[ms] / 1000 / concurrency = 2000 x 50 / 1000 / 1 = 100"};
  report.thin_ice = {"nothing was measured"};
  report.alternatives = {{.what = "behind kube-proxy (random)",
                          .flag = "--balance random",
                          .needed = 399,
                          .pods = 600,
                          .nodes = {}},
                         {.what = "nothing does", .flag = "--balance none", .nodes = {}}};
  page.level = 2000;
  page.invocation = "loadline size --rate 2000/s";
  page.balances = {"least", "random"};
  page.by_traffic = {{1000, 50, {54, 200}}, {2000, 100, {104, 399}}, {4000, 200, {204, 0}}};
  page.varied = measure::ParseObjective("p95 < 200ms").value();
  page.by_limit = {{160ms, 170, 3700.0}, {200ms, 156, 3364.0}, {400ms, 150, 3200.0}};
  page.fills = {{"Standard_D4s_v5", "CPU", 0.035, 0.075, 0.875, 7, "4 CPU"},
                {"Standard_D4s_v5", "memory", 0.25, 0.024, 0.26, 7, "16 GiB"}};
  return page;
}

TEST(SizeHtml, SaysTheAnswerBeforeAnyFigure) {
  const std::string html = SizeHtml(Sample());
  EXPECT_THAT(html, StartsWith(std::string(kReportMark)));
  const std::size_t answer = html.find("156 pods on 24 x Standard_D4s_v5 (3 zones)");
  ASSERT_NE(answer, std::string::npos);
  EXPECT_LT(answer, html.find("<figure"));
  EXPECT_THAT(html, HasSubstr("<dt class=\"doubt\">THIN ICE</dt><dd>1. nothing was measured"));
  EXPECT_THAT(html, HasSubstr("<title>size: 156 pods for 2,000/s</title>"));
}

TEST(SizeHtml, HasEverySectionAndItsFigures) {
  const std::string html = SizeHtml(Sample());
  for (const char* id : {"verdict", "traffic", "objective", "nodes", "instead", "arithmetic"}) {
    EXPECT_EQ(Count(html, "<section id=\"" + std::string(id) + "\""), 1u) << id;
  }
  for (const char* id : {"pods-traffic", "cost-objective", "node-fill"}) {
    EXPECT_EQ(Count(html, "<figure id=\"" + std::string(id) + "\""), 1u) << id;
    EXPECT_THAT(html, Not(HasSubstr("nan"))) << id;
  }
  // Two bars with seven pods each, in a wide and a narrow drawing, and the legend.
  EXPECT_EQ(Count(html, "class=\"fill-pod\""), 2u * 2 * 7 + 1);
  // 1 − 0.035 − 0.075 − 0.875 = 0.015 of the CPUs are free.
  EXPECT_THAT(html, HasSubstr("<td class=\"right\">1.5 %</td>"));
  EXPECT_THAT(html, HasSubstr("2000 x 50 / 1000 / 1 = 100"));
  EXPECT_THAT(html, HasSubstr("impossible"));
}

TEST(SizeHtml, LeavesOutWhatWasNotAsked) {
  SizePage page = Sample();
  page.report.nodes.reset();
  page.fills.clear();
  for (PodsForLimit& point : page.by_limit) {
    point.usd_per_month.reset();
  }
  const std::string html = SizeHtml(page);
  EXPECT_THAT(html, Not(HasSubstr("id=\"nodes\"")));
  EXPECT_THAT(html, Not(HasSubstr("USD")));
  EXPECT_THAT(html, HasSubstr("Pods to run, against the limit of p95"));
}

TEST(SizeHtml, KeepsTextText) {
  SizePage page = Sample();
  page.invocation = "loadline size --from '<script>alert(1)</script>'";
  page.report.origin = "measured, run </style><b>";
  const std::string html = SizeHtml(page);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace loadline::report
