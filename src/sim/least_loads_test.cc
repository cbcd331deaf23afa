#include "sim/least_loads.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "sim/balancer.h"

namespace loadline::sim {
namespace {

TEST(LeastLoads, TakesTheFirstOfTheLeastFromWhereTheTurnIs) {
  LeastLoads loads;
  loads.Assign(std::vector<int>{2, 0, 1, 0});
  EXPECT_EQ(loads.FirstFrom(0), 1U);
  EXPECT_EQ(loads.FirstFrom(1), 1U);
  EXPECT_EQ(loads.FirstFrom(2), 3U);
  loads.Set(3, 1);
  EXPECT_EQ(loads.FirstFrom(2), 1U);  // Round the end.
}

TEST(LeastLoads, PicksWhatABalancerPicksThatLooksAtAll) {
  // 16 and 256 fill one and two levels exactly.
  for (const std::size_t pods : {1U, 2U, 15U, 16U, 17U, 256U, 257U, 3000U}) {
    SCOPED_TRACE(pods);
    Balancer looks(Balance::kLeast, 1);
    Balancer knows(Balance::kLeast, 1);
    std::vector<int> all(pods, 0);
    LeastLoads loads;
    loads.Assign(all);
    Random random(pods);
    for (int step = 0; step < 10'000; ++step) {
      const int pick = looks.Pick(all);
      ASSERT_EQ(knows.PickLeast(loads), pick);
      const auto taken = static_cast<std::size_t>(pick);
      loads.Set(taken, ++all[taken]);
      const std::size_t left = random.Below(pods);
      if (all[left] > 0) {
        loads.Set(left, --all[left]);
      }
    }
  }
}

}  // namespace
}  // namespace loadline::sim
