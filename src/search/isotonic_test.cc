#include "search/isotonic.h"

#include <gtest/gtest.h>

#include <vector>

namespace loadline::search {
namespace {

std::vector<double> Shares(const std::vector<double>& trials, const std::vector<double>& hits) {
  std::vector<double> shares(trials.size());
  for (const IsotonicBlock& block : FitIsotonic(trials, hits)) {
    for (std::size_t i = block.first; i <= block.last; ++i) {
      shares[i] = block.Share();
    }
  }
  return shares;
}

TEST(FitIsotonic, KeepsSharesThatRise) {
  EXPECT_EQ(Shares({10, 10, 10}, {1, 2, 5}), (std::vector<double>{0.1, 0.2, 0.5}));
}

TEST(FitIsotonic, PoolsNeighboursThatFall) {
  // 3/10 before 1/10: together 4/20.
  EXPECT_EQ(Shares({10, 10, 10}, {3, 1, 5}), (std::vector<double>{0.2, 0.2, 0.5}));
}

TEST(FitIsotonic, PoolsBackAsFarAsNeeded) {
  // 0.2, 0.4, 0.0: the last two pool to 4/20 = 0.2, which does not exceed the first: all 6/30.
  EXPECT_EQ(Shares({10, 10, 10}, {2, 4, 0}), (std::vector<double>{0.2, 0.2, 0.2}));
}

TEST(FitIsotonic, WeighsByTrials) {
  // 1/1 before 0/9: together 1/10.
  EXPECT_EQ(Shares({1, 9}, {1, 0}), (std::vector<double>{0.1, 0.1}));
}

TEST(FitIsotonic, GivesPlacesWithoutTrialsToTheBlockBefore) {
  EXPECT_EQ(Shares({10, 0, 10}, {1, 0, 5}), (std::vector<double>{0.1, 0.1, 0.5}));
}

TEST(FitIsotonic, HasNoBlocksForNothing) {
  EXPECT_TRUE(FitIsotonic({}, {}).empty());
}

}  // namespace
}  // namespace loadline::search
