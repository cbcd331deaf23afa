#include "report/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "report/compare_report.h"
#include "report/test_support.h"

namespace loadline::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

/// Name → state of a suite's cases.
std::map<std::string, CaseState> States(const JunitSuite& suite) {
  std::map<std::string, CaseState> states;
  for (const JunitCase& one : suite.cases) {
    states[one.name] = one.state;
  }
  return states;
}

const JunitCase& CaseOf(const JunitSuite& suite, const std::string& name) {
  for (const JunitCase& one : suite.cases) {
    if (one.name == name) {
      return one;
    }
  }
  ADD_FAILURE() << "no case " << name;
  return suite.cases.front();
}

TEST(JunitDocument, CountsCasesByState) {
  JunitSuite suite;
  suite.name = "loadline run";
  suite.started = UtcTime(Duration(1'767'323'045'000'000'000));  // 2026-01-02, 03:04:05 UTC.
  suite.time = 1500ms;
  suite.cases = {{"a", "g", 1s, CaseState::kPassed, "", "", ""},
                 {"b", "g", 250ms, CaseState::kFailed, "broken", "too slow", "more"},
                 {"c", "g", 0s, CaseState::kError, "refused", "late", ""},
                 {"d", "g", 0s, CaseState::kSkipped, "", "not decided", ""}};
  const std::string text = JunitDocument({suite});
  EXPECT_THAT(text, StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
  EXPECT_THAT(text, HasSubstr("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" "
                              "time=\"1.500\" timestamp=\"2026-01-02T03:04:05\""));
  EXPECT_THAT(text, HasSubstr("<testcase name=\"a\" classname=\"g\" time=\"1.000\"/>"));
  EXPECT_THAT(text, HasSubstr("<failure type=\"broken\" message=\"too slow\">more</failure>"));
  EXPECT_THAT(text, HasSubstr("<error type=\"refused\" message=\"late\"></error>"));
  EXPECT_THAT(text, HasSubstr("<skipped message=\"not decided\"></skipped>"));
}

TEST(JunitDocument, HoldsWhateverATargetSent) {
  JunitSuite suite;
  suite.name = "s";
  suite.output = "a ]]> <b> & \x1b[31m \xff \xf0\x9f\x98\x80 \xef\xbf\xbf";
  suite.properties = {{"p", "say \"no\"\n<tag>\t"}};
  const std::string text = JunitDocument({suite});
  // ESC, a byte that is no UTF-8, and U+FFFF may not stand in XML; an emoji may.
  EXPECT_THAT(text, HasSubstr("<system-out>a ]]&gt; &lt;b&gt; &amp; \xEF\xBF\xBD[31m \xEF\xBF\xBD "
                              "\xf0\x9f\x98\x80 \xEF\xBF\xBD</system-out>"));
  EXPECT_THAT(text, HasSubstr("value=\"say &quot;no&quot;&#10;&lt;tag&gt;&#9;\""));
}

TEST(JunitDocument, NamesAreTokensOfOneLine) {
  JunitSuite suite;
  suite.name = "  two\n words ";
  suite.cases = {{"", "a  b", -1s, CaseState::kPassed, "", "", ""}};
  const std::string text = JunitDocument({suite});
  EXPECT_THAT(text, HasSubstr("<testsuite name=\"two words\""));
  EXPECT_THAT(text, HasSubstr("<testcase name=\"-\" classname=\"a b\" time=\"0.000\"/>"));
}

TEST(JunitSuiteOf, GivesEveryObjectiveItsVerdict) {
  const JunitSuite suite = JunitSuiteOf(SampleRun(), Undecided::kSkipped);
  EXPECT_THAT(
      States(suite),
      ElementsAre(Pair("errors < 0.1%", CaseState::kFailed),
                  Pair("generator ok", CaseState::kPassed), Pair("p95 < 200ms", CaseState::kPassed),
                  Pair("p99.9 < 1s", CaseState::kSkipped), Pair("run", CaseState::kPassed)));
  const JunitCase& broken = CaseOf(suite, "errors < 0.1%");
  EXPECT_EQ(broken.message, "broken: errors < 0.1%: 1 % (0.75 % to 1.3 %) on 13,332 requests");
  EXPECT_THAT(broken.details, HasSubstr("BROKEN"));
  EXPECT_THAT(CaseOf(suite, "p99.9 < 1s").message, HasSubstr("needs about 30,000 requests more"));
}

TEST(JunitSuiteOf, CallsUndecidedAFailureOnDemand) {
  const JunitSuite suite = JunitSuiteOf(SampleRun(), Undecided::kFailure);
  EXPECT_EQ(CaseOf(suite, "p99.9 < 1s").state, CaseState::kFailed);
}

TEST(JunitSuiteOf, ARefusedRunSaysNothingOfTheTarget) {
  RunReport report = SampleRun();
  report.exit_code = 3;
  report.state = "refused";
  report.steps.back().measurement.refusals = {{"lateness p99 was 12 ms", "use --threads 2"}};
  const JunitSuite suite = JunitSuiteOf(report, Undecided::kFailure);
  EXPECT_EQ(CaseOf(suite, "p95 < 200ms").state, CaseState::kSkipped);
  EXPECT_EQ(CaseOf(suite, "errors < 0.1%").state, CaseState::kSkipped);
  EXPECT_EQ(CaseOf(suite, "generator ok").state, CaseState::kError);
  EXPECT_THAT(CaseOf(suite, "generator ok").message,
              HasSubstr("lateness p99 was 12 ms (use --threads 2)"));
}

TEST(JunitSuiteOf, ASearchIsOneCaseBesideGeneratorAndRun) {
  const JunitSuite suite = JunitSuiteOf(SampleSearch(), Undecided::kSkipped);
  EXPECT_THAT(States(suite), ElementsAre(Pair("generator ok", CaseState::kPassed),
                                         Pair("load line found", CaseState::kPassed),
                                         Pair("run", CaseState::kPassed)));
  RunReport half = SampleSearch();
  half.exit_code = 6;
  EXPECT_EQ(CaseOf(JunitSuiteOf(half, Undecided::kSkipped), "load line found").state,
            CaseState::kSkipped);
  EXPECT_EQ(CaseOf(JunitSuiteOf(half, Undecided::kFailure), "load line found").state,
            CaseState::kFailed);
}

TEST(JunitSuiteOf, VerifyAlsoAsksForABacklogThatDoesNotGrow) {
  RunReport report = SampleRun();
  report.command = "verify";
  report.label = "v1.2";
  report.objectives.erase(report.objectives.begin() + 1, report.objectives.end());
  report.verify = VerifyVerdict{};
  report.verify->state = measure::ObjectiveState::kBroken;
  report.verify->backlog_grows = true;
  const JunitSuite suite = JunitSuiteOf(report, Undecided::kSkipped);
  EXPECT_EQ(CaseOf(suite, "backlog does not grow").state, CaseState::kFailed);
  EXPECT_EQ(CaseOf(suite, "run").state, CaseState::kPassed);
  // A dot would begin another level of classes.
  EXPECT_EQ(CaseOf(suite, "run").group, "loadline.verify.v1_2");
}

TEST(JunitSuiteOf, AVerifyThatDecidedNothingIsVisible) {
  RunReport report = SampleRun();
  report.command = "verify";
  report.exit_code = 6;
  report.objectives.resize(1);  // Held.
  report.verify = VerifyVerdict{};
  const JunitSuite suite = JunitSuiteOf(report, Undecided::kSkipped);
  EXPECT_EQ(CaseOf(suite, "backlog does not grow").state, CaseState::kSkipped);
}

TEST(JunitSuiteOf, WhatStoppedTheRunIsACaseOfItsOwn) {
  RunReport silent;
  silent.command = "run";
  silent.exit_code = 5;
  silent.failure = "cannot resolve \"x.test\"";
  const JunitSuite nothing = JunitSuiteOf(silent, Undecided::kSkipped);
  EXPECT_THAT(States(nothing), ElementsAre(Pair("generator ok", CaseState::kSkipped),
                                           Pair("run", CaseState::kError)));
  EXPECT_EQ(CaseOf(nothing, "run").message, "the target never answered: cannot resolve \"x.test\"");

  RunReport braked = SampleRun();
  braked.objectives.clear();
  braked.steps.back().measurement.stop = measure::StopReason::kErrors;
  EXPECT_EQ(CaseOf(JunitSuiteOf(braked, Undecided::kSkipped), "run").state, CaseState::kFailed);

  RunReport interrupted = SampleRun();
  interrupted.exit_code = 4;
  EXPECT_EQ(CaseOf(JunitSuiteOf(interrupted, Undecided::kSkipped), "run").state, CaseState::kError);
}

TEST(JunitSuiteOf, NoBrokenRunIsGreenAndNoHeldOneIsRed) {
  // Whatever the reason: exit code 1 means at least one failure.
  RunReport mute = SampleRun();
  mute.objectives.clear();
  EXPECT_EQ(CaseOf(JunitSuiteOf(mute, Undecided::kSkipped), "run").state, CaseState::kFailed);
  RunReport well = SampleRun();
  well.exit_code = 0;
  well.objectives.resize(1);
  for (const JunitCase& one : JunitSuiteOf(well, Undecided::kFailure).cases) {
    EXPECT_EQ(one.state, CaseState::kPassed) << one.name;
  }
}

/// p95 worse, errors no worse, mean not decided.
ComparisonReport SampleComparison() {
  ComparisonReport report;
  report.a.id = "aaaaaaaa";
  report.a.label = "release-7";
  report.b.id = "bbbbbbbb";
  report.b.label = "v8.1";
  report.b.seconds = 30;
  using compare::Proof;
  report.figures = {
      {"p95",
       {0.040, 0.038, 0.042},
       {0.050, 0.048, 0.052},
       {0.25, 0.18, 0.32},
       true,
       Proof::kWorse},
      {"mean", {0.02, 0.01, 0.03}, {0.021, 0.01, 0.03}, {0.05, -0.2, 0.3}, true, Proof::kUndecided},
      {"errors", {0, 0, 0.001}, {0, 0, 0.001}, {0, -0.001, 0.001}, false, Proof::kNoWorse}};
  report.overall = Proof::kWorse;
  return report;
}

TEST(JunitSuiteOf, AComparisonIsACasePerFigure) {
  const JunitSuite suite = JunitSuiteOf(SampleComparison(), Undecided::kSkipped);
  EXPECT_THAT(States(suite),
              ElementsAre(Pair("errors no worse than aaaaaaaa \"release-7\"", CaseState::kPassed),
                          Pair("mean no worse than aaaaaaaa \"release-7\"", CaseState::kSkipped),
                          Pair("p95 no worse than aaaaaaaa \"release-7\"", CaseState::kFailed)));
  EXPECT_EQ(suite.cases.front().message,
            "worse: p95: 40 ms to 50 ms, +25.0 % (+18.0 % to +32.0 %)");
  EXPECT_EQ(suite.cases.front().group, "loadline.compare.v8_1");
  EXPECT_EQ(JunitSuiteOf(SampleComparison(), Undecided::kFailure).cases[1].state,
            CaseState::kFailed);
}

TEST(AnnotationsOf, AComparisonSaysWhatIsWorseAndWhatIsOpen) {
  const std::vector<Annotation> list = AnnotationsOf(SampleComparison());
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].level, AnnotationLevel::kError);
  EXPECT_EQ(list[0].title, "loadline: p95 worse than aaaaaaaa \"release-7\"");
  EXPECT_EQ(list[1].level, AnnotationLevel::kWarning);
  ComparisonReport well = SampleComparison();
  well.figures.erase(well.figures.begin(), well.figures.begin() + 2);
  ASSERT_EQ(AnnotationsOf(well).size(), 1U);
  EXPECT_EQ(AnnotationsOf(well)[0].level, AnnotationLevel::kNotice);
  EXPECT_THAT(SummaryMarkdown(SampleComparison()), HasSubstr("| p95 | ❌ worse | 40 ms to 50 ms, "));
}

TEST(JunitSuiteOf, AStaircaseIsNamedAsOne) {
  RunReport report;
  report.command = "find";
  report.staircase = measure::Staircase{};
  report.exit_code = 6;
  EXPECT_EQ(CaseOf(JunitSuiteOf(report, Undecided::kSkipped), "staircase agrees").state,
            CaseState::kSkipped);
}

}  // namespace
}  // namespace loadline::report
