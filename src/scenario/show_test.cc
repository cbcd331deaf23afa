#include "scenario/show.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/json_text.h"
#include "base/random.h"
#include "scenario/keys.h"
#include "scenario/schema.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Texts& Files() {
  static const Texts kFiles{{"p.csv", "name,age\nann,30\n\"b,\"\"o\",4\n"},
                            {"p.jsonl", "{\"x\": 1}\n{\"x\": [2]}\n"},
                            {"body.json", "{\"a\": \"${uuid} $${x}\"}"}};
  return kFiles;
}

const Texts& Variables() {
  static const Texts kVariables{{"HOST", "h${HOST}$"}, {"URL", "http://h:1/base?q=${x}"}};
  return kVariables;
}

Built Read(const std::string& yaml) {
  return Build(MakeInput(Command::kShow, "s.yaml", yaml), InMemory(Files(), Variables()));
}

// What Show() prints is read back to the same scenario, and printed in the same way.
void ExpectRoundTrip(const std::string& yaml) {
  const Built first = Read(yaml);
  ASSERT_TRUE(first.ok()) << yaml << Format(first.faults);
  const std::string shown = Show(first.scenario);
  const Built second = Read(shown);
  ASSERT_TRUE(second.ok()) << yaml << "\n" << shown << Format(second.faults);
  ASSERT_TRUE(second.scenario == first.scenario) << yaml << "\n" << shown;
  EXPECT_EQ(Show(second.scenario), shown);
}

TEST(Show, IsReadBackForEveryKey) {
  ExpectRoundTrip("target: http://h\n");
  ExpectRoundTrip(
      "loadline: 1\n"
      "label: 'a: \"b\" # $${c} $$ ${HOST}'\n"
      "target:\n"
      "  url: ${URL}\n"
      "  bearer: {env: TOKEN}\n"
      "  headers: {X-Key: {file: k.txt}, X-T: 'a ${p.name} $$${uuid}', 'true': 'null'}\n"
      "  tls: {ca_file: ca.pem, cert_file: c.pem, key_file: k.pem, insecure: true}\n"
      "  connections: {keep_alive: false, max: 9, max_requests: 2, max_age: 1500ms,\n"
      "                resolve_every: 0, resolve: 'a:1:::1'}\n"
      "  redirects: 1\n"
      "  retries: 2\n"
      "  backoff: 1us\n"
      "  timeout: 7s\n"
      "  client: me\n"
      "data:\n"
      "  p: {csv: p.csv, order: shuffle}\n"
      "  q: {jsonl: p.jsonl, order: once}\n"
      "  r: {inline: \"{\\\"a\\\": 1}\\n{\\\"a\\\": 2}\", order: random}\n"
      "on_start:\n"
      "  - post: /login\n"
      "    json: {user: '${p.name}', id: '${random.int(-5,5)}'}\n"
      "    check: status == 201\n"
      "    capture: {token: \"$.a['b c']\", sid: {header: X-Sid}}\n"
      "  - {name: warm, get: '/${token}'}\n"
      "tasks:\n"
      "  - name: 'one: $${x}'\n"
      "    weight: 0.1\n"
      "    patch: '/a/${counter}?b=${p.name}'\n"
      "    headers: {Authorization: 'Bearer ${token}'}\n"
      "    json: ['${p.row}', 'x ${p.age}', {'k$': '$$${p.age}$${x', z: '${q.rows(1)}'}, 1.0, ~]\n"
      "    check: ['$.x == \"a\\nb\"', header X contains 'b']\n"
      "    objectives: [p99.9 < 1500us, errors < 0.01%]\n"
      "    timeout: {first_byte: 1s}\n"
      "  - {name: two, body: \"text ${sid}\\n\\ttab é $\", content_type: text/x}\n"
      "  - {name: three, method: REPORT, body: {file: body.json}}\n"
      "  - {name: four, as: mlflow, rows: q, batch: 2}\n"
      "  - {name: five, rows: r, batch: 3, headers: {content-type: a/b}}\n"
      "objectives: ['two:median < 5ms', max < 1m, goodput > 33.3/s, mean < 1h]\n"
      "load: {rate: 20/min, arrivals: constant, warmup: 3s, duration: 90s, requests: 5, seed: 8}\n"
      "find: {by: users, max: 70, budget: 90s, confidence: 0.9123, precision: 33%, covers: 1m}\n");
  ExpectRoundTrip(
      "target: http://h\nload: {users: 3, spawn: 1.5/s, think: 10ms, think_law: constant}\n");
  ExpectRoundTrip("target: http://h\nload: {think: 10ms, warmup: 1s}\n");
  ExpectRoundTrip("target: http://h\nload: {arrivals: constant}\n");
}

