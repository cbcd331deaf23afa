#include "search/ratio_batches.h"

#include <gtest/gtest.h>

#include <cmath>

namespace loadline::search {
namespace {

TEST(RatioBatches, IsTheRatioOfTheSumsNotTheMeanOfTheRatios) {
  RatioBatches batches;
  batches.Add(1.0, 1.0);
  batches.Add(1.0, 9.0);
  // 2 per 10; the mean of 1 and 1/9 would be 0.56.
  EXPECT_DOUBLE_EQ(batches.Get().ratio, 0.2);
}

TEST(RatioBatches, SaysNothingOfItsErrorBeforeTenBatches) {
  RatioBatches batches;
  EXPECT_EQ(batches.Get().degrees, 0.0);
  EXPECT_EQ(batches.Get().ratio, 0.0);  // Nothing at all yet.
  for (int i = 0; i < 9; ++i) {
    batches.Add(i, 1.0);
  }
  EXPECT_EQ(batches.Get().degrees, 0.0);
  batches.Add(9.0, 1.0);
  EXPECT_EQ(batches.Get().degrees, 9.0);
}

TEST(RatioBatches, TakesTheErrorFromHowBatchesDiffer) {
  RatioBatches batches;
  for (int i = 0; i < 10; ++i) {
    batches.Add(i % 2 == 0 ? 3.0 : 1.0, 1.0);
  }
  // 2 ± 1 in ten batches: Σ = 10; √(10 · 10/9)/10 = 1/3, as s/√n with s² = 10/9.
  EXPECT_DOUBLE_EQ(batches.Get().ratio, 2.0);
  EXPECT_NEAR(batches.Get().sd, std::sqrt(10.0 * 10.0 / 9.0) / 10.0, 1e-12);
}

TEST(RatioBatches, MergesPairsAtSixtyAndLosesNothing) {
  RatioBatches batches;
  for (int i = 0; i < 60; ++i) {
    batches.Add(i % 2 == 0 ? 3.0 : 1.0, 1.0);
  }
  // 30 batches of two cells, each 4 per 2: they do not differ any more.
  EXPECT_EQ(batches.Get().degrees, 29.0);
  EXPECT_DOUBLE_EQ(batches.Get().ratio, 2.0);
  EXPECT_DOUBLE_EQ(batches.Get().sd, 0.0);
  batches.Add(100.0, 1.0);  // Half a batch: part of the ratio, not of the error.
  EXPECT_DOUBLE_EQ(batches.Get().ratio, 220.0 / 61.0);
  EXPECT_EQ(batches.Get().degrees, 29.0);
}

TEST(RatioBatches, TakesCellsWithNothingBelow) {
  RatioBatches batches;
  for (int i = 0; i < 20; ++i) {
    batches.Add(0.0, 0.0);
  }
  EXPECT_EQ(batches.Get().ratio, 0.0);
  EXPECT_EQ(batches.Get().degrees, 0.0);
}

}  // namespace
}  // namespace loadline::search
