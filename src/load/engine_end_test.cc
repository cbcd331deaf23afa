// How probes end: drain, observer, interrupt, brake.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "load/engine.h"
#include "load/testing/engine_fixture.h"

namespace loadline::load {
namespace {

using measure::StopReason;

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

}  // namespace
}  // namespace loadline::load
