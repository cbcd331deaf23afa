// Climb: the staircase, the classic by-hand procedure of a single client.
//
// Few users send a fixed number of requests, then more users do, until errors appear; then fewer,
// until none do; and so on until several rounds agree. It says how many users a target answered
// without an error, in steps, and nothing of percentiles or confidence: `find` without it does.
// A pure function of what the prober answers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/load.h"
#include "measure/load_line.h"
#include "measure/objective.h"
#include "measure/prober.h"
#include "measure/staircase.h"
#include "search/find.h"

namespace loadline::search {

struct StaircaseOptions {
  int start = 4;                 ///< Users of the first step, >= 1…
  int step = 4;                  ///< …how many more each is, >= 1…
  int max = 100;                 ///< …and never more than this, >= start.
  std::int64_t requests = 1000;  ///< Of each step, >= 1.
  int repeat = 3;                ///< Rounds that must agree, >= 1.
  Duration budget = 30min;       ///< Of probe time.
  Duration think = Duration::zero();
  measure::ThinkLaw think_law = measure::ThinkLaw::kExponential;
  /// A step also counts as one with errors if what it measured breaks one of these.
  std::vector<measure::Objective> objectives = {};
  std::vector<std::string> tasks = {};  ///< Names by index, for objectives of one task.
  std::uint64_t seed = 1;
};

struct StaircaseResult {
  measure::Staircase staircase;
  std::vector<measure::SearchStep> steps;
};

/// Errors: kInvalidArgument (numbers out of range); those of the prober.
[[nodiscard]] Result<StaircaseResult> Climb(measure::Prober& prober,
                                            const StaircaseOptions& options,
                                            FindListener& listener);

}  // namespace loadline::search
