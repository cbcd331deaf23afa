#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "report/html_assets.h"
#include "report/test_support.h"
#include "report/text.h"
#include "report/verdict_lines.h"

namespace loadline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

PageFacts FactsOf(RunReport report) {
  PageFacts facts;
  facts.report = std::move(report);
  facts.invocation = "loadline find scenario.yaml";
  facts.scenario = "loadline: 1\n";
  facts.machine_cpu = "Some CPU";
  facts.machine_cores = 2;
  return facts;
}

Timeline FilledTimeline(const RunReport& report) {
  Timeline timeline(report.steps);
  for (const StepReport& step : report.steps) {
    for (int i = 0; i < 30; ++i) {
      measure::Second second;
      second.index = i;
      second.scheduled = 200;
      second.completed = 200;
      second.tasks.resize(1);
      second.tasks[0].response.RecordN(10ms, 199);
      second.tasks[0].response.RecordN(90ms, 1);
      timeline.Add(step.measurement.step, second);
    }
  }
  return timeline;
}

std::string Page(const RunReport& report) {
  return HtmlPage(FactsOf(report), FilledTimeline(report));
}

std::size_t Count(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(VerdictLines, AreTheWordsOfTheTerminal) {
  for (const RunReport& report : {SampleSearch(), SampleRun()}) {
    Style wide;
    wide.width = 10'000;
    const std::string text = VerdictText(report, wide);
    const std::vector<VerdictLine> lines = VerdictLines(report);
    ASSERT_FALSE(lines.empty());
    for (const VerdictLine& line : lines) {
      EXPECT_THAT(text, HasSubstr(line.Words()));
      EXPECT_THAT(text, HasSubstr(line.label));
    }
  }
}

TEST(VerdictLines, KeepTheTonesOfLabelsAndWords) {
  const std::vector<VerdictLine> search = VerdictLines(SampleSearch());
  EXPECT_EQ(search[0].label, "LOAD LINE");
  EXPECT_EQ(search[0].tone, Tone::kBold);
  ASSERT_EQ(search[0].text.size(), 2u);
  EXPECT_EQ(search[0].text[1].text, "between 202 and 228 req/s");
  EXPECT_EQ(search[0].text[1].tone, Tone::kBold);
  const std::vector<VerdictLine> run = VerdictLines(SampleRun());
  EXPECT_EQ(run[0].label, "HELD");
  EXPECT_EQ(run[0].tone, Tone::kGood);
  EXPECT_EQ(run[1].tone, Tone::kBad);
  EXPECT_EQ(run[2].tone, Tone::kDoubt);
}

TEST(HtmlPage, OfASearchHasEverySection) {
  const std::string page = Page(SampleSearch());
  EXPECT_THAT(page, StartsWith(std::string(kReportMark)));
  for (const char* id :
       {"verdict", "search", "percentiles", "time", "errors", "generator", "setup"}) {
    EXPECT_EQ(Count(page, "<section id=\"" + std::string(id) + "\""), 1u) << id;
  }
  for (const char* id : {"search-chart", "percentiles-chart", "rates", "heat", "in-flight",
                         "lateness", "cpu", "lag"}) {
    EXPECT_EQ(Count(page, "<figure id=\"" + std::string(id) + "\""), 1u) << id;
  }
  EXPECT_THAT(page, HasSubstr("<strong class=\"bold\">between 202 and 228 req/s</strong>"));
  EXPECT_THAT(page, Not(HasSubstr("class=\"banner\"")));
}

TEST(HtmlPage, SaysTheVerdictBeforeAnyFigure) {
  const std::string page = Page(SampleSearch());
  EXPECT_LT(page.find("id=\"verdict\""), page.find("<figure"));
  EXPECT_LT(page.find("between 202 and 228"), page.find("<table"));
}

TEST(HtmlPage, OfARunHasNoSearch) {
  const std::string page = Page(SampleRun());
  EXPECT_THAT(page, Not(HasSubstr("id=\"search\"")));
  EXPECT_THAT(page, HasSubstr("status 503"));
  EXPECT_THAT(page, HasSubstr("BROKEN</span>"));
}

/// 4 users clean, 8 not, 4 again; then 8 broken and 4 clean once more.
RunReport SampleStaircase() {
  RunReport report = SampleRun();
  report.command = "find";
  report.objectives.clear();
  report.steps.clear();
  int number = 0;
  for (const int users : {4, 8, 4, 8, 4}) {
    ++number;
    const bool broken = users == 8;
    // Rates of 41, 43 and 45/s where it was clean.
    StepReport step = Step("stair", number, 40.0 + number, 100, 10ms, 20ms, broken ? 30 : 0);
    step.measurement.load.shape = measure::ClosedLoad{.users = users, .spawn = {}, .think = {}};
    step.verdict.level = users;
    step.verdict.result = broken ? measure::StepResult::kBroken : measure::StepResult::kClear;
    step.verdict.reason = broken ? "503s" : "clean, down, 43/s";
    report.steps.push_back(std::move(step));
  }
  report.staircase = measure::Staircase{
      .step = 4, .repeat = 2, .end = measure::StaircaseEnd::kAgreed, .rounds = {{8, 4}, {8, 4}}};
  return report;
}

TEST(HtmlPage, OfAStaircaseTellsItsRoundsAndTheirSpread) {
  const std::string page = Page(SampleStaircase());
  EXPECT_EQ(Count(page, "<section id=\"staircase\""), 1u);
  EXPECT_EQ(Count(page, "<figure id=\"stairs\""), 1u);
  EXPECT_THAT(page, HasSubstr("5 steps in 2 rounds, up to 8 users."));
  EXPECT_THAT(page, HasSubstr("4 users without errors"));
  // Round 1: 4, 8, 4 users; round 2: 8, 4.
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\" class=\"left\">1</th><td class=\"right\">3</td>"
                              "<td class=\"right\">8</td><td class=\"right\">4</td>"
                              "<td class=\"right\">43/s</td>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\" class=\"left\">2</th><td class=\"right\">2</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"right\">43/s to 45/s</td>"));
  // Its loads are users, and its marks claim no proof.
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\" class=\"right\">users</th>"));
  EXPECT_THAT(page, Not(HasSubstr("proved")));
}

