// Drift: does the response time rise or fall in the course of a long run (a soak)?
//
// Pure function.
#pragma once

#include <optional>

#include "compare/difference.h"
#include "stats/batch_means.h"

namespace loadline::compare {

/// Batches that a drift needs at least.
inline constexpr int kFewestDriftBatches = 8;

/// The relative change of a series of positive numbers, such as the mean response of each second,
/// from its beginning to its end, as a straight line through the logarithms of its batches' means
/// has it; with its interval. Nothing below kFewestDriftBatches batches.
///
/// Neighbouring batches that are alike widen the interval as for an autoregression of first order.
/// Source: N. Draper, H. Smith, "Applied Regression Analysis", 3rd edition 1998, ch. 1 and 7.
[[nodiscard]] std::optional<Change> DriftOf(const stats::BatchMeans& series, double confidence);

}  // namespace loadline::compare
