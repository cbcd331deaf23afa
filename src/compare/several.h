// A run against a baseline of several: the runs of one service differ from each other by more than
// what happens within a run says, and how they differ is part of the interval.
//
// Pure functions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "compare/difference.h"
#include "compare/sample.h"
#include "measure/load_line.h"

namespace loadline::compare {

/// A baseline of several has at least so many runs; five and more say how they differ.
inline constexpr int kFewestBaselineRuns = 2;

/// Figures of `b` against those of the runs `a` (at least kFewestBaselineRuns), each with an
/// interval at the confidence that keeps the family's (Bonferroni).
///
/// With y the logarithm of a figure (of errors the figure), k baseline runs and S their standard
/// deviation, one more run of the same service lies within t(k − 1) · S · √(1 + 1/k) of their mean:
/// the interval of a prediction. It is never narrower than what is known of each run from within.
/// Source: G. J. Hahn, W. Q. Meeker, "Statistical Intervals", 1991, chapter 4; as a test of one
/// case against a small group: J. R. Crawford, D. C. Howell, The Clinical Neuropsychologist 12(4),
/// 1998.
[[nodiscard]] std::vector<Compared> CompareWithSeveral(std::span<const RunSample> a,
                                                       const RunSample& b,
                                                       const CompareOptions& options);

/// The load lines of searches, in the same way; see CompareLines() for what can be compared.
[[nodiscard]] std::optional<Compared> CompareLinesWithSeveral(std::span<const measure::LoadLine> a,
                                                              const measure::LoadLine& b,
                                                              const CompareOptions& options);

}  // namespace loadline::compare
