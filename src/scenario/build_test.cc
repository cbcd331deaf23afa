#include "scenario/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kUrl = "http://h:1/score";

Scenario Good(const Input& input, const Texts& files = {}, const Texts& variables = {}) {
  Built built = Build(input, InMemory(files, variables));
  EXPECT_EQ(Format(built.faults), "");
  return std::move(built.scenario);
}

Scenario FromFlags(Command command, const FlagTexts& flags, const Texts& files = {}) {
  return Good(MakeInput(command, kUrl, "", flags), files);
}

Scenario FromYaml(const std::string& yaml, const Texts& files = {}, const Texts& variables = {},
                  const FlagTexts& flags = {}, Command command = Command::kRun) {
  return Good(MakeInput(command, "s.yaml", "target: http://h:1\n" + yaml, flags), files, variables);
}

const measure::ClosedLoad& Closed(const Scenario& scenario) {
  return std::get<measure::ClosedLoad>(scenario.load.shape);
}

const measure::OpenLoad& Open(const Scenario& scenario) {
  return std::get<measure::OpenLoad>(scenario.load.shape);
}

std::vector<std::string> Objectives(const Scenario& scenario) {
  std::vector<std::string> texts;
  for (const measure::Objective& objective : scenario.objectives) {
    texts.push_back(Format(objective));
  }
  return texts;
}

TEST(BuildLoad, WithoutOneIsASmokeTest) {
  const Built built = Build(MakeInput(Command::kRun, kUrl), InMemory({}));
  ASSERT_TRUE(built.ok());
  EXPECT_FALSE(built.scenario.load_given);
  EXPECT_EQ(Closed(built.scenario).users, 1);
  EXPECT_EQ(built.scenario.load.duration, 10s);
  EXPECT_THAT(built.notes, ElementsAre("no load given: a smoke test with one user for 10 s"));
  ASSERT_THAT(built.scenario.tasks, SizeIs(1));
  EXPECT_EQ(built.scenario.tasks[0].name, "default");
  EXPECT_EQ(built.scenario.tasks[0].method, "GET");
  EXPECT_EQ(built.scenario.source, "command line");
}

TEST(BuildLoad, IsOpenWithARateAndClosedWithUsers) {
  const Scenario open = FromFlags(Command::kRun, {{"--rate", "30k/min"}});
  EXPECT_DOUBLE_EQ(Open(open).rate.per_second, 500.0);  // 30,000 / 60 s
  EXPECT_EQ(Open(open).arrivals, measure::Arrivals::kPoisson);
  EXPECT_EQ(open.load.duration, 30s);
  EXPECT_TRUE(open.load_given);
  EXPECT_DOUBLE_EQ(Open(FromFlags(Command::kRun, {{"--rate", "200"}})).rate.per_second, 200.0);

  const Scenario closed = FromFlags(
      Command::kRun, {{"--users", "120"}, {"--think", "1s"}, {"--spawn", "10/s"}, {"--seed", "7"}});
  EXPECT_EQ(Closed(closed).users, 120);
  EXPECT_EQ(Closed(closed).think, 1s);
  EXPECT_EQ(Closed(closed).law, measure::ThinkLaw::kExponential);
  EXPECT_DOUBLE_EQ(Closed(closed).spawn.per_second, 10.0);
  EXPECT_EQ(closed.load.seed, 7U);
}

TEST(BuildLoad, DurationAloneMeansOneUserForThatLong) {
  const Scenario scenario = FromFlags(Command::kRun, {{"--requests", "100"}});
  EXPECT_TRUE(scenario.load_given);
  EXPECT_EQ(Closed(scenario).users, 1);
  EXPECT_EQ(scenario.load.requests, 100);
  EXPECT_EQ(scenario.load.duration, 30s);
}

TEST(BuildLoad, AFlagOfTheOtherKindReplacesTheFiles) {
  const Scenario closed = FromYaml("load: {rate: 300/s, arrivals: constant, duration: 2m}\n", {},
                                   {}, {{"--users", "5"}});
  EXPECT_EQ(Closed(closed).users, 5);
  EXPECT_EQ(closed.load.duration, 2min);
  const Scenario open =
      FromYaml("load: {users: 120, think: 1s, spawn: 10/s, think_law: constant}\n", {}, {},
               {{"--rate", "7/s"}});
  EXPECT_DOUBLE_EQ(Open(open).rate.per_second, 7.0);
}

