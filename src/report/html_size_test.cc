#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "report/html.h"
#include "report/size_page.h"
#include "report/timeline.h"

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
SizeReport SampleReport() {
  SizeReport report;
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
  group.type.capacity = {.millicores = 4000, .memory = Bytes{16LL << 30}, .extended = {}};
  group.allocatable.resources = {.millicores = 3860, .memory = Bytes{12LL << 30}, .extended = {}};
  group.places.pods = 7;
  nodes.demand.pod = {.millicores = 500, .memory = Bytes{512LL << 20}, .extended = {}};
  nodes.demand.overhead.daemons = {.millicores = 300, .memory = Bytes{400LL << 20}, .extended = {}};
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
  return report;
}

SizePage Sample() {
  SizePage page = PageOf(SampleReport());
  page.invocation = "loadline size --rate 2000/s";
  page.balances = {"least", "random"};
  page.by_traffic = {{1000, 50, {54, 200}}, {2000, 100, {104, 399}}, {4000, 200, {204, 0}}};
  page.by_limit = {{160ms, 170, 3700.0}, {200ms, 156, 3364.0}, {400ms, 150, 3200.0}};
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

PageFacts RunWithSizings() {
  PageFacts facts;
  facts.report.command = "find";
  facts.report.id = "7f3a0001";
  facts.report.target.url = "http://127.0.0.1:8500/score";
  facts.scenario = "loadline: 1\n";
  const auto at = [](int minutes) {
    return UtcTime(Duration(1'767'323'045'000'000'000)) + std::chrono::minutes(minutes);
  };
  facts.sizings.all = {{.made = at(2),
                        .invocation = "loadline size c",
                        .promise = "p95 < 200ms at 2,000/s",
                        .rate_rps = 2000,
                        .users = {},
                        .pods = 156,
                        .needed = 104,
                        .nodes = 24,
                        .usd_per_month = 3364},
                       {.made = at(1),
                        .invocation = "loadline size b",
                        .promise = "p95 < 60ms at 500/s",
                        .rate_rps = 500,
                        .users = {},
                        .pods = 31,
                        .needed = 31,
                        .nodes = {},
                        .usd_per_month = {}},
                       {.made = at(0),
                        .invocation = "loadline size a",
                        .promise = "p95 < 60ms at 250/s",
                        .rate_rps = 250,
                        .users = {},
                        .pods = 17,
                        .needed = 16,
                        .nodes = 3,
                        .usd_per_month = 420.4}};
  facts.sizings.newest = Sample();
  facts.sizings.newest->invocation = "loadline size c";
  return facts;
}

std::string RunPage(const PageFacts& facts) {
  return HtmlPage(facts, Timeline(facts.report.steps));
}

TEST(SizingSection, ShowsTheNewestInFullAndTheOthersAsATable) {
  const std::string html = RunPage(RunWithSizings());
  EXPECT_EQ(Count(html, "<section id=\"sizing\""), 1u);
  EXPECT_THAT(html, HasSubstr("<li><a href=\"#sizing\">Sizing</a></li>"));
  const std::size_t section = html.find("<section id=\"sizing\"");
  EXPECT_LT(section, html.find("<section id=\"setup\""));
  EXPECT_GT(section, html.find("<section id=\"verdict\""));
  for (const char* id : {"pods-traffic", "cost-objective", "node-fill"}) {
    EXPECT_EQ(Count(html, "<figure id=\"" + std::string(id) + "\""), 1u) << id;
  }
  EXPECT_THAT(html, HasSubstr("<p class=\"answer first\">156 pods on 24 x Standard_D4s_v5"));
  EXPECT_THAT(html, HasSubstr("<dt class=\"doubt\">THIN ICE</dt><dd>1. nothing was measured"));
  EXPECT_THAT(html, HasSubstr("behind kube-proxy (random)"));
  EXPECT_THAT(html, HasSubstr("The command, 2026-01-02 03:06 UTC:"));
  EXPECT_THAT(html, HasSubstr("Earlier sizings made from this run"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"left\">2026-01-02 03:05</th>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"right\">420 USD</td>"));
  EXPECT_EQ(Count(html, "loadline size c"), 1u);  // Not among the earlier ones.
  EXPECT_LT(html.find("loadline size b"), html.find("loadline size a"));
}

TEST(SizingSection, IsNotThereWithoutSizings) {
  PageFacts facts = RunWithSizings();
  facts.sizings = {};
  EXPECT_THAT(RunPage(facts), Not(HasSubstr("id=\"sizing\"")));
  EXPECT_THAT(RunPage(facts), Not(HasSubstr("Sizing")));
}

TEST(SizingSection, HasNoTableOfASingleOne) {
  PageFacts facts = RunWithSizings();
  facts.sizings.all.resize(1);
  EXPECT_THAT(RunPage(facts), Not(HasSubstr("Earlier sizings")));
}

TEST(SizingSection, SaysWhyTheNewestCannotBeDrawn) {
  PageFacts facts = RunWithSizings();
  facts.sizings.newest.reset();
  facts.sizings.problem = "it is no JSON <b>";
  const std::string html = RunPage(facts);
  EXPECT_THAT(html, HasSubstr("The newest sizing cannot be drawn: it is no JSON &lt;b&gt;."));
  for (const char* command : {"loadline size a", "loadline size b", "loadline size c"}) {
    EXPECT_EQ(Count(html, command), 1u) << command;
  }
  EXPECT_THAT(html, Not(HasSubstr("<figure id=\"pods-traffic\"")));
}

TEST(SizingSection, HasEveryIdOnce) {
  const std::string html = RunPage(RunWithSizings());
  std::set<std::string> seen;
  constexpr std::string_view kMark = " id=\"";
  for (std::size_t at = html.find(kMark); at != std::string::npos; at = html.find(kMark, at + 1)) {
    const std::size_t from = at + kMark.size();
    const std::string id = html.substr(from, html.find('"', from) - from);
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
  EXPECT_TRUE(seen.contains("sizing"));
}

TEST(SizeHtml, LeavesOutWhatWasNotAsked) {
  SizePage page = Sample();
  page.nodes.reset();
  page.usd_per_month.reset();
  page.fills.clear();
  std::erase_if(page.lines,
                [](const SizeLine& line) { return line.text.find("USD") != line.text.npos; });
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
  page.origin = "measured, run </style><b>";
  page.lines.push_back({"WHY", "50 ms   <b>measured</b>"});
  const std::string html = SizeHtml(page);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, HasSubstr("50 ms\u2003&lt;b&gt;measured"));
}

}  // namespace
}  // namespace loadline::report
