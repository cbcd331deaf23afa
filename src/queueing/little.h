// Little's law: how many requests are in flight at a given rate and time in the system.
//
// Pure arithmetic: no state, no clock, safe from any thread.
#pragma once

#include "base/result.h"
#include "base/units.h"

namespace loadline::queueing {

/// Mean number of requests in flight, L [requests], in a stable system: L = λ · W.
///
/// `arrival_rate` λ >= 0; `time_in_system` W >= 0, waiting included. Exact for long-run means; over
/// a finite window only if the system starts and ends empty.
///
/// Errors: kInvalidArgument if either is negative or not a number.
/// Source: J. D. C. Little, "A Proof for the Queuing Formula: L = λW", Operations Research 9(3),
/// 1961.
[[nodiscard]] Result<double> MeanInFlight(Rate arrival_rate, Duration time_in_system);

}  // namespace loadline::queueing
