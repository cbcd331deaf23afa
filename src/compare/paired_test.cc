#include "compare/paired.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "base/sanitized.h"
#include "compare/testing/simulated.h"

namespace loadline::compare {
namespace {

Batch BatchOf(Duration response, int count, int failed = 0) {
  Batch batch;
  batch.response.RecordN(response, count);
  batch.failed = failed;
  batch.seconds = 8.0;
  return batch;
}

/// Pairs whose means are those [ms], in the order AB, BA, AB, BA, …
std::vector<BlockPair> PairsOf(const std::vector<std::pair<double, double>>& means) {
  std::vector<BlockPair> pairs;
  pairs.reserve(means.size());
  for (const auto& [a, b] : means) {
    pairs.push_back({.a = BatchOf(FromSeconds(a / 1e3), 100),
                     .b = BatchOf(FromSeconds(b / 1e3), 100),
                     .b_first = pairs.size() % 2 == 1});
  }
  return pairs;
}

const Compared& Named(const std::vector<Compared>& figures, const std::string& name) {
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [&](const Compared& one) { return one.name == name; });
  EXPECT_NE(found, figures.end());
  return *found;
}

TEST(BlockOrder, HasHalfOfEachOrderShuffled) {
  const std::vector<bool> order = BlockOrder(20, 7);
  ASSERT_EQ(order.size(), 20U);
  EXPECT_EQ(std::count(order.begin(), order.end(), true), 10);
  int changes = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    changes += order[i] != order[i - 1] ? 1 : 0;
  }
  EXPECT_GT(changes, 2);   // Neither one half after the other…
  EXPECT_LT(changes, 19);  // …nor in turns.
  EXPECT_EQ(BlockOrder(20, 7), order);
  EXPECT_NE(BlockOrder(20, 8), order);
  const std::vector<bool> odd = BlockOrder(5, 7);
  EXPECT_NEAR(static_cast<double>(std::count(odd.begin(), odd.end(), true)), 2.5, 0.5);
}

TEST(ComparePairs, HasTheErrorOfACrossOver) {
  // ln(b/a) in the order AB: 0.10, 0.14; in BA: 0.02, 0.06. The orders' means are 0.12 and 0.04,
  // the change is their mean, 0.08. Within orders each lies 0.02 from its mean: squares 4 · 0.0004
  // = 0.0016, on 4 − 2 = 2 degrees 0.0008; variance 0.0008/4 · (1/2 + 1/2) = 0.0002, sd 0.014142.
  // One figure of five at 95 % together: 99 %, t₂ = 9.925; margin 0.14036.
  const std::vector<BlockPair> pairs = PairsOf({{100, 100 * std::exp(0.10)},
                                                {100, 100 * std::exp(0.02)},
                                                {100, 100 * std::exp(0.14)},
                                                {100, 100 * std::exp(0.06)}});
  const Compared mean = Named(ComparePairs(pairs, {.throughput = false}), "mean");
  EXPECT_NEAR(mean.change.value, std::expm1(0.08), 3e-3);  // As exact as a histogram.
  EXPECT_NEAR(mean.change.low, std::expm1(0.08 - 0.14036), 2e-2);
  EXPECT_NEAR(mean.change.high, std::expm1(0.08 + 0.14036), 2e-2);
  EXPECT_NEAR(mean.a.value, 0.1, 3e-4);
  EXPECT_EQ(mean.proof, Proof::kUndecided);
}

TEST(ComparePairs, ASteadyDriftCostsNothing) {
  // The world slows by 2 % from block to block; B is 10 % slower than A. Every pair of the order AB
  // shows 12 %, every one of BA 8 %: 10 % in the middle, and no spread within the orders.
  std::vector<std::pair<double, double>> means;
  for (int pair = 0; pair < 8; ++pair) {
    const double first = 50.0 * std::pow(1.02, 2 * pair);
    const bool b_first = pair % 2 == 1;
    means.emplace_back(first * (b_first ? 1.02 : 1.0), 1.1 * first * (b_first ? 1.0 : 1.02));
  }
  const Compared mean = Named(ComparePairs(PairsOf(means), {.throughput = false}), "mean");
  EXPECT_NEAR(mean.change.value, 0.10, 4e-3);
  EXPECT_GT(mean.change.low, 0.08);
  EXPECT_LT(mean.change.high, 0.12);
  EXPECT_EQ(mean.proof, Proof::kWorse);
}

TEST(ComparePairs, CountsSignsWhereQuantilesAreEndless) {
  // One request in ten fails on B: its p95 lies among failures in every block. Of 10 pairs all 10
  // are worse: 2 · 2⁻¹⁰ = 0.002 < 0.01. Of 4 all 4: 2 · 2⁻⁴ = 0.125, which proves nothing.
  std::vector<BlockPair> pairs;
  pairs.reserve(10);
  for (int i = 0; i < 10; ++i) {
    pairs.push_back({.a = BatchOf(10ms, 100), .b = BatchOf(10ms, 90, 10), .b_first = i % 2 == 1});
  }
  const std::vector<Compared> ten = ComparePairs(pairs, {.throughput = false});
  EXPECT_EQ(Named(ten, "p95").proof, Proof::kWorse);
  EXPECT_TRUE(std::isnan(Named(ten, "p95").change.value));
  EXPECT_EQ(Named(ten, "errors").proof, Proof::kWorse);
  EXPECT_NEAR(Named(ten, "errors").change.value, 0.1, 1e-12);
  pairs.resize(4);
  EXPECT_EQ(Named(ComparePairs(pairs, {.throughput = false}), "p95").proof, Proof::kUndecided);
}