TEST(BuildFind, VariesTheRateByDefaultWithPoissonArrivals) {
  const Scenario scenario = FromFlags(Command::kFind, {});
  EXPECT_EQ(scenario.find, FindSpec{});
  EXPECT_EQ(scenario.find.max, 2000.0);
  EXPECT_EQ(scenario.find.budget, 5min);
  EXPECT_EQ(Open(scenario).arrivals, measure::Arrivals::kPoisson);
  EXPECT_THAT(scenario.objectives, IsEmpty());  // Then it looks for saturation.
}

TEST(BuildFind, TakesTheShapeOfItsAxisWhateverTheFilesLoadIs) {
  const std::string load = "load: {users: 120, think: 1s, think_law: constant, warmup: 5s}\n";
  const Scenario by_users =
      FromYaml(load, {}, {}, {{"--by", "users"}, {"--max-users", "300"}}, Command::kFind);
  EXPECT_EQ(Closed(by_users).think, 1s);
  EXPECT_EQ(Closed(by_users).law, measure::ThinkLaw::kConstant);
  EXPECT_EQ(by_users.load.warmup, 5s);
  EXPECT_EQ(by_users.find.max, 300.0);
  const Scenario by_rate = FromYaml(load, {}, {}, {{"--max-rate", "1k/s"}}, Command::kFind);
  EXPECT_TRUE(by_rate.load.open());
  EXPECT_EQ(by_rate.find.max, 1000.0);
}

TEST(BuildFind, ReadsWhatItIsAskedFor) {
  const Scenario scenario = FromFlags(Command::kFind, {{"--budget", "10m"},
                                                       {"--confidence", "99%"},
                                                       {"--precision", "0.1"},
                                                       {"--covers", "10s"},
                                                       {"--arrivals", "constant"}});
  EXPECT_EQ(scenario.find.budget, 10min);
  EXPECT_DOUBLE_EQ(scenario.find.confidence, 0.99);
  EXPECT_DOUBLE_EQ(scenario.find.precision, 0.1);
  EXPECT_EQ(scenario.find.covers, 10s);
  EXPECT_EQ(Open(scenario).arrivals, measure::Arrivals::kConstant);
}

TEST(BuildObjectives, StandGlobalFirstThenByTask) {
  const Scenario scenario = FromYaml(
      "tasks:\n"
      "  - {name: a, get: /a, objectives: [p95 < 1s]}\n"
      "  - {name: b, get: /b, objectives: [errors < 1%, p50 < 10ms]}\n"
      "objectives: ['b:p99 < 3s', errors < 0.1%]\n");
  EXPECT_THAT(Objectives(scenario), ElementsAre("errors < 0.1%", "a:p95 < 1s", "b:p99 < 3s",
                                                "b:errors < 1%", "b:p50 < 10ms"));
}

TEST(BuildObjectives, OfFlagsReplaceTheFilesOfTheSameMeasure) {
  const Scenario scenario =
      FromYaml("objectives: [p95 < 1s, p99 < 2s]\n", {}, {},
               {{"--p95", "300ms"}, {"--errors", "0.5"}, {"--slo", "p50<9ms"}});
  EXPECT_THAT(Objectives(scenario),
              ElementsAre("p99 < 2s", "p95 < 300ms", "errors < 0.5%", "p50 < 9ms"));
}

TEST(BuildObjectives, OfRunMayBeWhatNoTestCanJudge) {
  const Scenario scenario = FromFlags(
      Command::kRun, {{"--slo", "mean < 50ms"}, {"--slo", "max < 1s"}, {"--slo", "goodput > 9/s"}});
  EXPECT_THAT(scenario.objectives, SizeIs(3));
}

