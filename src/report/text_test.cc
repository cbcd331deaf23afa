#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/test_support.h"

namespace loadline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(TargetText, NamesWhereTheLoadGoes) {
  EXPECT_EQ(TargetText(SampleSearch().target, {}),
            "target   POST https://scoring.example.com/score -> 10.4.7.21, 10.4.7.22 (TLSv1.3, "
            "connect 1.2 ms)\n");
  TargetFacts plain{"GET", "http://127.0.0.1/", {}, {}, "", true};
  EXPECT_EQ(TargetText(plain, {}), "target   GET http://127.0.0.1/ (certificate NOT verified)\n");
}

TEST(ReplyText, ShowsAsMuchOfTheBodyAsFits) {
  ReplyFacts reply;
  reply.status = 200;
  reply.wire = 35ms;
  reply.body_bytes = 187;
  reply.content_type = "application/json";
  reply.body = "{\"score\":0.83,\"label\":\"a very long label that goes on and on\"}";
  Style style;
  style.width = 74;
  EXPECT_EQ(ReplyText({&reply, 1}, style),
            "reply    200 in 35 ms, 187 B application/json: {\"score\":0.83,\"label\":\"a v…\n");
}

TEST(ReplyText, KeepsATargetFromWritingOnTheTerminal) {
  ReplyFacts reply;
  reply.status = 200;
  reply.body =
      "a\x1b[2Jb\r\nc\x07\xc2\x9b"
      "d\xff";
  const std::string text = ReplyText({&reply, 1}, {});
  EXPECT_THAT(text, HasSubstr("a [2Jb  c  d?"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ReplyText, HasALinePerTaskAndSaysWhatIsWrong) {
  const std::vector<ReplyFacts> replies = {
      {"online", true, 200, 5ms, 10, "", "", ""},
      {"batch", true, 500, 5ms, 0, "", "", "status is 500, not 2xx"},
      {"other", false, 0, {}, 0, "", "", "connection refused"}};
  EXPECT_EQ(ReplyText(replies, {}),
            "reply    online: 200 in 5 ms, 10 B\n"
            "         batch: 500 in 5 ms, 0 B\n"
            "         status is 500, not 2xx\n"
            "         other: none\n"
            "         connection refused\n");
}

TEST(PlanText, SaysWhatIsGoingToHappenAndWhatStopsIt) {
  PlanFacts plan;
  plan.max = 2000;
  plan.time = 5min;
  EXPECT_EQ(PlanText(plan, {}),
            "plan     up to 2,000/s for 5 min; stops a probe at >50 % errors for 2 s, or 2 s "
            "without a reply\n");
  plan.expected_width = 0.12;
  plan.precision = 0.05;
  plan.precision_cost = 25min;
  EXPECT_EQ(PlanText(plan, {}),
            "budget   5 min should give a bracket about 12 % wide; 5 % needs about 25 min\n");
  plan.expected_width = 0.04;  // Better than asked: nothing to add.
  EXPECT_EQ(PlanText(plan, {}), "budget   5 min should give a bracket about 4 % wide\n");
  plan.expected_width = 2.5;  // Nobody wants to hear that.
  EXPECT_EQ(PlanText(plan, {}),
            "budget   5 min may be too short for a bracket; 5 % needs about 25 min\n");
}

TEST(PlanText, OfARunNamesItsLoad) {
  PlanFacts plan;
  plan.load = "120 users, think 1 s";
  plan.requests = 1000;
  plan.brake = false;
  EXPECT_EQ(PlanText(plan, {}),
            "plan     120 users, think 1 s for 1,000 requests; no brake: errors stop nothing\n");
}

TEST(ReportText, OfASearchReadsLikeThis) {
  EXPECT_EQ(
      ReportText(SampleSearch(), {}),
      "target   POST https://scoring.example.com/score -> 10.4.7.21, 10.4.7.22 (TLSv1.3, connect "
      "1.2 "
      "ms)\n"
      "\n"
      "    rate       sent       p50       p95   errors  result\n"
      "   160/s        960     37 ms    152 ms        0  clear, going up\n"
      "   320/s      1,280    410 ms    640 ms   15.6 %  BROKEN   503s, backlog grows\n"
      "   202/s     13,332     48 ms    171 ms        0  HELD\n"
      "   228/s     14,136     94 ms    303 ms        0  BROKEN   p95\n"
      "   168/s      6,720     38 ms    153 ms        0  operating load, as predicted\n"
      "\n"
      "LOAD LINE  the highest rate that keeps your objectives: between 202 and 228 req/s\n"
      "           (95 % confidence, no model assumed: of 20 such searches at most about one "
      "misses; "
      "judged\n"
      "           by the level crossing test)\n"
      "best estimate 216 ± 3 (from queue lengths near the line)\n"
      "covers     background activity with periods below 3 s; --covers 60s for more (probes of 20 "
      "min)\n"
      "limited by p95 < 200ms: requests wait in the service; response grows, connect time does "
      "not\n"
      "saturation about 240 req/s (503s beyond it)\n"
      "run it at  168 req/s or less: 70 % of saturation; p95 153 ms measured there. Says nothing "
      "about a\n"
      "           lost pod, growth or another payload\n"
      "generator  ok: 99 % of sends within 20 µs, busiest core 31 %\n"
      "           36,448 scheduled = 36,448 dispatched = 36,448 stored\n"
      "narrower   loadline find --continue 1a2b3c4d --precision 7%     (about 20 min more)\n"
      "again      loadline runs curl 1a2b3c4d     (a failed request for a terminal; --kind, "
      "--task)\n");
}

TEST(ReportText, KnowsOf503sInASearchThatItWentOnFrom) {
  RunReport report = SampleSearch();
  std::erase_if(report.steps, [](const StepReport& step) { return step.measurement.rejected > 0; });
  EXPECT_THAT(ReportText(report, {}), HasSubstr("saturation about 240 req/s\n"));
  measure::SearchStep earlier;
  earlier.level = 320;
  earlier.result = measure::StepResult::kBroken;
  earlier.reason = "503s, backlog grows";
  report.load_line->steps = {earlier};
  EXPECT_THAT(ReportText(report, {}), HasSubstr("saturation about 240 req/s (503s beyond it)\n"));
  report.load_line->steps[0].level = 200;  // Below it: that is something else.
  EXPECT_THAT(ReportText(report, {}), HasSubstr("saturation about 240 req/s\n"));
}

TEST(ReportText, InAsciiHasNothingElse) {
  Style style;
  style.unicode = false;
  const std::string text = ReportText(SampleSearch(), style);
  EXPECT_THAT(text, HasSubstr("216 +- 3"));
  EXPECT_THAT(text, HasSubstr("within 20 us"));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c > 0; }));
}

