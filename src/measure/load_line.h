// LoadLine: the answer of a search, and how sure it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "measure/measurement.h"
#include "measure/objective.h"

namespace loadline::measure {

/// The kind of load that was varied.
enum class SearchAxis { kRate, kUsers };

/// Which sequential test judged (docs/load-line.md).
enum class TestKind {
  kNone,
  kLevelCrossing,        ///< Poisson arrivals.
  kClosedLevelCrossing,  ///< Users with exponential think times.
  kBatch,                ///< Any arrivals: conservative.
};
[[nodiscard]] std::string_view Name(TestKind kind);

/// Verdict of one step of a search.
enum class StepResult {
  kHeld,       ///< Proved: every objective holds.
  kBroken,     ///< Proved: at least one does not, or the backlog grows.
  kClear,      ///< Far below the line by a glance; used to go up, proves nothing.
  kUndecided,  ///< Budget ended first.
  kRefused,    ///< The generator was the bottleneck.
};
[[nodiscard]] std::string_view Name(StepResult result);

/// One line of the search's table.
struct SearchStep {
  double level = 0.0;  ///< Requests/s or users, by axis.
  StepResult result = StepResult::kUndecided;
  std::string reason;  ///< `p95`, `503s, backlog grows`, `clear, going up`, …
  std::vector<ObjectiveResult> objectives;
  std::optional<double> line_estimate;  ///< The line as this probe alone estimates it, by axis…
  std::optional<double> line_estimate_sd;  ///< …with its standard deviation.
  int measurement_step = 0;                ///< Measurement::step.
};

/// Why a search ended.
enum class SearchEnd {
  kPrecise,           ///< The bracket is as narrow as asked.
  kBudget,            ///< The time was up.
  kCeiling,           ///< Held at --max-rate / --max-users.
  kFloor,             ///< Broken even at the lowest load that makes sense.
  kGeneratorLimited,  ///< The generator could do no more.
  kNotMonotone,       ///< A load held above one that broke.
  kInterrupted,
  kNeverAnswered,
};
[[nodiscard]] std::string_view Name(SearchEnd end);

/// The load line as found. Without objectives it is the saturation, and `has_objectives` is false.
struct LoadLine {
  SearchAxis axis = SearchAxis::kRate;
  bool has_objectives = true;
  double confidence = 0.95;      ///< c: wrong verdicts over all probes together stay below 1 − c.
  std::optional<double> held;    ///< Highest level proved to hold.
  std::optional<double> broken;  ///< Lowest level proved not to.
  std::optional<double> estimate;  ///< Best estimate of the line, withheld where it has no basis.
  std::optional<double> estimate_low;  ///< Its interval at `confidence`.
  std::optional<double> estimate_high;
  std::optional<double> saturation;  ///< Level at which throughput stops following, as seen.
  std::optional<double> operating;   ///< What to run in production.
  TestKind test = TestKind::kNone;
  Duration covers_periods_below{};  ///< Background activity with longer periods is not covered.
  std::string binding;              ///< Objective that breaks first, as written; or `saturation`.
  std::string cause;                ///< One sentence, as far as a client can see.
  SearchEnd end = SearchEnd::kBudget;
  Duration spent{};
  std::optional<Duration> next_precision_cost;  ///< What halving the bracket would take, about.
  /// Part of 1 − c that no probe has used yet; `--continue` goes on with it.
  double unspent_error = 0.0;
  std::vector<SearchStep> steps;

  /// The line as one number: its estimate, else the (geometric) middle of its bracket, else
  /// whichever end there is.
  [[nodiscard]] std::optional<double> Level() const;

  /// A level that the target was seen to reach: Level(), or without objectives the saturation.
  /// Nothing where all that is known is what broke.
  [[nodiscard]] std::optional<double> Reached() const;
};

}  // namespace loadline::measure
