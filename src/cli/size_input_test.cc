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
  EXPECT_EQ(input.rate.per_second, 2000);
  EXPECT_EQ(input.pod.service, 50ms);
  EXPECT_NEAR(input.pod.scv, 0.25, 1e-9);
  EXPECT_EQ(input.pod_cpu, 0.5);
  EXPECT_NEAR(input.growth, 0.3, 1e-12);
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
