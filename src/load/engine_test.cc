// The engine against a server that does what the test says, over loopback.
#include "load/engine.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "base/clock.h"
#include "load/testing/scenarios.h"
#include "load/testing/scripted_server.h"

namespace loadline::load {
namespace {

using measure::Accounts;
using measure::ErrorKind;
using measure::EventKind;
using measure::Measurement;
using measure::Row;
using measure::StopReason;

Scripted Ok(std::int64_t /*id*/, std::string_view /*request*/) {
  return {.bytes = Reply(200)};
}

std::unique_ptr<Engine> MakeEngine(const scenario::Scenario& scenario, EngineOptions options = {}) {
  options.run_id = "test";
  options.drain = 2s;
  auto engine = Engine::Create(scenario, std::move(options));
  CHECK(engine.has_value());
  return std::move(*engine);
}

/// All rows of the engine's spool.
std::vector<Row> SpoolOf(const Engine& engine) {
  std::vector<Row> rows;
  for (const std::string& file : engine.spool_files()) {
    const std::vector<Row> part = RowsOf(Content(file));
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

std::map<std::string, std::int64_t> ErrorsOf(const Measurement& measurement) {
  std::map<std::string, std::int64_t> errors;
  for (const measure::ErrorTally& tally : measurement.errors) {
    if (tally.count > 0) {
      errors[tally.name] = tally.count;
    }
  }
  return errors;
}

/// Arrivals numbered in time order, each departure after its arrival, all in order of time.
void ExpectExactEvents(const Recording& seen, const Accounts& books) {
  std::uint32_t arrivals = 0;
  std::set<std::uint32_t> departed;
  Duration last{};
  for (const measure::Event& event : seen.events) {
    EXPECT_GE(event.at, last);
    last = event.at;
    if (event.kind == EventKind::kArrival) {
      EXPECT_EQ(event.request, arrivals++);
    } else {
      EXPECT_LT(event.request, arrivals);
      EXPECT_TRUE(departed.insert(event.request).second);
    }
  }
  EXPECT_EQ(arrivals, books.scheduled);
  EXPECT_EQ(static_cast<std::int64_t>(departed.size()), books.dispatched);
}

void ExpectContiguous(const Recording& seen) {
  Duration end{};
  for (std::size_t i = 0; i < seen.ends.size(); ++i) {
    EXPECT_EQ(seen.begins[i], end);
    end = seen.ends[i];
  }
}

TEST(Engine, CountsEveryRequestOfAClosedLoopOnAnyNumberOfThreads) {
  ScriptedServer server(Ok);
  for (const int threads : {1, 2, 3}) {
    const TemporaryFolder folder;
    EngineOptions options;
    options.threads = threads;
    options.spool_dir = folder.path();
    auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()), options);
    Recording seen;
    const auto result = engine->Probe(Users(5, 301), seen);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->requests, 301);
    EXPECT_EQ(result->succeeded, 301);
    EXPECT_EQ(result->stop, StopReason::kComplete);
    EXPECT_TRUE(result->accounts.Balanced());
    EXPECT_EQ(result->accounts.stored, 301);
    EXPECT_EQ(result->accounts.scheduled, 301);
    EXPECT_EQ(seen.completed, 301);
    EXPECT_EQ(seen.scheduled, 301);
    EXPECT_EQ(result->connections_opened, 5);
    EXPECT_EQ(result->addresses, std::vector<std::string>{"127.0.0.1"});
    ExpectExactEvents(seen, result->accounts);
    ExpectContiguous(seen);
    std::set<std::uint64_t> ids;
    for (const Row& row : SpoolOf(*engine)) {
      EXPECT_TRUE(ids.insert(row.request).second);
      EXPECT_EQ(row.step, 1);
      EXPECT_EQ(row.status, 200);
      EXPECT_LE(row.scheduled_ns, row.dispatched_ns);
      EXPECT_LE(row.dispatched_ns, row.sent_ns);
      EXPECT_LE(row.sent_ns, row.first_byte_ns);
      EXPECT_LE(row.first_byte_ns, row.done_ns);
      EXPECT_GT(row.scheduled_ns, 0);
    }
    EXPECT_EQ(ids.size(), 301U);
    EXPECT_EQ(*ids.rbegin(), 300U);
  }
  // Each id was seen once per number of threads.
  EXPECT_EQ(server.seen().size(), 3 * 301U);
  EXPECT_EQ(server.seen().count(17), 3U);
}

TEST(Engine, CountsEveryArrivalOfAnOpenLoop) {
  ScriptedServer server(Ok);
  for (const int threads : {1, 2}) {
    EngineOptions options;
    options.threads = threads;
    auto engine = MakeEngine(ScenarioFor(server.url(), StaticTask()), options);
    Recording seen;
    const auto result = engine->Probe(PerSecond(2000.0, 400, measure::Arrivals::kPoisson), seen);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->requests, 400);
    EXPECT_EQ(result->succeeded, 400);
    EXPECT_TRUE(result->accounts.Balanced());
    EXPECT_EQ(result->accounts.skipped, 400);  // Nothing asked for a spool.
    ExpectExactEvents(seen, result->accounts);
    EXPECT_EQ(seen.progress.in_flight, 0);
  }
}

