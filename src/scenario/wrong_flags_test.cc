// What people get wrong on a command line, and what Loadline says of it, word by word.
#include <gtest/gtest.h>

#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

const std::vector<WrongCase>& Cases() {
  static const std::vector<WrongCase> kCases{
      {"rate and users",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--rate", "5/s"}, {"--users", "5"}},
       "--users: load: found both rate and users; expected a rate (open loop) or users (closed "
       "loop)\n"},
      {"a rate that is none",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--rate", "fast"}},
       "--rate: load.rate: found \"fast\"; expected a rate above 0 such as 200/s or 30k/min\n"},
      {"users that are none",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--users", "1.5"}, {"--think", "5"}},
       "--users: load.users: found \"1.5\"; expected a whole number from 1 to 1,000,000\n"
       "--think: load.think: found \"5\"; expected a duration such as 250ms or 1m30s\n"},
      {"a literal key in a header",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"-H", "Authorization: Bearer s3cr3t-k3y"}, {"-H", "X-Api-Key: s3cr3t-k3y"}},
       "-H: target.headers.Authorization: found a literal value (not shown); expected "
       "target.bearer or target.basic with {env: NAME} or {file: PATH} (--bearer-env NAME)\n"
       "-H: target.headers.X-Api-Key: found a literal value (not shown); expected {env: NAME} or "
       "{file: PATH} under target.headers\n"},
      {"user and password in the URL",
       Command::kRun,
       "http://joe:s3cr3t-k3y@h:1/",
       "",
       {},
       "URL: target.url: expected a URL without user and password; they are read with basic: {env: "
       "…} or basic: {file: …}\n"},
      {"another scheme",
       Command::kRun,
       "ftp://h/score",
       "",
       {},
       "URL: target.url: found \"ftp://h/score\"; expected a URL such as "
       "http://127.0.0.1:8500/score\n"},
      {"a file that is not there",
       Command::kRun,
       "none.yaml",
       "",
       {},
       "none.yaml: found nothing that can be read (cannot open none.yaml: no such file); expected "
       "a scenario file, or a URL that begins with http:// or https://\n"},
      {"a host without a scheme",
       Command::kRun,
       "localhost:8500/score",
       "",
       {},
       "localhost:8500/score: found nothing that can be read (cannot open localhost:8500/score: no "
       "such file); expected a scenario file, or a URL that begins with http:// or https://\n"},
      {"objectives that are none",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--slo", "p95 < 200"}, {"--p99", "soon"}, {"--errors", "100"}},
       "--slo: objectives[0]: found \"p95 < 200\"; expected an objective (its limit: '200' is not "
       "a duration: a number and ns, us, ms, s, m, h or d, as in 250ms, 1.5s or 1m30s)\n"
       "--p99: objectives[1]: found \"p99 < soon\"; expected an objective (its limit: 'soon' is "
       "not a duration: a number and ns, us, ms, s, m, h or d, as in 250ms, 1.5s or 1m30s)\n"
       "--errors: objectives[2]: found \"errors < 100%\"; expected an objective (its limit must "
       "lie between 0 and 100 %, both excluded)\n"},
      {"a path that leads nowhere",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--set", "load.raet=5/s"},
        {"--set", "[0]=1"},
        {"--set", "tasks[3].weight=1"},
        {"--set", "label.x=1"}},
       "--set: found '[0]'; expected a path such as load.rate or tasks[0].headers[\"X-Id\"]\n"
       "--set: tasks[3].weight: found a list of 0; expected a list with an element [3]\n"
       "--set: label: found a map; expected text\n"
       "--set: load: found the unknown key \"raet\"; expected rate?\n"},
      {"a value that is no YAML",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--set", "label={a"}},
       "--set: label: found end of map flow not found; expected valid YAML\n"},
      {"a search with a fixed rate",
       Command::kFind,
       "http://h:1/score",
       "",
       {{"--rate", "50/s"}, {"--duration", "10s"}},
       "--rate: load.rate: found \"50/s\"; expected no level: find looks for it (--max-rate is its "
       "ceiling, verify tests one)\n"
       "--duration: load.duration: found \"10s\"; expected --budget: each probe of find lasts as "
       "long as its test needs\n"},
      {"a search by rate with think time",
       Command::kFind,
       "http://h:1/score",
       "",
       {{"--think", "1s"}},
       "--think: load.think: found \"1s\"; expected --by users with it\n"},
      {"a rate beyond the ceiling",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--rate", "500/s"}, {"--max-rate", "100/s"}},
       "--max-rate: find.max: found \"100/s\"; expected at least the rate asked for, 500/s\n"},
      {"verification of an untestable objective",
       Command::kVerify,
       "http://h:1/score",
       "",
       {{"--rate", "5/s"}, {"--slo", "mean < 1s"}},
       "--slo: objectives[0]: found \"mean < 1s\"; expected a quantile or errors: mean, max and "
       "goodput are not decided request by request, so no sequential test can judge them; run "
       "takes them\n"},
      {"verification without objectives",
       Command::kVerify,
       "http://h:1/score",
       "",
       {{"--rate", "5/s"}},
       "command line: objectives: expected at least one objective to verify: --p95 200ms\n"},
      {"a body file that is not there",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--body-file", "none.json"}},
       "--body-file: tasks[0].body.file: found \"none.json\"; expected a file that can be read "
       "(cannot open none.json: no such file)\n"},
      {"two bodies",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--body", "x"}, {"--rows", "people.csv"}},
       "--rows: tasks[0]: found more than one of json, body and rows; expected one\n"},
      {"a secret's name that is the secret",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--bearer-env", "s3cr3t-k3y"}},
       "--bearer-env: target.bearer.env: expected the name of an environment variable (letters, "
       "digits and _), not its value\n"},
      {"a secret as a setting",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--set", "target.bearer=s3cr3t-k3y"}},
       "--set: target.bearer: found a literal value (not shown); expected {env: NAME} or {file: "
       "PATH}: secrets stand neither in the scenario nor on the command line\n"},
      {"an address that is none",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--resolve", "h:80:nowhere"}},
       "--resolve: target.connections.resolve[0]: found \"h:80:nowhere\"; expected "
       "host:port:address such as api.example.com:443:10.0.0.7\n"},
      {"seconds without a unit",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--duration", "30"}, {"--timeout", "5"}},
       "--timeout: target.timeout.whole: found \"5\"; expected a duration such as 250ms or 1m30s\n"
       "--duration: load.duration: found \"30\"; expected a duration above 0 such as 250ms or "
       "1m30s\n"},
      {"a mistyped shape and method",
       Command::kRun,
       "http://h:1/score",
       "",
       {{"--as", "mlfow"}, {"--method", "get"}},
       "--as: tasks[0].as: found \"mlfow\"; expected plain, mlflow, kserve-v1, kserve-v2 or "
       "tfserving\n"
       "--method: tasks[0].method: found \"get\"; expected a method in capitals such as GET or "
       "POST\n"},
  };
  return kCases;
}

TEST(WrongFlags, AreRefusedWithAllTheirFaultsAndWithoutSecrets) {
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
