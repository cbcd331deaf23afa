#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace loadline {
namespace {

TEST(Mix, IsSplitMix64) {
  // First outputs of SplitMix64 seeded with 1234567, as published with the reference
  // implementation (prng.di.unimi.it) and pinned by many ports of it.
  std::uint64_t state = 1234567;
  const std::array<std::uint64_t, 3> expected{6457827717110365317ULL, 3203168211198807973ULL,
                                              9817491932198370423ULL};
  for (const std::uint64_t value : expected) {
    EXPECT_EQ(Mix(state), value);
    state += 0x9e3779b97f4a7c15ULL;
  }
}

TEST(Random, RepeatsWithTheSameSeedAndDiffersWithAnother) {
  Random a(42);
  Random b(42);
  Random c(43);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t x = a.Next();
    EXPECT_EQ(x, b.Next());
    equal += x == c.Next() ? 1 : 0;
  }
  EXPECT_EQ(equal, 0);
}

TEST(StreamSeed, GivesEveryStreamItsOwnSeed) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t run = 0; run < 30; ++run) {
    for (std::uint64_t stream = 0; stream < 30; ++stream) {
      seeds.insert(StreamSeed(run, stream));
    }
  }
  EXPECT_EQ(seeds.size(), 900U);
}

TEST(Random, BelowStaysBelowAndCoversAll) {
  Random random(1);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) {
    const std::uint64_t x = random.Below(6);
    ASSERT_LT(x, 6U);
    ++counts.at(x);
  }
  // Binomial(60000, 1/6): mean 10,000, standard deviation 91; five of them are 456.
  for (const int count : counts) {
    EXPECT_NEAR(count, 10'000, 456);
  }
  EXPECT_EQ(random.Below(1), 0U);
}

TEST(Random, HasTheMomentsOfItsDistributions) {
  Random random(7);
  constexpr int kDraws = 200'000;
  double uniform = 0;
  double exponential = 0;
  double exponential_squares = 0;
  double normal = 0;
  double normal_squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    uniform += random.Uniform();
    const double e = random.Exponential();
    exponential += e;
    exponential_squares += e * e;
    const double n = random.Normal();
    normal += n;
    normal_squares += n * n;
  }
  // Standard errors: 0.289, 1, sqrt(20), 1 and sqrt(2), each over sqrt(200,000) = 447; five of
  // them.
  EXPECT_NEAR(uniform / kDraws, 0.5, 5 * 0.289 / 447);
  EXPECT_NEAR(exponential / kDraws, 1, 5 * 1.0 / 447);
  EXPECT_NEAR(exponential_squares / kDraws, 2, 5 * 4.48 / 447);
  EXPECT_NEAR(normal / kDraws, 0, 5 * 1.0 / 447);
  EXPECT_NEAR(normal_squares / kDraws, 1, 5 * 1.42 / 447);
}

}  // namespace
}  // namespace loadline