TEST(BuildTask, OfTheCommandLineTakesItsBodyAndHeaders) {
  const Scenario scenario = FromFlags(Command::kRun, {{"--body", R"({"id": "${uuid}"})"},
                                                      {"-H", "X-Trace: a:b "},
                                                      {"--check", "status == 200"},
                                                      {"--check", "$.ok == true"},
                                                      {"--timeout", "5s"},
                                                      {"--bearer-env", "TOKEN"}});
  const Task& task = scenario.tasks[0];
  EXPECT_EQ(task.method, "POST");
  EXPECT_EQ(task.content_type, "application/json");
  ASSERT_THAT(task.body.parts, SizeIs(3));
  EXPECT_EQ(task.body.parts[1].kind, TemplatePart::Kind::kUuid);
  EXPECT_THAT(task.checks, SizeIs(2));
  EXPECT_EQ(task.timeouts.whole, 5s);
  ASSERT_THAT(scenario.target.headers, SizeIs(1));
  EXPECT_EQ(scenario.target.headers[0].first, "X-Trace");
  EXPECT_EQ(scenario.target.headers[0].second.parts[0].text, "a:b");
  EXPECT_EQ(scenario.target.credentials.bearer->name, "TOKEN");
}

TEST(BuildTask, OverriddenByFlagsKeepsWhatTheyDoNotSay) {
  const Scenario scenario =
      FromYaml("tasks: [{name: t, post: /score, json: {a: 1}, check: status == 200}]\n", {}, {},
               {{"--body", "plain"}, {"--method", "PUT"}, {"--check", "body contains x"}});
  const Task& task = scenario.tasks[0];
  EXPECT_EQ(task.name, "t");
  EXPECT_EQ(task.method, "PUT");
  EXPECT_EQ(task.path.parts[0].text, "/score");
  EXPECT_FALSE(task.body_is_json);
  EXPECT_EQ(task.body.parts[0].text, "plain");
  EXPECT_EQ(task.content_type, "text/plain; charset=utf-8");
  EXPECT_THAT(task.checks, SizeIs(2));
}

TEST(BuildTask, BodyFilesAreSentAsTheyAre) {
  const std::string content = "{\"a\": \"${uuid}\"}\n";
  const Scenario scenario =
      Good(MakeInput(Command::kRun, "dir/s.yaml",
                     "target: http://h\ntasks: [{post: /, body: {file: p.json}}]\n"),
           {{"dir/p.json", content}});
  EXPECT_EQ(scenario.tasks[0].body_file, "dir/p.json");
  EXPECT_TRUE(scenario.tasks[0].body.IsStatic());
  EXPECT_EQ(scenario.tasks[0].body.parts[0].text, content);
  EXPECT_EQ(scenario.tasks[0].content_type, "application/json");
}

TEST(BuildTask, PathsOfFlagsAreRelativeToTheUser) {
  const Scenario scenario =
      Good(MakeInput(Command::kRun, "dir/s.yaml", "target: http://h\n", {{"--rows", "r.csv"}}),
           {{"r.csv", "a\n1\n"}});
  EXPECT_EQ(scenario.data[0].file, "r.csv");
}

TEST(BuildTask, AsMlflowGoesToInvocationsUnlessToldOtherwise) {
  const Texts files{{"w.csv", "a b,c\n1,x\n2,y\n"}};
  const auto build = [&](const char* url, const FlagTexts& flags) {
    return Good(MakeInput(Command::kRun, url, "", flags), files);
  };
  const FlagTexts flags{{"--as", "mlflow"}, {"--rows", "w.csv"}, {"--batch", "2"}};
  const Scenario scenario = build("http://h:1", flags);
  const Task& task = scenario.tasks[0];
  EXPECT_EQ(task.shape, BodyShape::kMlflow);
  EXPECT_EQ(task.method, "POST");
  EXPECT_EQ(task.path.parts[0].text, "/invocations");
  EXPECT_EQ(task.shape_data, 0);
  EXPECT_EQ(task.shape_rows, 2);
  EXPECT_THAT(scenario.data[0].columns, ElementsAre("a b", "c"));
  EXPECT_THAT(build("http://h:1/", flags).tasks[0].path.parts, SizeIs(1));
  EXPECT_THAT(build("http://h:1/v2", flags).tasks[0].path.parts, IsEmpty());
}

