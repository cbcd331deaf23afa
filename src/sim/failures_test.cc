// Pods that fail and come back: the state machine by hand, then whole probes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "sim/service.h"
#include "sim/sim_prober.h"
#include "sim/testing.h"

namespace loadline::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

ServiceOptions Behind(Balance balance, ServiceOptions service) {
  service.balance = balance;
  return service;
}

TEST(FailingPod, LosesWhatItServesAndWhatWaits) {
  Service service(Pods(2, 1, 5), 1, At(0ms));
  for (std::uint64_t tag = 0; tag < 6; ++tag) {
    service.Arrive(At(0ms), tag);  // Least: even ones on pod 0, odd ones on pod 1.
  }
  std::vector<std::uint64_t> lost;
  EXPECT_TRUE(service.FailPod(At(5ms), 0, lost));
  EXPECT_THAT(lost, ElementsAre(0U, 2U, 4U));
  EXPECT_EQ(service.serving(), 1);
  EXPECT_EQ(service.waiting(), 2);
  EXPECT_THAT(Departures(service, 1s), ElementsAre("1@10", "3@20", "5@30"));
  EXPECT_EQ(service.next(), Instant::max());
  EXPECT_EQ(service.counters().lost, 3);
  EXPECT_EQ(service.counters().pod_failures, 1);
}

TEST(FailingPod, RefusesUntilItIsNoticedAndThenGetsNothing) {
  Service service(Pods(2, 1, 5), 1, At(0ms));
  std::vector<std::uint64_t> lost;
  EXPECT_TRUE(service.FailPod(At(0ms), 0, lost));
  // It looks idle, so that `least` sends everything there: 1 goes to pod 1, for pod 0 had its turn.
  EXPECT_EQ(service.Arrive(At(1ms), 0), Admission::kDead);
  EXPECT_EQ(service.Arrive(At(1ms), 1), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(1ms), 2), Admission::kDead);
  EXPECT_EQ(service.Arrive(At(1ms), 3), Admission::kDead);
  service.TakeOut(0);
  EXPECT_EQ(service.ReadyPods(At(2ms)), 1);
  EXPECT_EQ(service.Arrive(At(2ms), 4), Admission::kQueued);
  EXPECT_EQ(service.counters().refused, 3);
}

TEST(FailingPod, TakesRequestsAgainAfterItsColdStart) {
  ServiceOptions options = Pods(2, 1, 0);
  options.cold_start = 100ms;
  Service service(options, 1, At(-100ms));
  std::vector<std::uint64_t> lost;
  service.FailPod(At(0ms), 0, lost);
  service.TakeOut(0);
  service.StartPod(At(50ms), 0);
  EXPECT_EQ(service.Arrive(At(149ms), 0), Admission::kServing);  // Pod 1.
  EXPECT_EQ(service.Arrive(At(149ms), 1), Admission::kFull);
  EXPECT_EQ(service.Arrive(At(150ms), 2), Admission::kServing);
  EXPECT_EQ(service.ReadyPods(At(150ms)), 2);
}

/// What each of 200 pods has got after `requests` arrivals of endless work, with every third pod
/// failed and taken out.
std::vector<int> SharesOf(const ServiceOptions& options, int requests) {
  Service service(options, 1, At(0ms));
  std::vector<std::uint64_t> lost;
  for (int pod = 0; pod < options.pods; pod += 3) {
    service.FailPod(At(0ms), pod, lost);
    service.TakeOut(pod);
  }
  for (int i = 0; i < requests; ++i) {
    EXPECT_EQ(service.Arrive(At(1ms), 0), Admission::kServing);
  }
  std::vector<int> shares(static_cast<std::size_t>(options.pods));
  Departure left;
  while (service.Depart(At(1h), left)) {
    ++shares[static_cast<std::size_t>(left.pod)];
  }
  return shares;
}

TEST(FailingPod, GetsNothingAmongManyWhileTheOthersShareAsTheBalancerDoes) {
  for (const auto& [balance, least, most] : {std::tuple{Balance::kLeast, 10, 10},
                                             {Balance::kRoundRobin, 10, 10},
                                             {Balance::kP2c, 6, 12},
                                             {Balance::kRandom, 1, 30}}) {
    SCOPED_TRACE(Name(balance));
    // 200 pods, 67 of them out: 1,330 requests are ten for each of the others.
    const std::vector<int> shares = SharesOf(Behind(balance, Pods(200, 100, 0)), 1330);
    for (std::size_t pod = 0; pod < shares.size(); ++pod) {
      EXPECT_GE(shares[pod], pod % 3 == 0 ? 0 : least) << pod;
      EXPECT_LE(shares[pod], pod % 3 == 0 ? 0 : most) << pod;
    }
  }
}

