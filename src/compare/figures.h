// The figures of a comparison, by name: what is looked at in a run, a block or several runs.
//
// Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compare/difference.h"
#include "compare/estimate.h"

namespace loadline::compare {

/// One figure, before anything is measured.
struct FigureKind {
  enum class Of { kQuantile, kMean, kErrors, kThroughput };

  Of of = Of::kMean;
  double quantile = 0.0;  ///< kQuantile alone.

  [[nodiscard]] std::string name() const;
  /// The change is a ratio; else a difference in the figure's own unit.
  [[nodiscard]] bool relative() const { return of != Of::kErrors; }
  [[nodiscard]] bool more_is_worse() const { return of != Of::kThroughput; }
};

/// Those that the options ask for, in the order of the table.
[[nodiscard]] std::vector<FigureKind> FiguresFor(const CompareOptions& options);

/// The confidence for each figure that keeps the whole family's (C. E. Bonferroni).
[[nodiscard]] double ConfidenceOfEach(const CompareOptions& options);

/// The figure in a run, with its interval.
[[nodiscard]] Estimate EstimateOf(const FigureKind& figure, const RunSample& sample,
                                  double confidence);

/// The figure in one batch; a quantile that lies among failures is infinite, and so is a mean of
/// nothing.
[[nodiscard]] double ValueOf(const FigureKind& figure, const Batch& batch);

/// What a change proves of that figure.
[[nodiscard]] Proof JudgeFigure(const FigureKind& figure, const Change& change,
                                const CompareOptions& options);

/// Where no ratio says how two figures differ: a quantile lies among failures, or is 0. Proved only
/// where the intervals lie apart.
[[nodiscard]] Proof JudgeEndless(const Estimate& a, const Estimate& b);

}  // namespace loadline::compare
