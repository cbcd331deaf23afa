#include "sizing/autoscaler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::sizing {
namespace {

using ::testing::HasSubstr;

ServiceModel Exponential(queueing::Balance balance) {
  ServiceModel model;
  model.pod.service = model.service_low = model.service_high = 50ms;
  model.pod.exponential = true;
  model.pod.balance = balance;
  return model;
}

std::vector<measure::Objective> Must(const char* text) {
  return {*measure::ParseObjective(text)};
}

TEST(BoundsFor, LeavesRoomForTheDeadBand) {
  // Random balancing: each pod is an M/M/1 whose p95 of 200 ms asks for ρ <= 1 − 0.05 · ln 20 / 0.2
  // = 0.2511, with any number of pods. 0.2511/1.1 = 22.8 %: 22 %. The peak is 100 Erlangs: 100/0.22
  // = 454.5 pods. The lowest traffic is 25 Erlangs: 25/0.2511 = 99.6 pods.
  const AutoscalerBounds bounds =
      *BoundsFor(Exponential(queueing::Balance::kRandom), Must("p95 < 200ms"),
                 {.peak = Rate{2000}, .lowest = Rate{500}, .dead_band = 0.1, .loss = {}}, 399);
  EXPECT_EQ(bounds.min_pods, 100);
  EXPECT_EQ(bounds.max_pods, 455);
  EXPECT_DOUBLE_EQ(bounds.target, 0.22);
  EXPECT_NEAR(bounds.top, 0.242, 1e-12);
  EXPECT_NEAR(bounds.weakest_busy, 0.2511, 1e-3);
}

TEST(BoundsFor, LetsAZoneGo) {
  // As above, but what is left of three zones is two thirds, or less where the number is no
  // multiple of three: 0.2511 · 2/3 = 0.1674, /1.1 = 15.2 %. 100/0.15 = 666.7 pods.
  const Loss zone{.survive = Survive::kZone, .zones = 3};
  const AutoscalerBounds bounds =
      *BoundsFor(Exponential(queueing::Balance::kRandom), Must("p95 < 200ms"),
                 {.peak = Rate{2000}, .lowest = Rate{500}, .dead_band = 0.1, .loss = zone}, 599);
  EXPECT_EQ(bounds.min_pods, 150);
  EXPECT_DOUBLE_EQ(bounds.target, 0.15);
  EXPECT_EQ(bounds.max_pods, 667);
}

TEST(BoundsFor, IsSetByTheFewestPodsWhereTheyShareTheirQueue) {
  const ServiceModel model = Exponential(queueing::Balance::kCentral);
  const auto objectives = Must("p95 < 200ms");
  const AutoscalerDemand demand{
      .peak = Rate{2000}, .lowest = Rate{100}, .dead_band = 0.1, .loss = {}};
  const AutoscalerBounds bounds = *BoundsFor(model, objectives, demand, 102);
  EXPECT_EQ(bounds.weakest, bounds.min_pods);
  EXPECT_GT(bounds.max_pods, 102);
  // Wherever it stands still, the objectives hold: at the top of the dead band for all it may run.
  for (int pods = bounds.min_pods; pods <= bounds.max_pods; ++pods) {
    const Rate rate{bounds.top * 20 * pods};
    EXPECT_TRUE(Foresee(model, rate, objectives, pods).holds) << pods;
  }
  // And one per cent more would break it.
  const Rate more{(bounds.target + 0.01) * 1.1 * 20 * bounds.min_pods};
  EXPECT_FALSE(Foresee(model, more, objectives, bounds.min_pods).holds);
}

TEST(BoundsFor, NeedsMorePodsForAWiderBand) {
  int before = 0;
  for (const double band : {0.0, 0.1, 0.2, 0.5}) {
    const AutoscalerBounds bounds =
        *BoundsFor(Exponential(queueing::Balance::kLeast), Must("p95 < 200ms"),
                   {.peak = Rate{2000}, .lowest = Rate{500}, .dead_band = band, .loss = {}}, 104);
    EXPECT_GT(bounds.max_pods, before);
    before = bounds.max_pods;
  }
}

TEST(BoundsFor, RefusesWhatCannotBe) {
  const ServiceModel model = Exponential(queueing::Balance::kLeast);
  const auto objectives = Must("p95 < 200ms");
  EXPECT_THAT(BoundsFor(model, objectives, {.peak = Rate{10}, .lowest = Rate{20}, .loss = {}}, 1)
                  .error()
                  .message,
              HasSubstr("not above the peak"));
  EXPECT_FALSE(BoundsFor(model, objectives,
                         {.peak = Rate{10}, .lowest = Rate{5}, .dead_band = -0.1, .loss = {}}, 1));
  EXPECT_FALSE(
      BoundsFor(model, Must("p95 < 10ms"), {.peak = Rate{10}, .lowest = Rate{5}, .loss = {}}, 1));
}

}  // namespace
}  // namespace loadline::sizing