TEST(ComparePairs, LeavesRoomForFailuresThatWereNotSeen) {
  // 4 · 100 requests a side, none failed; at 99 % no more than 4.605/400 = 1.15 % do.
  const std::vector<BlockPair> pairs = PairsOf({{10, 10}, {10, 10}, {10, 10}, {10, 10}});
  const Compared errors = Named(ComparePairs(pairs, {.throughput = false}), "errors");
  EXPECT_NEAR(errors.change.high, 0.011513, 1e-6);
  EXPECT_NEAR(errors.change.low, -0.011513, 1e-6);
  EXPECT_EQ(errors.proof, Proof::kUndecided);
}

TEST(PairsToDecide, FollowsTheSquareOfTheInterval) {
  // 3 % more with a margin of 4 points, 5 % tolerated: 2 points are left, half the margin, which
  // four times as many pairs give.
  Compared figure{.name = "p95", .a = {}, .b = {}};
  figure.change = {.value = 0.03, .low = -0.01, .high = 0.07};
  figure.proof = Proof::kUndecided;
  EXPECT_EQ(PairsToDecide(std::vector{figure}, 10, {}), 40);
  // 8 % more, surely more only with a margin below 8 points; now 12: (12/8)² = 2.25.
  figure.change = {.value = 0.08, .low = -0.04, .high = 0.20};
  EXPECT_EQ(PairsToDecide(std::vector{figure}, 10, {}), 23);
  // Right at what is tolerated no number of pairs is enough.
  figure.change = {.value = 0.0499999, .low = -0.04, .high = 0.14};
  EXPECT_EQ(PairsToDecide(std::vector{figure}, 10, {}), std::nullopt);
  figure.proof = Proof::kNoWorse;
  EXPECT_EQ(PairsToDecide(std::vector{figure}, 10, {}), std::nullopt);
}

/// A world whose speed falls to 70 % within 200 s and wanders by ±10 % with a period of 37 s.
double SpeedAt(double seconds) {
  return (1.0 - 0.3 * seconds / 200.0) * (1.0 + 0.1 * std::sin(2.0 * 3.14159265 * seconds / 37.0));
}

/// Block `index` of a trial in that world: 10 s, the first two of them left out.
Batch BlockAt(double ms, int index, std::uint64_t load_seed, std::uint64_t service_seed) {
  Simulation block;
  block.ms = ms;
  block.rate = 40.0;
  block.warmup = 2s;
  block.duration = 8s;
  block.load_seed = load_seed;
  block.service_seed = service_seed;
  for (int second = 0; second < 12; ++second) {
    block.speed.push_back({.at = std::chrono::seconds(second),
                           .speed = SpeedAt(10.0 * index + static_cast<double>(second))});
  }
  measure::Unobserved nobody;
  const measure::Measurement measured = Simulate(block, nobody);
  Batch batch;
  batch.response = measured.tasks.at(0).response;
  batch.failed = measured.failed;
  batch.seconds = Seconds(measured.measured);
  return batch;
}

std::vector<BlockPair> TrialOf(double ms_a, double ms_b, int pairs, std::uint64_t seed) {
  std::vector<BlockPair> trial;
  const std::vector<bool> order = BlockOrder(pairs, seed);
  for (int i = 0; i < pairs; ++i) {
    const bool b_first = order[static_cast<std::size_t>(i)];
    const std::uint64_t stream = 3 * static_cast<std::uint64_t>(i);
    const std::uint64_t load = StreamSeed(seed, stream);
    const int at_a = 2 * i + (b_first ? 1 : 0);
    const int at_b = 2 * i + (b_first ? 0 : 1);
    trial.push_back({.a = BlockAt(ms_a, at_a, load, StreamSeed(seed, stream + 1)),
                     .b = BlockAt(ms_b, at_b, load, StreamSeed(seed, stream + 2)),
                     .b_first = b_first});
  }
  return trial;
}

TEST(ComparePairs, EqualServicesHardlyEverDifferInAWorldThatDrifts) {
  // 300 trials of 10 pairs. At 95 % at most 15 may be called different; 15 + 2·√14.25 = 22.5 with
  // chance.
  int different = 0;
  for (std::uint64_t seed = 1; seed <= (kSanitized ? 20 : 300); ++seed) {
    CompareOptions options;
    options.tolerated = 0.0;
    options.tolerated_errors = 0.0;
    options.throughput = false;
    bool any = false;
    for (const Compared& one : ComparePairs(TrialOf(50, 50, 10, seed), options)) {
      any = any || one.proof == Proof::kWorse || one.proof == Proof::kBetter;
    }
    different += any ? 1 : 0;
  }
  RecordProperty("different", different);
  EXPECT_LE(different, kSanitized ? 2 : 22);  // 20·0.05 + 2·√(20·0.05·0.95) = 2.9.
}

TEST(ComparePairs, TenPercentSlowerIsFoundInMostTrials) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    found +=
        Overall(ComparePairs(TrialOf(50, 55, 30, seed), {.throughput = false})) == Proof::kWorse
            ? 1
            : 0;
  }
  RecordProperty("found", found);
  EXPECT_GE(found, 40);
}

}  // namespace
}  // namespace loadline::compare
