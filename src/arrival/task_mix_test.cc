#include "arrival/task_mix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace loadline::arrival {
namespace {

TEST(TaskMix, GivesEveryTaskItsShareInTheLongRun) {
  const std::vector<double> weights{9, 0, 1, 2.5};
  const TaskMix mix(weights, 1);
  constexpr int kDraws = 200'000;
  std::vector<int> counts(weights.size(), 0);
  for (std::int64_t k = 0; k < kDraws; ++k) {
    ++counts.at(static_cast<std::size_t>(mix.TaskOf(k)));
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double share = weights[i] / 12.5;
    const double sd = std::sqrt(kDraws * share * (1 - share));
    EXPECT_NEAR(counts[i], kDraws * share, 4 * sd) << i;
  }
}

TEST(TaskMix, DependsOnSeedAndNumberOnly) {
  const std::vector<double> weights{1, 1};
  const TaskMix a(weights, 1);
  const TaskMix b(weights, 1);
  const TaskMix c(weights, 2);
  int differ = 0;
  for (std::int64_t k = 99; k >= 0; --k) {
    EXPECT_EQ(a.TaskOf(k), b.TaskOf(k));
    differ += a.TaskOf(k) != c.TaskOf(k) ? 1 : 0;
  }
  EXPECT_GT(differ, 20);
}

TEST(TaskMix, NeverPicksATaskOfNoWeight) {
  const TaskMix mix(std::vector<double>{0, 3, 0}, 1);
  for (std::int64_t k = 0; k < 1000; ++k) {
    EXPECT_EQ(mix.TaskOf(k), 1);
  }
}

TEST(TaskMix, ASplitBySharesKeepsTheMixOfEveryPart) {
  // Workers take every n-th k; a draw that followed k in a regular way would give one of them a
  // single task.
  const TaskMix mix(std::vector<double>{1, 1}, 4);
  for (std::int64_t part = 0; part < 2; ++part) {
    int first = 0;
    for (std::int64_t k = part; k < 20'000; k += 2) {
      first += mix.TaskOf(k) == 0 ? 1 : 0;
    }
    EXPECT_NEAR(first, 5000, 4 * 50);  // sd = sqrt(10,000 / 4) = 50
  }
}

TEST(TaskMixDeathTest, RefusesWeightsThatMakeNoSense) {
  EXPECT_DEATH({ const TaskMix bad(std::vector<double>{}, 1); }, "CHECK");
  EXPECT_DEATH({ const TaskMix bad(std::vector<double>{0, 0}, 1); }, "CHECK");
  EXPECT_DEATH({ const TaskMix bad(std::vector<double>{1, -1}, 1); }, "CHECK");
  EXPECT_DEATH({ const TaskMix bad(std::vector<double>{1, NAN}, 1); }, "CHECK");
}

}  // namespace
}  // namespace loadline::arrival