TEST(BuildTask, RowsAloneAreThePlainBody) {
  const Scenario one = FromFlags(Command::kRun, {{"--rows", R"({"a":1})"}});
  EXPECT_EQ(one.data[0].format, DataFormat::kInline);
  EXPECT_EQ(one.tasks[0].body.parts[0].kind, TemplatePart::Kind::kRow);
  const Scenario many = FromFlags(Command::kRun, {{"--rows", R"([{"a":1}])"}, {"--batch", "3"}});
  EXPECT_EQ(many.tasks[0].body.parts[0].kind, TemplatePart::Kind::kRows);
  EXPECT_EQ(many.tasks[0].body.parts[0].low, 3);
}

TEST(BuildJson, KeepsTypesAndEscapesText) {
  const Scenario scenario = FromYaml(
      "data: {p: {csv: p.csv}}\n"
      "tasks:\n"
      "  - post: /\n"
      "    json: {n: 1.50, s: \"1.50\", t: true, z: ~, q: 'a\"b', big: 123456789012345678901,\n"
      "           cell: '${p.age}', text: 'is ${p.age}', list: [], map: {}, y: yes, e: "
      "'${HOST}'}\n",
      {{"p.csv", "age\n30\n"}}, {{"HOST", "a\"${uuid}"}});
  const std::vector<TemplatePart>& parts = scenario.tasks[0].body.parts;
  ASSERT_THAT(parts, SizeIs(5));
  EXPECT_EQ(
      parts[0].text,
      R"({"n":1.50,"s":"1.50","t":true,"z":null,"q":"a\"b","big":123456789012345678901,"cell":)");
  EXPECT_EQ(parts[1].context, TemplatePart::Context::kJsonValue);
  EXPECT_EQ(parts[2].text, R"(,"text":"is )");
  EXPECT_EQ(parts[3].context, TemplatePart::Context::kJsonString);
  // What a variable holds is never a template.
  EXPECT_EQ(parts[4].text, R"(","list":[],"map":{},"y":"yes","e":"a\"${uuid}"})");
}

TEST(BuildText, ExpandsVariablesOnceAndKeepsEscapedDollars) {
  const Scenario scenario = FromYaml(
      "label: a$${HOST}b$$c ${HOST}\n"
      "tasks: [{post: /, body: '$$${uuid}$'}]\n",
      {}, {{"HOST", "${HOST}"}});
  EXPECT_EQ(scenario.label, "a${HOST}b$$c ${HOST}");
  const std::vector<TemplatePart>& parts = scenario.tasks[0].body.parts;
  ASSERT_THAT(parts, SizeIs(3));
  EXPECT_EQ(parts[0].text, "$");
  EXPECT_EQ(parts[1].kind, TemplatePart::Kind::kUuid);
  EXPECT_EQ(parts[2].text, "$");
}

TEST(BuildText, VariablesMayStandWhereNumbersDo) {
  const Scenario scenario =
      FromYaml("load: {rate: '${RATE}', duration: '${T}s'}\n", {}, {{"RATE", "50/s"}, {"T", "5"}});
  EXPECT_DOUBLE_EQ(Open(scenario).rate.per_second, 50.0);
  EXPECT_EQ(scenario.load.duration, 5s);
}

TEST(BuildText, NeverShowsWhatAVariableHolds) {
  const Built built = Build(MakeInput(Command::kRun, "s.yaml",
                                      "target: 'http://${H}/'\nload: {rate: '${R}'}\n"
                                      "tasks: [{post: '${P}', check: '${R}'}]\n"),
                            InMemory({}, {{"H", "s3cr3t@h"}, {"R", "s3cr3t"}, {"P", "s3cr3t"}}));
  EXPECT_THAT(built.faults, SizeIs(4));
  EXPECT_EQ(Format(built.faults).find("s3cr3t"), std::string::npos);
}

