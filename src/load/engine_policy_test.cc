// What the scenario asks beyond plain requests: connections, retries, captures, records.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "load/engine.h"
#include "load/testing/engine_fixture.h"

namespace loadline::load {
namespace {

using measure::Row;

TEST(Engine, WaitingForAConnectionIsChargedToTheTargetAndNobodyIsLost) {
  // One connection, and a server that answers nothing until 40 requests are due: all others wait.
  ScriptedServer server(Ok);
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.target.connections.max_connections = 1;
  const TemporaryFolder folder;
  EngineOptions options;
  options.threads = 2;  // More threads than connections: one takes part.
  options.spool_dir = folder.path();
  auto engine = MakeEngine(scenario, options);
  Recording seen;
  const auto result = engine->Probe(PerSecond(1e6, 200), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 200);
  EXPECT_EQ(server.most_open(), 1);
  std::map<std::uint64_t, Row> rows;
  for (const Row& row : SpoolOf(*engine)) {
    rows[row.request] = row;
  }
  ASSERT_EQ(rows.size(), 200U);
  // Sent in order of arrival, one after the other.
  std::int64_t last_done = 0;
  for (const auto& [id, row] : rows) {
    EXPECT_GE(row.sent_ns, last_done);
    last_done = row.done_ns;
  }
  ExpectExactEvents(seen, result->accounts);
}

TEST(Engine, AFreshConnectionPerRequestIfAsked) {
  ScriptedServer server([](std::int64_t, std::string_view request) -> Scripted {
    const bool close = request.find("Connection: close") != std::string_view::npos;
    return {.bytes = Reply(200, "ok", close ? "Connection: close\r\n" : ""),
            .end = close ? Scripted::End::kClose : Scripted::End::kKeep};
  });
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.target.connections.keep_alive = false;
  auto engine = MakeEngine(scenario);
  Recording seen;
  const auto result = engine->Probe(Users(2, 20), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 20);
  EXPECT_EQ(server.accepted(), 20);
  EXPECT_EQ(result->connections_opened, 20);
}

TEST(Engine, AConnectionCarriesAsManyRequestsAsAllowed) {
  ScriptedServer server(Ok);
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.target.connections.max_requests = 5;
  auto engine = MakeEngine(scenario);
  Recording seen;
  ASSERT_TRUE(engine->Probe(Users(1, 20), seen));
  EXPECT_EQ(server.accepted(), 4);
}

TEST(Engine, SpreadsOverAllAddressesOfTheName) {
  ScriptedServer server(Ok, "0.0.0.0");
  const std::string port = std::to_string(server.port());
  scenario::Scenario scenario = ScenarioFor("http://two.test:" + port, NumberedTask());
  scenario.target.connections.resolve = {"two.test:" + port + ":127.0.0.1,127.0.0.2"};
  auto engine = MakeEngine(scenario);
  Recording seen;
  const auto result = engine->Probe(Users(4, 40), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 40);
  EXPECT_EQ(std::set<std::string>(result->addresses.begin(), result->addresses.end()),
            (std::set<std::string>{"127.0.0.1", "127.0.0.2"}));
}

TEST(Engine, TriesAgainAfterA503IfAskedAndRecordsEachAttempt) {
  std::map<std::int64_t, int> tries;
  ScriptedServer server([&](std::int64_t id, std::string_view) -> Scripted {
    return {.bytes = Reply(++tries[id] < 3 ? 503 : 200)};
  });
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.target.retry.max_retries = 2;
  scenario.target.retry.backoff = 1ms;
  const TemporaryFolder folder;
  EngineOptions options;
  options.spool_dir = folder.path();
  auto engine = MakeEngine(scenario, options);
  Recording seen;
  const auto result = engine->Probe(Users(2, 10), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 10);
  EXPECT_EQ(result->accounts.dispatched, 10);
  EXPECT_EQ(result->accounts.attempts, 30);
  EXPECT_TRUE(result->accounts.Balanced());
  std::map<std::uint64_t, std::set<int>> attempts;
  for (const Row& row : SpoolOf(*engine)) {
    attempts[row.request].insert(row.attempt);
    EXPECT_EQ((row.flags & measure::kRowLast) != 0, row.attempt == 2);
  }
  EXPECT_EQ(attempts.size(), 10U);
  EXPECT_EQ(attempts[3], (std::set<int>{0, 1, 2}));
}

TEST(Engine, FollowsRedirectsIfAsked) {
  ScriptedServer server([](std::int64_t, std::string_view request) -> Scripted {
    if (request.substr(0, 9) == "POST / HT") {
      return {.bytes = Reply(307, "", "Location: /there\r\n")};
    }
    return {.bytes = Reply(request.substr(0, 11) == "POST /there" ? 200 : 404)};
  });
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  auto plain = MakeEngine(scenario);
  Recording seen;
  EXPECT_EQ(ErrorsOf(*plain->Probe(Users(1, 3), seen)).at("status 307"), 3);
  scenario.target.retry.max_redirects = 1;
  auto following = MakeEngine(scenario);
  const auto result = following->Probe(Users(1, 3), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 3);
  EXPECT_EQ(result->accounts.attempts, 6);
}

TEST(Engine, ValuesCapturedOnStartAreSentAndNeverShown) {
  ScriptedServer server([](std::int64_t, std::string_view request) -> Scripted {
    if (request.substr(0, 9) == "GET /logi") {
      return {.bytes = Reply(200, R"({"token": "secret-token"})")};
    }
    const bool known = request.find("Authorization: Bearer secret-token") != std::string_view::npos;
    return {.bytes = Reply(known ? 418 : 401, "you are secret-token")};
  });
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.captured = {"token"};
  scenario::Task login;
  login.path.parts.push_back(Literal("/login"));
  login.captures.push_back({.name = "token", .json_path = "$.token", .header = "", .index = 0});
  scenario.on_start.push_back(login);
  scenario::TemplatePart part;
  part.kind = scenario::TemplatePart::Kind::kCaptured;
  part.capture = 0;
  scenario.tasks[0].headers.push_back({"Authorization", {{Literal("Bearer "), part}}});
  const TemporaryFolder folder;
  EngineOptions options;
  options.spool_dir = folder.path();
  auto engine = MakeEngine(scenario, options);
  for (const measure::Load& load : {Users(3, 12), PerSecond(1000.0, 12)}) {
    Recording seen;
    const auto result = engine->Probe(load, seen);
    ASSERT_TRUE(result);
    EXPECT_EQ(ErrorsOf(*result).at("status 418"), 12);
    EXPECT_EQ(result->errors[0].sample.find("secret-token"), std::string::npos);
    EXPECT_EQ(result->accounts.dispatched, 12);
    EXPECT_TRUE(result->accounts.Balanced());
  }
  int logins = 0;
  for (const Row& row : SpoolOf(*engine)) {
    logins += (row.flags & measure::kRowOnStart) != 0 ? 1 : 0;
  }
  EXPECT_EQ(logins, 3 + 1);  // Each user once; the open loop's thread once.
}

TEST(Engine, KeepsOnlyTheRowsItWasAskedFor) {
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    return {.bytes = Reply(id % 10 == 0 ? 500 : 200)};
  });
  const TemporaryFolder folder;
  EngineOptions options;
  options.spool_dir = folder.path();
  options.records = Records::kErrors;
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()), options);
  Recording seen;
  const auto result = engine->Probe(Users(2, 100), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->accounts.stored, 10);
  EXPECT_EQ(result->accounts.skipped, 90);
  EXPECT_TRUE(result->accounts.Balanced());
}

TEST(Engine, BeyondTheRecordsLimitOnlyErrorsAndASampleAreKept) {
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    return {.bytes = Reply(id % 100 == 0 ? 500 : 200)};
  });
  const TemporaryFolder folder;
  EngineOptions options;
  options.threads = 1;
  options.spool_dir = folder.path();
  options.records_limit = Bytes{50L * 80};
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()), options);
  Recording seen;
  const auto result = engine->Probe(Users(2, 1000), seen);
  ASSERT_TRUE(result);
  // 50 rows, 9 or 10 of the 10 errors, and about 1 % of the other 940.
  EXPECT_GE(result->accounts.stored, 59);
  EXPECT_LT(result->accounts.stored, 100);
  EXPECT_TRUE(result->accounts.Balanced());
}

}  // namespace
}  // namespace loadline::load
