#include "sim/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/testing.h"

namespace loadline::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Service, ServesFirstComeFirstServed) {
  Service service(Pods(1, 1, 5), 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(0ms), 0), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(1ms), 1), Admission::kQueued);
  EXPECT_EQ(service.Arrive(At(2ms), 2), Admission::kQueued);
  EXPECT_EQ(service.serving(), 1);
  EXPECT_EQ(service.waiting(), 2);
  EXPECT_EQ(service.next(), At(10ms));
  EXPECT_THAT(Departures(service, 1s), ElementsAre("0@10", "1@20", "2@30"));
  EXPECT_EQ(service.next(), Instant::max());
  EXPECT_EQ(service.serving(), 0);
}

TEST(Service, StartsTheNextWhenTheSlotWasFreeHoweverLateItIsAsked) {
  Service service(Pods(1, 1, 5), 1, At(0ms));
  service.Arrive(At(0ms), 0);
  service.Arrive(At(1ms), 1);
  Departure departure;
  // The driver looks at 17 ms only: the first left at 10, the second will leave at 20, not at 27.
  ASSERT_TRUE(service.Depart(At(17ms), departure));
  EXPECT_EQ(departure.at, At(10ms));
  EXPECT_FALSE(service.Depart(At(17ms), departure));
  EXPECT_EQ(service.next(), At(20ms));
}

TEST(Service, TellsWhenARequestArrivedStartedAndLeft) {
  Service service(Pods(1, 1, 5), 1, At(0ms));
  service.Arrive(At(0ms), 0);
  service.Arrive(At(4ms), 1);
  Departure departure;
  ASSERT_TRUE(service.Depart(At(1s), departure));
  ASSERT_TRUE(service.Depart(At(1s), departure));
  EXPECT_EQ(departure.tag, 1U);
  EXPECT_EQ(departure.arrived, At(4ms));
  EXPECT_EQ(departure.started, At(10ms));
  EXPECT_EQ(departure.at, At(20ms));
}

TEST(Service, SharesOneQueueAmongTheSlotsOfAPod) {
  Service service(Pods(1, 2, kUnlimitedQueue), 1, At(0ms));
  service.Arrive(At(0ms), 0);
  service.Arrive(At(3ms), 1);
  service.Arrive(At(4ms), 2);
  service.Arrive(At(5ms), 3);
  // Slots are free at 10 and 13 ms.
  EXPECT_THAT(Departures(service, 1s), ElementsAre("0@10", "1@13", "2@20", "3@23"));
}

TEST(Service, DrawsTheSameForARequestWhateverBecameOfOthers) {
  ServiceOptions options = Pods(1, 1, 0);
  options.latency = *LatencyLaw::Exponential(10ms);
  options.error_rate = 0.5;
  // The second request comes when there is no room, or later, when there is.
  const auto third = [&](Duration second) {
    Service service(options, 1, At(0ms));
    service.Arrive(At(0ms), 0);
    Departures(service, second);
    service.Arrive(At(second), 1);
    Departures(service, 10s);
    service.Arrive(At(20s), 2);
    return Departures(service, 30s);
  };
  EXPECT_EQ(third(0ms), third(5s));
}

TEST(Service, RejectsWhenTheQueueIsFull) {
  Service service(Pods(1, 1, 2), 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(0ms), 0), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(0ms), 1), Admission::kQueued);
  EXPECT_EQ(service.Arrive(At(0ms), 2), Admission::kQueued);
  EXPECT_EQ(service.Arrive(At(0ms), 3), Admission::kFull);
  EXPECT_THAT(Departures(service, 10ms), ElementsAre("0@10"));
  EXPECT_EQ(service.Arrive(At(10ms), 4), Admission::kQueued);
  EXPECT_EQ(service.Arrive(At(10ms), 5), Admission::kFull);
  EXPECT_EQ(service.counters().arrived, 6);
  EXPECT_EQ(service.counters().rejected_full, 2);
  EXPECT_EQ(service.counters().served, 1);
}

TEST(Service, WithoutAQueueIsAPureLossSystem) {
  Service service(Pods(1, 2, 0), 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(0ms), 0), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(0ms), 1), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(0ms), 2), Admission::kFull);
}

