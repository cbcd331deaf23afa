#include "sim/lindley_run.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/random.h"
#include "sim/probe_run.h"
#include "sim/world.h"

namespace loadline::sim {
namespace {

constexpr std::uint64_t kSeed = 5;

std::string Text(const stats::Histogram& histogram) {
  std::string text;
  histogram.ForEach([&](Duration low, Duration, std::int64_t count) {
    text += fmt::format(" {}:{}", low.count(), count);
  });
  return text;
}

/// Writes down all that an observer is told; stops the probe after `windows` of them.
class Diary : public measure::Observer {
 public:
  explicit Diary(int windows) : windows_(windows) {}
  measure::Decision OnWindow(const measure::Window& window) override {
    const measure::Progress& now = window.progress;
    text += fmt::format("{}..{} {} {} {} {} {} {} {}\n", window.begin.count(), window.end.count(),
                        now.scheduled, now.dispatched, now.completed, now.failed, now.rejected,
                        now.in_flight, now.connections);
    return --windows_ == 0 ? measure::Decision::kStop : measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override {
    text +=
        fmt::format("second {} {} {} {} {} {} {}\n", second.index, second.warmup, second.scheduled,
                    second.dispatched, second.completed, second.failed, second.in_flight);
    for (const measure::TaskSecond& task : second.tasks) {
      text += fmt::format("{} {}{}{}\n", task.succeeded, task.failed, Text(task.response),
                          Text(task.wire));
    }
  }
  std::string text;

 private:
  int windows_;
};

void Add(std::string& text, const measure::Measurement& found) {
  text += fmt::format("{} {} {} {} {} {} {}\n", found.requests, found.succeeded, found.failed,
                      found.offered.per_second, found.achieved.per_second, found.goodput.per_second,
                      found.in_flight_end);
  text += fmt::format("{} {} {} {}\n", found.warmup.count(), found.measured.count(),
                      static_cast<int>(found.stop), found.connections_opened);
  text += fmt::format("{} {}{}{}\n", found.accounts.scheduled, found.accounts.skipped,
                      Text(found.tasks[0].response), Text(found.tasks[0].wire));
  const measure::PodFacts pods = found.pods.value();
  text += fmt::format("{} {} {}\n", pods.cpu_periods, pods.failures, pods.lost);
  for (const measure::ErrorTally& error : found.errors) {
    text += fmt::format("{} {} {} {}\n", error.name, error.count, error.first.count(),
                        error.last.count());
  }
}

struct Case {
  SimOptions options;
  measure::Load load;
  int windows = -1;  // Stopped after so many.
};

std::string ByRecursion(const Case& each) {
  Diary diary(each.windows);
  LindleyRun run(each.options, each.load, kSeed, diary, 1ms);
  Add(diary.text, run.Run());
  return diary.text + fmt::format("{} {}\n", run.ended().count(), run.slowest().count());
}

std::string ByEvents(const Case& each) {
  Diary diary(each.windows);
  World world(each.options, kSeed);
  ProbeRun run(each.options, world, Instant{}, each.load, RowOrder{}, diary, 1ms);
  Add(diary.text, run.Run());
  return diary.text + fmt::format("{} {}\n", run.ended().count(), run.slowest().count());
}

Case Drawn(std::uint64_t seed) {
  Random random(seed);
  Case each;
  ServiceOptions& service = each.options.service;
  service.pods = static_cast<int>(1 + random.Below(6));
  service.concurrency = static_cast<int>(random.Below(2) == 0 ? 1 : 1 + random.Below(9));
  service.queue = kUnlimitedQueue;
  service.balance = random.Below(2) == 0 ? Balance::kRandom : Balance::kRoundRobin;
  if (service.pods == 1) {
    service.balance = static_cast<Balance>(random.Below(5));
  }
  const Duration mean = Duration(1ms) * static_cast<std::int64_t>(1 + random.Below(300));
  switch (random.Below(4)) {
    case 0:
      // Multiples of 50 ms: everything happens at the ends of windows.
      service.latency = *LatencyLaw::Constant(50ms * static_cast<int>(random.Below(5)));
      break;
    case 1:
      service.latency = *LatencyLaw::Exponential(mean);
      break;
    case 2:
      service.latency = *LatencyLaw::Lognormal(mean, 1.5);
      break;
    default:
      service.latency = *LatencyLaw::Bimodal(0ms, 0.5, 100ms);
  }
  service.overhead = random.Below(2) == 0 ? 0ms : 2ms;
  each.options.timeout = random.Below(3) == 0 ? 400ms : 30s;
  each.options.goodput_within = random.Below(2) == 0 ? Duration::max() : Duration(150ms);
  measure::OpenLoad open;
  open.rate = Rate{static_cast<double>(random.Below(2) == 0 ? 20 : 1 + random.Below(120))};
  open.arrivals = random.Below(2) == 0 ? measure::Arrivals::kConstant : measure::Arrivals::kPoisson;
  each.load.shape = open;
  each.load.seed = seed;
  each.load.warmup = random.Below(2) == 0 ? 0ms : 50ms * static_cast<int>(random.Below(50));
  each.load.duration = random.Below(2) == 0
                           ? Duration(5s)
                           : Duration(1234567us) * static_cast<int>(1 + random.Below(4));
  each.load.requests = random.Below(2) == 0 ? 0 : static_cast<std::int64_t>(1 + random.Below(300));
  each.windows = random.Below(4) == 0 ? static_cast<int>(1 + random.Below(30)) : -1;
  return each;
}

TEST(LindleyRun, TellsAndFindsWhatTheEventsDoToTheLastBit) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Case each = Drawn(seed);
    ASSERT_TRUE(LindleyRun::Fits(each.options, each.load, false));
    ASSERT_EQ(ByRecursion(each), ByEvents(each));
  }
}

TEST(LindleyRun, DoesSoWithManyPodsAndALongWayToTheLastDeparture) {
  Case each;
  each.options.service.pods = 500;
  each.options.service.queue = kUnlimitedQueue;
  each.options.service.latency = *LatencyLaw::Exponential(2s);
  each.options.service.balance = Balance::kRandom;
  each.options.timeout = 300s;
  each.load.shape = measure::OpenLoad{.rate = Rate{225}};
  each.load.warmup = 5s;
  each.load.duration = 60s;
  EXPECT_EQ(ByRecursion(each), ByEvents(each));
}

TEST(LindleyRun, DoesSoWithThousandsOfRequestsInASecond) {
  Case each;
  each.options.service.pods = 1000;
  each.options.service.queue = kUnlimitedQueue;
  each.options.service.latency = *LatencyLaw::Exponential(100ms);
  each.options.service.balance = Balance::kRoundRobin;
  each.load.shape = measure::OpenLoad{.rate = Rate{9000}};
  each.load.warmup = 1500ms;
  each.load.duration = 3s;
  EXPECT_EQ(ByRecursion(each), ByEvents(each));
}

TEST(LindleyRun, IsNotForWhatItCannotKnow) {
  const Case fits = Drawn(3);
  const auto refuses = [&](const auto& change) {
    Case each = fits;
    change(each);
    return !LindleyRun::Fits(each.options, each.load, false);
  };
  EXPECT_TRUE(LindleyRun::Fits(fits.options, fits.load, false));
  EXPECT_FALSE(LindleyRun::Fits(fits.options, fits.load, true));  // Events are wanted.
  EXPECT_TRUE(refuses([](Case& each) { each.load.shape = measure::ClosedLoad{}; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.service.queue = 10; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.service.cpu_limit = 1.0; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.service.error_rate = 0.1; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.service.cold_start = 1s; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.service.routers = 2; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.carry_over = true; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.generator_limit = Rate{1e6}; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.disturbances.scaling = {{1s, 2}}; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.disturbances.failures = Failures{}; }));
  EXPECT_TRUE(refuses([](Case& each) { each.options.tasks[0].size = 2.0; }));
  EXPECT_TRUE(refuses([](Case& each) {
    each.options.service.pods = 2;
    each.options.service.balance = Balance::kP2c;
  }));
}

}  // namespace
}  // namespace loadline::sim
