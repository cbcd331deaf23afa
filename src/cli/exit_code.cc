#include "cli/exit_code.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/check.h"

namespace loadline::cli {
namespace {

// Strongest first. Wrong input makes every other statement void; a target that never answered
// cannot be judged; an interrupted measurement is incomplete; a refused one says nothing.
constexpr std::array kPrecedence = {
    ExitCode::kBadInput, ExitCode::kNeverAnswered, ExitCode::kInterrupted, ExitCode::kRefused,
    ExitCode::kBroken,   ExitCode::kUndecided,     ExitCode::kHeld,
};

std::size_t Place(ExitCode code) {
  const auto* place = std::find(kPrecedence.begin(), kPrecedence.end(), code);
  CHECK(place != kPrecedence.end());
  return static_cast<std::size_t>(place - kPrecedence.begin());
}

}  // namespace

ExitCode Strongest(std::initializer_list<ExitCode> facts) {
  ExitCode strongest = ExitCode::kHeld;
  for (const ExitCode fact : facts) {
    if (Place(fact) < Place(strongest)) {
      strongest = fact;
    }
  }
  return strongest;
}

ExitCode ForError(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
      return ExitCode::kNeverAnswered;
    case ErrorCode::kInterrupted:
      return ExitCode::kInterrupted;
    case ErrorCode::kExhausted:
      return ExitCode::kRefused;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal:
      return ExitCode::kBadInput;
  }
  return ExitCode::kBadInput;
}

ExitCode ForObjective(measure::ObjectiveState state) {
  switch (state) {
    case measure::ObjectiveState::kHeld:
      return ExitCode::kHeld;
    case measure::ObjectiveState::kBroken:
      return ExitCode::kBroken;
    case measure::ObjectiveState::kUndecided:
      return ExitCode::kUndecided;
  }
  return ExitCode::kUndecided;
}

ExitCode ForSearchEnd(measure::SearchEnd end, bool held, bool bracketed) {
  using measure::SearchEnd;
  switch (end) {
    case SearchEnd::kPrecise:
      return ExitCode::kHeld;
    case SearchEnd::kCeiling:
      return held ? ExitCode::kHeld : ExitCode::kUndecided;
    case SearchEnd::kBudget:
      return bracketed ? ExitCode::kHeld : ExitCode::kUndecided;
    case SearchEnd::kFloor:
      return ExitCode::kBroken;
    case SearchEnd::kGeneratorLimited:
      return ExitCode::kRefused;
    case SearchEnd::kNotMonotone:
      return ExitCode::kUndecided;
    case SearchEnd::kInterrupted:
      return ExitCode::kInterrupted;
    case SearchEnd::kNeverAnswered:
      return ExitCode::kNeverAnswered;
  }
  return ExitCode::kUndecided;
}

std::string_view Name(ExitCode code) {
  switch (code) {
    case ExitCode::kHeld:
      return "held";
    case ExitCode::kBroken:
      return "broken";
    case ExitCode::kBadInput:
      return "bad input";
    case ExitCode::kRefused:
      return "refused";
    case ExitCode::kInterrupted:
      return "interrupted";
    case ExitCode::kNeverAnswered:
      return "never answered";
    case ExitCode::kUndecided:
      return "not decided";
  }
  return "unknown";
}

}  // namespace loadline::cli
