// The engine against servers that fail in every way: every request is accounted for by its id.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "load/engine.h"
#include "load/testing/engine_fixture.h"

namespace loadline::load {
namespace {

using measure::ErrorKind;
using measure::Row;

TEST(Engine, AccountsForEveryRequestThroughEveryKindOfFailure) {
  // By id modulo 8: fine, early close, reset, garbage, half of a body, 503, half-close after a
  // whole reply, close-delimited.
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    switch (id % 8) {
      case 1:
        return {.bytes = "", .end = Scripted::End::kClose};
      case 2:
        return {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                .end = Scripted::End::kReset};
      case 3:
        return {.bytes = "SSH-2.0-nonsense\r\n\r\n"};
      case 4:
        return {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                .end = Scripted::End::kClose};
      case 5:
        return {.bytes = Reply(503, "busy")};
      case 6:
        return {.bytes = Reply(200), .end = Scripted::End::kHalfClose};
      case 7:
        return {.bytes = "HTTP/1.1 200 OK\r\n\r\nuntil the end", .end = Scripted::End::kClose};
      default:
        return {.bytes = Reply(200)};
    }
  });
  const TemporaryFolder folder;
  EngineOptions options;
  options.threads = 2;
  options.spool_dir = folder.path();
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()), options);
  Recording seen;
  const auto result = engine->Probe(Users(6, 400), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->requests, 400);
  EXPECT_EQ(result->succeeded + result->failed, 400);
  EXPECT_EQ(result->rejected, 50);
  EXPECT_TRUE(result->accounts.Balanced());
  ExpectExactEvents(seen, result->accounts);
  const auto errors = ErrorsOf(*result);
  EXPECT_EQ(errors.at("status 503"), 50);
  std::int64_t failed = 0;
  for (const auto& [name, count] : errors) {
    failed += count;
  }
  EXPECT_EQ(failed, result->failed);

  // Every id is ours, and each that the server did not see has a failure to show for it.
  std::map<std::uint64_t, Row> rows;
  for (const Row& row : SpoolOf(*engine)) {
    rows[row.request] = row;
  }
  ASSERT_EQ(rows.size(), 400U);
  const auto arrived = server.seen();
  for (const std::int64_t id : arrived) {
    EXPECT_EQ(rows.count(static_cast<std::uint64_t>(id)), 1U);
  }
  for (const auto& [id, row] : rows) {
    const bool answered = id % 8 == 0 || id % 8 >= 6;
    if (arrived.count(static_cast<std::int64_t>(id)) == 0) {
      // Its connection was closed by the server at the same moment.
      EXPECT_TRUE(row.kind == ErrorKind::kReset || row.kind == ErrorKind::kClosedEarly ||
                  row.kind == ErrorKind::kConnectReset);
    } else if (answered) {
      // Sent just before the half-close of the request before it was seen: read, but not answered.
      const bool raced = (row.flags & measure::kRowReused) != 0 &&
                         (row.kind == ErrorKind::kClosedEarly || row.kind == ErrorKind::kReset);
      EXPECT_TRUE(row.kind == ErrorKind::kNone || raced) << id;
    } else {
      EXPECT_NE(row.kind, ErrorKind::kNone) << id;
    }
    if (row.kind != ErrorKind::kNone) {
      EXPECT_EQ(result->errors[row.error_detail].kind, row.kind);
    }
  }
}

TEST(Engine, APortWhereNobodyListensIsAConnectionRefused) {
  std::uint16_t port = 0;
  {
    ScriptedServer gone(Ok);
    port = gone.port();
  }
  auto engine = MakeEngine(ScenarioFor("http://127.0.0.1:" + std::to_string(port), NumberedTask()));
  Recording seen;
  for (const measure::Load& load : {Users(3, 50), PerSecond(1000.0, 50)}) {
    const auto result = engine->Probe(load, seen);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->failed, 50);
    EXPECT_EQ(ErrorsOf(*result).at("connect_refused"), 50);
    EXPECT_TRUE(result->accounts.Balanced());
  }
  const auto preflight = engine->Preflight();
  ASSERT_TRUE(preflight);
  EXPECT_FALSE(preflight->answered());
  EXPECT_EQ(preflight->replies[0].error, ErrorKind::kConnectRefused);
}

TEST(Engine, ASilentServerIsATimeOutOfTheFirstByteCountedFromTheSchedule) {
  ScriptedServer server([](std::int64_t, std::string_view) -> Scripted { return {.bytes = ""}; });
  scenario::Task task = NumberedTask();
  task.timeouts.whole = 50ms;
  const TemporaryFolder folder;
  EngineOptions options;
  options.spool_dir = folder.path();
  auto engine = MakeEngine(ScenarioFor(server.url(), task), options);
  Recording seen;
  const auto result = engine->Probe(Users(2, 6), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(ErrorsOf(*result).at("timeout_first_byte"), 6);
  for (const Row& row : SpoolOf(*engine)) {
    EXPECT_GE(row.done_ns - row.scheduled_ns, 50'000'000);
    EXPECT_EQ(row.first_byte_ns, 0);
  }
  EXPECT_EQ(server.accepted(), 6);  // A time-out ends the connection.
}

TEST(Engine, AReplyThatNeverEndsIsATimeOutOfTheWhole) {
  ScriptedServer server([](std::int64_t, std::string_view) -> Scripted {
    return {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"};
  });
  scenario::Task task = NumberedTask();
  // The first byte comes long before its own limit, on a busy machine as well.
  task.timeouts.whole = 500ms;
  task.timeouts.first_byte = 450ms;
  auto engine = MakeEngine(ScenarioFor(server.url(), task));
  Recording seen;
  const auto result = engine->Probe(Users(1, 2), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(ErrorsOf(*result).at("timeout_whole"), 2);
}

TEST(Engine, ChecksFailUnderTheirOwnNames) {
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    return {.bytes = Reply(200, id % 2 == 0 ? R"({"score": 0.5})" : R"({"score": -1})")};
  });
  scenario::Task task = NumberedTask();
  scenario::Check check;
  check.kind = scenario::Check::Kind::kJson;
  check.op = scenario::Check::Op::kGreaterEqual;
  check.text = "$.score >= 0";
  check.subject = "$.score";
  check.operand = "0";
  task.checks.push_back(check);
  auto engine = MakeEngine(ScenarioFor(server.url(), task));
  Recording seen;
  const auto result = engine->Probe(Users(2, 20), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 10);
  EXPECT_EQ(ErrorsOf(*result).at("check $.score >= 0"), 10);
  const auto preflight = engine->Preflight();
  ASSERT_TRUE(preflight);
  EXPECT_TRUE(preflight->passed());
  EXPECT_EQ(preflight->replies[0].status, 200);
  EXPECT_EQ(preflight->replies[0].body, R"({"score": 0.5})");
}

TEST(Engine, ANameThatDoesNotResolveFailsEveryRequest) {
  scenario::Scenario scenario = ScenarioFor("http://no-such-name.invalid:80", NumberedTask());
  auto engine = MakeEngine(scenario);
  EXPECT_EQ(engine->ResolveTarget().error().code, ErrorCode::kUnavailable);
  Recording seen;
  const auto result = engine->Probe(PerSecond(1000.0, 10), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->failed, 10);
  EXPECT_EQ(result->errors[0].kind, ErrorKind::kDns);
}

}  // namespace
}  // namespace loadline::load
