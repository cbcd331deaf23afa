#include "search/probe_watch.h"

#include <gtest/gtest.h>

#include <vector>

#include "search/testing/watched_queue.h"

namespace loadline::search {
namespace {

using measure::Decision;
using testing::OpenAt;
using testing::Quantile;
using testing::QueueSpec;
using testing::WatchedQueue;

constexpr double kLineOf4 = 3.42166058;  // p95 < 6s with four servers of 1 s, from Erlang C.
constexpr QueueSpec kFourServers{.servers = 4};

/// Counts what it is told; stops the search at `stop_at`.
struct Counting : FindListener {
  Decision OnLive(const StepLive& live) override {
    ++windows;
    spent = live.spent;
    return live.window.end >= stop_at ? Decision::kStop : Decision::kContinue;
  }
  void OnSecond(const measure::Second&) override { ++seconds; }
  Duration stop_at = Duration::max();
  Duration spent{};
  int windows = 0;
  int seconds = 0;
};

struct Watched {
  WatchEnd end = WatchEnd::kNone;
  Duration elapsed{};
  std::int64_t requests = 0;
  measure::ObjectiveState state = measure::ObjectiveState::kUndecided;
};

/// Watches a probe at `relative` of the line.
Watched Watch(double relative, const WatchPlan& plan, FindListener& listener, double alpha = 0.01,
              std::int64_t most = 300000) {
  const measure::Load load = OpenAt(relative * kLineOf4);
  Judge judge({.objectives = {Quantile(0.95, 6s)}, .load = load, .alpha = alpha, .alone = 1s});
  const StepStart start{.kind = plan.kind, .number = 2, .level = 1.0, .load = load};
  const measure::Progress none;
  const measure::Window before{.begin = {}, .end = {}, .events = {}, .progress = none};
  const StepLive live{.step = start, .window = before, .spent = 1h, .held = {}, .broken = {}};
  ProbeWatch watch(judge, listener, live, plan);
  WatchedQueue queue(kFourServers, load, 1);
  const std::int64_t requests = queue.Run(watch, most);
  return {
      .end = watch.end(), .elapsed = watch.elapsed(), .requests = requests, .state = judge.state()};
}

Watched Watch(double relative, const WatchPlan& plan) {
  FindListener quiet;
  return Watch(relative, plan, quiet);
}

constexpr WatchPlan kGlance{
    .kind = StepKind::kGlance, .limit = 24h, .last = 24h, .glance_least = 10s};

TEST(ProbeWatch, EndsAProofWithTheVerdict) {
  const WatchPlan plan{.kind = StepKind::kProof,
                       .limit = 24h,
                       .last = 24h,
                       .planned_requests = 5000.0,
                       .distance = 0.3};
  const Watched below = Watch(0.7, plan);
  EXPECT_EQ(below.end, WatchEnd::kJudged);
  EXPECT_EQ(below.state, measure::ObjectiveState::kHeld);
  const Watched above = Watch(1.3, plan);
  EXPECT_EQ(above.end, WatchEnd::kJudged);
  EXPECT_EQ(above.state, measure::ObjectiveState::kBroken);
}

TEST(ProbeWatch, AGlanceIsClearFarBelowTheLineAfterAFewRequests) {
  const Watched glance = Watch(0.2, kGlance);
  EXPECT_EQ(glance.end, WatchEnd::kClear);
  EXPECT_GE(glance.elapsed, 10s);
  EXPECT_LT(glance.requests, 300);
  EXPECT_EQ(glance.state, measure::ObjectiveState::kUndecided);  // It proves nothing.
}

TEST(ProbeWatch, AGlanceTakesAtLeastItsTime) {
  WatchPlan plan = kGlance;
  plan.glance_least = 1000s;
  FindListener quiet;
  const Watched glance = Watch(0.2, plan, quiet, 1e-9);  // No verdict before.
  EXPECT_EQ(glance.end, WatchEnd::kClear);
  EXPECT_GE(glance.elapsed, 1000s);
}

TEST(ProbeWatch, AGlanceAboveTheLineIsJudgedAndOneOnItIsNear) {
  EXPECT_EQ(Watch(1.4, kGlance).end, WatchEnd::kJudged);
  // A verdict that takes longer than there is time for is left to the proofs.
  WatchPlan short_of_time = kGlance;
  short_of_time.limit = 2500s;
  short_of_time.glance_least = 2000s;  // A queue takes its time to show.
  FindListener quiet;
  const Watched near = Watch(1.0, short_of_time, quiet, 1e-9);
  EXPECT_EQ(near.end, WatchEnd::kNear);
  EXPECT_EQ(near.state, measure::ObjectiveState::kUndecided);
}

TEST(ProbeWatch, GivesUpAProofThatIsMuchNearerTheLineThanPlanned) {
  // Planned for 50 % below, on the line in truth; the alpha lets no verdict come by chance.
  const WatchPlan plan{.kind = StepKind::kProof,
                       .limit = 24h * 365,
                       .last = 24h * 365,
                       .planned_requests = 1000.0,
                       .distance = 0.7};
  FindListener quiet;
  const Watched given_up = Watch(1.0, plan, quiet, 1e-9);
  EXPECT_EQ(given_up.end, WatchEnd::kTooDear);
  EXPECT_LT(given_up.requests, 50000);
}

TEST(ProbeWatch, EndsAtItsLimit) {
  for (const StepKind kind : {StepKind::kAlone, StepKind::kOperating, StepKind::kGlance}) {
    const Watched ended = Watch(1.0, {.kind = kind, .limit = 100s, .glance_least = 1h});
    EXPECT_EQ(ended.end, WatchEnd::kTime);
    EXPECT_GE(ended.elapsed, 100s);
    EXPECT_LT(ended.elapsed, 200s);
  }
}

TEST(ProbeWatch, LetsAProofRunOnOnlyIfItIsAboutToEnd) {
  // 10 % below the line a verdict takes about 15,000 requests, 4,900 s.
  WatchPlan plan{.kind = StepKind::kProof,
                 .limit = 500s,
                 .last = 600s,
                 .planned_requests = 1e6,
                 .distance = 0.01};
  EXPECT_EQ(Watch(0.9, plan).end, WatchEnd::kTime);
  plan.last = 24h;
  const Watched went_on = Watch(0.9, plan);
  EXPECT_EQ(went_on.end, WatchEnd::kJudged);
  EXPECT_GT(went_on.elapsed, 500s);
}

TEST(ProbeWatch, TellsTheListenerEverythingAndObeysIt) {
  Counting listener;
  listener.stop_at = 300s;
  const Watched stopped = Watch(1.0, {.kind = StepKind::kOperating, .limit = 24h}, listener, 1e-9);
  EXPECT_EQ(stopped.end, WatchEnd::kInterrupted);
  EXPECT_GE(stopped.elapsed, 300s);
  EXPECT_GT(listener.windows, 2);
  EXPECT_EQ(listener.spent, 1h + stopped.elapsed);
}

TEST(ProbeWatch, PassesSecondsToJudgeAndListener) {
  Counting listener;
  const measure::Load load = OpenAt(0.5 * kLineOf4);
  Judge judge({.objectives = {Quantile(0.95, 6s)}, .load = load, .alone = 1s});
  const StepStart start;
  const measure::Progress none;
  const measure::Window before{.begin = {}, .end = {}, .events = {}, .progress = none};
  const StepLive live{.step = start, .window = before, .spent = {}, .held = {}, .broken = {}};
  ProbeWatch watch(judge, listener, live, {.kind = StepKind::kOperating, .limit = 24h});
  measure::Second second;
  second.generator.dropped_events = 1;
  watch.OnSecond(second);
  EXPECT_EQ(listener.seconds, 1);
  // The judge heard it, too: no verdict any more.
  WatchedQueue queue(kFourServers, load, 1);
  queue.Run(watch, 20000);
  EXPECT_EQ(judge.state(), measure::ObjectiveState::kUndecided);
}

}  // namespace
}  // namespace loadline::search
