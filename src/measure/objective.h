// Objectives (SLOs): what must hold, as people write it, and what a probe found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::measure {

/// What an objective limits.
enum class Metric {
  kQuantile,  ///< A quantile of the response time; a failed request counts as infinitely slow.
  kErrors,    ///< The share of failed requests.
  kMean,      ///< The mean response time of successes. For `run` only.
  kMax,       ///< The longest response time of successes. For `run` only.
  kGoodput,   ///< Successes within the loosest latency threshold, per second. For `run` only.
};

/// `p95 < 200ms`, `errors < 0.1%`, `score:p95 < 1s`, `mean < 50ms`, `goodput > 180/s`.
struct Objective {
  std::string task;  ///< Name of the task it is about; empty: all requests.
  Metric metric = Metric::kQuantile;
  double quantile = 0.0;  ///< kQuantile: 0.95 for p95; in (0, 1).
  Duration threshold{};   ///< kQuantile, kMean, kMax: the limit.
  double limit = 0.0;     ///< kErrors: share in (0, 1); kGoodput: requests/s.

  /// True where a sequential test can judge it: every request violates it or not.
  [[nodiscard]] bool Testable() const {
    return metric == Metric::kQuantile || metric == Metric::kErrors;
  }
  /// The share of requests that may violate it: 0.05 for p95, 0.001 for `errors < 0.1%`.
  [[nodiscard]] double AllowedShare() const {
    return metric == Metric::kQuantile ? 1.0 - quantile : limit;
  }

  friend bool operator==(const Objective&, const Objective&) = default;
};

/// Reads one objective. `p95`, `p99.9`, `median`; `<` or `<=` mean the same (`>` for goodput).
/// Errors: kInvalidArgument with what was found and what would be right.
[[nodiscard]] Result<Objective> ParseObjective(std::string_view text);

/// The objective as it would be written: `score:p95 < 1s`. ParseObjective reads it back.
[[nodiscard]] std::string Format(const Objective& objective);

/// `p95`, `p99.9`: a quantile in (0, 1) as a name.
[[nodiscard]] std::string QuantileName(double quantile);

/// What a probe says of an objective.
enum class ObjectiveState { kHeld, kBroken, kUndecided };
[[nodiscard]] std::string_view Name(ObjectiveState state);  ///< `held`, `broken`, `not decided`

/// An objective with its verdict in one probe.
struct ObjectiveResult {
  Objective objective;
  ObjectiveState state = ObjectiveState::kUndecided;
  double value = 0.0;         ///< Measured: seconds, share or requests/s by metric.
  double interval_low = 0.0;  ///< Of `value`, at the run's confidence; both 0 where there is none.
  double interval_high = 0.0;
  std::int64_t requests = 0;       ///< Requests it was judged on.
  std::int64_t more_requests = 0;  ///< kUndecided: about how many more would decide it; 0: unknown.
};

}  // namespace loadline::measure
