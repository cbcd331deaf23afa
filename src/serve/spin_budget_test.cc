#include "serve/spin_budget.h"

#include <gtest/gtest.h>

namespace loadline::serve {
namespace {

Instant At(Duration d) {
  return Instant(d);
}

TEST(SpinBudget, AllowsAFifthOfTheTime) {
  SpinBudget budget;
  Duration spun{};
  Duration now = 1h;
  for (int i = 0; i < 100'000; ++i) {  // 10 s in steps of 100 us, spinning whenever it may.
    now += 100us;
    if (budget.MaySpin(At(now))) {
      budget.Spent(At(now + 100us));
      spun += 100us;
      now += 100us;
    }
  }
  EXPECT_NEAR(Seconds(spun) / Seconds(now - 1h), 0.2, 0.002);
}

TEST(SpinBudget, SavesNoMoreThanItsLimit) {
  SpinBudget budget;
  EXPECT_TRUE(budget.MaySpin(At(1h)));
  budget.Spent(At(1h + 20ms));                 // All savings, at once…
  EXPECT_TRUE(budget.MaySpin(At(1h + 20ms)));  // …but the 20 ms earned 4 ms meanwhile.
  budget.Spent(At(1h + 30ms));
  EXPECT_FALSE(budget.MaySpin(At(1h + 30ms)));
}

}  // namespace
}  // namespace loadline::serve
