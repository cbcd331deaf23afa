// A service as people write it, and everything that may be wrong with one.
#include "sim/service_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::vector<std::string> FaultsOf(std::string_view text) {
  std::vector<scenario::Fault> faults;
  static_cast<void>(ReadServiceFile(text, "s.yaml", faults));
  std::vector<std::string> lines;
  lines.reserve(faults.size());
  for (const scenario::Fault& fault : faults) {
    lines.push_back(scenario::Format(fault));
  }
  return lines;
}

TEST(ReadServiceFile, ReadsEveryKey) {
  std::vector<scenario::Fault> faults;
  const ServiceFile file = ReadServiceFile(
      "pods: 12\nconcurrency: 2\nqueue: unlimited\nlatency: exponential:20ms\noverhead: 3ms\n"
      "balance: p2c\nerror_rate: 1%\ndiscipline: sharing\ncold_start: 5s\nseed: 7\n"
      "scaling:\n  - {at: 60s, pods: 24}\nspeed:\n  - {at: 10s, speed: 0.5}\n"
      "pauses: {every: 10s, length: 200ms}\nwandering: {slow: 0.6, stay: 4s}\n"
      "rate_limit: {rate: 50/s, burst: 5, status: 503}\ntasks: {small: 0.5, large: 3}\n"
      "cpu: {limit: 0.5, model: fluid}\nrouters: 3\nconnections: 64\n"
      "failures:\n  every: 2h\n  restart: 20s\n  unnoticed: 3s\n  status: 502\n"
      "  outages: [{at: 60s, pods: 4}]\n",
      "s.yaml", faults);
  EXPECT_THAT(faults, ElementsAre());
  const ServiceOptions& service = file.options.service;
  EXPECT_EQ(service.pods, 12);
  EXPECT_EQ(service.concurrency, 2);
  EXPECT_EQ(service.queue, kUnlimitedQueue);
  EXPECT_EQ(service.latency.Text(), "exponential:20ms");
  EXPECT_EQ(service.overhead, Duration(3ms));
  EXPECT_EQ(service.balance, Balance::kP2c);
  EXPECT_DOUBLE_EQ(service.error_rate, 0.01);
  EXPECT_EQ(service.discipline, Discipline::kSharing);
  EXPECT_EQ(service.cold_start, Duration(5s));
  EXPECT_DOUBLE_EQ(service.cpu_limit, 0.5);
  EXPECT_EQ(service.cpu_model, CpuModel::kFluid);
  EXPECT_EQ(service.routers, 3);
  EXPECT_EQ(service.connections, 64);
  EXPECT_EQ(file.options.seed, 7U);
  EXPECT_EQ(file.options.disturbances.scaling.at(0).pods, 24);
  EXPECT_DOUBLE_EQ(file.options.disturbances.speed.at(0).speed, 0.5);
  EXPECT_EQ(file.options.disturbances.pauses->first, Duration(10s));  // As `every`.
  EXPECT_EQ(file.options.disturbances.wandering->stay, Duration(4s));
  EXPECT_EQ(file.options.disturbances.limit->status, 503);
  const Failures& failures = *file.options.disturbances.failures;
  EXPECT_EQ(failures.every, Duration(2h));
  EXPECT_EQ(failures.restart, Duration(20s));
  EXPECT_EQ(failures.unnoticed, Duration(3s));
  EXPECT_EQ(failures.status, 502);
  EXPECT_EQ(failures.outages.at(0).at, Duration(60s));
  EXPECT_EQ(failures.outages.at(0).pods, 4);
  EXPECT_THAT(file.sizes, ElementsAre(Pair("small", 0.5), Pair("large", 3.0)));
}

TEST(ReadServiceFile, TakesPodsWithACurveForSharing) {
  std::vector<scenario::Fault> faults;
  const ServiceFile file = ReadServiceFile("curve: [1, 1.8, 2.4]\n", "s.yaml", faults);
  EXPECT_THAT(faults, ElementsAre());
  EXPECT_THAT(file.options.service.curve, ElementsAre(1.0, 1.8, 2.4));
  EXPECT_EQ(file.options.service.discipline, Discipline::kSharing);
}

TEST(ReadServiceFile, TellsWhatIsWrongWithACurve) {
  EXPECT_THAT(FaultsOf("curve: 3\n"),
              ElementsAre("s.yaml:1: curve: found \"3\"; expected a list of numbers such as "
                          "[1, 1.8, 2.4]"));
  EXPECT_THAT(
      FaultsOf("curve:\n  - 1\n  - -2\n  - many\n"),
      ElementsAre("s.yaml:3: curve[1]: found \"-2\"; expected a number from 0.001 to 1000000",
                  "s.yaml:4: curve[2]: found \"many\"; expected a number from 0.001 to "
                  "1000000"));
  EXPECT_THAT(
      FaultsOf("curve: [1, 2]\ndiscipline: slots\ncpu: {limit: 2}\n"),
      ElementsAre("s.yaml:2: discipline: found \"slots\"; expected sharing, beside a curve",
                  "s.yaml:3: cpu: found a map; expected no limit beside a curve, which says "
                  "what pods get done"));
}

TEST(ReadServiceFile, AnEmptyFileIsTheDefaultService) {
  EXPECT_THAT(FaultsOf(""), ElementsAre());
}

TEST(ReadServiceFile, TellsAllFaultsAtOnceWithTheirLines) {
  EXPECT_THAT(
      FaultsOf("pods: 0\nqueue: many\nlatnecy: 50ms\nbalance: sticky\nscaling: 3\n"),
      ElementsAre(
          "s.yaml:3: latnecy: found an unknown key; expected latency",
          "s.yaml:1: pods: found \"0\"; expected a whole number from 1 to 150,000",
          "s.yaml:2: queue: found \"many\"; expected a whole number from 0 to 100,000,000 or "
          "unlimited",
          "s.yaml:4: balance: found \"sticky\"; expected random, round-robin, least, p2c "
          "or connection",
          "s.yaml:5: scaling: found \"3\"; expected a list, each entry with a dash"));
}

TEST(ReadServiceFile, TellsWhatIsWrongWithFailures) {
  EXPECT_THAT(
      FaultsOf("failures:\n  often: 1m\n  status: 404\n  restart: soon\n  outages: [{at: 5s}]\n"),
      ElementsAre(
          "s.yaml:2: failures.often: found an unknown key; expected every, outages, restart, "
          "unnoticed, status",
          "s.yaml:4: failures.restart: found \"soon\"; expected a time from 0 s to 1d 00h",
          "s.yaml:3: failures.status: found \"404\"; expected a whole number from 500 to 504 "
          "or reset",
          "s.yaml:5: failures.outages[0].pods: found nothing; expected how many fail "
          "together"));
  EXPECT_THAT(FaultsOf("failures: {restart: 5s}\n"),
              ElementsAre("s.yaml:1: failures.every: found nothing; expected the mean time between "
                          "two failures of a pod, or `outages`"));
  EXPECT_THAT(FaultsOf("failures: {every: 1h, status: reset}\n"), ElementsAre());
}

TEST(ReadServiceFile, SaysHowValuesDoNotFitTogether) {
  // A pause of 20 s every 10 s would never end.
  EXPECT_EQ(FaultsOf("pauses: {every: 10s, length: 20s}\n").size(), 1U);
}

TEST(ReadServiceFile, RefusesWhatIsNoMap) {
  EXPECT_THAT(FaultsOf("- pods\n"),
              ElementsAre("s.yaml:1: found a list; expected a map of keys such as `pods: 4`"));
}

}  // namespace
}  // namespace loadline::sim
