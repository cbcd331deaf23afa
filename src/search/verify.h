// Verify: "does it hold at this load?" One sequential test, as long as it must be and no longer.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/load.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/objective.h"
#include "measure/prober.h"

namespace loadline::search {

struct VerifyOptions {
  std::vector<measure::Objective> objectives = {};  ///< At least one; all testable.
  std::vector<std::string> tasks = {};              ///< Names by index.
  measure::Load load = {};             ///< Shape, warm-up and seed; its duration is unused.
  Duration budget = 5min;              ///< Longest time to spend.
  double confidence = 0.95;            ///< In [0.5, 0.999].
  Duration covers = Duration::zero();  ///< Slowest periodic activity to include.
  Duration alone = Duration::zero();   ///< Response of a lone request; 0: unknown.
};

struct VerifyResult {
  measure::ObjectiveState state = measure::ObjectiveState::kUndecided;
  std::vector<measure::ObjectiveResult> objectives;
  measure::TestKind test = measure::TestKind::kNone;
  bool backlog_grows = false;
  Duration covers_periods_below{};
  std::string binding;  ///< The objective that decided it (broken), or is nearest its limit.
  std::string cause;    ///< Where it is broken: one sentence, as far as a client can see.
  measure::Measurement measurement;
};

/// Runs one probe at `options.load` and judges it. `watcher` sees every window (live view, Ctrl-C)
/// and may stop it.
///
/// A probe with refusals (the generator was the bottleneck) is never held or broken.
/// Errors: kInvalidArgument (no objective, or one that no test can judge); those of the prober.
[[nodiscard]] Result<VerifyResult> Verify(measure::Prober& prober, const VerifyOptions& options,
                                          measure::Observer& watcher);

}  // namespace loadline::search
