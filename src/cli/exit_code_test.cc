#include "cli/exit_code.h"

#include <gtest/gtest.h>

#include <array>

namespace loadline::cli {
namespace {

// The contract's order, written out once more by number: 2, 5, 4, 3, 1, 6, 0.
constexpr std::array kOrder = {2, 5, 4, 3, 1, 6, 0};

TEST(Strongest, FollowsTheContractForEveryPair) {
  for (std::size_t strong = 0; strong < kOrder.size(); ++strong) {
    for (std::size_t weak = strong; weak < kOrder.size(); ++weak) {
      const auto a = static_cast<ExitCode>(kOrder.at(strong));
      const auto b = static_cast<ExitCode>(kOrder.at(weak));
      EXPECT_EQ(ToInt(Strongest({a, b})), kOrder.at(strong));
      EXPECT_EQ(ToInt(Strongest({b, a})), kOrder.at(strong));
    }
  }
}

TEST(Strongest, IsSuccessWhenNothingIsKnown) {
  EXPECT_EQ(ToInt(Strongest({})), 0);
}

TEST(Strongest, FindsTheWinnerAmongMany) {
  EXPECT_EQ(Strongest({ExitCode::kUndecided, ExitCode::kBroken, ExitCode::kRefused}),
            ExitCode::kRefused);
  EXPECT_EQ(Strongest({ExitCode::kHeld, ExitCode::kUndecided, ExitCode::kBroken}),
            ExitCode::kBroken);
}

TEST(ForError, TellsWhoseFaultItIs) {
  EXPECT_EQ(ToInt(ForError(ErrorCode::kInvalidArgument)), 2);
  EXPECT_EQ(ToInt(ForError(ErrorCode::kNotFound)), 2);
  EXPECT_EQ(ToInt(ForError(ErrorCode::kExhausted)), 3);
  EXPECT_EQ(ToInt(ForError(ErrorCode::kInterrupted)), 4);
  EXPECT_EQ(ToInt(ForError(ErrorCode::kUnavailable)), 5);
}

TEST(ForObjective, IsZeroOneOrSix) {
  EXPECT_EQ(ToInt(ForObjective(measure::ObjectiveState::kHeld)), 0);
  EXPECT_EQ(ToInt(ForObjective(measure::ObjectiveState::kBroken)), 1);
  EXPECT_EQ(ToInt(ForObjective(measure::ObjectiveState::kUndecided)), 6);
}

TEST(ForSearchEnd, ABracketIsAnAnswerEvenWhenTheBudgetEnded) {
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kBudget, true, true)), 0);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kBudget, true, false)), 6);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kBudget, false, false)), 6);
}

TEST(ForSearchEnd, NamesEveryOtherEnd) {
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kPrecise, true, true)), 0);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kCeiling, true, false)), 0);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kCeiling, false, false)), 6);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kFloor, false, false)), 1);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kGeneratorLimited, true, false)), 3);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kNotMonotone, true, true)), 6);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kInterrupted, true, true)), 4);
  EXPECT_EQ(ToInt(ForSearchEnd(measure::SearchEnd::kNeverAnswered, false, false)), 5);
}

}  // namespace
}  // namespace loadline::cli
