#include "load/source.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "load/testing/scenarios.h"

namespace loadline::load {
namespace {

const Instant kStart{1000s};
const Instant kNever = Instant::max();

std::unique_ptr<Plan> PlanOf(const scenario::Scenario& scenario) {
  auto plan = MakePlan(scenario, "loadline");
  CHECK(plan.has_value());
  return std::move(*plan);
}

std::unique_ptr<Plan> PlanOf(scenario::Task task) {
  return PlanOf(ScenarioFor("http://127.0.0.1:1", std::move(task)));
}

TEST(Source, ShardsTakeEveryArrivalOfAnOpenLoopExactlyOnce) {
  const auto plan = PlanOf(StaticTask());
  const measure::Load load = PerSecond(1000.0, 500, measure::Arrivals::kPoisson);
  std::set<std::uint64_t> numbers;
  std::map<std::uint64_t, Instant> due_of;
  for (int part = 0; part < 3; ++part) {
    TextPool texts;
    Source source(*plan, load, part, 3, texts);
    source.Start(kStart);
    Due due;
    Instant last{};
    while (source.Take(kStart + 100s, kNever, due)) {
      EXPECT_EQ(due.number % 3, static_cast<std::uint64_t>(part));
      EXPECT_GE(due.scheduled, last);
      last = due.scheduled;
      due_of[due.number] = due.scheduled;
      EXPECT_TRUE(numbers.insert(due.number).second);
    }
    EXPECT_TRUE(source.exhausted());
    EXPECT_EQ(source.NextDue(), kNever);
  }
  ASSERT_EQ(numbers.size(), 500U);
  EXPECT_EQ(*numbers.rbegin(), 499U);
  // In time order over all threads.
  Instant last{};
  for (const auto& [number, at] : due_of) {
    EXPECT_GE(at, last);
    last = at;
  }
}

TEST(Source, AnArrivalIsDueNeitherEarlyNorAfterTheStop) {
  const auto plan = PlanOf(StaticTask());
  TextPool texts;
  Source source(*plan, PerSecond(10.0, 0), 0, 1, texts);
  EXPECT_EQ(source.NextDue(), kNever);  // Nobody has said when the probe starts.
  source.Start(kStart);
  Due due;
  EXPECT_EQ(source.NextDue(), kStart);
  EXPECT_FALSE(source.Take(kStart - 1ns, kNever, due));
  ASSERT_TRUE(source.Take(kStart, kNever, due));
  EXPECT_EQ(source.NextDue(), kStart + 100ms);
  EXPECT_FALSE(source.Take(kStart + 1s, kStart + 100ms, due));  // Due at the stop: not any more.
  ASSERT_TRUE(source.Take(kStart + 1s, kStart + 101ms, due));
  EXPECT_EQ(due.scheduled, kStart + 100ms);
  // Due at 200, 300, 400 ms and not taken.
  EXPECT_EQ(source.CountUntaken(kStart + 500ms, [](Instant, std::uint32_t) {}), 3);
}

TEST(Source, RendersAheadInTheOrderOfArrival) {
  const auto plan = PlanOf(NumberedTask());
  TextPool texts;
  Source source(*plan, PerSecond(10.0, 5), 0, 1, texts);
  source.Start(kStart);
  int ahead = 0;
  while (source.RenderAhead()) {
    ++ahead;
  }
  EXPECT_EQ(ahead, 5);  // No more than there will be.
  Due due;
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(source.Take(kStart + 10s, kNever, due));
    EXPECT_EQ(due.number, i);
    EXPECT_NE(texts[due.text].find("X-Id: " + std::to_string(i) + "\r\n"), std::string::npos);
    texts.Release(due.text);
  }
  EXPECT_FALSE(source.Take(kStart + 10s, kNever, due));
}

TEST(Source, UsersAreDealtAndStartAtTheirSpawnTimes) {
  const auto plan = PlanOf(StaticTask());
  measure::Load load = Users(5, 0);
  std::get<measure::ClosedLoad>(load.shape).spawn = Rate{10.0};  // One each 100 ms.
  TextPool texts;
  Source source(*plan, load, 1, 2, texts);  // Users 1 and 3 of 0..4.
  source.Start(kStart);
  Due due;
  EXPECT_EQ(source.NextDue(), kStart + 100ms);
  ASSERT_TRUE(source.Take(kStart + 150ms, kNever, due));
  EXPECT_EQ(due.scheduled, kStart + 100ms);
  EXPECT_FALSE(source.Take(kStart + 150ms, kNever, due));
  EXPECT_EQ(source.UsersAt(kStart + 150ms), 1);
  ASSERT_TRUE(source.Take(kStart + 300ms, kNever, due));
  EXPECT_EQ(due.user, 1U);  // The second user of this thread.
  EXPECT_EQ(source.NextDue(), kNever);
}

TEST(Source, AUserThinksBetweenAnswerAndRequest) {
  const auto plan = PlanOf(StaticTask());
  measure::Load load = Users(1, 0);
  auto& shape = std::get<measure::ClosedLoad>(load.shape);
  shape.think = 300ms;
  shape.law = measure::ThinkLaw::kConstant;
  TextPool texts;
  Source source(*plan, load, 0, 1, texts);
  source.Start(kStart);
  Due due;
  ASSERT_TRUE(source.Take(kStart, kNever, due));
  EXPECT_FALSE(source.Take(kStart + 10s, kNever, due));  // Still waits for the answer.
  source.Answered(0, kStart + 1s);
  EXPECT_EQ(source.NextDue(), kStart + 1300ms);
  EXPECT_EQ(source.Watermark(kStart + 2s), kStart + 1300ms - 1ns);
  ASSERT_TRUE(source.Take(kStart + 2s, kNever, due));
  EXPECT_EQ(due.scheduled, kStart + 1300ms);
  EXPECT_EQ(source.Watermark(kStart + 2s), kStart + 2s);
}

TEST(Source, WithoutThinkTimeTheNextArrivalComesAfterTheDeparture) {
  const auto plan = PlanOf(StaticTask());
  TextPool texts;
  Source source(*plan, Users(1, 0), 0, 1, texts);
  source.Start(kStart);
  Due due;
  ASSERT_TRUE(source.Take(kStart, kNever, due));
  source.Answered(0, kStart + 1ms);
  ASSERT_TRUE(source.Take(kStart + 1ms + 1ns, kNever, due));
  EXPECT_EQ(due.scheduled, kStart + 1ms + 1ns);
}

TEST(Source, AsManyRequestsAsAskedOverAllShards) {
  for (const bool is_static : {true, false}) {
    const auto plan = PlanOf(is_static ? StaticTask() : NumberedTask());
    std::set<std::uint64_t> numbers;
    for (int part = 0; part < 3; ++part) {
      TextPool texts;
      Source source(*plan, Users(7, 100), part, 3, texts);
      source.Start(kStart);
      Instant now = kStart;
      Due due;
      std::vector<Due> taken;
      while (source.Take(now, kNever, due)) {
        taken.push_back(due);
      }
      // One user of each thread stays without answer for long, its next request rendered ahead.
      while (taken.size() > 1) {
        (void)source.RenderAhead();
        now += 1ms;
        const Due done = taken.back();
        taken.pop_back();
        EXPECT_TRUE(numbers.insert(done.number).second);
        source.Answered(done.user, now);
        if (source.Take(now + 1ms, kNever, due)) {
          taken.push_back(due);
        }
      }
      while (!taken.empty()) {
        const Due done = taken.back();
        taken.pop_back();
        EXPECT_TRUE(numbers.insert(done.number).second);
        now += 1ms;
        source.Answered(done.user, now);
        if (source.Take(now + 1ms, kNever, due)) {
          taken.push_back(due);
        }
      }
      EXPECT_TRUE(source.exhausted());
    }
    ASSERT_EQ(numbers.size(), 100U);
    EXPECT_EQ(*numbers.rbegin(), 99U);
  }
}

TEST(Source, DataOfOrderOnceEndsTheLoad) {
  scenario::Scenario scenario = ScenarioFor("http://127.0.0.1:1", NumberedTask());
  scenario::DataSet data;
  data.name = "people";
  data.order = scenario::DataOrder::kOnce;
  data.columns = {"age"};
  data.rows = {{"1"}, {"2"}, {"3"}};
  data.row_json = {R"({"age":1})", R"({"age":2})", R"({"age":3})"};
  scenario.data.push_back(data);
  scenario::TemplatePart part;
  part.kind = scenario::TemplatePart::Kind::kRow;
  part.data = 0;
  part.context = scenario::TemplatePart::Context::kJsonValue;
  scenario.tasks[0].body.parts = {part};
  const auto plan = PlanOf(scenario);
  TextPool texts;
  Source source(*plan, PerSecond(10.0, 0), 0, 1, texts);
  source.Start(kStart);
  Due due;
  int count = 0;
  while (source.Take(kStart + 100s, kNever, due)) {
    EXPECT_FALSE(due.broken);
    ++count;
  }
  EXPECT_EQ(count, 3);
  EXPECT_TRUE(source.exhausted());
}

TEST(Source, OnStartRequestsComeBeforeAUsersLoadAndAreTriedAgain) {
  scenario::Scenario scenario = ScenarioFor("http://127.0.0.1:1", StaticTask());
  scenario.on_start.push_back(StaticTask());
  scenario.on_start.push_back(StaticTask());
  const auto plan = PlanOf(scenario);
  TextPool texts;
  Source source(*plan, Users(1, 0), 0, 1, texts);
  EXPECT_TRUE(source.prepared());
  source.Start(kStart);
  Due due;
  ASSERT_TRUE(source.Take(kStart, kNever, due));
  EXPECT_TRUE(due.on_start);
  EXPECT_EQ(due.task, 0);
  source.StartAnswered(0, false, kStart + 10ms);
  EXPECT_EQ(source.NextDue(), kStart + 1010ms);  // A second later.
  ASSERT_TRUE(source.Take(kStart + 2s, kNever, due));
  EXPECT_EQ(due.task, 0);
  source.StartAnswered(0, true, kStart + 2s);
  ASSERT_TRUE(source.Take(kStart + 3s, kNever, due));
  EXPECT_EQ(due.task, 1);
  source.StartAnswered(0, true, kStart + 3s);
  ASSERT_TRUE(source.Take(kStart + 4s, kNever, due));
  EXPECT_FALSE(due.on_start);
  EXPECT_EQ(due.scheduled, kStart + 3s + 1ns);
}

TEST(Source, AnOpenLoopPreparesOnceAndGivesUpAfterThreeFailures) {
  scenario::Scenario scenario = ScenarioFor("http://127.0.0.1:1", StaticTask());
  scenario.on_start.push_back(StaticTask());
  const auto plan = PlanOf(scenario);
  TextPool texts;
  Source source(*plan, PerSecond(10.0, 0), 0, 1, texts);
  Due due;
  Instant now = kStart;
  for (int tries = 0; tries < 3; ++tries) {
    EXPECT_FALSE(source.prepared());
    ASSERT_TRUE(source.Take(now, kNever, due));
    EXPECT_TRUE(due.on_start);
    source.StartAnswered(0, false, now);
    now += 1s;
  }
  EXPECT_TRUE(source.prepared());
  source.Start(now);
  ASSERT_TRUE(source.Take(now, kNever, due));
  EXPECT_FALSE(due.on_start);
}

TEST(WaitingLine, LetsAnyoneLeave) {
  RequestPool pool;
  WaitingLine line;
  const std::uint32_t a = pool.Allocate();
  const std::uint32_t b = pool.Allocate();
  const std::uint32_t c = pool.Allocate();
  line.PushBack(pool, a);
  line.PushBack(pool, b);
  line.PushBack(pool, c);
  line.Remove(pool, b);
  EXPECT_EQ(line.first(), a);
  EXPECT_EQ(line.last(), c);
  line.Remove(pool, a);
  EXPECT_EQ(line.first(), c);
  line.Remove(pool, c);
  EXPECT_EQ(line.first(), kNoIndex);
  EXPECT_EQ(line.size(), 0U);
}

TEST(JoinTarget, AppendsPathsAndKeepsQueries) {
  std::string out;
  JoinTarget("/", "/score", out);
  EXPECT_EQ(out, "/score");
  JoinTarget("/v1", "/score?x=1", out);
  EXPECT_EQ(out, "/v1/score?x=1");
  JoinTarget("/v1/?k=2", "/score", out);
  EXPECT_EQ(out, "/v1/score?k=2");
  JoinTarget("/v1?k=2", "/score?x=1", out);
  EXPECT_EQ(out, "/v1/score?x=1&k=2");
  JoinTarget("/v1?k=2", "", out);
  EXPECT_EQ(out, "/v1?k=2");
}

}  // namespace
}  // namespace loadline::load
