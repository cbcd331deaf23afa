#include "sizing/pods.h"

#include <gtest/gtest.h>

#include <utility>

namespace loadline::sizing {
namespace {

using measure::Objective;
using measure::ParseObjective;

std::vector<Objective> Must(const char* text) {
  return {*ParseObjective(text)};
}

ServiceModel Exponential(Duration service, queueing::Balance balance) {
  ServiceModel model;
  model.pod.service = service;
  model.pod.exponential = true;
  model.pod.balance = balance;
  model.service_low = service;
  model.service_high = service;
  return model;
}

TEST(FewestPods, OfRandomPodsFollowsFromOneOfThem) {
  // 2,000/s, 50 ms, p95 < 200 ms: each M/M/1 with p95 = S ln 20 / (1 − ρ) = 0.1498 s / (1 − ρ) <
  // 0.2 s: ρ <= 0.2511; 100 Erlang / 0.2511 = 398.2: 399 pods.
  const ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  const PodsAnswer answer = *FewestPods(model, Rate{2000}, Must("p95 < 200ms"));
  EXPECT_EQ(answer.outlook.pods, 399);
  EXPECT_TRUE(answer.outlook.holds);
  EXPECT_NEAR(answer.outlook.busy, 100.0 / 399, 1e-9);
  ASSERT_TRUE(answer.fewer);
  EXPECT_EQ(answer.fewer->pods, 398);
  EXPECT_FALSE(answer.fewer->holds);
}

TEST(FewestPods, TakesTheUpperEndOfTheServiceTime) {
  // 60 ms instead of 50: ρ <= 1 − 0.06 · 2.9957 / 0.2 = 0.1013; 120 / 0.1013 = 1184.7.
  ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  model.service_high = 60ms;
  EXPECT_NEAR(FewestPods(model, Rate{2000}, Must("p95 < 200ms"))->outlook.pods, 1185, 3);
}

TEST(FewestPods, NeedsFarFewerBehindOneQueue) {
  // M/M/c with 100 Erlang and p95 < 200 ms (4 S): some pods above 100.
  const ServiceModel model = Exponential(50ms, queueing::Balance::kCentral);
  const PodsAnswer answer = *FewestPods(model, Rate{2000}, Must("p95 < 200ms"));
  EXPECT_GT(answer.outlook.pods, 100);
  EXPECT_LT(answer.outlook.pods, 108);
}

TEST(FewestThatHold, IsTheSameWhateverTheGuess) {
  const ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  // 399 as above; and 1 where one pod is enough.
  for (const int guess : {1, 2, 397, 398, 399, 400, 401, 5000, 100'000, 2'000'000'000}) {
    EXPECT_EQ(*FewestThatHold(model, Rate{2000}, Must("p95 < 200ms"), guess), 399) << guess;
    EXPECT_EQ(*FewestThatHold(model, Rate{1}, Must("p95 < 200ms"), guess), 1) << guess;
  }
}

TEST(FewestThatHold, OfPodsThatSlowEachOtherDownTakesNoGuess) {
  // Each of n is 1 + 0.05 (n − 1) slower: n pods of 50 ms carry at most 20 n / (0.95 + 0.05 n) per
  // second, never 400. At 200/s the fewest that hold are far below a thousand, where none do.
  ServiceModel model = Exponential(50ms, queueing::Balance::kCentral);
  model.contention.sigma = 0.05;
  const Result<int> plain = FewestThatHold(model, Rate{200}, Must("p95 < 500ms"));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(*FewestThatHold(model, Rate{200}, Must("p95 < 500ms"), 1000), *plain);
  EXPECT_EQ(FewestPods(model, Rate{200}, Must("p95 < 500ms"))->outlook.pods, *plain);
}

TEST(FewestThatHold, FailsAsFewestPodsDoes) {
  const ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  for (const int guess : {1, 400}) {
    EXPECT_EQ(FewestThatHold(model, Rate{10}, Must("p95 < 100ms"), guess).error().message,
              FewestPods(model, Rate{10}, Must("p95 < 100ms")).error().message);
    EXPECT_EQ(FewestThatHold(model, Rate{1e9}, Must("p95 < 200ms"), guess).error().message,
              FewestPods(model, Rate{1e9}, Must("p95 < 200ms")).error().message);
  }
}

TEST(FewestPods, SaysWhatIsImpossibleAndTheBestPossible) {
  const ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  const Result<PodsAnswer> answer = FewestPods(model, Rate{10}, Must("p95 < 100ms"));
  ASSERT_FALSE(answer);
  // A lone exponential request: 50 ms · ln 20 = 149.8 ms.
  EXPECT_NE(answer.error().message.find("impossible"), std::string::npos);
  EXPECT_NE(answer.error().message.find("150 ms"), std::string::npos) << answer.error().message;
}

TEST(FewestPods, KeepsRejectsBelowTheirLimit) {
  // M/M/1/1 by pod: rejected = ρ/(1 + ρ) <= 0.01: ρ <= 0.010101; 1 Erlang: 99 pods.
  ServiceModel model = Exponential(100ms, queueing::Balance::kRandom);
  model.pod.queue = 0;
  EXPECT_EQ(FewestPods(model, Rate{10}, Must("errors < 1%"))->outlook.pods, 99);
}

TEST(FewestPods, RefusesAZeroRateAndNoObjective) {
  const ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  EXPECT_FALSE(FewestPods(model, Rate{0}, Must("p95 < 200ms")));
  EXPECT_FALSE(FewestPods(model, Rate{1}, {}));
  EXPECT_FALSE(FewestPods(model, Rate{1}, Must("goodput > 5/s")));
}

TEST(FewestPods, SaysWhereContentionEatsTheGain) {
  // κ 0.01: the peak is at 10 pods, which carry 10 / (1 + 0.01 · 90) · 20/s = 105/s.
  ServiceModel model = Exponential(50ms, queueing::Balance::kCentral);
  model.contention.kappa = 0.01;
  const Result<PodsAnswer> answer = FewestPods(model, Rate{2000}, Must("p95 < 2s"));
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("more than 10 pods carry less"), std::string::npos)
      << answer.error().message;
}

TEST(FewestPods, DoesNotStepOverTheOnlyNumberThatHolds) {
  // σ 0.1 at 50 ms: with 8 pods each takes 85 ms, with 16 125 ms. Of 40/s a queue of 5 (70 ms, 56 %
  // busy) keeps the mean below 80 ms; 8 pods take 85 ms for the service alone.
  ServiceModel model = Exponential(50ms, queueing::Balance::kCentral);
  model.contention.sigma = 0.1;
  const PodsAnswer answer = *FewestPods(model, Rate{40}, Must("mean < 80ms"));
  EXPECT_GE(answer.outlook.pods, 4);
  EXPECT_LE(answer.outlook.pods, 6);
  EXPECT_FALSE(Foresee(model, Rate{40}, Must("mean < 80ms"), 8).holds);
}

TEST(HighestRateThatHolds, IsTheOtherWayRound) {
  // 399 pods at ρ = 1 − 0.05 · 2.99573 / 0.2 = 0.251067: 399 · 20 · 0.251067 = 2003.5/s.
  const ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  EXPECT_NEAR(HighestRateThatHolds(model, Must("p95 < 200ms"), 399).per_second, 2003.5, 4.0);
}

TEST(FewestPods, ForUsersAsksNoMoreThanTheySend) {
  // 120 users who think 1 s before 12 cores of 161 ms: p95 is 1 s, so 12 pods keep 1.02 s, 11 do
  // not. As a rate of their own, 120 / (1 + 0.161) = 103/s would need 17 pods at least.
  ServiceModel model;
  model.pod.service = model.service_low = model.service_high = 161ms;
  model.pod.exponential = true;
  model.pod.balance = queueing::Balance::kCentral;
  const Traffic users(queueing::Users{120, 1s});
  const std::vector<measure::Objective> objectives = {
      measure::ParseObjective("p95 < 1020ms").value()};
  const PodsAnswer answer = *FewestPods(model, users, objectives);
  EXPECT_EQ(answer.outlook.pods, 12);
  EXPECT_NEAR(answer.outlook.rate.per_second, 74.5, 0.1);
  EXPECT_FALSE(answer.fewer->holds);
  EXPECT_NEAR(users.HighestRate(161ms).per_second, 120 / 1.161, 1e-9);
  // Those pods hold the users they were found for, and only a few more.
  const int most = MostUsersThatHold(model, objectives, 12, 1s);
  EXPECT_GE(most, 120);
  EXPECT_LE(most, 123);
}

TEST(Traffic, GrowsInWholeUsers) {
  EXPECT_EQ(Traffic(queueing::Users{10, 1s}).Times(1.25).users()->count, 13);
  EXPECT_EQ(Traffic(queueing::Users{10, 1s}).Times(1.1).users()->count, 11);
  EXPECT_FALSE(Traffic(Rate{10}).Times(2).users());
  EXPECT_EQ(Traffic(Rate{10}).Times(2).HighestRate(1s).per_second, 20);
}

TEST(ServiceModel, IsFullWithTheRequestsThatAPodDoesMostWith) {
  ServiceModel model = Exponential(50ms, queueing::Balance::kRandom);
  model.pod.concurrency = 4;
  EXPECT_EQ(model.Full().requests, 4);
  EXPECT_EQ(model.Full().latency, 50ms);
  // 20/s alone, 32/s of two, 30/s of three: two take 2 / 32 s = 62.5 ms.
  model.pod.curve = {20, 32, 30};
  EXPECT_EQ(model.Full().requests, 2);
  EXPECT_EQ(model.Full().latency, 62'500us);
}

}  // namespace
}  // namespace loadline::sizing