TEST(FailingPod, ComesBackAmongManyBehindLeast) {
  Service service(Behind(Balance::kLeast, Pods(100, 100, 0)), 1, At(0ms));
  std::vector<std::uint64_t> lost;
  for (std::uint64_t i = 0; i < 300; ++i) {
    service.Arrive(At(0ms), i);
  }
  service.FailPod(At(1ms), 7, lost);
  EXPECT_EQ(lost.size(), 3U);
  service.TakeOut(7);
  service.Arrive(At(2ms), 300);
  service.StartPod(At(3ms), 7);
  // It is the emptiest: the next three are its own, the fourth goes where the turn has come to.
  for (std::uint64_t i = 301; i < 305; ++i) {
    service.Arrive(At(4ms), i);
  }
  int own = 0;
  Departure left;
  while (service.Depart(At(1h), left)) {
    own += left.pod == 7 ? 1 : 0;
  }
  EXPECT_EQ(own, 3);
}

TEST(FailingPod, IsNotReadyIfItWasTheLast) {
  Service service(Pods(1, 1, 0), 1, At(0ms));
  std::vector<std::uint64_t> lost;
  service.FailPod(At(0ms), 0, lost);
  service.TakeOut(0);
  EXPECT_EQ(service.Arrive(At(1ms), 0), Admission::kNotReady);
  service.StartPod(At(2ms), 0);
  EXPECT_EQ(service.Arrive(At(2ms), 1), Admission::kServing);
}

TEST(FailingPod, FailsOnlyWhileItRuns) {
  ServiceOptions options = Pods(2, 1, 0);
  options.cold_start = 100ms;
  Service service(options, 1, At(-100ms));
  std::vector<std::uint64_t> lost;
  EXPECT_TRUE(service.FailPod(At(0ms), 0, lost));
  EXPECT_FALSE(service.FailPod(At(1ms), 0, lost));
  service.StartPod(At(10ms), 0);
  EXPECT_FALSE(service.FailPod(At(20ms), 0, lost));  // Cold until 110 ms.
  EXPECT_TRUE(service.FailPod(At(110ms), 0, lost));
}

TEST(FailingPod, ForgetsItsFailureWhenItIsTakenAwayAndAddedAgain) {
  Service service(Pods(2, 1, 0), 1, At(0ms));
  std::vector<std::uint64_t> lost;
  service.FailPod(At(0ms), 1, lost);
  service.TakeOut(1);
  service.SetPods(At(1ms), 1);
  EXPECT_EQ(service.ReadyPods(At(1ms)), 1);
  service.SetPods(At(2ms), 2);
  EXPECT_EQ(service.ReadyPods(At(2ms)), 2);
  EXPECT_TRUE(service.FailPod(At(3ms), 1, lost));
}

TEST(FailingPod, LeavesNothingBehindInASharedProcessor) {
  for (const CpuModel model : {CpuModel::kQuota, CpuModel::kFluid}) {
    ServiceOptions options = Pods(1, 8, 0);
    options.cpu_limit = 1.0;
    options.cpu_model = model;
    Service service(options, 1, At(0ms));
    service.Arrive(At(0ms), 0);
    service.Arrive(At(0ms), 1);
    std::vector<std::uint64_t> lost;
    service.FailPod(At(5ms), 0, lost);
    EXPECT_THAT(lost, ElementsAre(0U, 1U));
    EXPECT_EQ(service.next(), Instant::max());
    service.StartPod(At(10ms), 0);
    service.Arrive(At(200ms), 2);
    EXPECT_THAT(Departures(service, 1s), ElementsAre("2@210"));  // Alone on its core.
  }
}

TEST(FailingPod, ClosesItsIdleConnections) {
  Service service(Behind(Balance::kConnection, Pods(2, 4, 0)), 1, At(0ms));
  for (std::uint64_t tag = 0; tag < 8; ++tag) {
    service.Arrive(At(0ms), tag);
  }
  static_cast<void>(Departures(service, 50ms));  // All connections are idle now.
  std::vector<std::uint64_t> lost;
  service.FailPod(At(60ms), 0, lost);
  service.TakeOut(0);
  for (std::uint64_t tag = 8; tag < 12; ++tag) {
    EXPECT_EQ(service.Arrive(At(61ms), tag), Admission::kServing);
  }
  EXPECT_EQ(service.Arrive(At(61ms), 12), Admission::kFull);  // Only four places are left.
}

