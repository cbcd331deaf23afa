// The verdict of a staircase.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/units_text.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

using measure::Staircase;
using measure::StaircaseEnd;

/// Requests/s of the clean steps at so many users.
std::vector<double> RatesAt(const RunReport& report, int users) {
  std::vector<double> rates;
  for (const StepReport& step : report.steps) {
    if (step.purpose == "stair" && step.verdict.result == measure::StepResult::kClear &&
        step.verdict.level == users) {
      rates.push_back(step.measurement.achieved.per_second);
    }
  }
  return rates;
}

/// `142/s` or `140 to 145/s`.
std::string RangeText(const std::vector<double>& rates) {
  const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
  return FormatRate(Rate{*low}) == FormatRate(Rate{*high})
             ? FormatRate(Rate{*low})
             : fmt::format("{} to {}", FormatRate(Rate{*low}), FormatRate(Rate{*high}));
}

std::string AnswerText(const RunReport& report, const Staircase& staircase) {
  switch (staircase.end) {
    case StaircaseEnd::kAgreed: {
      const int users = *staircase.Users();
      const std::vector<double> rates = RatesAt(report, users);
      return fmt::format("{} users without errors{}; {} have some", users,
                         rates.empty() ? "" : ", " + RangeText(rates), users + staircase.step);
    }
    case StaircaseEnd::kCeiling:
      return fmt::format(
          "at least {} users without errors: the ceiling of this search, --max "
          "raises it",
          staircase.Users().value_or(0));
    case StaircaseEnd::kFloor:
      return "errors even with one user";
    case StaircaseEnd::kNotAgreed:
      return "no answer: the rounds do not agree, the target is not the same from minute to minute";
    case StaircaseEnd::kBudget:
      return "no answer: the budget ended first; --budget gives it more";
    case StaircaseEnd::kGeneratorLimited:
      return "no answer: this machine could send no more";
    case StaircaseEnd::kInterrupted:
      return "no answer: interrupted";
    case StaircaseEnd::kNeverAnswered:
      return "none: the target never answered";
  }
  return {};
}

/// `24, 28, 24, 24 users: 24 to 28; the last 2 agree, 3 were asked for`
std::string RoundsText(const Staircase& staircase) {
  std::string list;
  std::optional<int> low;
  std::optional<int> high;
  for (const measure::StairRound& round : staircase.rounds) {
    list += (list.empty() ? "" : ", ") + (round.clean ? fmt::format("{}", *round.clean) : "none");
    if (round.clean) {
      low = std::min(low.value_or(*round.clean), *round.clean);
      high = std::max(high.value_or(*round.clean), *round.clean);
    }
  }
  int agreeing = 0;
  for (auto round = staircase.rounds.rbegin();
       round != staircase.rounds.rend() && round->clean == staircase.rounds.back().clean; ++round) {
    ++agreeing;
  }
  std::string text = list + " users";
  if (low && *low != *high) {
    text += fmt::format(": {} to {}", *low, *high);
  }
  return staircase.end == StaircaseEnd::kCeiling
             ? text
             : fmt::format("{}; the last {} agree{}, {} asked for", text, agreeing,
                           agreeing == 1 ? "s" : "", staircase.repeat);
}

}  // namespace

std::string StaircaseVerdictText(const RunReport& report, const Style& style) {
  const Staircase& staircase = *report.staircase;
  std::string text = RefusedText(TotalsOf(report).refusals, style);
  text += Labelled(style, Paint(style, Tone::kBold, "STAIRCASE"), kVerdictLabel,
                   AnswerText(report, staircase));
  if (!staircase.rounds.empty()) {
    text += Labelled(style, "rounds", kVerdictLabel, RoundsText(staircase));
  }
  text += Labelled(style, "note", kVerdictLabel,
                   "steps of so many requests show errors, and prove nothing of percentiles: "
                   "`find` without a strategy finds the load line");
  text += InsecureText(report.target, style);
  return Spelled(style, text + GeneratorText(report, style));
}

}  // namespace loadline::report
