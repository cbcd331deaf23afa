#include "sim/sim_prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loadline::sim {
namespace {

using measure::ClosedLoad;
using measure::Decision;
using measure::Event;
using measure::EventKind;
using measure::Load;
using measure::Measurement;
using measure::OpenLoad;
using measure::StopReason;
using ::testing::HasSubstr;

/// Keeps what it was told, checks the promises of Window, and may stop at an instant.
class Recorder : public measure::Observer {
 public:
  Decision OnWindow(const measure::Window& window) override {
    EXPECT_EQ(window.begin, end_);
    EXPECT_GE(window.end, window.begin);
    EXPECT_LE(window.end - window.begin, 100ms);
    for (const Event& event : window.events) {
      EXPECT_LE(event.at, window.end);
      EXPECT_TRUE(event.at > window.begin || window.begin == 0ms);
      if (!events_.empty()) {
        const Event& before = events_.back();
        EXPECT_TRUE(before.at < event.at || (before.at == event.at && before.kind <= event.kind));
      }
      if (event.kind == EventKind::kArrival) {
        EXPECT_EQ(event.request, arrivals_);
        ++arrivals_;
        ++in_flight_;
      } else {
        EXPECT_LT(event.request, arrivals_);
        --in_flight_;
      }
      events_.push_back(event);
    }
    EXPECT_EQ(window.progress.in_flight, in_flight_);
    EXPECT_EQ(window.progress.scheduled, arrivals_);
    end_ = window.end;
    ++windows_;
    return window.end >= stop_at_ ? Decision::kStop : Decision::kContinue;
  }

  void OnSecond(const measure::Second& second) override {
    EXPECT_EQ(second.index, static_cast<int>(seconds_.size()));
    seconds_.push_back(second);
  }

  [[nodiscard]] bool WantsEvents() const override { return true; }

  /// Response time of request `number`.
  [[nodiscard]] Duration Response(std::uint32_t number) const {
    Duration arrived{};
    for (const Event& event : events_) {
      if (event.request == number && event.kind == EventKind::kArrival) {
        arrived = event.at;
      } else if (event.request == number) {
        return event.at - arrived;
      }
    }
    return Duration::max();
  }

