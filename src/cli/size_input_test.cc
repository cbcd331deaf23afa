#include "cli/size_input.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loadline::cli {
namespace {

Result<SizeInput> Read(std::vector<std::string> words) {
  words.insert(words.begin(), "size");
  const Result<Arguments> arguments = ParseArguments(words);
  if (!arguments) {
    return arguments.error();
  }
  return ReadSizeInput(*arguments);
}

std::string FaultOf(const std::vector<std::string>& words) {
  const Result<SizeInput> input = Read(words);
  return input ? "none" : input.error().message;
}

bool Names(const std::string& fault, const char* flag) {
  return fault.find(flag) != std::string::npos;
}

TEST(ReadSizeInput, ReadsWhatIsGiven) {
  const SizeInput input = *Read({"--rate", "2000/s", "--latency", "lognormal:50ms,cv=0.5", "--p95",
                                 "200ms", "--pod-cpu", "500m", "--growth", "30%", "--survive",
                                 "zone", "--balance", "p2c", "--queue", "10"});
  EXPECT_EQ(input.traffic.rate.per_second, 2000);
  EXPECT_EQ(input.pod.service, 50ms);
  EXPECT_NEAR(input.pod.scv, 0.25, 1e-9);
  EXPECT_EQ(input.pod_cpu, 0.5);
  EXPECT_NEAR(input.traffic.growth, 0.3, 1e-12);
  EXPECT_EQ(input.zones, 3);
  EXPECT_EQ(input.pod.queue, 10);
  ASSERT_EQ(input.objectives.size(), 1U);
  EXPECT_EQ(measure::Format(input.objectives[0]), "p95 < 200ms");
}

TEST(ReadSizeInput, NamesTheOptionThatIsWrong) {
  EXPECT_TRUE(Names(FaultOf({"--latency", "50ms"}), "--rate: the traffic to size for is missing"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "0", "--latency", "50ms"}), "--rate: found \"0\""));
  EXPECT_TRUE(Names(FaultOf({"--rate", "-5", "--latency", "50ms"}), "--rate"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5"}), "--latency: the service time is missing"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5", "--latency", "0"}), "--latency"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5", "--latency", "50"}), "--latency"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5", "--latency", "5ms", "--from", "@last"}), "either"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5", "--latency", "5ms", "--balance", "sticky"}),
                    "--balance: found \"sticky\""));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5", "--latency", "5ms", "--pod-cpu", "-1"}), "--pod-cpu"));
  EXPECT_TRUE(
      Names(FaultOf({"--rate", "5", "--latency", "5ms", "--survive", "zone", "--zones", "1"}),
            "--survive"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5", "--latency", "5ms", "--growth", "-200%"}), "--growth"));
  EXPECT_TRUE(
      Names(FaultOf({"--rate", "5", "--latency", "5ms", "--concurrency", "1.5"}), "--concurrency"));
}

// The options of one rate and service, and `more`.
std::vector<std::string> With(std::vector<std::string> more) {
  std::vector<std::string> words{"--rate", "5", "--latency", "5ms"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(ReadSizeInput, ReadsWhatStandsOnTheNodes) {
  const SizeInput input = *Read(With({"--node", "m", "--daemonsets", "0.5,1Gi,6", "--cluster-pods",
                                      "3x1.3,512Mi", "--surge", "10", "--peak-memory", "50%",
                                      "--max-nodes", "12", "--max-pods", "30", "--hours", "200"}));
  const NodesInput& nodes = input.nodes;
  EXPECT_EQ(nodes.overhead.daemons.millicores, 500);
  EXPECT_EQ(nodes.overhead.daemons.memory.count, 1LL << 30);
  EXPECT_EQ(nodes.overhead.daemon_pods, 6);
  EXPECT_EQ(nodes.cluster.count, 3);
  EXPECT_EQ(nodes.cluster.each.millicores, 1300);
  EXPECT_EQ(nodes.cluster.each.memory.count, 512LL << 20);
  EXPECT_EQ(nodes.surge.Of(100), 10);
  EXPECT_DOUBLE_EQ(nodes.memory_peak, 0.5);
  EXPECT_EQ(nodes.max_nodes, 12);
  EXPECT_EQ(nodes.max_pods, 30);
  EXPECT_DOUBLE_EQ(nodes.hours_per_month, 200);
  EXPECT_EQ(Read(With({"--node", "m", "--daemonsets", "none"}))->nodes.overhead.daemons.millicores,
            0);
  EXPECT_EQ(Read(With({"--node", "m", "--daemonsets", "0.5,1Gi"}))->nodes.overhead.daemon_pods, 4);
  EXPECT_EQ(Read(With({"--node", "m", "--surge", "10%"}))->nodes.surge.Of(100), 10);
}

TEST(ReadSizeInput, ReadsHowFarAhead) {
  const auto ahead = [](const char* text) {
    return Read({"--history", "t.csv", "--latency", "5ms", "--horizon", text})->traffic.horizon;
  };
  EXPECT_EQ(ahead("8w").ahead, std::chrono::hours(24 * 56));
  EXPECT_EQ(ahead("12mo").ahead, std::chrono::hours(8766));  // 365.25 days
  EXPECT_EQ(ahead("1y").ahead, std::chrono::hours(8766));
  EXPECT_EQ(ahead("90d").ahead, std::chrono::hours(90 * 24));
  EXPECT_EQ(ahead("2027-11-26").day, std::chrono::sys_days(std::chrono::year(2027) / 11 / 26));
  EXPECT_TRUE(Read(With({"--growth", "30%/y", "--horizon", "2y"}))->traffic.growth_per_year);
}

TEST(ReadSizeInput, HasAnAutoscalerWhereItIsAskedFor) {
  EXPECT_FALSE(Read(With({}))->dead_band.has_value());
  EXPECT_EQ(Read(With({"--dead-band", "15%"}))->dead_band, 0.15);
  EXPECT_EQ(Read(With({"-o", "m", "--pod-cpu", "1"}))->dead_band, 0.1);
  EXPECT_FALSE(Read(With({"-o", "m", "--pod-cpu", "1", "--fixed"}))->dead_band.has_value());
}

TEST(ReadSizeInput, NamesWhatIsWrongWithTrafficNodesAndManifests) {
  const std::string traffic =
      FaultOf({"--rate", "5", "--history", "t.csv", "--growth", "30%", "--latency", "5ms",
               "--horizon", "next year", "--confidence", "100%"});
  EXPECT_TRUE(Names(traffic, "--rate: the traffic is either named or read")) << traffic;
  EXPECT_TRUE(Names(traffic, "--growth: the history shows the growth")) << traffic;
  EXPECT_TRUE(Names(traffic, "--horizon: found \"next year\"")) << traffic;
  EXPECT_TRUE(Names(traffic, "--confidence: found \"100%\"")) << traffic;
  EXPECT_TRUE(Names(FaultOf(With({"--horizon", "1y"})), "--horizon: needs a --history"));
  const std::string nodes = FaultOf(
      With({"--node", "m", "--daemonsets", "much", "--cluster-pods", "3", "--surge", "0",
            "--peak-memory", "-5%", "--max-nodes", "0", "--max-pods", "2000", "--hours", "800"}));
  for (const char* flag : {"--daemonsets", "--cluster-pods", "--surge", "--peak-memory",
                           "--max-nodes", "--max-pods", "--hours"}) {
    EXPECT_TRUE(Names(nodes, flag)) << flag << "\n" << nodes;
  }
  const std::string without = FaultOf(With({"--daemonsets", "1,1Gi", "--spot", "--gpus", "1"}));
  EXPECT_TRUE(Names(without, "--daemonsets: says something of nodes: with --node")) << without;
  EXPECT_TRUE(Names(without, "--spot: says something of nodes: with --node")) << without;
  EXPECT_TRUE(Names(without, "--gpus: says something of nodes or manifests")) << without;
  EXPECT_EQ(Read(With({"-o", "m", "--pod-cpu", "1", "--gpus", "2"}))->nodes.gpus, 2);
  EXPECT_TRUE(Names(FaultOf(With({"-o", "m"})), "--output: manifests say what a pod asks for"));
  EXPECT_TRUE(Names(FaultOf(With({"--name", "a"})), "--name: belongs to manifests"));
  EXPECT_TRUE(Names(FaultOf(With({"-o", "m", "--pod-cpu", "1", "--label", "app"})),
                    "--label: found \"app\""));
  EXPECT_TRUE(Names(FaultOf(With({"--dead-band", "10%", "--fixed"})), "--dead-band"));
  EXPECT_TRUE(Names(FaultOf(With({"--dead-band", "ten"})), "--dead-band"));
  EXPECT_TRUE(Names(FaultOf(With({"--lowest-rate", "2/s"})), "--lowest-rate: is what an"));
  EXPECT_TRUE(Names(FaultOf(With({"-o", "m", "--pod-cpu", "1", "--cpu-limit", "0.5"})),
                    "--cpu-limit: 0.5 CPU is below"));
}

TEST(ReadSizeInput, TellsEveryFaultAtOnce) {
  const std::string fault = FaultOf({"--rate", "0", "--latency", "x", "--queue", "-3"});
  EXPECT_TRUE(Names(fault, "--rate") && Names(fault, "--latency") && Names(fault, "--queue"))
      << fault;
}

TEST(ReadSizeInput, ReadsUsersInsteadOfARate) {
  const SizeInput input = *Read({"--users", "500", "--think", "1s", "--latency", "50ms", "--p95",
                                 "200ms", "--balance", "least", "--routers", "3"});
  EXPECT_EQ(input.users, (queueing::Users{500, 1s}));
  EXPECT_EQ(input.pod.routers, 3);
  EXPECT_TRUE(Names(FaultOf({"--users", "500", "--latency", "50ms"}), "--think"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5/s", "--think", "1s", "--latency", "50ms"}), "--think"));
  EXPECT_TRUE(Names(FaultOf({"--rate", "5/s", "--users", "5", "--think", "1s"}), "--users"));
  EXPECT_TRUE(Names(FaultOf({"--users", "0", "--think", "1s", "--latency", "50ms"}), "--users"));
  EXPECT_TRUE(Names(FaultOf({"--users", "5", "--think", "1s", "--latency", "50ms", "--queue", "3"}),
                    "--queue"));
  EXPECT_TRUE(Names(
      FaultOf({"--rate", "5/s", "--latency", "50ms", "--balance", "central", "--routers", "2"}),
      "--routers"));
}

}  // namespace
}  // namespace loadline::cli
