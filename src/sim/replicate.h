// Replicate: the same simulation several times, each with luck of its own, side by side.
//
// One simulated run says what happened once; how sure its figures are shows in others that are
// independent of it. They share nothing, so that two cores do two of them at a time.
#pragma once

#include <vector>

#include "base/result.h"
#include "measure/measurement.h"
#include "sim/sim_prober.h"

namespace loadline::sim {

/// `count` >= 1 measurements of `load`, in order. Number i (0, 1…) has the seeds of `options` and
/// `load` plus i, so that the first is the one that SimProber would give; the number of `threads`
/// >= 1 changes nothing in any of them. `options` must be valid.
///
/// Errors: those of SimProber::Probe().
[[nodiscard]] Result<std::vector<measure::Measurement>> Replicate(const SimOptions& options,
                                                                  const measure::Load& load,
                                                                  int count, int threads);

}  // namespace loadline::sim
