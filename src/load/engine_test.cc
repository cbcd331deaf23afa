// The engine against a server that does what the test says, over loopback: counts and shares.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "load/engine.h"
#include "load/testing/engine_fixture.h"

namespace loadline::load {
namespace {

using measure::Row;
using measure::StopReason;

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

TEST(Engine, GoodputIsWhatSucceededWithinTheLoosestThreshold) {
  ScriptedServer server([](std::int64_t id, std::string_view) -> Scripted {
    return {.bytes = Reply(id % 4 == 0 ? 500 : 200)};
  });
  scenario::Scenario scenario = ScenarioFor(server.url(), NumberedTask());
  scenario.objectives = {*measure::ParseObjective("p95 < 1ns"),
                         *measure::ParseObjective("p50 < 1h")};
  auto engine = MakeEngine(scenario);
  Recording seen;
  const auto result = engine->Probe(Users(2, 400), seen);
  ASSERT_TRUE(result);
  EXPECT_GT(result->achieved.per_second, 0.0);
  // Three of four succeed, all of them within an hour.
  EXPECT_NEAR(result->goodput / result->achieved, 0.75, 1e-9);
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