TEST(ReportText, IsColouredOnlyWhenAsked) {
  EXPECT_THAT(ReportText(SampleSearch(), {}), Not(HasSubstr("\x1b")));
  Style style;
  style.color = true;
  EXPECT_THAT(ReportText(SampleSearch(), style), HasSubstr("\x1b[31mBROKEN\x1b[0m   p95"));
}

std::string Verdict(const RunReport& report) {
  Style wide;
  wide.width = 1000;
  return FindVerdictText(report, wide);
}

TEST(FindVerdict, WithOneEndOnlySaysWhy) {
  RunReport report = SampleSearch();
  measure::LoadLine& line = *report.load_line;
  line.broken.reset();
  line.next_precision_cost.reset();
  line.end = measure::SearchEnd::kCeiling;
  EXPECT_THAT(Verdict(report),
              HasSubstr("keeps your objectives: at least 202 req/s (the ceiling of "
                        "this search: --max-rate raises it)\n"));
  line.end = measure::SearchEnd::kGeneratorLimited;
  EXPECT_THAT(Verdict(report), HasSubstr("at least 202 req/s (this machine could send no more)\n"));
  line.end = measure::SearchEnd::kBudget;
  EXPECT_THAT(Verdict(report), HasSubstr("at least 202 req/s (the budget ended)\n"));
  line.held.reset();
  line.broken = 1.5;
  line.end = measure::SearchEnd::kFloor;
  EXPECT_THAT(Verdict(report),
              HasSubstr("below 1.5 req/s (broken even at the lowest load that makes sense)\n"));
  EXPECT_THAT(Verdict(report), Not(HasSubstr("narrower")));
}

TEST(FindVerdict, WithoutAnAnswerPretendsNone) {
  RunReport report = SampleSearch();
  report.load_line = measure::LoadLine();
  report.load_line->end = measure::SearchEnd::kInterrupted;
  EXPECT_THAT(Verdict(report), HasSubstr("keeps your objectives: not decided (interrupted)\n"));
  EXPECT_THAT(Verdict(report), Not(HasSubstr("confidence")));
  EXPECT_THAT(Verdict(report), Not(HasSubstr("best estimate")));
  report.load_line->end = measure::SearchEnd::kNeverAnswered;
  EXPECT_THAT(Verdict(report), HasSubstr("none: the target never answered\n"));
  report.load_line->held = 228;
  report.load_line->broken = 202;
  report.load_line->end = measure::SearchEnd::kNotMonotone;
  EXPECT_THAT(Verdict(report), HasSubstr("no answer, a load held above one that broke"));
  EXPECT_THAT(Verdict(report), Not(HasSubstr("between 2")));
  report.load_line.reset();
  EXPECT_THAT(Verdict(report), HasSubstr("none was found\n"));
  report.steps = {Step("preflight", 0, 1, 1, 2ms, 3ms, 1)};
  EXPECT_THAT(Verdict(report), HasSubstr("none was found: the first request failed: status 503\n"));
}