SimOptions Failing(const ServiceOptions& service, const Failures& failures) {
  SimOptions options;
  options.service = service;
  options.disturbances.failures = failures;
  return options;
}

measure::Measurement Offer(const SimOptions& options, double rate, Duration duration) {
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{rate}, .arrivals = measure::Arrivals::kConstant};
  load.duration = duration;
  measure::Unobserved nobody;
  SimProber prober(options);
  return *prober.Probe(load, nobody);
}

std::vector<std::string> Errors(const measure::Measurement& m) {
  std::vector<std::string> errors;
  for (const measure::ErrorTally& tally : m.errors) {
    errors.push_back(std::to_string(tally.count) + " " + tally.name);
  }
  return errors;
}

TEST(Failures, AnOutageEndsWhatItMeetsAndTurnsTheRestAway) {
  // One pod, 10 ms a request, one every 20 ms from 0 on. It fails at 205 ms with the one of 200 ms
  // in it and is back at 305 ms: those of 220, 240, …, 300 are refused until 255 ms (two), then
  // answered 503 (three).
  const SimOptions options =
      Failing(Pods(1, 1, 5), {.outages = {{.at = 205ms}}, .restart = 100ms, .unnoticed = 50ms});
  const measure::Measurement m = Offer(options, 50, 1s);
  EXPECT_THAT(Errors(m), UnorderedElementsAre("1 reset", "2 connect_refused", "3 status 503"));
  EXPECT_EQ(m.requests, 50);
  EXPECT_EQ(m.succeeded, 44);
  EXPECT_TRUE(m.accounts.Balanced());
}

TEST(Failures, AProxyInFrontAnswersForThePod) {
  const SimOptions options =
      Failing(Pods(1, 1, 5), {.outages = {{.at = 205ms}}, .restart = 0s, .status = 502});
  EXPECT_THAT(Errors(Offer(options, 50, 1s)), ElementsAre("1 status 502"));
}

TEST(Failures, PodsFailAtTheirRateWhileTheyRun) {
  // 20 pods, each up for 90 s on average and then down for 10 s: in 2,000 s each fails 20 times,
  // all together 400 times, ± 20. A balancer that draws at random and never notices sends a tenth
  // of 200,000 requests to pods that are down: 20,000 ± 1,000.
  const SimOptions options = Failing(Behind(Balance::kRandom, Pods(20, 1, 5)),
                                     {.every = 90s, .restart = 10s, .unnoticed = 10s});
  const measure::Measurement m = Offer(options, 100, 2'000s);
  std::int64_t refused = 0;
  for (const measure::ErrorTally& tally : m.errors) {
    refused += tally.kind == measure::ErrorKind::kConnectRefused ? tally.count : 0;
  }
  EXPECT_EQ(m.requests, 200'000);
  EXPECT_NEAR(static_cast<double>(refused), 20'000, 3'000);
}

TEST(Failures, RepeatThemselvesWithTheirSeedOnly) {
  SimOptions options = Failing(Pods(20, 1, 5), {.every = 30s, .restart = 10s, .unnoticed = 1s});
  const std::vector<std::string> once = Errors(Offer(options, 1'000, 60s));
  EXPECT_EQ(Errors(Offer(options, 1'000, 60s)), once);
  options.seed = 2;
  EXPECT_NE(Errors(Offer(options, 1'000, 60s)), once);
}

TEST(Failures, PodsOfTheBeginningAreWarm) {
  SimOptions options = Failing(Pods(1, 1, 5), {.outages = {{.at = 205ms}}, .restart = 0s});
  options.service.cold_start = 100ms;
  // Cold only after its failure: those of 220, 240, 260, 280 and 300 ms find nobody.
  EXPECT_THAT(Errors(Offer(options, 50, 1s)), UnorderedElementsAre("1 reset", "5 status 503"));
}

TEST(Failures, AreRefusedOutOfRange) {
  const auto message = [](const Failures& failures) {
    return ValidateSim(Failing(ServiceOptions{}, failures)).error().message;
  };
  EXPECT_THAT(message({}), HasSubstr("every"));
  EXPECT_THAT(message({.every = 1s, .restart = 1s, .unnoticed = 2s}), HasSubstr("unnoticed"));
  EXPECT_THAT(message({.every = 1s, .status = 404}), HasSubstr("404"));
  EXPECT_THAT(message({.outages = {{.at = 2s}, {.at = 1s}}}), HasSubstr("instants must rise"));
  EXPECT_THAT(message({.outages = {{.at = 2s, .pods = 0}}}), HasSubstr("pods"));
}

}  // namespace
}  // namespace loadline::sim
