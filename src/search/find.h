// Find: the load line of a target, and how sure it is.
//
// A pure function of what the prober answers: no clock, no thread, no I/O of its own. Time is the
// probes' own time, so a search over the simulator takes milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/load.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/objective.h"
#include "measure/prober.h"
#include "measure/window.h"

namespace loadline::search {

struct FindOptions {
  measure::SearchAxis axis = measure::SearchAxis::kRate;
  std::vector<measure::Objective> objectives =
      {};                               ///< Testable ones; empty: the saturation is sought.
  std::vector<std::string> tasks = {};  ///< Names by index, for objectives of one task.
  double max = 2000.0;                  ///< Requests/s or users: never more.
  double start = 0.0;                   ///< First level; 0: from the lone request.
  Duration budget = 5min;               ///< Of probe time, the operating load included.
  double confidence = 0.95;             ///< In [0.5, 0.999].
  double precision = 0.05;              ///< Wanted width of the bracket, (broken − held)/held.
  Duration covers = Duration::zero();   ///< Slowest periodic activity to include; 0: none named.
  measure::Arrivals arrivals = measure::Arrivals::kPoisson;       ///< By rate.
  Duration think = 1s;                                            ///< By users: mean pause…
  measure::ThinkLaw think_law = measure::ThinkLaw::kExponential;  ///< …and its law.
  Duration warmup = Duration::zero();                             ///< Least warm-up of every probe.
  std::uint64_t seed = 1;
  std::optional<measure::LoadLine> earlier = {};  ///< `--continue`: what an earlier search found.
};

/// What the budget buys; told before the first probe that loads the target.
struct FindPlan {
  double start = 0.0;  ///< First level.
  double max = 0.0;
  Duration budget{};
  Duration alone{};             ///< Median response of a lone request.
  double expected_width = 0.0;  ///< Relative width of the bracket that the budget should reach.
  double precision = 0.0;       ///< As wanted…
  Duration precision_cost{};    ///< …and about what it needs.
  double assumed_level = 0.0;   ///< The line that these figures assume.
};

/// What a probe of a search is for.
enum class StepKind {
  kAlone,      ///< A few lone requests: the response time without load.
  kGlance,     ///< Far below the line? Proves nothing.
  kProof,      ///< A sequential test, until held or broken.
  kRecovery,   ///< A trickle after a broken probe, until the target is well again.
  kOperating,  ///< The load to run in production, at the end.
  kStair,      ///< A step of the staircase (search/staircase.h).
};

/// A probe that is about to start.
struct StepStart {
  StepKind kind = StepKind::kGlance;
  int number = 0;      ///< 1, 2, 3… over the search; recovery and lone requests included.
  double level = 0.0;  ///< Requests/s or users.
  measure::Load load;
};

/// A probe that runs: each window. References are valid during the call.
struct StepLive {
  const StepStart& step;
  const measure::Window& window;
  Duration spent{};  ///< Of the budget, this probe included.
  std::optional<double> held;
  std::optional<double> broken;
};

/// A probe that ended. Recovery and lone requests have a result of kClear.
struct StepEnd {
  const StepStart& start;
  const measure::SearchStep& step;
  const measure::Measurement& measurement;
};

/// Is told how the search goes, in the thread that called Find().
class FindListener {
 public:
  virtual ~FindListener() = default;

  virtual void OnPlan(const FindPlan& plan) { static_cast<void>(plan); }
  /// The same once the line is roughly known; at most once.
  virtual void OnNarrowing(const FindPlan& plan) { static_cast<void>(plan); }
  virtual void OnStepStart(const StepStart& start) { static_cast<void>(start); }
  /// Every 100 ms of probe time; kStop ends the search as interrupted.
  virtual measure::Decision OnLive(const StepLive& live) {
    static_cast<void>(live);
    return measure::Decision::kContinue;
  }
  virtual void OnSecond(const measure::Second& second) { static_cast<void>(second); }
  virtual void OnStepEnd(const StepEnd& end) { static_cast<void>(end); }
  /// The target was well again `waited` after a broken probe, or is not (`recovered` false).
  virtual void OnRecovered(Duration waited, bool recovered) {
    static_cast<void>(waited);
    static_cast<void>(recovered);
  }
};

/// Searches the load line: exponential bracket from a lone request, then proofs placed by what is
/// known, until the bracket is as narrow as wanted or the budget ends; then the operating load.
///
/// Under the sole assumption that more load never helps, the probability that the bracket misses
/// the line is at most 1 − confidence (docs/load-line.md).
/// Errors: kInvalidArgument (an objective that no test can judge, numbers out of range); those of
/// the prober. A target that never answers is a LoadLine with that end, not an error.
[[nodiscard]] Result<measure::LoadLine> Find(measure::Prober& prober, const FindOptions& options,
                                             FindListener& listener);

}  // namespace loadline::search
