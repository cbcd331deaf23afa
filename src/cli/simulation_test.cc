#include "cli/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "measure/row.h"

namespace loadline::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class SimulationTest : public testing::Test {
 protected:
  SimulationTest()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("simulation-" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SimulationTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& text) {
    std::string path = (folder_ / "service.yaml").string();
    std::ofstream(path) << text;
    return path;
  }

  std::optional<Simulation> Read(const std::vector<std::string>& words) {
    const Result<Arguments> arguments = ParseArguments(words);
    EXPECT_TRUE(arguments.has_value());
    return Simulation::Read(*arguments, faults_);
  }

  /// As a session makes one.
  Simulation Adopted(const std::string& yaml, const scenario::Scenario& scenario) {
    std::optional<Simulation> simulation = Read({"simulate", Write(yaml)});
    simulation->Adopt(scenario, true, faults_);
    return *std::move(simulation);
  }

  std::vector<std::string> Faults() const {
    std::vector<std::string> lines;
    for (const scenario::Fault& fault : faults_) {
      lines.push_back(scenario::Format(fault));
    }
    return lines;
  }

  std::filesystem::path folder_;
  std::vector<scenario::Fault> faults_;
};

scenario::Scenario TwoTasks() {
  scenario::Scenario scenario;
  scenario.tasks.resize(2);
  scenario.tasks[0].name = "small";
  scenario.tasks[0].weight = 3;
  scenario.tasks[1].name = "large";
  scenario.tasks[1].weight = 1;
  return scenario;
}

measure::Load Steady(double rate, Duration duration) {
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{rate}, .arrivals = measure::Arrivals::kConstant};
  load.duration = duration;
  return load;
}

TEST(SimulateHelp, NamesEveryKeyOfAServiceFile) {
  for (const std::string_view key : sim::ServiceKeys()) {
    EXPECT_THAT(std::string(Get(CommandId::kSimulate).text), HasSubstr(std::string(key)));
  }
}

TEST_F(SimulationTest, IsNoneWithoutAService) {
  EXPECT_FALSE(Read({"run", "http://127.0.0.1:1/"}).has_value());
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(SimulationTest, NamesItsFileAsTheTarget) {
  const std::string path = Write("pods: 3\n");
  const std::optional<Simulation> simulation = Read({"find", "--sim", path});
  ASSERT_TRUE(simulation.has_value());
  EXPECT_EQ(simulation->Url(), "sim:" + path);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(SimulationTest, SaysByHowMuchALoadIsTooHigh) {
  // 3 pods of 100 ms: 30/s.
  scenario::Scenario scenario = TwoTasks();
  scenario.load = Steady(36, 60s);
  scenario.load_given = true;
  report::Style wide;
  wide.width = 400;
  EXPECT_THAT(Adopted("pods: 3\nlatency: constant:100ms\n", scenario).Text(wide),
              AllOf(HasSubstr("3 pods"), HasSubstr("at most 30/s"),
                    HasSubstr("36/s is 20 % more than that")));
  EXPECT_THAT(Adopted("pods: 4\nlatency: constant:100ms\n", scenario).Text(wide),
              Not(HasSubstr("more than that")));
}

TEST_F(SimulationTest, ComplainsOfFilesThatAreNotThereAndOfUrls) {
  Read({"run", "http://127.0.0.1:1/", "--sim", "/nowhere/at-all.yaml"});
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("also the URL"), HasSubstr("at-all.yaml")));
}

TEST_F(SimulationTest, GivesSearchesADayAndLeavesTheTargetOut) {
  const std::optional<Simulation> simulation = Read({"find", "--sim", Write("pods: 3\n")});
  scenario::Input input;
  simulation->ReplaceTarget(input);
  EXPECT_TRUE(input.virtual_time);
  ASSERT_THAT(input.settings, SizeIs(1));
  EXPECT_THAT(input.settings[0].value, HasSubstr(".invalid"));
}