TEST(FindVerdict, WithoutObjectivesIsNeverCalledALoadLine) {
  RunReport report = SampleSearch();
  report.load_line->has_objectives = false;
  EXPECT_THAT(Verdict(report), StartsWith("SATURATION the highest rate with which the target keeps "
                                          "up: between 202 and 228 req/s\n"));
  EXPECT_THAT(Verdict(report), Not(HasSubstr("LOAD LINE")));
  report.load_line->binding = "saturation";
  EXPECT_THAT(Verdict(report), HasSubstr("\nbecause    requests wait in the service;"));
}

TEST(FindVerdict, OfUsersSaysWhatRequestRateTheyMade) {
  RunReport report = SampleSearch();
  report.load_line->axis = measure::SearchAxis::kUsers;
  EXPECT_THAT(Verdict(report), HasSubstr("the highest number of users that keeps your objectives: "
                                         "between 202 and 228 users\n"));
  EXPECT_THAT(Verdict(report), HasSubstr("p95 153 ms measured there, 168/s."));
}

TEST(FindVerdict, ShowsAnUnevenIntervalAsWhatItIs) {
  RunReport report = SampleSearch();
  report.load_line->estimate_high = 230;
  EXPECT_THAT(Verdict(report), HasSubstr("best estimate 216 (213 to 230) (from queue lengths"));
}

TEST(FindVerdict, BeginsWithTheRefusalWhereTheGeneratorEndedTheSearch) {
  RunReport report = SampleSearch();
  report.steps[3].measurement.refusals.push_back({"our CPU was at 97 %", "use --threads 2"});
  report.steps[3].verdict.result = measure::StepResult::kRefused;
  report.load_line->end = measure::SearchEnd::kGeneratorLimited;
  EXPECT_THAT(Verdict(report), StartsWith("REFUSED: this measured the generator, not the target "
                                          "(our CPU was at 97 %; use --threads 2)\nLOAD LINE"));
  EXPECT_THAT(Verdict(report), HasSubstr("generator  NOT ok"));
}

TEST(FindVerdict, OutlivesARefusedProbeThatItDidNotUse) {
  RunReport report = SampleSearch();
  report.steps[3].measurement.refusals.push_back({"our CPU was at 97 %", "use --threads 2"});
  report.steps[3].measurement.generator.cpu_busiest = 0.97;
  report.steps[3].verdict.result = measure::StepResult::kRefused;
  EXPECT_THAT(Verdict(report), StartsWith("LOAD LINE"));
  EXPECT_THAT(Verdict(report), HasSubstr("generator  ok: 99 % of sends within 20 µs, busiest core "
                                         "31 %; 1 probe was refused and not used\n"));
  // All are in the books.
  EXPECT_THAT(Verdict(report), HasSubstr("36,448 scheduled"));
  report.steps.back().measurement.refusals.push_back({"throttled", ""});
  EXPECT_THAT(Verdict(report), HasSubstr("2 probes were refused"));
  EXPECT_THAT(Verdict(report), HasSubstr("what was measured there was refused. Says nothing"));
}

TEST(RunVerdict, ReadsLikeThis) {
  EXPECT_EQ(RunVerdictText(SampleRun(), {}),
            "HELD         p95 < 200ms: 171 ms (168 ms to 174 ms) on 13,332 requests\n"
            "BROKEN       errors < 0.1%: 1 % (0.75 % to 1.3 %) on 13,332 requests\n"
            "NOT DECIDED  p99.9 < 1s: ∞ on 13,332 requests; needs about 30,000 requests more\n"
            "\n"
            "load       200/s, Poisson arrivals for 28 s after 2 s of warm-up\n"
            "           offered 200/s, achieved 200/s, goodput 198/s\n"
            "           5,600 requests, 56 failed (1 %)\n"
            "\n"
            "                            p50     p90     p95     p99   p99.9    mean     max\n"
            "response (from due time)  48 ms  171 ms  171 ms  171 ms  171 ms  109 ms  171 ms\n"
            "wire (from send)          47 ms  170 ms  170 ms  170 ms  170 ms  108 ms  170 ms\n"
            "(of the requests that succeeded)\n"
            "\n"
            "errors  kind        first  last  sample\n"
            "    56  status 503    3 s  20 s  HTTP/1.1 503 Service Unavailable\n"
            "again      loadline runs curl 1a2b3c4d     (a failed request for a terminal; --kind, "
            "--task)\n"
            "\n"
            "generator  ok: 99 % of sends within 20 µs, busiest core 31 %\n"
            "           5,600 scheduled = 5,600 dispatched = 5,600 stored\n");
}