TEST(Service, RoundRobinSendsToAFullPodThoughAnotherHasRoom) {
  ServiceOptions options = Pods(2, 1, 0);
  options.balance = Balance::kRoundRobin;
  Service service(options, 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(0ms), 0, 100ms), Admission::kServing);  // Pod 0 until 100 ms.
  EXPECT_EQ(service.Arrive(At(0ms), 1), Admission::kServing);         // Pod 1 until 10 ms.
  EXPECT_THAT(Departures(service, 20ms), ElementsAre("1@10"));
  EXPECT_EQ(service.Arrive(At(20ms), 2), Admission::kFull);     // Pod 0's turn.
  EXPECT_EQ(service.Arrive(At(20ms), 3), Admission::kServing);  // Pod 1's.
}

TEST(Service, LeastSendsToThePodWithRoom) {
  Service service(Pods(2, 1, 0), 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(0ms), 0, 100ms), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(0ms), 1), Admission::kServing);
  EXPECT_THAT(Departures(service, 20ms), ElementsAre("1@10"));
  EXPECT_EQ(service.Arrive(At(20ms), 2), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(20ms), 3), Admission::kFull);
}

TEST(Service, KeepsAQueuePerPod) {
  ServiceOptions options = Pods(2, 1, 5);
  options.balance = Balance::kRoundRobin;
  Service service(options, 1, At(0ms));
  service.Arrive(At(0ms), 0, 50ms);  // Pod 0.
  service.Arrive(At(0ms), 1);        // Pod 1.
  service.Arrive(At(0ms), 2);        // Pod 0: waits for 50 ms although pod 1 is free at 10 ms.
  service.Arrive(At(0ms), 3);        // Pod 1.
  EXPECT_THAT(Departures(service, 1s), ElementsAre("1@10", "3@20", "0@50", "2@60"));
}

TEST(Service, AddsItsOverheadAndScalesWhatWasDrawn) {
  ServiceOptions options = Pods(1, 3, 0);
  options.overhead = 2ms;
  Service service(options, 1, At(0ms));
  service.Arrive(At(0ms), 0);                     // 2 + 10.
  service.Arrive(At(0ms), 1, 500ms);              // 2 + 500.
  service.Arrive(At(0ms), 2, std::nullopt, 6.4);  // 2 + 64.
  EXPECT_THAT(Departures(service, 1s), ElementsAre("0@12", "2@66", "1@502"));
  EXPECT_EQ(service.counters().busy, 580ms);
}

TEST(Service, LeavesEqualTimesInOrderOfStart) {
  Service service(Pods(1, 4, 0), 1, At(0ms));
  for (std::uint64_t tag = 0; tag < 4; ++tag) {
    service.Arrive(At(0ms), tag);
  }
  EXPECT_THAT(Departures(service, 1s), ElementsAre("0@10", "1@10", "2@10", "3@10"));
}

TEST(Service, TakesNoRequestsBeforeItIsReady) {
  ServiceOptions options = Pods(2, 1, 0);
  options.cold_start = 1s;
  Service service(options, 1, At(0ms));
  EXPECT_EQ(service.ReadyPods(At(999ms)), 0);
  EXPECT_EQ(service.Arrive(At(999ms), 0), Admission::kNotReady);
  EXPECT_EQ(service.Arrive(At(1s), 1), Admission::kServing);
  EXPECT_EQ(service.ReadyPods(At(1s)), 2);
  EXPECT_EQ(service.counters().rejected_not_ready, 1);
}

TEST(Service, GivesNewPodsRequestsOnceTheyAreReady) {
  ServiceOptions options = Pods(1, 1, 0);
  options.cold_start = 30ms;
  Service service(options, 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(30ms), 0, 1s), Admission::kServing);
  service.SetPods(At(40ms), 2);
  EXPECT_EQ(service.Arrive(At(69ms), 1), Admission::kFull);
  EXPECT_EQ(service.Arrive(At(70ms), 2), Admission::kServing);
}

