// What people get wrong in checks, objectives, load and YAML, and what Loadline says of it.
#include <gtest/gtest.h>

#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

const std::vector<WrongCase>& Cases() {
  static const std::vector<WrongCase> kCases{
      {"checks that check nothing",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks:\n"
       "  - get: /\n"
       "    check:\n"
       "      - status = 200\n"
       "      - stats == 200\n"
       "      - status == 20\n"
       "      - header\n"
       "      - header X < 3\n"
       "      - body == ok\n"
       "      - $.a.[0] == 1\n"
       "      - $.score >= high\n"
       "      - $.label == red\n"
       "      - $.x near 3\n"
       "      - body matches (\n",
       {},
       "s.yaml:5: tasks[0].check[0]: found \"status = 200\"; expected status compared with a code: "
       "status == 200, status < 400\n"
       "s.yaml:6: tasks[0].check[1]: found \"stats == 200\"; expected status == 200, header NAME "
       "contains TEXT, body contains TEXT, body matches REGEX or $.path >= 0\n"
       "s.yaml:7: tasks[0].check[2]: found \"status == 20\"; expected status compared with a code: "
       "status == 200, status < 400\n"
       "s.yaml:8: tasks[0].check[3]: found \"header\"; expected header NAME exists, header NAME == "
       "text, … != …, … contains …, … matches …\n"
       "s.yaml:9: tasks[0].check[4]: found \"header X < 3\"; expected header NAME exists, header "
       "NAME == text, … != …, … contains …, … matches …\n"
       "s.yaml:10: tasks[0].check[5]: found \"body == ok\"; expected body contains TEXT or body "
       "matches REGEX\n"
       "s.yaml:11: tasks[0].check[6]: found \"$.a.[0] == 1\"; expected a name after the dot of the "
       "JSON path ($.a.b); $['a b'] for odd ones\n"
       "s.yaml:12: tasks[0].check[7]: found \"$.score >= high\"; expected a number after <, <=, > "
       "or >=\n"
       "s.yaml:13: tasks[0].check[8]: found \"$.label == red\"; expected a number, true, false, "
       "null, or text in quotes after == or !=\n"
       "s.yaml:14: tasks[0].check[9]: found \"$.x near 3\"; expected exists, ==, !=, <, <=, >, >=, "
       "contains or matches after the JSON path\n"
       "s.yaml:15: tasks[0].check[10]: found \"body matches (\"; expected a regular expression of "
       "RE2 (missing ): ()\n"},
      {"captures from nowhere",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "on_start:\n"
       "  - {post: /login, capture: {token: token, uuid: $.id, sid: {}}}\n",
       {},
       "s.yaml:3: on_start[0].capture: found \"uuid\"; expected a name of letters, digits, _ and "
       "-, captured once, not random, uuid or counter\n"
       "s.yaml:3: on_start[0].capture.token: found \"token\"; expected a JSON path such as "
       "$.token, or {header: NAME}\n"
       "s.yaml:3: on_start[0].capture.sid: found a map; expected a JSON path such as $.token, or "
       "{header: NAME}\n"},
      {"a value captured twice, and used before",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "on_start:\n"
       "  - {post: '/login/${token}', capture: {token: $.t}}\n"
       "  - {post: /again, capture: {token: $.t}}\n",
       {},
       "s.yaml:3: on_start[0].post: found \"${token}\"; expected a value that an earlier on_start "
       "request captures\n"
       "s.yaml:4: on_start[1].capture: found \"token\"; expected a name of letters, digits, _ and "
       "-, captured once, not random, uuid or counter\n"},
      {"keys of tasks in on_start",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "on_start: [{get: /, weight: 2}]\n",
       {},
       "s.yaml:2: on_start[0]: found the unknown key \"weight\"; expected name, method, path, get, "
       "post, put, patch, delete, head, options, headers, json, body, content_type, check, capture "
       "or timeout\n"},
      {"objectives that are none",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "objectives: [p95 < fast, p101 < 1s, 'latency < 1s', 'errors < 0', p95 200ms]\n",
       {},
       "s.yaml:2: objectives[0]: found \"p95 < fast\"; expected an objective (its limit: 'fast' is "
       "not a duration: a number and ns, us, ms, s, m, h or d, as in 250ms, 1.5s or 1m30s)\n"
       "s.yaml:2: objectives[1]: found \"p101 < 1s\"; expected an objective ('p101' is no "
       "quantile; write p50 to p99.99)\n"
       "s.yaml:2: objectives[2]: found \"latency < 1s\"; expected an objective ('latency' is not "
       "known; write p95 < 200ms, median < 50ms, errors < 0.1%, mean < 80ms, max < 2s or goodput > "
       "180/s, with a task's name in front where it is about one: score:p95 < 1s)\n"
       "s.yaml:2: objectives[3]: found \"errors < 0\"; expected an objective (its limit must lie "
       "between 0 and 100 %, both excluded)\n"
       "s.yaml:2: objectives[4]: found \"p95 200ms\"; expected an objective (it compares nothing; "
       "write p95 < 200ms, median < 50ms, errors < 0.1%, mean < 80ms, max < 2s or goodput > 180/s, "
       "with a task's name in front where it is about one: score:p95 < 1s)\n"},
      {"an objective for a task that is not there",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "objectives: ['score:p95 < 1s']\n",
       {},
       "s.yaml:2: objectives[0]: found \"score:p95 < 1s\"; expected a task's name before the "
       "colon: default\n"},
      {"an objective for another task in a task",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{name: a, get: /, objectives: ['b:p95 < 1s']}]\n",
       {},
       "s.yaml:2: tasks[0].objectives[0]: found \"b:p95 < 1s\"; expected an objective without a "
       "task's name: it stands in the task\n"},
      {"two limits for one measure",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "objectives: [p95 < 1s, p95 < 2s]\n",
       {},
       "s.yaml:2: objectives[1]: found \"p95 < 2s\" beside \"p95 < 1s\"; expected one limit for "
       "the same measure\n"},
      {"rate and users",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "load: {rate: 5/s, users: 5}\n",
       {},
       "s.yaml:2: load: found both rate and users; expected a rate (open loop) or users (closed "
       "loop)\n"},
      {"think without users",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "load: {rate: 5/s, think: 1s}\n",
       {},
       "s.yaml:2: load.think: found \"1s\"; expected users with it\n"},
      {"arrivals without a rate",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "load: {users: 5, arrivals: constant}\n",
       {},
       "s.yaml:2: load.arrivals: found \"constant\"; expected a rate with it\n"},
      {"loads out of range",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "load: {users: 0, spawn: -1/s, warmup: soon, duration: 0s, requests: -1, seed: x, "
       "think_law: normal}\n",
       {},
       "s.yaml:2: load.users: found \"0\"; expected a whole number from 1 to 1,000,000\n"
       "s.yaml:2: load.spawn: found \"-1/s\"; expected a rate such as 10/s\n"
       "s.yaml:2: load.think_law: found \"normal\"; expected exponential or constant\n"
       "s.yaml:2: load.warmup: found \"soon\"; expected a duration such as 250ms or 1m30s\n"
       "s.yaml:2: load.duration: found \"0s\"; expected a duration above 0 such as 250ms or 1m30s\n"
       "s.yaml:2: load.requests: found \"-1\"; expected a whole number, 0 or more\n"
       "s.yaml:2: load.seed: found \"x\"; expected a whole number, 0 or more\n"},
      {"a rate of none",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "load: {rate: 0/s}\n",
       {},
       "s.yaml:2: load.rate: found \"0/s\"; expected a rate above 0 such as 200/s or 30k/min\n"},
      {"a search out of range",
       Command::kFind,
       "s.yaml",
       "target: http://h:1\n"
       "find: {by: speed, max: 0, budget: 10ms, confidence: 40%, precision: 0, covers: x}\n",
       {},
       "s.yaml:2: find.by: found \"speed\"; expected rate or users\n"
       "s.yaml:2: find.max: found \"0\"; expected a rate above 0 such as 200/s or 30k/min\n"
       "s.yaml:2: find.budget: found \"10ms\"; expected a duration of at least 1s such as 250ms or "
       "1m30s\n"
       "s.yaml:2: find.confidence: found \"40%\"; expected a share from 50% to 99.9%\n"
       "s.yaml:2: find.precision: found \"0\"; expected a share from 0.1% to 100%\n"
       "s.yaml:2: find.covers: found \"x\"; expected a duration such as 250ms or 1m30s\n"},
      {"users with fractions",
       Command::kFind,
       "s.yaml",
       "target: http://h:1\n"
       "find: {by: users, max: 10.5}\n",
       {},
       "s.yaml:2: find.max: found \"10.5\"; expected a whole number from 1 to 1,000,000\n"},
      {"mean in a search",
       Command::kFind,
       "s.yaml",
       "target: http://h:1\n"
       "objectives: [mean < 1s, max < 2s, goodput > 5/s]\n",
       {},
       "s.yaml:2: objectives[0]: found \"mean < 1s\"; expected a quantile or errors: mean, max and "
       "goodput are not decided request by request, so no sequential test can judge them; run "
       "takes them\n"
       "s.yaml:2: objectives[1]: found \"max < 2s\"; expected a quantile or errors: mean, max and "
       "goodput are not decided request by request, so no sequential test can judge them; run "
       "takes them\n"
       "s.yaml:2: objectives[2]: found \"goodput > 5/s\"; expected a quantile or errors: mean, max "
       "and goodput are not decided request by request, so no sequential test can judge them; run "
       "takes them\n"},
      {"verification of nothing",
       Command::kVerify,
       "s.yaml",
       "target: http://h:1\n",
       {},
       "s.yaml: objectives: expected at least one objective to verify: --p95 200ms\n"
       "s.yaml: load: expected what to verify: --rate 200/s or --users 20\n"},
      {"a version to come",
       Command::kRun,
       "s.yaml",
       "loadline: 2\n"
       "target: http://h:1\n",
       {},
       "s.yaml:1: loadline: found 2; expected 1, the only version of the format so far\n"},
      {"no YAML",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h\n"
       "tasks: ]\n",
       {},
       "s.yaml:2: found end of map flow not found; expected valid YAML\n"},
      {"a key twice",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "label: a\n"
       "label: b\n",
       {},
       "s.yaml:3: found the key 'label' a second time; expected each key once\n"},
      {"two documents",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "---\n"
       "target: http://h:1\n",
       {},
       "s.yaml:2: found a second document; expected one document per file\n"},
      {"a list as the file",
       Command::kRun,
       "s.yaml",
       "- a\n"
       "- b\n",
       {},
       "s.yaml:1: found a list; expected a map with loadline, target, data, on_start, tasks, "
       "objectives, load, find or label\n"},
      {"a tag",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "label: !secret x\n",
       {},
       "s.yaml:2: found the tag !secret; expected no tags but !!str\n"},
      {"a map as a text",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "label: {a: b}\n",
       {},
       "s.yaml:2: label: found a map; expected text\n"},
      {"a body for which of two tasks?",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks:\n"
       "  - {name: a, get: /}\n"
       "  - {name: b, post: /}\n",
       {{"--body", "x"}, {"--slo", "c:p95 < 1s"}},
       "--body: tasks: found 2 tasks; expected to be told which one: --set 'tasks[0].body=…'\n"
       "--slo: objectives[0]: found \"c:p95 < 1s\"; expected a task's name before the colon: a or "
       "b\n"},
  };
  return kCases;
}

TEST(WrongLoads, AreRefusedWithAllTheirFaultsAndWithoutSecrets) {
  const Surroundings surroundings = InMemory(WrongCaseFiles());
  for (const WrongCase& c : Cases()) {
    const Built built = Build(MakeInput(c.command, c.subject, c.yaml, c.flags), surroundings);
    EXPECT_FALSE(built.ok()) << c.title;
    const std::string faults = Format(built.faults);
    EXPECT_EQ(faults, c.faults) << c.title;
    EXPECT_EQ(faults.find("s3cr3t"), std::string::npos) << c.title;
  }
}

}  // namespace
}  // namespace loadline::scenario