TEST(BuildCapture, IsKnownByNameInLaterRequests) {
  const Scenario scenario = FromYaml(
      "on_start:\n"
      "  - {post: /login, json: {u: 1}, capture: {token: $.token, sid: {header: X-Sid}}}\n"
      "  - {get: '/warm/${sid}'}\n"
      "tasks: [{get: /, headers: {Authorization: 'Bearer ${token}'}}]\n",
      {}, {{"token", "not this"}});
  EXPECT_THAT(scenario.captured, ElementsAre("token", "sid"));
  EXPECT_EQ(scenario.on_start[0].captures[1].header, "X-Sid");
  EXPECT_EQ(scenario.on_start[0].captures[1].index, 1);
  EXPECT_EQ(scenario.on_start[1].path.parts[1].capture, 1);
  EXPECT_EQ(scenario.tasks[0].headers[0].second.parts[1].capture, 0);
}

TEST(BuildTarget, ReadsConnectionsTlsAndSecrets) {
  const Scenario scenario = Good(
      MakeInput(Command::kRun, "dir/s.yaml",
                "target:\n"
                "  url: https://[::1]:8443/base?x=1\n"
                "  basic: {file: pw.txt}\n"
                "  headers: {X-Api-Key: {env: KEY}, X-A: 7}\n"
                "  tls: {ca_file: /ca.pem, cert_file: c.pem, key_file: k.pem, insecure: true}\n"
                "  connections: {keep_alive: false, max: 8, max_requests: 100, max_age: 1m,\n"
                "                resolve_every: 0, resolve: ['a:443:10.0.0.7', 'a:443:[::1]']}\n"
                "  redirects: 3\n"
                "  retries: 2\n"
                "  backoff: 50ms\n"
                "  timeout: {connect: 1s, first_byte: 2s}\n"
                "  client: nightly\n"));
  const Target& target = scenario.target;
  EXPECT_EQ(target.credentials.basic->name, "dir/pw.txt");
  EXPECT_EQ(target.credentials.headers[0].first, "X-Api-Key");
  EXPECT_EQ(target.credentials.headers[0].second.name, "KEY");
  EXPECT_EQ(target.headers[0].second.parts[0].text, "7");
  EXPECT_EQ(target.tls, (TlsPolicy{"/ca.pem", "dir/c.pem", "dir/k.pem", true}));
  EXPECT_EQ(target.connections.max_connections, 8);
  EXPECT_EQ(target.connections.resolve_every, Duration::zero());
  EXPECT_THAT(target.connections.resolve, ElementsAre("a:443:10.0.0.7", "a:443:[::1]"));
  EXPECT_EQ(target.retry, (RetryPolicy{3, 2, 50ms}));
  EXPECT_EQ(target.timeouts, (Timeouts{1s, 2s, 30s}));
  EXPECT_EQ(scenario.tasks[0].timeouts, target.timeouts);
  EXPECT_EQ(target.client, "nightly");
}

TEST(BuildSet, ReachesEveryKey) {
  const Scenario scenario = FromYaml("tasks: [{name: a, get: /a}, {name: b, get: /b}]\n", {}, {},
                                     {{"--set", "tasks[1].weight=2.5"},
                                      {"--set", "tasks[1].check=[status == 200, \"$.x == 1\"]"},
                                      {"--set", "tasks[0].check[]=status < 400"},
                                      {"--set", "target.headers[\"X.Y\"]=z"},
                                      {"--set", "load={users: 3, think: 1s}"}});
  EXPECT_DOUBLE_EQ(scenario.tasks[1].weight, 2.5);
  EXPECT_THAT(scenario.tasks[1].checks, SizeIs(2));
  EXPECT_THAT(scenario.tasks[0].checks, SizeIs(1));
  EXPECT_EQ(scenario.target.headers[0].first, "X.Y");
  EXPECT_EQ(Closed(scenario).users, 3);
}

TEST(BuildFile, AndFlagsGiveTheSameModel) {
  const Scenario flags = FromFlags(
      Command::kRun, {{"--rate", "50/s"}, {"--body", "{}"}, {"--p95", "200ms"}, {"-H", "X-A: b"}});
  Scenario file = Good(MakeInput(Command::kRun, "s.yaml",
                                 "target: {url: http://h:1/score, headers: {X-A: b}}\n"
                                 "tasks: [{body: '{}'}]\n"
                                 "objectives: [p95 < 200ms]\n"
                                 "load: {rate: 50/s}\n"));
  file.source = flags.source;
  EXPECT_EQ(file, flags);
}

}  // namespace
}  // namespace loadline::scenario