TEST(Engine, ReusesConnectionsWhateverTheFramingOfTheReply) {
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    if (id % 3 == 0) {
      return {.bytes =
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n"};
    }
    if (id % 3 == 1) {
      return {.bytes = "HTTP/1.1 100 Continue\r\n\r\n" + Reply(204, "")};
    }
    return {.bytes = Reply(200, "dripping"), .drip = true};
  });
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()));
  Recording seen;
  const auto result = engine->Probe(Users(2, 30), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 30);
  EXPECT_EQ(server.accepted(), 2);
}

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
  task.timeouts.whole = 50ms;
  task.timeouts.first_byte = 40ms;
  auto engine = MakeEngine(ScenarioFor(server.url(), task));
  Recording seen;
  const auto result = engine->Probe(Users(1, 2), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(ErrorsOf(*result).at("timeout_whole"), 2);
}

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

TEST(Engine, WhatIsInFlightWhenTheDrainEndsIsCut) {
  ScriptedServer server([](std::int64_t, std::string_view) -> Scripted { return {.bytes = ""}; });
  EngineOptions options;
  auto engine = Engine::Create(ScenarioFor(server.url(), NumberedTask()), [&] {
    options.drain = 10ms;
    return options;
  }());
  ASSERT_TRUE(engine);
  measure::Load load = PerSecond(100.0, 0);
  load.duration = 100ms;
  Recording seen;
  const auto result = (*engine)->Probe(load, seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->requests, 10);  // Due at 0, 10, … 90 ms.
  EXPECT_EQ(result->accounts.cut, 10);
  EXPECT_EQ(ErrorsOf(*result).at("cut"), 10);
  EXPECT_EQ(result->in_flight_end, 10);
  EXPECT_TRUE(result->accounts.Balanced());
  ExpectExactEvents(seen, result->accounts);
}

TEST(Engine, TheObserverEndsTheProbe) {
  ScriptedServer server(Ok);
  auto engine = MakeEngine(ScenarioFor(server.url(), StaticTask()));
  for (const measure::Load& load : {Users(2, 0), PerSecond(500.0, 0)}) {
    Recording seen;
    seen.stop_after = 2;
    const auto result = engine->Probe(load, seen);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->stop, StopReason::kObserver);
    EXPECT_TRUE(result->accounts.Balanced());
    EXPECT_LT(result->measured, 60s);
    ExpectExactEvents(seen, result->accounts);
    ExpectContiguous(seen);
  }
}

TEST(Engine, AnInterruptEndsTheProbeWithItsBooksInOrder) {
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    return {.bytes = id % 10 == 0 ? "" : Reply(200)};  // Some never end.
  });
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()));
  class Interrupter : public Recording {
   public:
    explicit Interrupter(Engine& engine) : engine_(engine) {}
    measure::Decision OnWindow(const measure::Window& window) override {
      if (window.end >= 200ms) {
        engine_.Interrupt();
      }
      return Recording::OnWindow(window);
    }

   private:
    Engine& engine_;
  } seen(*engine);
  const auto result = engine->Probe(PerSecond(500.0, 0), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->stop, StopReason::kInterrupted);
  EXPECT_GT(result->accounts.cut, 0);
  EXPECT_TRUE(result->accounts.Balanced());
  ExpectExactEvents(seen, result->accounts);
  // And the next one ends before it begins.
  Recording none;
  const auto next = engine->Probe(PerSecond(500.0, 0), none);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->stop, StopReason::kInterrupted);
  EXPECT_EQ(next->accounts.dispatched, 0);
}

TEST(Engine, TheBrakeEndsAProbeThatOnlyMakesErrors) {
  ScriptedServer server(
      [](std::int64_t, std::string_view) -> Scripted { return {.bytes = Reply(503)}; });
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()));
  Recording seen;
  const auto result = engine->Probe(PerSecond(100.0, 0), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->stop, StopReason::kErrors);
  EXPECT_EQ(result->failed, result->requests - result->accounts.never_dispatched);
  EXPECT_EQ(result->rejected, result->failed);
  EXPECT_TRUE(result->accounts.Balanced());
}

