// What people get wrong about the target, and what Loadline says of it, word by word.
#include <gtest/gtest.h>

#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

const std::vector<WrongCase>& Cases() {
  static const std::vector<WrongCase> kCases{
      {"a key that nearly exists",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "load:\n"
       "  duraton: 5s\n",
       {},
       "s.yaml:3: load: found the unknown key \"duraton\"; expected duration?\n"},
      {"a key that exists nowhere",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "laod: {}\n"
       "flavour: 1\n",
       {},
       "s.yaml:2: found the unknown key \"laod\"; expected load?\n"
       "s.yaml:3: found the unknown key \"flavour\"; expected loadline, target, data, on_start, "
       "tasks, objectives, load, find or label\n"},
      {"no target at all",
       Command::kRun,
       "s.yaml",
       "tasks: [{get: /}]\n",
       {},
       "s.yaml: target.url: expected a URL such as http://127.0.0.1:8500/score\n"},
      {"a variable that is not set",
       Command::kRun,
       "s.yaml",
       "target: ${NOT_SET}\n",
       {},
       "s.yaml:1: target.url: found \"${NOT_SET}\"; expected an environment variable that is set, "
       "or a value that on_start captures\n"},
      {"a variable that sounds like a secret",
       Command::kRun,
       "s.yaml",
       "target: 'http://h:1/?k=${API_KEY}'\n",
       {},
       "s.yaml:1: target.url: found \"${API_KEY}\"; expected a variable that does not sound like a "
       "secret: expanded text is printed and stored; secrets go into bearer: {env: …} or headers: "
       "{Name: {env: …}}\n"},
      {"an expression that is not closed",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{post: /, body: 'x${uuid'}]\n",
       {},
       "s.yaml:2: tasks[0].body: found \"x${uuid\"; expected a } after ${\n"},
      {"an odd expression",
       Command::kRun,
       "s.yaml",
       "target: 'http://${a b}/'\n",
       {},
       "s.yaml:1: target.url: found \"${a b}\"; expected an environment variable, ${data.column}, "
       "${data.row}, ${data.rows(n)}, ${uuid}, ${counter}, ${random.int(low,high)} or a captured "
       "value; $${ is a literal ${\n"},
      {"a template where none may stand",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "label: ${uuid}\n",
       {},
       "s.yaml:2: label: found \"${uuid}\"; expected the same text for every request: only path, "
       "headers and body are templates\n"},
      {"a literal bearer key",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, bearer: s3cr3t-k3y}\n",
       {},
       "s.yaml:1: target.bearer: found a literal value (not shown); expected {env: NAME} or {file: "
       "PATH}: secrets stand neither in the scenario nor on the command line\n"},
      {"a literal password",
       Command::kRun,
       "s.yaml",
       "target:\n"
       "  url: http://h:1\n"
       "  basic: user:s3cr3t-k3y\n",
       {},
       "s.yaml:3: target.basic: found a literal value (not shown); expected {env: NAME} or {file: "
       "PATH}: secrets stand neither in the scenario nor on the command line\n"},
      {"a key where a variable's name should be",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, bearer: {env: 's3cr3t-k3y'}}\n",
       {},
       "s.yaml:1: target.bearer.env: expected the name of an environment variable (letters, digits "
       "and _), not its value\n"},
      {"a secret from two places",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, bearer: {env: A, file: b}}\n",
       {},
       "s.yaml:1: target.bearer: found both env and file; expected either env: NAME or file: "
       "PATH\n"},
      {"a secret from nowhere",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, bearer: {}}\n",
       {},
       "s.yaml:1: target.bearer: expected either env: NAME or file: PATH\n"},
      {"bearer and basic",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, bearer: {env: A}, basic: {env: B}}\n",
       {},
       "s.yaml:1: target: found both bearer and basic; expected one of them\n"},
      {"a literal key in a header",
       Command::kRun,
       "s.yaml",
       "target:\n"
       "  url: http://h:1\n"
       "  headers: {X-Api-Key: s3cr3t-k3y, Authorization: Basic s3cr3t-k3y}\n",
       {},
       "s.yaml:3: target.headers.X-Api-Key: found a literal value (not shown); expected {env: "
       "NAME} or {file: PATH} under target.headers\n"
       "s.yaml:3: target.headers.Authorization: found a literal value (not shown); expected "
       "target.bearer or target.basic with {env: NAME} or {file: PATH} (--bearer-env NAME)\n"},
      {"a secret's source in a task's header",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: /, headers: {X-Api-Key: {env: A}}}]\n",
       {},
       "s.yaml:2: tasks[0].headers.X-Api-Key: found a map; expected text; secrets belong under "
       "target.headers\n"},
      {"user and password in the URL",
       Command::kRun,
       "s.yaml",
       "target: http://joe:s3cr3t-k3y@h:1/\n",
       {},
       "s.yaml:1: target.url: expected a URL without user and password; they are read with basic: "
       "{env: …} or basic: {file: …}\n"},
      {"another scheme",
       Command::kRun,
       "s.yaml",
       "target: ftp://h/\n",
       {},
       "s.yaml:1: target.url: found \"ftp://h/\"; expected a URL such as "
       "http://127.0.0.1:8500/score\n"},
      {"a port beyond the last",
       Command::kRun,
       "s.yaml",
       "target: http://h:65536/\n",
       {},
       "s.yaml:1: target.url: found \"http://h:65536/\"; expected a URL such as "
       "http://127.0.0.1:8500/score\n"},
      {"a percent sign that encodes nothing",
       Command::kRun,
       "s.yaml",
       "target: http://h/100%\n",
       {},
       "s.yaml:1: target.url: found \"http://h/100%\"; expected a URL such as "
       "http://127.0.0.1:8500/score\n"},
      {"a fragment",
       Command::kRun,
       "s.yaml",
       "target: http://h/#top\n",
       {},
       "s.yaml:1: target.url: found \"http://h/#top\"; expected a URL such as "
       "http://127.0.0.1:8500/score\n"},
      {"a list as the target",
       Command::kRun,
       "s.yaml",
       "target: [http://h]\n",
       {},
       "s.yaml:1: target: found a list; expected a map with url, bearer, basic, headers, tls, "
       "connections, redirects, retries, backoff, timeout or client\n"},
      {"headers that are ours to say",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, headers: {Content-Length: 3, Connection: close}}\n",
       {},
       "s.yaml:1: target.headers: found \"Content-Length\"; expected no such header: it is written "
       "as the body and connections.keep_alive demand\n"
       "s.yaml:1: target.headers: found \"Connection\"; expected no such header: it is written as "
       "the body and connections.keep_alive demand\n"},
      {"a header twice",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, headers: {X-A: 1, x-a: 2}}\n",
       {},
       "s.yaml:1: target.headers: found \"x-a\" twice; expected each header once, whatever its "
       "case\n"},
      {"a header's name with a space",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h:1, headers: {'X A': 1}}\n",
       {},
       "s.yaml:1: target.headers: found \"X A\"; expected the name of a header field\n"},
      {"a line break in a header",
       Command::kRun,
       "s.yaml",
       "target:\n"
       "  url: http://h:1\n"
       "  headers: {X-A: \"1\\r\\nX-B: 2\"}\n",
       {},
       "s.yaml:3: target.headers.X-A: found a control character; expected text of one line\n"},
      {"half a client certificate",
       Command::kRun,
       "s.yaml",
       "target: {url: https://h, tls: {cert_file: c.pem}}\n",
       {},
       "s.yaml:1: target.tls: found one of cert_file and key_file; expected both or none\n"},
      {"connections of the wrong kind",
       Command::kRun,
       "s.yaml",
       "target:\n"
       "  url: http://h\n"
       "  connections: {keep_alive: yes, max: -1, max_age: 5, resolve: ['h:80']}\n",
       {},
       "s.yaml:3: target.connections.keep_alive: found \"yes\"; expected true or false\n"
       "s.yaml:3: target.connections.max: found \"-1\"; expected a whole number from 0 to "
       "10,000,000\n"
       "s.yaml:3: target.connections.max_age: found \"5\"; expected a duration such as 250ms or "
       "1m30s\n"
       "s.yaml:3: target.connections.resolve[0]: found \"h:80\"; expected host:port:address such "
       "as api.example.com:443:10.0.0.7\n"},
      {"retries and redirects out of range",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h, redirects: 50, retries: 1.5, backoff: 0}\n",
       {},
       "s.yaml:1: target.redirects: found \"50\"; expected a whole number from 0 to 20\n"
       "s.yaml:1: target.retries: found \"1.5\"; expected a whole number from 0 to 20\n"
       "s.yaml:1: target.backoff: found \"0\"; expected a duration above 0 such as 250ms or "
       "1m30s\n"},
      {"a time-out without a unit",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h, timeout: 30}\n",
       {},
       "s.yaml:1: target.timeout: found \"30\"; expected a duration above 0 such as 250ms or "
       "1m30s\n"},
      {"time-outs with an unknown phase",
       Command::kRun,
       "s.yaml",
       "target: {url: http://h, timeout: {conect: 1s}}\n",
       {},
       "s.yaml:1: target.timeout: found the unknown key \"conect\"; expected connect?\n"},
  };
  return kCases;
}

TEST(WrongTargets, AreRefusedWithAllTheirFaultsAndWithoutSecrets) {
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