TEST(HtmlPage, OfAnInterruptedStaircaseShowsTheStepsThereWere) {
  RunReport report = SampleStaircase();
  report.state = "interrupted";
  report.staircase->end = measure::StaircaseEnd::kInterrupted;
  report.staircase->rounds.clear();
  report.steps.resize(2);
  const std::string page = Page(report);
  EXPECT_THAT(page, HasSubstr("2 steps in 1 rounds"));
  EXPECT_THAT(page, Not(HasSubstr("The rounds; errors")));
  report.steps.clear();
  EXPECT_THAT(Page(report), Not(HasSubstr("id=\"staircase\"")));
}

TEST(HtmlPage, OfASearchAmongSeveralShowsTheLatencyTable) {
  RunReport report = SampleSearch();
  EXPECT_THAT(Page(report), Not(HasSubstr("id=\"vary\"")));
  VaryReport vary;
  vary.field = "milli<b>";
  vary.pods = 12;
  // 12 pods: 600/s at 20 ms and 120/s at 100 ms; 10 ms of overhead leave 400/s and 109/s of them.
  vary.rows = {{"20", 20ms, Rate{600}, Rate{400}, 0.0, "1a2b3c4d"},
               {"100", 100ms, Rate{120}, Rate{108}, -0.01, "2b3c4d5e"},
               {"300", 300ms, Rate{40}, std::nullopt, std::nullopt, "3c4d5e6f"}};
  vary.overhead = 10ms;
  vary.overhead_low = 8ms;
  vary.overhead_high = 12ms;
  report.vary = vary;
  const std::string page = Page(report);
  EXPECT_EQ(Count(page, "<section id=\"vary\""), 1u);
  EXPECT_EQ(Count(page, "<figure id=\"vary-chart\""), 1u);
  EXPECT_THAT(page, HasSubstr("<td class=\"right\">66.7 %</td><td class=\"right\">+0.0 %</td>"
                              "<td class=\"left\">1a2b3c4d (this one)</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"right\">90.0 %</td><td class=\"right\">-1.0 %</td>"));
  EXPECT_THAT(page, HasSubstr("about 10 ms beside each request&#39;s own time (8 ms to 12 ms)"));
  EXPECT_THAT(page, HasSubstr("12 pods · 1 at a time / latency"));
  EXPECT_THAT(page, Not(HasSubstr("milli<b>")));
  // One value alone is no curve, and no rate no share.
  report.vary->rows.resize(1);
  report.vary->rows[0].achieved.reset();
  report.vary->overhead.reset();
  EXPECT_THAT(Page(report), Not(HasSubstr("vary-chart\"")));
}

TEST(HtmlPage, ShowsTheRequestOfAFailureAsText) {
  RunReport report = SampleRun();
  report.steps[0].measurement.errors[0].curl = "curl 'http://h/' -H \"K: $KEY\" -d '<script>'\n";
  const std::string page = Page(report);
  EXPECT_THAT(page, HasSubstr("its request, for a terminal"));
  EXPECT_THAT(page, HasSubstr("-d &#39;&lt;script&gt;&#39;"));
}

