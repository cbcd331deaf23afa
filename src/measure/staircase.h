// Staircase: what the by-hand procedure found: users up until errors, down until none, again.
//
// Plain values.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace loadline::measure {

/// Once up and down.
struct StairRound {
  std::optional<int> broke;  ///< Fewest users with errors on the way up; none: there were none.
  std::optional<int> clean;  ///< Most users without, on the way down; none: it never came to that.

  friend bool operator==(const StairRound&, const StairRound&) = default;
};

/// Why a staircase ended.
enum class StaircaseEnd {
  kAgreed,     ///< As many rounds as asked for, one after the other, ended at the same step.
  kNotAgreed,  ///< Even several times as many did not.
  kCeiling,    ///< No errors at the highest step.
  kFloor,      ///< Errors at the lowest.
  kBudget,     ///< The time was up.
  kGeneratorLimited,
  kInterrupted,
  kNeverAnswered,
};
[[nodiscard]] std::string_view Name(StaircaseEnd end);
inline constexpr std::array kStaircaseEnds{
    StaircaseEnd::kAgreed,      StaircaseEnd::kNotAgreed,    StaircaseEnd::kCeiling,
    StaircaseEnd::kFloor,       StaircaseEnd::kBudget,       StaircaseEnd::kGeneratorLimited,
    StaircaseEnd::kInterrupted, StaircaseEnd::kNeverAnswered};

struct Staircase {
  int step = 1;    ///< Users from step to step: no answer is finer.
  int repeat = 1;  ///< Rounds that must agree.
  StaircaseEnd end = StaircaseEnd::kNotAgreed;
  std::vector<StairRound> rounds;  ///< Complete ones.

  /// The answer, if the rounds agreed or there were no errors at all: most users without errors.
  [[nodiscard]] std::optional<int> Users() const {
    const bool answered = end == StaircaseEnd::kAgreed || end == StaircaseEnd::kCeiling;
    return answered && !rounds.empty() ? rounds.back().clean : std::nullopt;
  }

  friend bool operator==(const Staircase&, const Staircase&) = default;
};

}  // namespace loadline::measure