  Duration stop_at_ = Duration::max();
  Duration end_{};
  std::uint32_t arrivals_ = 0;
  std::int64_t in_flight_ = 0;
  int windows_ = 0;
  std::vector<Event> events_;
  std::vector<measure::Second> seconds_;
};

SimOptions Target(int pods, int concurrency, int queue, const char* latency) {
  SimOptions options;
  options.service.pods = pods;
  options.service.concurrency = concurrency;
  options.service.queue = queue;
  options.service.latency = *ParseLatencyLaw(latency);
  return options;
}

Load Constant(double rate, Duration duration) {
  Load load;
  load.shape = OpenLoad{.rate = Rate{rate}, .arrivals = measure::Arrivals::kConstant};
  load.duration = duration;
  return load;
}

Load Poisson(double rate, Duration duration, std::uint64_t seed = 1) {
  Load load;
  load.shape = OpenLoad{.rate = Rate{rate}};
  load.duration = duration;
  load.seed = seed;
  return load;
}

Load Users(int users, Duration think, Duration duration) {
  Load load;
  load.shape = ClosedLoad{.users = users, .spawn = {}, .think = think};
  load.duration = duration;
  return load;
}

Measurement Probe(const SimOptions& options, const Load& load, measure::Observer& observer) {
  SimProber prober(options);
  return *prober.Probe(load, observer);
}

TEST(SimProber, KeepsTheBooksOfAnIdleTarget) {
  Recorder seen;
  // Arrivals at 0, 0.1, … 0.9 s, each served at once for 50 ms.
  const Measurement m = Probe(Target(1, 1, 10, "constant:50ms"), Constant(10, 1s), seen);
  EXPECT_EQ(m.stop, StopReason::kComplete);
  EXPECT_EQ(m.requests, 10);
  EXPECT_EQ(m.succeeded, 10);
  EXPECT_EQ(m.failed, 0);
  EXPECT_EQ(m.measured, 1s);
  EXPECT_DOUBLE_EQ(m.offered.per_second, 10.0);
  EXPECT_DOUBLE_EQ(m.achieved.per_second, 10.0);
  EXPECT_NEAR(Millis(m.tasks[0].response.Max()), 50.0, 0.05);
  EXPECT_NEAR(Millis(m.tasks[0].wire.Min()), 50.0, 0.05);
  EXPECT_EQ(m.accounts.scheduled, 10);
  EXPECT_TRUE(m.accounts.Balanced());
  EXPECT_TRUE(m.valid());
  EXPECT_EQ(seen.windows_, 10);
  EXPECT_EQ(seen.end_, 1s);
  EXPECT_EQ(seen.events_.size(), 20U);
  ASSERT_EQ(seen.seconds_.size(), 1U);
  EXPECT_EQ(seen.seconds_[0].completed, 10);
  EXPECT_EQ(seen.seconds_[0].tasks[0].response.count(), 10);
}

TEST(SimProber, DrainsABacklogAfterTheLastArrival) {
  Recorder seen;
  // A service of 10/s at 20/s: request k arrives at 50 k ms and leaves at 100 (k + 1) ms.
  const Measurement m =
      Probe(Target(1, 1, kUnlimitedQueue, "constant:100ms"), Constant(20, 2s), seen);
  EXPECT_EQ(m.requests, 40);
  EXPECT_EQ(seen.Response(0), 100ms);
  EXPECT_EQ(seen.Response(39), 2050ms);
  EXPECT_EQ(seen.end_, 4s);
  EXPECT_EQ(m.in_flight_end, 20);  // Just before 2 s 40 had come, and at 2 s the 20th left.
  EXPECT_DOUBLE_EQ(m.offered.per_second, 20.0);
  EXPECT_DOUBLE_EQ(m.achieved.per_second, 10.0);
  EXPECT_EQ(seen.seconds_.size(), 4U);
  EXPECT_EQ(seen.seconds_[0].in_flight, 11);  // At 1 s: 21 came (the last at 1 s), 10 left.
}

TEST(SimProber, LeavesTheWarmUpOutOfTheVerdict) {
  Recorder seen;
  Load load = Constant(10, 2s);
  load.warmup = 1s;
  const Measurement m = Probe(Target(1, 1, 10, "constant:50ms"), load, seen);
  EXPECT_EQ(m.requests, 20);
  EXPECT_EQ(m.tasks[0].response.count(), 20);
  EXPECT_EQ(m.accounts.scheduled, 30);
  EXPECT_EQ(m.warmup, 1s);
  EXPECT_EQ(m.measured, 2s);
  EXPECT_TRUE(seen.seconds_[0].warmup);
  EXPECT_FALSE(seen.seconds_[1].warmup);
}

TEST(SimProber, StopsAfterTheNumberOfRequests) {
  Recorder seen;
  Load load = Constant(10, 1h);
  load.requests = 7;
  const Measurement m = Probe(Target(1, 1, 10, "constant:50ms"), load, seen);
  EXPECT_EQ(m.requests, 7);
  EXPECT_EQ(m.measured, 600ms);  // The last one is due at 0.6 s…
  EXPECT_EQ(seen.end_, 650ms);   // …and answered 50 ms later.
}

TEST(SimProber, StopsWhenTheObserverSaysSo) {
  Recorder seen;
  seen.stop_at_ = 700ms;
  const Measurement m = Probe(Target(1, 1, 10, "constant:50ms"), Constant(10, 1h), seen);
  EXPECT_EQ(m.stop, StopReason::kObserver);
  EXPECT_EQ(m.measured, 700ms);
  EXPECT_EQ(m.requests, 8);  // 0 to 0.7 s; the last one is in flight and drained.
  EXPECT_EQ(m.in_flight_end, 1);
  EXPECT_EQ(m.succeeded, 8);
  EXPECT_EQ(seen.end_, 750ms);
}

TEST(SimProber, CountsRejectionsAsFailuresOfStatus503) {
  Recorder seen;
  Load load = Constant(25, 1s);
  const Measurement m = Probe(Target(1, 1, 0, "constant:79ms"), load, seen);
  // Served: arrivals 0, 80, 160 … ms: every second one, 13 of 25.
  EXPECT_EQ(m.succeeded, 13);
  EXPECT_EQ(m.failed, 12);
  EXPECT_EQ(m.rejected, 12);
  ASSERT_EQ(m.errors.size(), 1U);
  EXPECT_EQ(m.errors[0].name, "status 503");
  EXPECT_EQ(m.errors[0].count, 12);
  EXPECT_EQ(m.errors[0].first, 40ms + 200us);
  EXPECT_EQ(seen.Response(1), 200us);
}

TEST(SimProber, BrakesWhenMostRequestsFailForTwoSeconds) {
  Recorder seen;
  const Measurement m = Probe(Target(1, 1, 0, "constant:100ms"), Constant(100, 1h), seen);
  EXPECT_EQ(m.stop, StopReason::kErrors);
  EXPECT_EQ(m.measured, 2s);
}

TEST(SimProber, BrakesWhenNobodyAnswers) {
  Recorder seen;
  SimOptions options = Target(1, 1, 0, "constant:100ms");
  options.presence = Presence::kSilent;
  options.timeout = 5s;
  const Measurement m = Probe(options, Constant(10, 1h), seen);
  EXPECT_EQ(m.stop, StopReason::kNoReply);
  // The first window ends at 0.1 s; 2.5 s later patience is over. The 27 requests due from 0 to 2.6
  // s are given up 5 s later each.
  EXPECT_EQ(m.measured, 2600ms);
  EXPECT_EQ(m.failed, 27);
  ASSERT_EQ(m.errors.size(), 1U);
  EXPECT_EQ(m.errors[0].name, "timeout_whole");
  EXPECT_EQ(seen.Response(26), 5s);
  EXPECT_EQ(seen.end_, 7600ms);
}

TEST(SimProber, CountsRefusedConnections) {
  Recorder seen;
  SimOptions options = Target(1, 1, 0, "constant:100ms");
  options.presence = Presence::kRefuses;
  const Measurement m = Probe(options, Constant(10, 1s), seen);
  EXPECT_EQ(m.failed, 10);
  EXPECT_EQ(m.rejected, 0);
  EXPECT_EQ(m.errors[0].name, "connect_refused");
}

TEST(SimProber, GivesUpAfterTheTimeoutAndIgnoresTheLateAnswer) {
  Recorder seen;
  SimOptions options = Target(1, 1, kUnlimitedQueue, "constant:300ms");
  options.timeout = 500ms;
  Load load = Constant(10, 1s);
  // Due at 0, 100, 200 …; answers at 300, 600, 900 …: the third would take 700 ms.
  const Measurement m = Probe(options, load, seen);
  EXPECT_EQ(seen.Response(0), 300ms);
  EXPECT_EQ(seen.Response(1), 500ms);  // Answered at 600 ms, when its time was up: just in time.
  EXPECT_EQ(seen.Response(2), 500ms);  // Given up.
  EXPECT_EQ(m.succeeded, 2);
  EXPECT_EQ(m.failed, 8);
  EXPECT_EQ(m.accounts.scheduled, 10);
  EXPECT_TRUE(m.accounts.Balanced());
}

TEST(SimProber, LimitsTheRate) {
  Recorder seen;
  SimOptions options = Target(1, 1, 10, "constant:1ms");
  options.disturbances.limit = RateLimit{.rate = Rate{50.0}, .burst = 1.0, .status = 429};
  const Measurement m = Probe(options, Constant(100, 1s), seen);
  EXPECT_NEAR(static_cast<double>(m.succeeded), 50.0, 1.0);
  EXPECT_EQ(m.failed, 100 - m.succeeded);
  EXPECT_EQ(m.rejected, 0);
  EXPECT_EQ(m.errors[0].name, "status 429");
}

TEST(SimProber, LetsUsersWaitForAnswersAndThink) {
  Recorder seen;
  Load load = Users(1, 100ms, 10s);
  std::get<ClosedLoad>(load.shape).law = measure::ThinkLaw::kConstant;
  const Measurement m = Probe(Target(1, 1, 10, "constant:50ms"), load, seen);
  // One turn takes 150 ms: requests at 0, 0.15, … 9.9 s.
  EXPECT_EQ(m.requests, 67);
  EXPECT_EQ(seen.Response(66), 50ms);
  EXPECT_EQ(seen.seconds_[3].users, 1);
}

TEST(SimProber, SpawnsUsersOneAfterTheOther) {
  Recorder seen;
  Load load = Users(3, 0ms, 2s);
  std::get<ClosedLoad>(load.shape).spawn = Rate{2.0};
  static_cast<void>(Probe(Target(1, 8, 10, "constant:100ms"), load, seen));
  // Users start at 0, 0.5 and 1 s; each makes 10 requests a second: 20 + 15 + 10.
  EXPECT_EQ(seen.arrivals_, 45U);
  EXPECT_EQ(seen.seconds_[0].users, 3);  // The third at 1 s, the last instant of the first second.
  EXPECT_EQ(seen.seconds_[1].users, 3);
}

TEST(SimProber, DividesRequestsAmongTasksByWeight) {
  Recorder seen;
  SimOptions options = Target(1, 1000, 0, "constant:10ms");
  options.tasks = {{.name = "online", .weight = 9.0}, {.name = "batch", .weight = 1.0, .size = 20}};
  const Measurement m = Probe(options, Constant(1000, 10s), seen);
  ASSERT_EQ(m.tasks.size(), 2U);
  EXPECT_EQ(m.tasks[1].name, "batch");
  EXPECT_NEAR(static_cast<double>(m.tasks[1].succeeded), 1000.0, 150.0);  // Five sigma.
  EXPECT_EQ(m.tasks[0].succeeded + m.tasks[1].succeeded, 10'000);
  EXPECT_NEAR(Millis(m.tasks[1].response.Mean()), 200.0, 0.2);
  EXPECT_NEAR(Millis(m.tasks[0].response.Mean()), 10.0, 0.01);
}

TEST(SimProber, RefusesAMeasurementOfItsOwnGenerator) {
  Recorder seen;
  SimOptions options = Target(1, 1000, 0, "constant:10ms");
  options.generator_limit = Rate{80.0};
  const Measurement m = Probe(options, Constant(100, 10s), seen);
  EXPECT_FALSE(m.valid());
  EXPECT_THAT(m.refusals[0].reason, HasSubstr("lateness p99 was"));
  // Request k is due at 10 k ms and sent at 12.5 k ms: the last one, k = 999, is 2.5 s late.
  EXPECT_NEAR(Seconds(m.generator.lateness_max), 2.4975, 0.003);
  EXPECT_NEAR(Millis(m.tasks[0].wire.Max()), 10.0, 0.01);
  EXPECT_NEAR(Seconds(m.tasks[0].response.Max()), 2.5075, 0.003);
}

TEST(SimProber, AcceptsAGeneratorBelowItsLimit) {
  Recorder seen;
  SimOptions options = Target(1, 1000, 0, "constant:10ms");
  options.generator_limit = Rate{10'000.0};
  EXPECT_TRUE(Probe(options, Constant(100, 10s), seen).valid());
}

TEST(SimProber, SaysThatUsersWithoutThinkTimeMeasuredTheGenerator) {
  Recorder seen;
  SimOptions options = Target(1, 1000, 0, "constant:1ms");
  options.generator_limit = Rate{500.0};
  const Measurement m = Probe(options, Users(10, 0ms, 5s), seen);
  EXPECT_TRUE(m.generator_limited);
  EXPECT_TRUE(m.valid());
  EXPECT_NEAR(m.achieved.per_second, 500.0, 1.0);
}

TEST(SimProber, CountsWhatTheGeneratorNeverDispatched) {
  Recorder seen;
  SimOptions options = Target(1, 1000, 0, "constant:10ms");
  options.generator_limit = Rate{10.0};
  options.timeout = 1s;
  const Measurement m = Probe(options, Constant(100, 1s), seen);
  EXPECT_GT(m.accounts.never_dispatched, 0);
  EXPECT_TRUE(m.accounts.Balanced());
  EXPECT_EQ(m.accounts.scheduled, 100);
  EXPECT_EQ(m.requests, m.succeeded + m.failed);
}

TEST(SimProber, MeetsAnIdleTargetInEachProbe) {
  SimProber prober(Target(1, 1, kUnlimitedQueue, "constant:100ms"));
  for (int i = 0; i < 2; ++i) {
    Recorder seen;
    ASSERT_TRUE(prober.Probe(Constant(20, 2s), seen).has_value());
    EXPECT_EQ(seen.Response(0), 100ms);
  }
  EXPECT_EQ(prober.probes(), 2);
  EXPECT_EQ(prober.requests(), 80);
  EXPECT_EQ(prober.spent(), 8s);
}

TEST(SimProber, CarriesTheBacklogOverIfAsked) {
  SimOptions options = Target(1, 1, kUnlimitedQueue, "constant:100ms");
  options.carry_over = true;
  options.timeout = 1s;  // The first probe drains for 1 s only: work is left behind.
  options.between_probes = 500ms;
  SimProber prober(options);
  Recorder first;
  ASSERT_TRUE(prober.Probe(Constant(20, 2s), first).has_value());
  // 40 requests, 4 s of work; the last (due at 1.95 s) is given up at 2.95 s, the drain ends.
  EXPECT_EQ(first.end_, 2950ms);
  Recorder second;
  const Measurement m = *prober.Probe(Constant(1, 1s), second);
  // It begins at 3.45 s; the pod is busy until 4 s.
  EXPECT_EQ(second.Response(0), 650ms);
  EXPECT_EQ(m.started_after, 3450ms + kBeforeFirstProbe);
  EXPECT_EQ(m.step, 2);
}

TEST(SimProber, SlowsDownAfterAWhile) {
  SimOptions options = Target(1, 1, 10, "constant:50ms");
  options.disturbances.speed = {{.at = 1s, .speed = 0.5}};
  Recorder seen;
  Probe(options, Constant(5, 2s), seen);
  EXPECT_EQ(seen.Response(0), 50ms);
  EXPECT_EQ(seen.Response(5), 100ms);  // Due at 1 s.
  EXPECT_EQ(seen.Response(9), 100ms);
}

TEST(SimProber, PausesNowAndThen) {
  SimOptions options = Target(1, 1, 10, "constant:50ms");
  options.disturbances.pauses = Pauses{.every = 10s, .length = 300ms, .first = 1020ms};
  Recorder seen;
  Probe(options, Constant(5, 2s), seen);
  EXPECT_EQ(seen.Response(4), 50ms);
  EXPECT_EQ(seen.Response(5), 350ms);  // Due at 1 s, 20 ms done before the pause.
  EXPECT_EQ(seen.Response(6), 200ms);  // Due at 1.2 s, begun at 1.35 s, done at 1.4 s.
  EXPECT_EQ(seen.Response(7), 50ms);
}

TEST(SimProber, ScalesItselfWhileItIsMeasured) {
  SimOptions options = Target(1, 1, kUnlimitedQueue, "constant:100ms");
  options.disturbances.scaling = {{.at = 500ms, .pods = 2}};
  options.service.cold_start = 0ms;
  Recorder seen;
  Probe(options, Constant(20, 1s), seen);
  EXPECT_EQ(seen.Response(9), 550ms);   // Due at 0.45 s, tenth of one pod.
  EXPECT_EQ(seen.Response(10), 100ms);  // Due at 0.5 s: the new pod is empty.
}

TEST(SimProber, RepeatsItselfExactly) {
  SimOptions options = Target(3, 1, 10, "lognormal:50ms,cv=0.5");
  options.service.balance = Balance::kP2c;
  options.service.error_rate = 0.01;
  options.disturbances.wandering = Wandering{};
  const auto run = [&](std::uint64_t service_seed, std::uint64_t load_seed) {
    SimOptions seeded = options;
    seeded.seed = service_seed;
    SimProber prober(seeded);
    Recorder seen;
    EXPECT_TRUE(prober.Probe(Poisson(40, 60s, load_seed), seen).has_value());
    EXPECT_TRUE(prober.Probe(Poisson(45, 60s, load_seed + 1), seen = Recorder{}).has_value());
    std::uint64_t hash = 0;
    for (const Event& event : seen.events_) {
      hash = Mix(hash ^ static_cast<std::uint64_t>(event.at.count()) ^ event.request);
    }
    return hash;
  };
  EXPECT_EQ(run(1, 1), run(1, 1));
  EXPECT_NE(run(1, 1), run(2, 1));
  EXPECT_NE(run(1, 1), run(1, 3));
}

TEST(SimProber, GivesTheSameResultWithoutEvents) {
  const SimOptions options = Target(4, 1, 10, "lognormal:50ms,cv=0.5");
  Recorder seen;
  measure::Unobserved blind;
  const Measurement a = Probe(options, Poisson(60, 60s), seen);
  const Measurement b = Probe(options, Poisson(60, 60s), blind);
  EXPECT_EQ(a.tasks[0].response, b.tasks[0].response);
  EXPECT_EQ(a.failed, b.failed);
}

TEST(SimProber, RefusesLoadsThatCannotBe) {
  SimProber prober(Target(1, 1, 10, "constant:0"));
  Recorder seen;
  const auto error = [&](const Load& load) { return prober.Probe(load, seen).error(); };
  EXPECT_EQ(error(Poisson(0, 1s)).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error(Users(0, 1s, 1s)).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error(Poisson(1, -1s)).code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error(Users(1, 0ms, 1s)).message, HasSubstr("never let time pass"));
}

TEST(Capacity, IsWhatAllPodsDoTogether) {
  // 4 pods of 2 slots, 40 ms + 10 ms: 8 / 0.05 = 160/s.
  SimOptions options = Target(4, 2, 10, "constant:40ms");
  options.service.overhead = 10ms;
  EXPECT_DOUBLE_EQ(Capacity(options).per_second, 160.0);
  // Half a core each: 4 · 0.5 / 0.05.
  options.service.cpu_limit = 0.5;
  EXPECT_DOUBLE_EQ(Capacity(options).per_second, 40.0);
  // Three in four take 40 ms, the fourth 160 ms: 70 ms and 10 ms.
  options.tasks = {{.name = "small", .weight = 3}, {.name = "large", .size = 4}};
  EXPECT_DOUBLE_EQ(Capacity(options).per_second, 25.0);
  // Pods that get most done with two requests each, 1.5 of one alone: 4 · 1.5 / 0.08.
  options.service.cpu_limit = 0.0;
  options.service.discipline = Discipline::kSharing;
  options.service.curve = {1.0, 1.5, 1.2};
  EXPECT_DOUBLE_EQ(Capacity(options).per_second, 75.0);
}

TEST(SimOptions, AreRefusedOutOfRange) {
  EXPECT_TRUE(ValidateSim({}).has_value());
  SimOptions options;
  options.tasks.clear();
  EXPECT_FALSE(ValidateSim(options).has_value());
  options = {};
  options.timeout = 0ms;
  EXPECT_FALSE(ValidateSim(options).has_value());
  options = {};
  options.reject_time = 0ms;
  EXPECT_FALSE(ValidateSim(options).has_value());
  options = {};
  options.service.pods = 0;
  EXPECT_FALSE(ValidateSim(options).has_value());
  options = {};
  options.disturbances.pauses = Pauses{.every = 1s, .length = 2s};
  EXPECT_FALSE(ValidateSim(options).has_value());
}

}  // namespace
}  // namespace loadline::sim