TEST(HtmlPage, KeepsMarkupOfATargetOutOfTheMarkup) {
  const std::string evil = "</script><script>alert(1)</script><img onerror='x' src=\"y\">";
  RunReport report = SampleRun();
  report.label = evil;
  report.target.url = "http://h/" + evil;
  report.target.addresses = {evil};
  report.steps[0].measurement.errors[0].sample = evil;
  report.steps[0].measurement.errors[0].name = evil;
  report.steps[0].measurement.tasks.push_back(report.steps[0].measurement.tasks[0]);
  report.steps[0].measurement.tasks[0].name = evil;
  PageFacts facts = FactsOf(report);
  facts.invocation = facts.scenario = facts.note = facts.client = evil;
  facts.machine_cpu = facts.machine_kernel = evil;
  const std::string page = HtmlPage(facts, FilledTimeline(report));
  const std::string tame = Page(SampleRun());
  EXPECT_EQ(Count(page, "<script"), Count(tame, "<script"));
  EXPECT_EQ(Count(page, "</script"), Count(tame, "</script"));
  EXPECT_EQ(Count(page, "<img"), 0u);
  EXPECT_GE(Count(page, "&lt;script&gt;alert(1)"), 8u);
}

TEST(HtmlPage, NeedsNothingFromAnywhere) {
  const std::string page = Page(SampleSearch());
  // The only address is that of the target, as text; SVG's namespace stands in the script.
  EXPECT_EQ(Count(page, " src="), 0u);
  EXPECT_EQ(Count(page, "@import"), 0u);
  EXPECT_EQ(Count(page, "url("), 0u);
  EXPECT_EQ(Count(page, "<link"), 0u);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr(std::string(ScriptHash())));
  // A policy that allows no inline styles would drop style attributes silently.
  EXPECT_EQ(Count(page, " style=\""), 0u);
}

TEST(HtmlPage, SaysAtTheTopThatARunIsNotWhole) {
  RunReport report = SampleRun();
  report.state = "interrupted";
  EXPECT_THAT(Page(report), HasSubstr("<strong>INTERRUPTED</strong>"));
  report.state = "running";
  EXPECT_THAT(Page(report), HasSubstr("<strong>STILL RUNNING</strong>"));
  report.state = "refused";
  report.steps[0].measurement.refusals = {{"lateness p99 was 12 ms", "use --threads 2"}};
  const std::string page = Page(report);
  EXPECT_THAT(page, HasSubstr("<strong>REFUSED</strong>"));
  EXPECT_LT(page.find("class=\"banner\""), page.find("id=\"verdict\""));
  EXPECT_THAT(page, HasSubstr("lateness p99 was 12 ms; use --threads 2"));
  // Figures of a refused run are not offered as the run's own.
  EXPECT_THAT(page, Not(HasSubstr("class=\"tiles\"")));
}

TEST(HtmlPage, NamesTheStepInWhichTheProcessDied) {
  RunReport report = SampleRun();
  report.state = "interrupted";
  PageFacts facts = FactsOf(report);
  facts.unfinished = {1};
  EXPECT_THAT(HtmlPage(facts, FilledTimeline(report)),
              HasSubstr("died in the middle of a step at 200/s, Poisson"));
}

TEST(HtmlPage, OfNothingIsStillAPage) {
  RunReport empty;
  empty.command = "run";
  empty.state = "failed";
  const std::string page = HtmlPage(FactsOf(empty), Timeline({}));
  EXPECT_THAT(page, HasSubstr("<strong>FAILED</strong>"));
  EXPECT_THAT(page, Not(HasSubstr("<figure")));
  EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST(HtmlPage, OfOneRequestDrawsNoCurve) {
  RunReport report = SampleRun();
  report.steps = {Step("probe", 1, 200, 1, 10ms, 10ms)};
  const std::string page = HtmlPage(FactsOf(report), Timeline(report.steps));
  EXPECT_THAT(page, Not(HasSubstr("percentiles-chart\"")));
  EXPECT_THAT(page, HasSubstr("Percentiles at"));
}

TEST(HtmlPage, TellsOnlyTheBeginningOfAHugeScenario) {
  PageFacts facts = FactsOf(SampleRun());
  facts.scenario = "loadline: 1\n" + std::string(3'000'000, 'x');
  const std::string page = HtmlPage(facts, FilledTimeline(facts.report));
  EXPECT_LT(page.size(), 1'000'000u);
  EXPECT_THAT(page, HasSubstr("loadline: 1\n… and 2.86 MiB more"));
}

TEST(HtmlPage, EndsTheCurveWhereRequestsFailed) {
  // 1 % of SampleRun() failed: there the response is infinite.
  EXPECT_THAT(Page(SampleRun()), HasSubstr(">1 % failed</text>"));
  EXPECT_THAT(Page(SampleSearch()), Not(HasSubstr("% failed</text>")));
}

TEST(HtmlAssets, AreKnownByTheirHash) {
  // 32 bytes are 43 digits of base64 and one of padding.
  for (const std::string_view hash : {StyleSheetHash(), ScriptHash()}) {
    EXPECT_THAT(hash, StartsWith("sha256-"));
    EXPECT_EQ(hash.size(), 7u + 44u);
    EXPECT_EQ(hash.back(), '=');
  }
  EXPECT_NE(StyleSheetHash(), ScriptHash());
  EXPECT_THAT(std::string(Script()), Not(HasSubstr("</")));
}

}  // namespace
}  // namespace loadline::report
