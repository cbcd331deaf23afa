#include "search/crossing_counts.h"

#include <gtest/gtest.h>

#include "search/state_bins.h"

namespace loadline::search {
namespace {

TEST(StateBins, GivesEachSmallNumberItsOwnBin) {
  EXPECT_EQ(BinOf(0), 0u);
  EXPECT_EQ(BinOf(127), 127u);
  EXPECT_EQ(BinWidth(127), 1u);
  EXPECT_EQ(BinFloor(127), 127u);
}

TEST(StateBins, GivesSixtyFourBinsPerDoublingAbove) {
  // 128 … 255: bins 128 … 191, two states each; 256 … 511: bins 192 … 255, four each.
  EXPECT_EQ(BinOf(128), 128u);
  EXPECT_EQ(BinOf(129), 128u);
  EXPECT_EQ(BinOf(130), 129u);
  EXPECT_EQ(BinOf(255), 191u);
  EXPECT_EQ(BinOf(256), 192u);
  EXPECT_EQ(BinWidth(192), 4u);
  EXPECT_EQ(BinFloor(192), 256u);
}

TEST(StateBins, CoversEveryStateOnceAndInOrder) {
  std::uint32_t state = 0;
  for (std::uint32_t bin = 0; bin < 1000; ++bin) {
    ASSERT_EQ(BinFloor(bin), state);
    ASSERT_EQ(BinOf(state), bin);
    ASSERT_EQ(BinOf(state + BinWidth(bin) - 1), bin);
    state += BinWidth(bin);
  }
}

TEST(StateBins, StaysSmallForTwoBillionRequests) {
  EXPECT_LT(BinOf(2147483647u), 1728u);
}

/// `n` arrivals that find `bin`, each followed by half a second in bin + 1 and a departure from it.
void Feed(CrossingCounts& counts, int n, std::uint32_t bin) {
  for (int i = 0; i < n; ++i) {
    counts.Found(0, counts.Arrive(), bin);
    counts.Stay(bin + 1, 0.5);
    counts.Depart(bin + 1);
  }
}

TEST(CrossingCounts, IgnoresWhatComesBeforeTheFirstArrival) {
  CrossingCounts counts(2, 1);
  counts.Stay(3, 1.0);
  counts.Depart(3);
  EXPECT_EQ(counts.full(), 0);
  Feed(counts, 3, 0);
  ASSERT_EQ(counts.full(), 1);
  EXPECT_EQ(counts.batch(0).states.size(), 8u + 1u);  // Only what was visited is held.
  EXPECT_DOUBLE_EQ(counts.batch(0).states[1].seconds, 1.0);
  EXPECT_EQ(counts.batch(0).states[1].departures, 2u);
}

TEST(CrossingCounts, ABatchIsFullWhenTheNextArrivalComes) {
  CrossingCounts counts(2, 1);
  Feed(counts, 2, 0);
  EXPECT_EQ(counts.full(), 0);
  Feed(counts, 1, 0);
  EXPECT_EQ(counts.full(), 1);
  EXPECT_EQ(counts.full_arrivals(), 2);
}

TEST(CrossingCounts, MergesNeighboursWhenTheBatchesRunOut) {
  CrossingCounts counts(1, 1);
  Feed(counts, 128, 0);
  EXPECT_EQ(counts.full(), 127);
  EXPECT_EQ(counts.arrivals_per_batch(), 1);
  Feed(counts, 1, 0);  // The 129th: 128 full ones become 64.
  EXPECT_EQ(counts.full(), 64);
  EXPECT_EQ(counts.arrivals_per_batch(), 2);
  EXPECT_EQ(counts.first_arrivals_per_batch(), 1);
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(counts.batch(i).states[1].departures, 2u);
    ASSERT_EQ(counts.batch(i).outcomes[0][0].found, 2u);
  }
}

TEST(CrossingCounts, PutsALateRequestIntoTheBatchOfItsArrival) {
  CrossingCounts counts(1, 1);
  const std::uint32_t first = counts.Arrive();
  counts.Found(0, first, 5);
  Feed(counts, 200, 0);  // Two merges later…
  counts.Late(0, first, 5);
  EXPECT_EQ(counts.batch(0).outcomes[0][5].late, 1u);
  EXPECT_EQ(counts.batch(0).outcomes[0][5].found, 1u);
}

TEST(CrossingCounts, KnowsWhichBatchesLieBeforeAnArrival) {
  CrossingCounts counts(2, 1);
  Feed(counts, 9, 0);  // Units 0 … 4 of two arrivals; the last has one.
  EXPECT_EQ(counts.full(), 4);
  EXPECT_EQ(counts.FullBefore(0), 0);
  EXPECT_EQ(counts.FullBefore(3), 3);
  EXPECT_EQ(counts.FullBefore(UINT32_MAX), 4);
}

TEST(CrossingCounts, ForgetsTheFirstBatches) {
  CrossingCounts counts(1, 1);
  const std::uint32_t first = counts.Arrive();
  counts.Found(0, first, 7);
  Feed(counts, 10, 0);
  counts.DropFirst(4);
  EXPECT_EQ(counts.full(), 6);
  counts.Late(0, first, 7);  // Of a batch that is gone: counts nowhere.
  for (int i = 0; i < counts.full(); ++i) {
    for (const OutcomeCount& outcome : counts.batch(i).outcomes[0]) {
      ASSERT_EQ(outcome.late, 0u);
    }
  }
  Feed(counts, 300, 0);  // Merging goes on from there.
  EXPECT_GE(counts.full(), 64);
  EXPECT_EQ(counts.batch(0).states[1].departures, counts.arrivals_per_batch());
}

}  // namespace
}  // namespace loadline::search
