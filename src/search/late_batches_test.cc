#include "search/late_batches.h"

#include <gtest/gtest.h>

#include <cmath>

#include "search/boundary.h"

namespace loadline::search {
namespace {

constexpr std::uint32_t kAll = UINT32_MAX;

TEST(LateBatches, TakesTheMemoryOfAQueueInHeavyTraffic) {
  // 10/s, threshold 0.6 s, alone 0.1 s, q = e^-2: 10 · 0.5 / 2 = 2.5; 8 + 2 · 6.25 = 20.5.
  EXPECT_NEAR(LateBatches::OpenMemory(10.0, 0.6, 0.1, std::exp(-2.0)), 20.5, 1e-9);
  // Never below ten requests.
  EXPECT_DOUBLE_EQ(LateBatches::OpenMemory(1.0, 0.1, 0.1, 0.05), 10.0);
}

TEST(LateBatches, FirstLookNeedsThirtyBatchesOfThreeMemoriesAndFiveClusters) {
  // τ₀ = 10, q = 0.05: batches of 30; max(90, 5 / 0.05) · 10 = 1000 requests, after 30 skipped.
  LateBatches batches(10.0, 0.05, 1.0);
  EXPECT_EQ(batches.first_look(), 1030);
  for (int i = 0; i < 30 + 33 * 30; ++i) {
    batches.Arrive(true);
  }
  EXPECT_FALSE(batches.Ready(kAll));  // 33 batches are 990 requests.
  for (int i = 0; i < 30; ++i) {
    batches.Arrive(true);
  }
  EXPECT_TRUE(batches.Ready(kAll));
  EXPECT_EQ(batches.full(), 34);
  // Arrivals whose outcome is open do not count.
  EXPECT_FALSE(batches.Ready(1000));
}

TEST(LateBatches, HoldsTheArithmeticOfTheTest) {
  // τ₀ = 10, q = 0.2: batches of 30 requests, first look at 90 τ₀ = 900 = 30 batches.
  LateBatches batches(10.0, 0.2, 1.0);
  for (int i = 0; i < 31 * 30; ++i) {
    const std::uint32_t tag = batches.Arrive(true);
    // In every second batch (the skipped one is the 0th) 6 of 30 requests are late.
    if (i >= 30 && (i / 30) % 2 == 1 && i % 30 < 6) {
      batches.Late(tag);
    }
  }
  ASSERT_TRUE(batches.Ready(kAll));
  const BatchLook look = batches.Look(kAll);
  // 15 · 6 = 90 of 900 late. Deviations ±3 in 30 batches: Σ = 270, v = 270 · 30/29 = 279.31.
  EXPECT_EQ(look.batches, 30);
  EXPECT_DOUBLE_EQ(look.share, 0.1);
  EXPECT_NEAR(look.share_sd, std::sqrt(270.0 * 30 / 29 + 100.0) / 900.0, 1e-12);
  // Careful share (90 + 10)/900 = 1/9 < 0.2: (1 − (1/9)/0.2) · (1/9) / σ.
  const double held = (1.0 - (1.0 / 9.0) / 0.2) * (1.0 / 9.0) / look.share_sd;
  EXPECT_NEAR(look.held_z, NormalFromStudent(held, 29.0), 1e-12);
  EXPECT_NEAR(look.broken_z, NormalFromStudent((0.1 - 0.2) / look.share_sd, 29.0), 1e-12);
}

TEST(LateBatches, HoldsWhereNothingIsLateOnceTheLimitWouldHaveShownManyClusters) {
  // τ₀ = 10, q = 0.2. Nothing late: one cluster, 10 of n, is all that may be missing.
  LateBatches batches(10.0, 0.2, 1.0);
  const auto held_after = [&](int n) {
    while (batches.arrivals() < 30 + n) {
      batches.Arrive(true);
    }
    return batches.Look(kAll);
  };
  // n = 960 in 32 batches: careful share and its deviation 1/96. At the limit there would be
  // 0.2 · 96 = 19.2 clusters: the deviation is √19.2 times as large.
  const double z = (0.2 - 1.0 / 96.0) / (std::sqrt(19.2) / 96.0);
  EXPECT_NEAR(held_after(960).held_z, 0.75 * NormalFromStudent(z, 31.0), 1e-9);
  // It grows with √n; without this it would stay below 1 for ever.
  EXPECT_GT(held_after(1770).held_z, 3.0);
  EXPECT_LT(batches.Look(kAll).broken_z, 0.0);
}

TEST(LateBatches, CountsOnlyTheOwnTask) {
  // Half of the arrivals are of the task: batches of 3 τ₀ of its requests are 60 arrivals long.
  LateBatches batches(10.0, 0.2, 0.5);
  for (int i = 0; i < 31 * 60; ++i) {
    const std::uint32_t tag = batches.Arrive(i % 2 == 0);
    if (i % 20 == 0) {
      batches.Late(tag);
    }
  }
  const BatchLook look = batches.Look(kAll);
  EXPECT_DOUBLE_EQ(look.requests, 900.0);
  EXPECT_DOUBLE_EQ(look.share, 0.1);
}

TEST(LateBatches, MergesAndForgets) {
  LateBatches batches(10.0, 0.2, 1.0);
  for (int i = 0; i < 30 + 61 * 30; ++i) {
    batches.Late(batches.Arrive(true));
  }
  EXPECT_EQ(batches.full(), 30);  // 61 batches of 30: 60 became 30 of 60, half a batch is open.
  EXPECT_DOUBLE_EQ(batches.Look(kAll).share, 1.0);
  batches.DropFirst(10);
  EXPECT_EQ(batches.full(), 20);
  EXPECT_FALSE(batches.Ready(kAll));
}

}  // namespace
}  // namespace loadline::search
