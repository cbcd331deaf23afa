#include "report/github.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/test_support.h"

namespace loadline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(WorkflowCommand, EscapesWhatWouldEndIt) {
  // In a property also colon and comma, in the message only the rest.
  EXPECT_EQ(WorkflowCommand({AnnotationLevel::kError, "p95: a, b 5%", "one: 100 %\ntwo\r\n::set"}),
            "::error title=p95%3A a%2C b 5%25::one: 100 %25%0Atwo%0D%0A::set\n");
  EXPECT_EQ(WorkflowCommand({AnnotationLevel::kNotice, "t", "m"}), "::notice title=t::m\n");
  EXPECT_EQ(WorkflowCommand({AnnotationLevel::kWarning, "t", ""}), "::warning title=t::\n");
}

TEST(MarkdownText, IsShownAsItIs) {
  EXPECT_EQ(MarkdownText("p95 < 200ms"), "p95 &lt; 200ms");
  EXPECT_EQ(MarkdownText("a|b\nc"), "a&#124;b c");
  EXPECT_EQ(MarkdownText("<script>&*x*[l](u)`"),
            "&lt;script&gt;&amp;&#42;x&#42;&#91;l&#93;(u)&#96;");
}

TEST(MarkdownTable, AlignsNumbersToTheRight) {
  EXPECT_EQ(MarkdownTable({"name", "n"}, {{"a", "1"}, {"b", "20"}}),
            "| name | n |\n| :--- | ---: |\n| a | 1 |\n| b | 20 |\n");
}

TEST(AnnotationsOf, AreErrorsForWhatBrokeAndWarningsForWhatIsOpen) {
  const std::vector<Annotation> list = AnnotationsOf(SampleRun());
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_EQ(list[0].level, AnnotationLevel::kError);
  EXPECT_EQ(list[0].title, "loadline: errors < 0.1% broken");
  EXPECT_EQ(list[0].message, "errors < 0.1%: 1 % (0.75 % to 1.3 %) on 13,332 requests");
  EXPECT_EQ(list[1].level, AnnotationLevel::kWarning);
  EXPECT_EQ(list[1].title, "loadline: p99.9 < 1s not decided");
}

TEST(AnnotationsOf, ARefusalIsTheOnlyThingToSay) {
  RunReport report = SampleRun();
  report.exit_code = 3;
  report.steps.back().measurement.refusals = {{"too late", "use --threads 2"}};
  const std::vector<Annotation> list = AnnotationsOf(report);
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].title, "loadline: refused");
  EXPECT_THAT(list[0].message, HasSubstr("too late\nuse --threads 2"));
}

TEST(AnnotationsOf, SayWhatASearchFound) {
  const std::vector<Annotation> list = AnnotationsOf(SampleSearch());
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].level, AnnotationLevel::kNotice);
  EXPECT_EQ(list[0].message, "load line between 202 and 228 req/s");
}

TEST(AnnotationsOf, NoticeWhatHeld) {
  RunReport report = SampleRun();
  report.exit_code = 0;
  report.objectives.resize(1);
  const std::vector<Annotation> list = AnnotationsOf(report);
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].level, AnnotationLevel::kNotice);
  EXPECT_EQ(list[0].title, "loadline: held");
  EXPECT_EQ(list[0].message, "p95 < 200ms: 171 ms (168 ms to 174 ms) on 13,332 requests");
}

TEST(AnnotationsOf, NeverLeaveABadExitCodeUnsaid) {
  for (int code = 1; code <= 6; ++code) {
    RunReport report;
    report.command = "run";
    report.exit_code = code;
    EXPECT_THAT(AnnotationsOf(report), Not(IsEmpty())) << code;
    EXPECT_NE(AnnotationsOf(report).front().level, AnnotationLevel::kNotice) << code;
  }
  RunReport many = SampleRun();
  many.objectives.resize(40, many.objectives.back());
  EXPECT_THAT(AnnotationsOf(many), SizeIs(10));
}

TEST(SummaryMarkdown, HasVerdictPercentilesErrorsAndGenerator) {
  const std::string text = SummaryMarkdown(SampleRun());
  EXPECT_THAT(text, StartsWith("### loadline run: ❌ broken\n"));
  EXPECT_THAT(text, HasSubstr("| p95 &lt; 200ms | ✅ held | 171 ms | 168 ms to 174 ms | 13,332 |"));
  EXPECT_THAT(text, HasSubstr("| response | 48 ms | 171 ms | 171 ms |"));
  EXPECT_THAT(text, HasSubstr("| status 503 | 56 | 3 s | 20 s |"));
  EXPECT_THAT(text, HasSubstr("Generator ok: lateness p99 12 µs"));
  EXPECT_THAT(text, HasSubstr("```text\n"));
}

TEST(SummaryMarkdown, ShowsTheStepsOfASearch) {
  const std::string text = SummaryMarkdown(SampleSearch());
  EXPECT_THAT(text, StartsWith("### loadline find: ✅ found\n"));
  EXPECT_THAT(text, HasSubstr("| 202/s, Poisson arrivals | proof | held | 202/s | 171 ms | 0 % |"));
  EXPECT_THAT(text, HasSubstr("| broken: 503s, backlog grows |"));
}

TEST(SummaryMarkdown, WithholdsTheFiguresOfARefusedRun) {
  RunReport report = SampleRun();
  report.exit_code = 3;
  report.steps.back().measurement.refusals = {{"too late", ""}};
  const std::string text = SummaryMarkdown(report);
  EXPECT_THAT(text, HasSubstr("⚠️ refused"));
  EXPECT_THAT(text, Not(HasSubstr("| response |")));
  EXPECT_THAT(text, HasSubstr("REFUSED"));
}

TEST(SummaryMarkdown, ATargetCannotBreakOutOfTheFence) {
  RunReport report = SampleRun();
  report.steps.back().measurement.errors.front().sample = "````\n</details><h1>";
  const std::string text = SummaryMarkdown(report);
  EXPECT_THAT(text, HasSubstr("\n`````text\n"));
  EXPECT_THAT(text, Not(HasSubstr("| </details>")));
}

}  // namespace
}  // namespace loadline::report
