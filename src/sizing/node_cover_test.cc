#include "sizing/node_cover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "base/random.h"

namespace loadline::sizing {
namespace {

using ::testing::ElementsAre;

// The least price by trying all counts.
double ByTryingAll(const std::vector<CoverItem>& items, std::int64_t places, std::int64_t max_nodes,
                   std::size_t from = 0) {
  if (places <= 0) {
    return 0;
  }
  double best = std::numeric_limits<double>::infinity();
  if (max_nodes == 0) {
    return best;
  }
  for (std::size_t i = from; i < items.size(); ++i) {
    best = std::min(
        best, items[i].price + ByTryingAll(items, places - items[i].places, max_nodes - 1, i));
  }
  return best;
}

std::vector<CoverItem> SomeItems(Random& random, std::size_t count, std::uint64_t places) {
  std::vector<CoverItem> items;
  for (std::size_t i = 0; i < count; ++i) {
    const auto each = static_cast<std::int64_t>(1 + random.Below(places));
    items.push_back(
        {.places = each, .price = static_cast<double>(each) * (0.8 + 0.4 * random.Uniform())});
  }
  return items;
}

TEST(CheapestCover, TakesTheSmallNodeForTheRest) {
  // 9 places: a large node of 7 at 10 and a small one of 2 at 3 are 13; two large ones 20, five
  // small ones 15.
  const NodeCover cover = *CheapestCover({{7, 10.0}, {2, 3.0}}, 9, 0, true);
  EXPECT_THAT(cover.counts, ElementsAre(1, 1));
  EXPECT_DOUBLE_EQ(cover.price, 13.0);
  EXPECT_EQ(cover.places, 9);
  EXPECT_EQ(cover.nodes, 2);
  const NodeCover one_type = *CheapestCover({{7, 10.0}, {2, 3.0}}, 9, 0, false);
  EXPECT_THAT(one_type.counts, ElementsAre(0, 5));
}

TEST(CheapestCover, TakesFewerNodesAtTheSamePrice) {
  EXPECT_THAT(CheapestCover({{2, 1.0}, {4, 2.0}, {8, 4.0}}, 16, 0, true)->counts,
              ElementsAre(0, 0, 2));
}

TEST(CheapestCover, IsTheOptimumThatTryingAllFinds) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    const std::vector<CoverItem> items = SomeItems(random, 4, 9);
    const auto places = static_cast<std::int64_t>(random.Below(30));
    const NodeCover cover = *CheapestCover(items, places, 0, true);
    EXPECT_GE(cover.places, places);
    EXPECT_NEAR(cover.price, ByTryingAll(items, places, 30), 1e-9) << "round " << round;
  }
}

TEST(CheapestCover, IsExactAlsoWhereTheBulkIsTakenAtOnce) {
  // Items of up to 6 places: beyond 36 or so places the bulk is of the best value alone. The same
  // by plain dynamic programming over all places.
  Random random(12);
  for (int round = 0; round < 100; ++round) {
    const std::vector<CoverItem> items = SomeItems(random, 5, 6);
    const std::int64_t places = 150 + static_cast<std::int64_t>(random.Below(300));
    std::vector<double> least(static_cast<std::size_t>(places) + 1, 1e9);
    least[0] = 0;
    for (std::int64_t p = 1; p <= places; ++p) {
      for (const CoverItem& item : items) {
        const auto before = static_cast<std::size_t>(std::max<std::int64_t>(0, p - item.places));
        least[static_cast<std::size_t>(p)] =
            std::min(least[static_cast<std::size_t>(p)], least[before] + item.price);
      }
    }
    EXPECT_NEAR(CheapestCover(items, places, 0, true)->price, least.back(), 1e-6);
  }
}

TEST(CheapestCover, KeepsALimitOfNodesNearTheOptimum) {
  Random random(13);
  for (int round = 0; round < 100; ++round) {
    const std::vector<CoverItem> items = SomeItems(random, 4, 9);
    double before = std::numeric_limits<double>::infinity();
    for (std::int64_t limit = 3; limit <= 8; ++limit) {
      const double optimum = ByTryingAll(items, 24, limit);
      const std::optional<NodeCover> cover = CheapestCover(items, 24, limit, true);
      EXPECT_EQ(cover.has_value(), optimum < 1e9);
      if (cover) {
        EXPECT_LE(cover->nodes, limit);
        EXPECT_GE(cover->places, 24);
        EXPECT_LE(cover->price, 1.25 * optimum);
        EXPECT_LE(cover->price, before + 1e-9) << "a wider limit is dearer";
        before = cover->price;
      }
    }
  }
}

}  // namespace
}  // namespace loadline::sizing
