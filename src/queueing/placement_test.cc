#include "queueing/placement.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace loadline::queueing {
namespace {

// What a service that is exactly the model would show.
ProbeSummary Exact(const ServiceShape& shape, double rate, Duration threshold) {
  return {.rate = Rate{rate},
          .mean_response = MeanResponse(shape, Rate{rate}),
          .late_share = ResponseLaw(shape).Tail(Rate{rate}, threshold),
          .requests = 10'000};
}

// Exact M/M/c, which the model only approximates.
ProbeSummary ExactMmc(const Servers& servers, double rate, Duration threshold) {
  return {.rate = Rate{rate},
          .mean_response = MeanResponse(servers, Rate{rate}),
          .late_share = ResponseTail(servers, Rate{rate}, threshold),
          .requests = 10'000};
}

TEST(PlacementModel, FindsTheLineOfItsOwnKind) {
  const std::array<ServiceShape, 4> shapes{
      ServiceShape{.servers = {.count = 4, .service = 50ms}, .scv = 0.25, .delay = 2ms},
      ServiceShape{.servers = {.count = 1, .service = 50ms}, .scv = 1},
      ServiceShape{.servers = {.count = 48, .service = 50ms}, .scv = 1},
      ServiceShape{.servers = {.count = 1, .service = 50ms}, .scv = 1, .pools = 12}};
  for (const ServiceShape& shape : shapes) {
    const double line = ResponseLaw(shape).LoadLine(300ms, 0.05).per_second;
    std::vector<ProbeSummary> probes;
    for (const double share : {0.05, 0.5, 0.8, 0.95}) {
      probes.push_back(Exact(shape, share * line, 300ms));
    }
    const std::optional<PlacementModel> model = PlacementModel::Fit(probes, 300ms);
    ASSERT_TRUE(model.has_value());
    EXPECT_NEAR(model->Line(0.05).per_second / line, 1, 0.04) << model->Describe();
    EXPECT_LT(model->fit_error(), 0.1) << model->Describe();
  }
}

TEST(PlacementModel, ComesNearFromFarBelowWithASaturatedProbe) {
  // M/M/12, S = 50 ms: capacity 240/s, line for p95 < 200 ms at 0.899 of it, 215.8/s.
  const Servers twelve{.count = 12, .service = 50ms};
  const double line = LoadLine(twelve, 200ms, 0.05).per_second;
  const std::vector<ProbeSummary> probes{ExactMmc(twelve, 2, 200ms),
                                         ExactMmc(twelve, 160, 200ms),
                                         {.rate = Rate{320}, .saturated = true}};
  const std::optional<PlacementModel> model = PlacementModel::Fit(probes, 200ms);
  ASSERT_TRUE(model.has_value());
  EXPECT_NEAR(model->Line(0.05).per_second / line, 1, 0.15) << model->Describe();
  EXPECT_LT(model->shape().Capacity().per_second, 320);
}

TEST(PlacementModel, PredictsSharesThatRiseWithTheLoad) {
  const Servers four{.count = 4, .service = 50ms};
  const std::vector<ProbeSummary> probes{ExactMmc(four, 1, 300ms), ExactMmc(four, 40, 300ms),
                                         ExactMmc(four, 64, 300ms)};
  const PlacementModel model = *PlacementModel::Fit(probes, 300ms);
  EXPECT_LT(model.LateShare(Rate{40}), model.LateShare(Rate{64}));
  EXPECT_EQ(model.LateShare(Rate{1e6}), 1);
  // By Little: as many users as rate · (think + response).
  const Rate line = model.Line(0.05);
  const double users = model.UserLine(0.05, 1s);
  EXPECT_GT(users, line.per_second * 1.05);
  EXPECT_LT(users, line.per_second * 1.3);
}

TEST(PlacementModel, SaysNothingBeforeTheProbesShowALimit) {
  const Servers many{.count = 100, .service = 50ms};
  EXPECT_FALSE(PlacementModel::Fit({}, 1s).has_value());
  const std::vector<ProbeSummary> light{ExactMmc(many, 1, 1s), ExactMmc(many, 100, 1s)};
  EXPECT_FALSE(PlacementModel::Fit(light, 1s).has_value());
  const std::vector<ProbeSummary> only_saturated{{.rate = Rate{10}, .saturated = true}};
  EXPECT_FALSE(PlacementModel::Fit(only_saturated, 1s).has_value());
}

TEST(PlacementModel, SurvivesProbesThatFitNoModel) {
  // Faster under load, late without waiting, saturated below what held.
  const std::vector<ProbeSummary> odd{
      {.rate = Rate{1}, .mean_response = 500ms, .late_share = 1, .requests = 1},
      {.rate = Rate{1e5}, .mean_response = 1ns, .late_share = 0, .requests = 100},
      {.rate = Rate{10}, .mean_response = 24h, .late_share = 0.5, .requests = 0},
      {.rate = Rate{2}, .saturated = true}};
  const std::optional<PlacementModel> model = PlacementModel::Fit(odd, 1s);
  ASSERT_TRUE(model.has_value());
  EXPECT_GE(model->Line(0.05).per_second, 0);
}

TEST(PlacementModel, DescribesItselfInAFewWords) {
  const ServiceShape shape{.servers = {.count = 4, .service = 50ms}, .scv = 0.25, .delay = 0s};
  std::vector<ProbeSummary> probes;
  for (const double rate : {1.0, 40.0, 60.0, 70.0, 76.0}) {
    probes.push_back(Exact(shape, rate, 300ms));
  }
  EXPECT_EQ(PlacementModel::Fit(probes, 300ms)->Describe(),
            "4 servers with one queue, 50 ms per request (cv 0.5)");
}

}  // namespace
}  // namespace loadline::queueing