TEST(Engine, WarmUpIsRecordedAndNotJudged) {
  ScriptedServer server(Ok);
  measure::Load load = PerSecond(1000.0, 0);
  load.warmup = 200ms;
  load.duration = 300ms;
  const TemporaryFolder folder;
  EngineOptions options;
  options.spool_dir = folder.path();
  auto engine = MakeEngine(ScenarioFor(server.url(), StaticTask()), options);
  Recording seen;
  const auto result = engine->Probe(load, seen);
  ASSERT_TRUE(result);
  // Due at 0, 1, … 499 ms: 200 of warm-up, 300 judged.
  EXPECT_EQ(result->accounts.scheduled, 500);
  EXPECT_EQ(result->requests, 300);
  EXPECT_EQ(result->measured, 300ms);
  EXPECT_EQ(result->warmup, 200ms);
  EXPECT_NEAR(result->offered.per_second, 1000.0, 1e-6);
  int flagged = 0;
  for (const Row& row : SpoolOf(*engine)) {
    flagged += (row.flags & measure::kRowWarmup) != 0 ? 1 : 0;
  }
  EXPECT_EQ(flagged, 200);
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
  options.records_limit = Bytes{50 * 80};
  auto engine = MakeEngine(ScenarioFor(server.url(), NumberedTask()), options);
  Recording seen;
  const auto result = engine->Probe(Users(2, 1000), seen);
  ASSERT_TRUE(result);
  // 50 rows, 9 or 10 of the 10 errors, and about 1 % of the other 940.
  EXPECT_GE(result->accounts.stored, 59);
  EXPECT_LT(result->accounts.stored, 100);
  EXPECT_TRUE(result->accounts.Balanced());
}

TEST(Engine, PreflightIsStepZeroAndProbesFollow) {
  ScriptedServer server(Ok);
  const TemporaryFolder folder;
  EngineOptions options;
  options.spool_dir = folder.path();
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.tasks.push_back(NumberedTask());
  scenario.tasks[1].name = "second";
  auto engine = MakeEngine(scenario, options);
  EXPECT_EQ(*engine->ResolveTarget(), std::vector<std::string>{"127.0.0.1"});
  const auto preflight = engine->Preflight();
  ASSERT_TRUE(preflight);
  EXPECT_TRUE(preflight->passed());
  EXPECT_FALSE(preflight->public_address);
  ASSERT_EQ(preflight->replies.size(), 2U);
  EXPECT_EQ(preflight->replies[1].task, "second");
  EXPECT_EQ(preflight->replies[0].address, "127.0.0.1:" + std::to_string(server.port()));
  Recording seen;
  for (int step = 1; step <= 2; ++step) {
    EXPECT_EQ(engine->Probe(Users(1, 10), seen)->step, step);
  }
  std::map<int, int> per_step;
  for (const Row& row : SpoolOf(*engine)) {
    ++per_step[row.step];
  }
  EXPECT_EQ(per_step, (std::map<int, int>{{0, 2}, {1, 10}, {2, 10}}));
}

TEST(Engine, TasksGetTheirShareByWeight) {
  ScriptedServer server(Ok);
  scenario::Scenario scenario = ScenarioFor(server.url(), StaticTask());
  scenario.tasks[0].weight = 3.0;
  scenario.tasks.push_back(StaticTask());
  scenario.tasks[1].name = "rare";
  auto engine = MakeEngine(scenario);
  Recording seen;
  const auto result = engine->Probe(Users(4, 4000), seen);
  ASSERT_TRUE(result);
  // 1 in 4 on average: 1000 of 4000, standard deviation 27.
  EXPECT_NEAR(static_cast<double>(result->tasks[1].succeeded), 1000.0, 140.0);
  EXPECT_EQ(result->tasks[0].succeeded + result->tasks[1].succeeded, 4000);
  EXPECT_EQ(result->tasks[1].name, "rare");
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

TEST(Engine, RefusesLoadsThatMakeNoSense) {
  ScriptedServer server(Ok);
  auto engine = MakeEngine(ScenarioFor(server.url(), StaticTask()));
  Recording seen;
  EXPECT_EQ(engine->Probe(PerSecond(0.0, 1), seen).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(engine->Probe(Users(0, 1), seen).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Engine::Create(ScenarioFor("ftp://x", StaticTask()), {}).error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace loadline::load