TEST_F(SimulationTest, TakesTasksAndSizes) {
  Simulation simulation =
      Adopted("pods: 8\nlatency: constant:10ms\ntasks: {large: 5}\n", TwoTasks());
  ASSERT_THAT(Faults(), IsEmpty());
  measure::Unobserved nobody;
  const measure::Measurement m = *simulation.Probe(Steady(40, 60s), nobody);
  ASSERT_THAT(m.tasks, SizeIs(2));
  // Three of four are small; each has a pod of its own.
  EXPECT_NEAR(static_cast<double>(m.tasks[0].succeeded) / static_cast<double>(m.requests), 0.75,
              0.04);
  EXPECT_NEAR(Seconds(m.tasks[0].response.Max()), 0.010, 0.0001);
  EXPECT_NEAR(Seconds(m.tasks[1].response.Max()), 0.050, 0.0001);
}

TEST_F(SimulationTest, ComplainsOfSizesOfTasksThatTheScenarioLacks) {
  Adopted("tasks: {huge: 5}\n", TwoTasks());
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("tasks.huge: found a task that the scenario does not "
                                              "have; expected one of its tasks: small, large")));
}

TEST_F(SimulationTest, NeedsALoadThatEnds) {
  Simulation simulation = Adopted("pods: 1\n", TwoTasks());
  measure::Unobserved nobody;
  const auto measurement = simulation.Probe(Steady(1, Duration::max()), nobody);
  ASSERT_FALSE(measurement.has_value());
  EXPECT_THAT(measurement.error().message, HasSubstr("--duration or --requests"));
}

TEST_F(SimulationTest, StopsAtTheNextWindowWhenItIsInterrupted) {
  Simulation simulation = Adopted("pods: 1\nlatency: constant:1ms\n", TwoTasks());
  simulation.Interrupt();
  measure::Unobserved nobody;
  const measure::Measurement m = *simulation.Probe(Steady(100, 1h), nobody);
  EXPECT_EQ(m.stop, measure::StopReason::kInterrupted);
  EXPECT_EQ(m.accounts.scheduled, 11);  // Those of 0, 10, …, 100 ms.
}

TEST_F(SimulationTest, WritesTheRowsThatWereAskedFor) {
  Simulation simulation = Adopted("pods: 1\nqueue: 0\nlatency: constant:15ms\n", TwoTasks());
  load::EngineOptions options;
  options.records = load::Records::kErrors;
  ASSERT_TRUE(simulation.KeepRows("0123abcd", folder_.string(), options).has_value());
  measure::Unobserved nobody;
  // One in two finds the pod busy.
  const measure::Measurement m = *simulation.Probe(Steady(100, 1s), nobody);
  ASSERT_TRUE(simulation.CloseRows().has_value());
  EXPECT_EQ(m.accounts.stored, 50);
  EXPECT_EQ(m.accounts.skipped, 50);
  EXPECT_TRUE(m.accounts.Balanced());
  EXPECT_EQ(std::filesystem::file_size(folder_ / "0.spool"),
            sizeof(measure::RowFileHeader) + 50 * sizeof(measure::Row));
  // A second run in the same folder would mix its rows with these.
  EXPECT_FALSE(simulation.KeepRows("0123abcd", folder_.string(), options).has_value());
}

TEST_F(SimulationTest, CountsRowsThatTheDiskDoesNotTake) {
  if (!std::filesystem::exists("/dev/full")) {
    GTEST_SKIP() << "no /dev/full";
  }
  std::FILE* full = std::fopen("/dev/full", "wb");
  ASSERT_NE(full, nullptr);
  SimulatedRecords records(full, {});
  measure::Row row;
  std::int64_t lost = 0;
  for (int i = 0; i < 1'000; ++i) {
    lost += records.Take(row) == sim::RowSink::Fate::kLost ? 1 : 0;
  }
  EXPECT_GT(lost, 0);
  EXPECT_EQ(records.Flush().error().code, ErrorCode::kExhausted);
}

}  // namespace
}  // namespace loadline::cli
