#include "search/backlog_growth.h"

#include <gtest/gtest.h>

#include "search/boundary.h"

namespace loadline::search {
namespace {

/// One batch of `per_batch` arrivals; the first finds `in_flight`, the others what does not matter.
void Batch(BacklogGrowth& growth, int per_batch, std::uint32_t in_flight) {
  growth.Arrive(in_flight);
  for (int i = 1; i < per_batch; ++i) {
    growth.Arrive(1000000);
  }
}

TEST(BacklogGrowth, SaysNothingBeforeSixteenChanges) {
  BacklogGrowth growth(4);
  for (std::uint32_t i = 0; i < 16; ++i) {
    Batch(growth, 4, 10 * i);
  }
  EXPECT_EQ(growth.Z(), 0.0);
  Batch(growth, 4, 160);
  EXPECT_GT(growth.Z(), kGrowthBound);
}

TEST(BacklogGrowth, IsTheTTestOfTheMeanChange) {
  BacklogGrowth growth(2);
  std::uint32_t level = 0;
  Batch(growth, 2, level);
  for (int i = 0; i < 8; ++i) {
    Batch(growth, 2, level += 3);
    Batch(growth, 2, level -= 1);
  }
  // 16 changes, +3 and −1 in turn: mean 1, Σ(±2)² = 64; √(64/15/16) = 0.5164; t = 1.9365.
  EXPECT_NEAR(growth.Z(), NormalFromStudent(1.9365, 15.0), 1e-4);
}

TEST(BacklogGrowth, IsQuietWhereTheLevelComesBackOrFalls) {
  BacklogGrowth back(1);
  BacklogGrowth falling(1);
  for (std::uint32_t i = 0; i < 41; ++i) {
    back.Arrive(i % 2 == 0 ? 5 : 50);
    falling.Arrive(1000 - 10 * i);
  }
  EXPECT_EQ(back.Z(), 0.0);
  EXPECT_EQ(falling.Z(), 0.0);
}

TEST(BacklogGrowth, KeepsEverySecondLevelWhenThereAreSixtyFour) {
  BacklogGrowth growth(1);
  // Every second arrival finds 100 more: after merging only the smooth ones (even) are left, then
  // batches are two arrivals long.
  std::uint32_t number = 0;
  for (; number < 64; ++number) {
    growth.Arrive(number + (number % 2 == 1 ? 100 : 0));
  }
  const double rough = growth.Z();
  for (; number < 80; ++number) {
    growth.Arrive(number + (number % 2 == 1 ? 100 : 0));
  }
  EXPECT_LT(rough, 1.0);
  EXPECT_GT(growth.Z(), kGrowthBound);
}

}  // namespace
}  // namespace loadline::search