TEST(RunVerdict, ShowsTheTargetsWordsOnAFailure) {
  RunReport report = SampleRun();
  std::string& sample = report.steps.back().measurement.errors[0].sample;
  sample = "HTTP/1.1 400 Bad Request\ndate: today\n\n{\"error\":\"age is FP64\"}";
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("20 s  {\"error\":\"age is FP64\"}\n"));
  sample = "HTTP/1.1 400 Bad Request\n\n";
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("20 s  HTTP/1.1 400 Bad Request"));
}

TEST(RunVerdict, OfARefusedRunJudgesNothing) {
  RunReport report = SampleRun();
  report.steps.back().measurement.refusals = {
      {"lateness p99 was 12 ms, allowed 4 ms", "use --threads 2, or a lower --rate"},
      {"the cgroup was throttled for 1.2 s", ""}};
  const std::string text = RunVerdictText(report, {});
  EXPECT_THAT(
      text, StartsWith("REFUSED: this measured the generator, not the target (lateness p99 was 12 "
                       "ms, allowed 4 ms; use\n"
                       "         --threads 2, or a lower --rate)\n"
                       "REFUSED: this measured the generator, not the target (the cgroup was "
                       "throttled for 1.2 s)\n"));
  EXPECT_THAT(text, Not(HasSubstr("HELD")));
  EXPECT_THAT(text, Not(HasSubstr("BROKEN")));
}

TEST(RunVerdict, TellsWhatStoppedARun) {
  RunReport report = SampleRun();
  measure::Measurement& m = report.steps.back().measurement;
  m.stop = measure::StopReason::kErrors;
  EXPECT_THAT(RunVerdictText(report, {}),
              HasSubstr("stopped    the brake ended it after 30 s: more than half"));
  m.stop = measure::StopReason::kNoReply;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("no reply at all for 2 s"));
  m.stop = measure::StopReason::kInterrupted;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("interrupted after 30 s"));
  m.stop = measure::StopReason::kDataEnded;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("`once` was used up"));
  m.generator_limited = true;
  EXPECT_THAT(RunVerdictText(report, {}),
              HasSubstr("generator-limited: the target can do at least 200/s"));
  report.target.insecure = true;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("insecure   the target's certificate"));
}

TEST(RunVerdict, OpensTheBooks) {
  RunReport report = SampleRun();
  measure::Accounts& a = report.steps.back().measurement.accounts;
  a = {5'610, 5'600, 10, 5'650, 5'600, 40, 10, 3};
  EXPECT_THAT(
      RunVerdictText(report, {}),
      HasSubstr("5,610 scheduled = 5,600 dispatched + 10 never dispatched; 5,650 attempts = "
                "5,600 stored +\n           40 left out by choice + 10 LOST; 3 cut at the "
                "end\n"));
  EXPECT_THAT(RunVerdictText(report, {}), Not(HasSubstr("BALANCE")));
  a.dropped = 9;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("THE BOOKS DO NOT BALANCE"));
}

TEST(RunVerdict, CountsRequestsThatWaitedForAConnection) {
  RunReport report = SampleRun();
  report.steps.back().measurement.generator.starved = 1;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("; 1 request waited for a connection\n"));
  report.steps.back().measurement.generator.starved = 1200;
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("; 1,200 requests waited for a"));
}

TEST(RunVerdict, SaysWhereRecordsWaitThatCouldNotBeStored) {
  RunReport report = SampleRun();
  report.spool_note = "/data/loadline.db-spool/1a2b3c4d";
  EXPECT_THAT(RunVerdictText(report, {}),
              HasSubstr("they lie in /data/loadline.db-spool/1a2b3c4d"));
}

TEST(RunVerdict, WithoutAProbeMeasuredNothing) {
  RunReport report = SampleRun();
  report.steps.clear();
  EXPECT_EQ(RunVerdictText(report, {}), "NOTHING    was measured\n");
  report.state = "interrupted";
  EXPECT_EQ(RunVerdictText(report, {}),
            "NOTHING    was measured: interrupted before the first probe\n");
  report.state = "failed";
  report.steps = {Step("preflight", 0, 1, 1, 2ms, 3ms, 1)};
  EXPECT_THAT(RunVerdictText(report, {}),
              StartsWith("NOTHING    was measured: the first request failed: status 503\n"));
}