TEST(Service, LetsPodsThatAreTakenAwayFinish) {
  Service service(Pods(2, 1, 5), 1, At(0ms));
  for (std::uint64_t tag = 0; tag < 4; ++tag) {
    service.Arrive(At(0ms), tag);  // Least: 0 and 2 on pod 0, 1 and 3 on pod 1.
  }
  service.SetPods(At(1ms), 1);
  service.Arrive(At(2ms), 4);  // Pod 0, behind 2.
  EXPECT_THAT(Departures(service, 1s), ElementsAre("0@10", "1@10", "2@20", "3@20", "4@30"));
}

TEST(Service, FailsTheStatedShare) {
  ServiceOptions options = Pods(1, 1, 0, "constant:1ms");
  options.error_rate = 0.25;
  Service service(options, 1, At(0ms));
  Departure departure;
  int failed = 0;
  for (int i = 0; i < 10'000; ++i) {
    service.Arrive(At(i * 1ms), 0);
    ASSERT_TRUE(service.Depart(At(i * 1ms + 1ms), departure));
    failed += departure.failed ? 1 : 0;
  }
  EXPECT_NEAR(failed, 2'500, 217);  // Five times √(10,000 · 0.25 · 0.75) = 43.
  EXPECT_EQ(service.counters().failed, failed);
}

TEST(Service, SharingLimitsThoseInThePod) {
  ServiceOptions options = Pods(1, 1, 1);
  options.discipline = Discipline::kSharing;
  Service service(options, 1, At(0ms));
  EXPECT_EQ(service.Arrive(At(0ms), 0), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(0ms), 1), Admission::kServing);
  EXPECT_EQ(service.Arrive(At(0ms), 2), Admission::kFull);
  EXPECT_THAT(Departures(service, 1s), ElementsAre("0@20", "1@20"));
}

TEST(Service, SharesEachPodApart) {
  ServiceOptions options = Pods(2, 1, kUnlimitedQueue);
  options.discipline = Discipline::kSharing;
  Service service(options, 1, At(0ms));
  service.Arrive(At(0ms), 0);  // Pod 0.
  service.Arrive(At(0ms), 1);  // Pod 1.
  service.Arrive(At(0ms), 2);  // Pod 0: both there take 20 ms.
  EXPECT_THAT(Departures(service, 1s), ElementsAre("1@10", "0@20", "2@20"));
}

TEST(Service, LetsTheDriverDoTheWork) {
  Service service(Pods(1, 1, 5), 1, At(0ms), Service::Completion::kReported);
  service.Arrive(At(0ms), 10);
  service.Arrive(At(1ms), 11);
  EXPECT_EQ(service.next(), Instant::max());
  Start start;
  ASSERT_TRUE(service.NextStart(start));
  EXPECT_EQ(start.tag, 10U);
  EXPECT_EQ(start.work, 10ms);
  EXPECT_FALSE(service.NextStart(start));
  const Departure departure = service.Finish(At(13ms), start.ticket);
  EXPECT_EQ(departure.tag, 10U);
  EXPECT_EQ(departure.at, At(13ms));
  ASSERT_TRUE(service.NextStart(start));
  EXPECT_EQ(start.tag, 11U);
  EXPECT_EQ(start.at, At(13ms));
}

TEST(ServiceOptions, AreRefusedOutOfRange) {
  const auto message = [](const ServiceOptions& options) {
    return ValidateService(options).error().message;
  };
  EXPECT_TRUE(ValidateService(ServiceOptions{}).has_value());
  EXPECT_THAT(message(Pods(0, 1, 1)), HasSubstr("pods: 0"));
  EXPECT_THAT(message(Pods(1, 0, 1)), HasSubstr("concurrency: 0"));
  EXPECT_THAT(message(Pods(1, 1, -2)), HasSubstr("queue: -2"));
  ServiceOptions options;
  options.error_rate = 1.5;
  EXPECT_THAT(message(options), HasSubstr("error rate: 1.5"));
  options = {};
  options.overhead = -1ms;
  EXPECT_THAT(message(options), HasSubstr("overhead"));
  options = {};
  options.cold_start = -1ms;
  EXPECT_THAT(message(options), HasSubstr("cold start"));
}

}  // namespace
}  // namespace loadline::sim