TEST(Show, IsReadBackForAnyText) {
  // Pieces that mean something to YAML, to JSON or to templates, in any order.
  constexpr std::array<std::string_view, 24> kPieces{
      "$",  "{",  "}", "${p.age}", "${uuid}", "$$", "\"", "'",  "\\",       ":",  " ",    "#",
      "\n", "- ", "a", "é",        "0x1",     "~",  "&",  "*x", "${p.row}", "\t", "true", ","};
  Random random(20'26);
  int good = 0;
  for (int i = 0; i < 800; ++i) {
    std::string text;
    for (std::uint64_t n = random.Below(7); n > 0; --n) {
      text += kPieces[random.Below(kPieces.size())];
    }
    std::string quoted;
    AppendJsonString(text + ".", quoted);
    const std::string yaml = fmt::format(
        "target: http://h\n"
        "data: {{p: {{csv: p.csv}}}}\n"
        "tasks:\n"
        "  - json: {{{0}: {0}, list: [{0}]}}\n"
        "  - body: {0}\n",
        quoted);
    const Built built = Read(yaml);
    if (built.ok()) {  // An expression that is not closed is a fault, of course.
      ++good;
      ASSERT_NO_FATAL_FAILURE(ExpectRoundTrip(yaml));
    }
  }
  EXPECT_GT(good, 400);
}

TEST(Show, FillsInEveryDefault) {
  const std::string shown = Show(Read("target: http://h\n").scenario);
  for (const char* line :
       {"  redirects: 0\n", "    keep_alive: true\n", "    resolve_every: 30s\n",
        "  timeout: {connect: 10s, first_byte: 0s, whole: 30s}\n", "  - name: default\n",
        "    method: GET\n", "    weight: 1\n", "  budget: 5m\n", "  confidence: 95%\n",
        "  precision: 5%\n", "  max: 2000/s\n", "  insecure: false\n", "  seed: 1\n"}) {
    EXPECT_THAT(shown, HasSubstr(line));
  }
}

TEST(Show, PrintsSecretsAsTheirSource) {
  const Built built =
      Build(MakeInput(Command::kShow, "s.yaml",
                      "target: {url: http://h, basic: {env: PW}, headers: {X-K: {file: k}}}\n"),
            InMemory({{"k", "s3cr3t"}}, {{"PW", "joe:s3cr3t"}}));
  const std::string shown = Show(built.scenario);
  EXPECT_THAT(shown, HasSubstr("basic: {env: PW}"));
  EXPECT_THAT(shown, HasSubstr("X-K: {file: k}"));
  EXPECT_THAT(shown, Not(HasSubstr("s3cr3t")));
}

TEST(JsonSchema, IsJsonAndHoldsEveryKeyOfTheTable) {
  const std::string schema = JsonSchema();
  EXPECT_TRUE(IsJson(schema));
  EXPECT_THAT(schema, HasSubstr("https://json-schema.org/draft/2020-12/schema"));
  for (const Key& key : Keys()) {
    EXPECT_THAT(schema, HasSubstr(fmt::format("\"{}\": {{", key.name))) << key.name;
    EXPECT_FALSE(key.help.empty());
    // A reference leads somewhere.
    if (key.of != Section::kRoot) {
      EXPECT_FALSE(KeysOf(key.of).empty()) << key.name;
    }
  }
}

}  // namespace
}  // namespace loadline::scenario
