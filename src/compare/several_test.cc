#include "compare/several.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "base/sanitized.h"
#include "compare/testing/simulated.h"

namespace loadline::compare {
namespace {

/// A run whose every second is that of the others: nothing is uncertain within it.
RunSample Even(double ms) {
  RunSample sample;
  for (int i = 0; i < 20; ++i) {
    sample.Add(SecondOf(FromSeconds(ms / 1e3), 100));
  }
  return sample;
}

TEST(CompareWithSeveral, TakesTheSpreadOfTheBaseline) {
  // ln of the means: ln 100 − 0.1, ln 100, ln 100 + 0.1: S = 0.1. One figure of five at 95 %
  // together: 99 %, t₂ = 9.925; margin 9.925 · 0.1 · √(4/3) = 1.146. B lies 0.5 above: not proved.
  const std::vector<RunSample> a = {Even(100 * std::exp(-0.1)), Even(100),
                                    Even(100 * std::exp(0.1))};
  const std::vector<Compared> figures =
      CompareWithSeveral(a, Even(100 * std::exp(0.5)), {.throughput = false});
  ASSERT_EQ(figures.size(), 5U);
  const Compared& mean = figures[3];
  EXPECT_EQ(mean.name, "mean");
  EXPECT_NEAR(std::log1p(mean.change.value), 0.5, 4e-3);
  EXPECT_NEAR(std::log1p(mean.change.low), 0.5 - 1.146, 0.02);
  EXPECT_NEAR(std::log1p(mean.change.high), 0.5 + 1.146, 0.02);
  EXPECT_EQ(mean.proof, Proof::kUndecided);
  // Against any one of them alone it would be called worse.
  EXPECT_EQ(Overall(Compare(a[2], Even(100 * std::exp(0.5)), {.throughput = false})),
            Proof::kWorse);
}

TEST(CompareWithSeveral, AFailingRunIsWorseThanAllOfThem) {
  RunSample failing;
  for (int i = 0; i < 20; ++i) {
    failing.Add(SecondOf(10ms, 90, 10));
  }
  const std::vector<RunSample> a = {Even(10), Even(10.2), Even(10.1)};
  const std::vector<Compared> figures = CompareWithSeveral(a, failing, {.throughput = false});
  EXPECT_EQ(figures[1].name, "p95");
  EXPECT_EQ(figures[1].proof, Proof::kWorse);  // Infinite against 10 ms.
  EXPECT_EQ(figures[4].proof, Proof::kWorse);
}

TEST(CompareLinesWithSeveral, WeighsHowSearchesDiffer) {
  const auto line = [](double level) {
    measure::LoadLine one;
    one.has_objectives = true;
    one.estimate = level;
    one.estimate_low = 0.999 * level;
    one.estimate_high = 1.001 * level;
    return one;
  };
  // ln: 0, ±0.02 about ln 200; S = 0.02, t₂ at 97.5 % = 4.303; margin 4.303 · 0.02 · √(4/3) =
  // 0.09937. 190 is 0.0513 below: not proved; 170 is 0.1625 below: worse.
  const std::vector<measure::LoadLine> a = {line(200 * std::exp(-0.02)), line(200),
                                            line(200 * std::exp(0.02))};
  const std::optional<Compared> near = CompareLinesWithSeveral(a, line(190), {});
  ASSERT_TRUE(near);
  EXPECT_EQ(near->proof, Proof::kUndecided);
  EXPECT_NEAR(std::log1p(near->change.low), std::log(190.0 / 200.0) - 0.09937, 1e-4);
  EXPECT_EQ(CompareLinesWithSeveral(a, line(170), {})->proof, Proof::kWorse);
  measure::LoadLine open = line(190);
  open.estimate.reset();
  EXPECT_EQ(CompareLinesWithSeveral(a, open, {}), std::nullopt);
}

/// A run of a service whose speed is drawn anew for every run, with a standard deviation of 5 %.
RunSample Wobbling(double ms, Duration length, std::uint64_t seed) {
  Random random(StreamSeed(seed, 3));
  double normal = -6.0;  // The sum of twelve uniform numbers, as good as normal.
  for (int i = 0; i < 12; ++i) {
    normal += random.Uniform();
  }
  return SampleOf({.ms = ms * std::exp(0.05 * normal),
                   .duration = length,
                   .service_seed = StreamSeed(seed, 1),
                   .load_seed = StreamSeed(seed, 2)});
}

struct Counts {
  int different = 0;  ///< Anything was called worse or better.
  int worse = 0;
};

/// `trials` runs with a service time of `ms`, each against five others of 50 ms; all of `length`.
Counts Trials(double ms, int trials, Duration length, std::uint64_t stream) {
  Counts counts;
  for (int trial = 0; trial < trials; ++trial) {
    const auto seed = [&](int run) {
      return StreamSeed(stream,
                        6 * static_cast<std::uint64_t>(trial) + static_cast<std::uint64_t>(run));
    };
    std::vector<RunSample> baseline;
    baseline.reserve(5);
    for (int run = 0; run < 5; ++run) {
      baseline.push_back(Wobbling(50, length, seed(run)));
    }
    CompareOptions options;
    options.tolerated = 0.0;
    options.tolerated_errors = 0.0;
    options.throughput = false;
    bool worse = false;
    bool better = false;
    for (const Compared& one :
         CompareWithSeveral(baseline, Wobbling(ms, length, seed(5)), options)) {
      worse = worse || one.proof == Proof::kWorse;
      better = better || one.proof == Proof::kBetter;
    }
    counts.different += worse || better ? 1 : 0;
    counts.worse += worse ? 1 : 0;
  }
  return counts;
}

TEST(CompareWithSeveral, RunsOfAWobblingServiceHardlyEverDiffer) {
  // At 95 % at most 15 of 300 may be called different; 15 + 2·√14.25 = 22.5 with chance.
  const int different = Trials(50, kSanitized ? 20 : 300, 15s, 1).different;
  RecordProperty("different", different);
  EXPECT_LE(different, kSanitized ? 2 : 22);  // 20·0.05 + 2·√(20·0.05·0.95) = 2.9.
}

TEST(CompareWithSeveral, AQuarterSlowerIsFoundInMostRuns) {
  const int worse = Trials(62.5, kSanitized ? 10 : 60, 30s, 2).worse;
  RecordProperty("worse", worse);
  EXPECT_GE(worse, kSanitized ? 4 : 33);
}

}  // namespace
}  // namespace loadline::compare
