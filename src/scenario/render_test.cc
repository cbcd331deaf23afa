#include "scenario/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "base/json_text.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const Texts& Files() {
  static const Texts kFiles{{"p.csv", "name,age,note\nann,30,\nbob,4,\"a\"\"/b\"\ncleo,5,x y\n"},
                            {"n.jsonl", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n"}};
  return kFiles;
}

Scenario Make(const std::string& yaml) {
  Built built =
      Build(MakeInput(Command::kShow, "s.yaml", "target: http://h\n" + yaml), InMemory(Files()));
  EXPECT_EQ(Format(built.faults), "");
  return std::move(built.scenario);
}

// Rows as MLflow's codec would, only simpler.
void AppendRows(const Task&, const DataSet& data, std::span<const std::size_t> indexes,
                std::string& out) {
  out += data.columns[0];
  for (const std::size_t index : indexes) {
    out += '|' + data.rows[index][0];
  }
}
constexpr ShapeCodec kCodec{.append_request = AppendRows, .fault_in_reply = nullptr};

// Bodies of the first `count` requests of the first task.
std::vector<std::string> Bodies(const Scenario& scenario, int count, std::uint64_t seed = 1) {
  const Secrets secrets;
  Renderer renderer(scenario, secrets, kCodec, seed);
  RenderedRequest out;
  std::vector<std::string> bodies;
  bodies.reserve(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) {
    bodies.emplace_back(renderer.Render(scenario.tasks[0], static_cast<std::uint64_t>(k), {}, out)
                            ? out.body
                            : "-");
  }
  return bodies;
}

std::string DataTask(const std::string& order, const std::string& body) {
  return "data: {n: {jsonl: n.jsonl, order: " + order + "}}\ntasks: [{json: '" + body + "'}]\n";
}

TEST(Render, WritesCellsAsTheirPlaceDemands) {
  const Scenario scenario = Make(
      "data: {p: {csv: p.csv}}\n"
      "tasks:\n"
      "  - post: '/x/${p.note}?r=${p.age}'\n"
      "    headers: {X-Note: '<${p.note}>', X-Age: '${p.age}'}\n"
      "    json: {age: '${p.age}', note: '${p.note}', text: '${p.note}/${p.age}', row: "
      "'${p.row}',\n"
      "           quoted: 'row ${p.row}', k: '${counter}', id: 'n${counter}'}\n");
  const Secrets secrets;
  Renderer renderer(scenario, secrets, {}, 1);
  RenderedRequest out;
  ASSERT_TRUE(renderer.Render(scenario.tasks[0], 1, {}, out));
  EXPECT_EQ(out.path, "/x/a%22%2Fb?r=4");
  EXPECT_EQ(out.headers[0].value, "<a\"/b>");
  EXPECT_EQ(out.headers[1].value, "4");
  EXPECT_EQ(
      out.body,
      R"({"age":4,"note":"a\"/b","text":"a\"/b/4","row":{"name":"bob","age":4,"note":"a\"/b"},)"
      R"("quoted":"row {\"name\":\"bob\",\"age\":4,\"note\":\"a\\\"/b\"}","k":1,"id":"n1"})");
  EXPECT_TRUE(IsJson(out.body));
}

TEST(Render, CyclesThroughRowsAndBatches) {
  EXPECT_THAT(Bodies(Make(DataTask("cycle", "${n.n}")), 7),
              ElementsAre("0", "1", "2", "3", "4", "0", "1"));
  // Two rows a request of five: 0 1, 2 3, 4 0, 1 2.
  EXPECT_THAT(Bodies(Make(DataTask("cycle", "${n.rows(2)}")), 4),
              ElementsAre(R"([{"n":0},{"n":1}])", R"([{"n":2},{"n":3}])", R"([{"n":4},{"n":0}])",
                          R"([{"n":1},{"n":2}])"));
}

