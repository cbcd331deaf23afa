#include "sim/replicate.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "stats/batch_means.h"

namespace loadline::sim {
namespace {

SimOptions MM1() {
  SimOptions options;
  options.service.pods = 1;
  options.service.queue = kUnlimitedQueue;
  options.service.latency = *LatencyLaw::Exponential(10ms);
  return options;
}

measure::Load HalfBusy() {
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{50}};
  load.warmup = 10s;
  load.duration = 500s;
  return load;
}

TEST(Replicate, GivesTheSameWhateverTheThreads) {
  const auto alone = Replicate(MM1(), HalfBusy(), 6, 1);
  const auto together = Replicate(MM1(), HalfBusy(), 6, 3);
  ASSERT_EQ(alone->size(), 6U);
  for (std::size_t i = 0; i < alone->size(); ++i) {
    EXPECT_EQ((*alone)[i].tasks[0].response, (*together)[i].tasks[0].response);
    EXPECT_EQ((*alone)[i].requests, (*together)[i].requests);
  }
}

TEST(Replicate, BeginsWithWhatOneSimulationWouldFindAndGoesOnWithOthers) {
  SimProber prober(MM1());
  measure::Unobserved nobody;
  const auto once = prober.Probe(HalfBusy(), nobody);
  const auto often = Replicate(MM1(), HalfBusy(), 2, 2);
  EXPECT_EQ((*often)[0].tasks[0].response, once->tasks[0].response);
  EXPECT_FALSE((*often)[1].tasks[0].response == once->tasks[0].response);
}

TEST(Replicate, SpreadsAroundTheClosedForm) {
  // M/M/1: mean response 10 ms / (1 - 0.5) = 20 ms. 16 runs of 25,000 requests; five sigma.
  stats::BatchMeans means(16);
  const auto found = Replicate(MM1(), HalfBusy(), 16, 2);
  for (const measure::Measurement& each : *found) {
    means.Add(Seconds(each.tasks[0].response.Mean()));
  }
  EXPECT_NEAR(means.Mean(), 0.020, 5 * means.StandardError());
  EXPECT_LT(means.StandardError(), 0.0002);
}

TEST(Replicate, HandsOnWhatIsWrongWithTheLoad) {
  measure::Load load = HalfBusy();
  load.shape = measure::OpenLoad{.rate = Rate{-1}};
  EXPECT_EQ(Replicate(MM1(), load, 3, 2).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace loadline::sim