TEST(RunVerdict, HasPercentilesOfEachTask) {
  RunReport report = SampleRun();
  auto& tasks = report.steps.back().measurement.tasks;
  tasks.push_back(tasks.front());
  tasks.back().name = "batch";
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("\n  batch, response         48 ms"));
  tasks.clear();
  EXPECT_THAT(RunVerdictText(report, {}), HasSubstr("no request succeeded"));
}

TEST(VerifyVerdict, IsOneSentenceFirst) {
  RunReport report = SampleRun();
  report.command = "verify";
  report.verify = VerifyVerdict{measure::ObjectiveState::kHeld,
                                measure::TestKind::kLevelCrossing,
                                false,
                                3s,
                                "p95 < 200ms",
                                ""};
  report.objectives.resize(1);
  EXPECT_THAT(VerdictText(report, {}),
              StartsWith("HELD       at 200/s, Poisson arrivals it keeps p95 < 200ms\n"
                         "           (95 % confidence, level crossing test)\n"
                         "covers     background activity with periods below 3 s; --covers 60s for "
                         "more (probes of 20 min)\n"
                         "\n"
                         "HELD       p95 < 200ms: 171 ms (168 ms to 174 ms) on 13,332 requests\n"
                         "\n"
                         "load       200/s"));
  report.verify->state = measure::ObjectiveState::kBroken;
  report.verify->backlog_grows = true;
  report.verify->cause = "requests wait in the service";
  EXPECT_THAT(
      VerdictText(report, {}),
      StartsWith("BROKEN     at 200/s, Poisson arrivals: p95 < 200ms, and the backlog grows: "
                 "requests wait in the\n           service\n"));
  report.verify->state = measure::ObjectiveState::kUndecided;
  EXPECT_THAT(VerdictText(report, {}),
              StartsWith("NOT DECIDED  at 200/s, Poisson arrivals: the budget ended first\n"));
}

TEST(VerifyVerdict, OfARefusedProbeIsTheRefusal) {
  RunReport report = SampleRun();
  report.command = "verify";
  report.verify = VerifyVerdict{measure::ObjectiveState::kHeld, {}, false, {}, "", ""};
  report.steps.back().measurement.refusals = {{"too late", "wait"}};
  EXPECT_THAT(VerdictText(report, {}), StartsWith("REFUSED:"));
  EXPECT_THAT(VerdictText(report, {}), Not(HasSubstr("HELD")));
}

TEST(StepTable, OfUsersCountsUsers) {
  StepReport step = Step("proof", 1, 120, 500, 10ms, 20ms);
  step.verdict.level = 1200;
  step.verdict.result = measure::StepResult::kUndecided;
  const StepTable table{measure::SearchAxis::kUsers, 0.99};
  EXPECT_EQ(StepTableHeader(table, {}) + StepTableRow(table, step, {}),
            "   users       sent       p50       p99   errors  result\n"
            "   1,200        500     10 ms     20 ms        0  not decided\n");
}

TEST(StepTable, SurvivesAStepWithoutASingleReply) {
  StepReport step = Step("glance", 1, 100, 10, 2ms, 3ms);
  step.measurement.tasks.clear();
  step.measurement.succeeded = 0;
  step.measurement.failed = 10;
  step.measurement.refusals = {{"no ports left", ""}};
  step.verdict.reason = "no ports left";
  EXPECT_EQ(StepTableRow({}, step, {}),
            "   100/s         10         -         -    100 %  REFUSED   no ports left\n");
}

TEST(StepTable, LeavesOutWhatIsNotAStepOfTheSearch) {
  EXPECT_FALSE(InStepTable(Step("alone", 1, 1, 2, 2ms, 3ms)));
  EXPECT_FALSE(InStepTable(Step("recovery", 1, 1, 2, 2ms, 3ms)));
  EXPECT_FALSE(InStepTable(Step("preflight", 1, 1, 2, 2ms, 3ms)));
  EXPECT_TRUE(InStepTable(Step("operating", 1, 1, 2, 2ms, 3ms)));
}

TEST(ShownQuantile, IsThatOfTheFirstObjectiveThatHasOne) {
  EXPECT_EQ(ShownQuantile({}), 0.95);
  const std::vector<measure::Objective> objectives = {
      measure::ParseObjective("errors < 1%").value(), measure::ParseObjective("p99 < 1s").value()};
  EXPECT_EQ(ShownQuantile(objectives), 0.99);
}

}  // namespace
}  // namespace loadline::report