TEST(Render, ReportsTheEndOfDataOnce) {
  const Scenario one = Make(DataTask("once", "${n.n}"));
  EXPECT_THAT(Bodies(one, 7), ElementsAre("0", "1", "2", "3", "4", "-", "-"));
  const Secrets secrets;
  EXPECT_EQ(Renderer(one, secrets, {}, 1).RequestsUntilDataEnds(), 5U);
  // Two rows a request of five: the fifth row is left over.
  const Scenario two = Make(DataTask("once", "${n.rows(2)}"));
  EXPECT_EQ(Renderer(two, secrets, {}, 1).RequestsUntilDataEnds(), 2U);
  EXPECT_THAT(Bodies(two, 3)[2], "-");
  const Scenario cycle = Make(DataTask("cycle", "${n.n}"));
  EXPECT_EQ(Renderer(cycle, secrets, {}, 1).RequestsUntilDataEnds(),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(Render, ShufflesEachRoundIntoAnotherOrderWithEveryRowOnce) {
  const std::vector<std::string> bodies = Bodies(Make(DataTask("shuffle", "${n.n}")), 500);
  std::set<std::vector<std::string>> orders;
  for (std::size_t round = 0; round < 100; ++round) {
    std::vector<std::string> rows(bodies.begin() + static_cast<std::ptrdiff_t>(5 * round),
                                  bodies.begin() + static_cast<std::ptrdiff_t>(5 * round + 5));
    orders.insert(rows);
    std::sort(rows.begin(), rows.end());
    EXPECT_THAT(rows, ElementsAre("0", "1", "2", "3", "4"));
  }
  // 5! = 120 orders; of 100 draws about 120 · (1 − (119/120)^100) = 68 are different.
  EXPECT_GT(orders.size(), 50U);
}

TEST(Render, TakesRandomRowsEvenly) {
  const std::vector<std::string> bodies = Bodies(Make(DataTask("random", "${n.n}")), 5000);
  for (const char* row : {"0", "1", "2", "3", "4"}) {
    // 1000 expected, standard deviation √(5000 · 0.2 · 0.8) = 28: within 6 of them.
    EXPECT_NEAR(static_cast<double>(std::count(bodies.begin(), bodies.end(), row)), 1000, 170);
  }
}

TEST(Render, DependsOnSeedAndNumberAlone) {
  for (const char* order : {"cycle", "random", "shuffle"}) {
    const Scenario scenario =
        Make(DataTask(order, "${n.rows(3)} ${uuid} ${random.int(1,1000000)} ${n.n}"));
    const std::vector<std::string> all = Bodies(scenario, 60);
    // Three threads with every third number each, from the last to the first.
    const Secrets secrets;
    for (int shard = 0; shard < 3; ++shard) {
      Renderer renderer(scenario, secrets, {}, 1);
      RenderedRequest out;
      for (int k = 57 + shard; k >= 0; k -= 3) {
        ASSERT_TRUE(renderer.Render(scenario.tasks[0], static_cast<std::uint64_t>(k), {}, out));
        EXPECT_EQ(out.body, all[static_cast<std::size_t>(k)]);
      }
    }
    EXPECT_EQ(Bodies(scenario, 60), all);
    EXPECT_NE(Bodies(scenario, 60, 2), all);
  }
}

TEST(Render, MakesUuidsOfVersion4AndNumbersWithinTheirRange) {
  const Scenario scenario = Make("tasks: [{body: '${uuid} ${uuid} ${random.int(-2,2)}'}]\n");
  std::set<std::string> uuids;
  std::set<std::string> numbers;
  for (const std::string& body : Bodies(scenario, 200)) {
    ASSERT_GT(body.size(), 74U);
    for (const std::size_t at : {std::size_t{0}, std::size_t{37}}) {
      const std::string uuid = body.substr(at, 36);
      EXPECT_EQ(uuid[14], '4');
      EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
      uuids.insert(uuid);
    }
    numbers.insert(body.substr(74));
  }
  EXPECT_THAT(uuids, SizeIs(400));
  EXPECT_THAT(numbers, ElementsAre("-1", "-2", "0", "1", "2"));
}

TEST(Render, DrawsFromTheWholeRangeOfIntegers) {
  const Scenario scenario =
      Make("tasks: [{body: '${random.int(-9223372036854775808,9223372036854775807)}'}]\n");
  const std::vector<std::string> bodies = Bodies(scenario, 50);
  EXPECT_THAT(std::set<std::string>(bodies.begin(), bodies.end()), SizeIs(50));
}

TEST(Render, OrdersHeadersAndLetsTheTaskOverrideTheTargets) {
  Scenario scenario = Make(
      "on_start: [{post: /login, capture: {token: $.t}}]\n"
      "tasks: [{post: /, body: x, headers: {x-b: task, X-T: '${token}'}}]\n");
  scenario.target.headers = {{"X-A", {{TemplatePart{.text = "target"}}}},
                             {"X-B", {{TemplatePart{.text = "target"}}}}};
  Secrets secrets;
  secrets.headers.push_back({"Authorization", Secret("Bearer k")});
  Renderer renderer(scenario, secrets, {}, 1);
  RenderedRequest out;
  const auto headers = [&](const Captured& captured) {
    EXPECT_TRUE(renderer.Render(scenario.tasks[0], 0, captured, out));
    std::vector<std::string> texts;
    for (const RenderedRequest::Header& header : out.headers) {
      texts.push_back(header.name + "=" + header.value);
    }
    return texts;
  };
  EXPECT_THAT(headers({"tok"}), ElementsAre("Authorization=Bearer k", "X-A=target", "x-b=task",
                                            "X-T=tok", "Content-Type=text/plain; charset=utf-8"));
  // Not captured yet: the header is left out.
  EXPECT_THAT(headers({}), ElementsAre("Authorization=Bearer k", "X-A=target", "x-b=task",
                                       "Content-Type=text/plain; charset=utf-8"));
}

TEST(Render, GivesOnStartRequestsOtherRandomValues) {
  const Scenario scenario =
      Make("on_start: [{body: '${uuid}'}, {body: '${uuid}'}]\ntasks: [{body: '${uuid}'}]\n");
  const Secrets secrets;
  Renderer renderer(scenario, secrets, {}, 1);
  std::set<std::string> bodies;
  RenderedRequest out;
  for (const Task* task : {&scenario.on_start[0], &scenario.on_start[1], &scenario.tasks[0]}) {
    ASSERT_TRUE(renderer.Render(*task, 0, {}, out));
    bodies.insert(out.body);
  }
  EXPECT_THAT(bodies, SizeIs(3));
}

TEST(Render, HandsRowsOfShapedTasksToTheCodec) {
  const Scenario scenario =
      Make("data: {n: {jsonl: n.jsonl}}\ntasks: [{as: mlflow, rows: n, batch: 3}]\n");
  EXPECT_THAT(Bodies(scenario, 2), ElementsAre("n|0|1|2", "n|3|4|0"));
  EXPECT_FALSE(Renderer::IsStatic(scenario.tasks[0], scenario.target));
}

TEST(Render, KnowsWhatIsAlwaysTheSame) {
  const auto is_static = [](const std::string& task) {
    const Scenario scenario = Make("tasks: [" + task + "]\n");
    return Renderer::IsStatic(scenario.tasks[0], scenario.target);
  };
  EXPECT_TRUE(is_static("{get: /a, headers: {X: y}}"));
  EXPECT_TRUE(is_static("{post: /a, json: {b: [1, 2]}}"));
  EXPECT_FALSE(is_static("{get: '/${counter}'}"));
  EXPECT_FALSE(is_static("{get: /, headers: {X: '${uuid}'}}"));
  EXPECT_FALSE(is_static("{post: /, json: '${uuid}'}"));
}

TEST(Render, AllocatesNothingInTheSteadyState) {
  const Scenario scenario = Make(
      "data: {p: {csv: p.csv, order: shuffle}}\n"
      "tasks:\n"
      "  - post: '/x/${p.age}?id=${uuid}'\n"
      "    headers: {X-Request-Id: '${uuid} and more than a short string holds', X-N: "
      "'${counter}'}\n"
      "    json: {rows: '${p.rows(8)}', note: '${p.note}/${p.name}', r: '${random.int(1,9)}'}\n");
  const Secrets secrets;
  Renderer renderer(scenario, secrets, {}, 1);
  RenderedRequest out;
  const Captured captured;
  const auto render = [&](std::uint64_t from, std::uint64_t to) {
    bool ok = true;
    for (std::uint64_t k = from; k < to; ++k) {
      ok = renderer.Render(scenario.tasks[0], k, captured, out) && ok;
    }
    return ok;
  };
  ASSERT_TRUE(render(0, 200));
  const std::int64_t before = AllocationsSoFar();
  ASSERT_TRUE(render(1'000'000, 1'000'100));
  EXPECT_EQ(AllocationsSoFar() - before, 0);
}

TEST(Render, AShapedBodyMayBeGivenReadyMade) {
  const Scenario scenario =
      Make("tasks: [{as: mlflow, path: /x, json: {inputs: [1, '${counter}']}}]\n");
  const Secrets secrets;
  Renderer renderer(scenario, secrets, kCodec, 1);
  RenderedRequest out;
  ASSERT_TRUE(renderer.Render(scenario.tasks[0], 7, {}, out));
  EXPECT_EQ(out.body, R"({"inputs":[1,7]})");
}

}  // namespace
}  // namespace loadline::scenario
