#include "search/error_budget.h"

#include <gtest/gtest.h>

namespace loadline::search {
namespace {

TEST(ErrorBudget, TakesEveryPartOfWhatIsLeft) {
  ErrorBudget budget(0.04);
  EXPECT_DOUBLE_EQ(budget.Take(0.5), 0.02);
  EXPECT_DOUBLE_EQ(budget.Take(0.25), 0.005);  // A quarter of 0.02.
  EXPECT_DOUBLE_EQ(budget.left(), 0.015);
}

TEST(ErrorBudget, NeverDealsOutMoreThanTheWhole) {
  ErrorBudget budget(0.05);
  double dealt = 0.0;
  for (int probe = 0; probe < 1000; ++probe) {
    const double taken = budget.Take(probe % 3 == 0 ? 0.5 : 0.01);
    EXPECT_GE(taken, 0.0);
    dealt += taken;
  }
  EXPECT_LE(dealt, 0.05 * (1.0 + 1e-12));
  EXPECT_NEAR(dealt + budget.left(), 0.05, 1e-12);
  EXPECT_GE(budget.left(), 0.0);
}

}  // namespace
}  // namespace loadline::search
