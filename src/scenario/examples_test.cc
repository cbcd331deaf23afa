// The examples that the repository ships must stay right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/show.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Scenario Example(const std::string& name, Command command) {
  Surroundings surroundings = SystemSurroundings();
  surroundings.variable = [](const std::string& variable) -> std::optional<std::string> {
    return variable == "SCORE_URL" ? std::optional<std::string>("http://127.0.0.1:8500")
                                   : std::nullopt;
  };
  Built built = Build(MakeInput(command, std::string(LOADLINE_EXAMPLES) + name), surroundings);
  EXPECT_EQ(Format(built.faults), "");
  const Built again =
      Build(MakeInput(Command::kShow, "shown.yaml", Show(built.scenario)), surroundings);
  EXPECT_EQ(Format(again.faults), "");
  return std::move(built.scenario);
}

TEST(Examples, ScenarioIsReadForEveryCommand) {
  for (const Command command : {Command::kShow, Command::kRun, Command::kFind, Command::kVerify}) {
    const Scenario scenario = Example("scenario.yaml", command);
    ASSERT_THAT(scenario.tasks, SizeIs(2));
    EXPECT_EQ(scenario.tasks[0].weight, 9.0);
    EXPECT_EQ(scenario.tasks[1].timeouts.whole, 10s);
    EXPECT_EQ(scenario.tasks[1].body.parts[1].low, 64);
    EXPECT_EQ(scenario.target.credentials.bearer->name, "SCORE_KEY");
    EXPECT_THAT(scenario.objectives, SizeIs(2));
    EXPECT_EQ(Format(scenario.objectives[1]), "online:p95 < 150ms");
    EXPECT_EQ(std::get<measure::OpenLoad>(scenario.load.shape).rate.per_second, 300.0);
    EXPECT_EQ(scenario.load.duration, 2min);
    EXPECT_EQ(scenario.find.budget, 10min);
  }
}

TEST(Examples, MlflowSendsRowsOfWine) {
  const Scenario scenario = Example("mlflow.yaml", Command::kFind);
  ASSERT_THAT(scenario.tasks, SizeIs(2));
  EXPECT_EQ(scenario.tasks[1].shape, BodyShape::kMlflow);
  EXPECT_EQ(scenario.tasks[1].shape_rows, 32);
  ASSERT_THAT(scenario.data, SizeIs(1));
  EXPECT_THAT(scenario.data[0].columns, SizeIs(11));
}

TEST(Examples, LoginCapturesAToken) {
  const Scenario scenario = Example("login.yaml", Command::kRun);
  EXPECT_THAT(scenario.captured, ElementsAre("token"));
}

TEST(Examples, PracticeIsReadForEveryCommand) {
  for (const Command command : {Command::kShow, Command::kRun, Command::kFind, Command::kVerify}) {
    const Scenario scenario = Example("practice.yaml", command);
    ASSERT_THAT(scenario.tasks, SizeIs(2));
    EXPECT_EQ(scenario.target.credentials.bearer->name, "SCORE_TOKEN");
    EXPECT_THAT(scenario.objectives, SizeIs(3));
    EXPECT_EQ(scenario.find.max, 500.0);
  }
}

}  // namespace
}  // namespace loadline::scenario
