// Drift: does the response time rise or fall in the course of a long run (a soak)?
//
// Pure function.
#pragma once

#include <optional>

#include "compare/difference.h"
#include "compare/sample.h"

namespace loadline::compare {

/// The relative change of the mean response from a run's beginning to its end, as a straight line
/// through the logarithms of its batches' means has it; with its interval. Nothing below
/// RunSample::kFewestBatches batches with successes.
///
/// Neighbouring batches that are alike widen the interval as for an autoregression of first order.
/// Source: N. Draper, H. Smith, "Applied Regression Analysis", 3rd edition 1998, ch. 1 and 7.
[[nodiscard]] std::optional<Change> DriftOf(const RunSample& sample, double confidence);

}  // namespace loadline::compare
