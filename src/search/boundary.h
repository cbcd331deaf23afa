// Boundary: how far a test statistic must go before a test that looks again and again may decide.
//
// Pure functions. docs/load-line.md derives them and shows the error rates measured with them.
#pragma once

#include "measure/load_line.h"

namespace loadline::search {

/// Bounds for one test, in standard normal units.
struct Boundary {
  double held = 0.0;
  double broken = 0.0;
};

/// The bounds that keep the probability of a wrong `held` and of a wrong `broken` below
/// `alpha_held` and `alpha_broken` over all looks of `test` at times growing by kLookGrowth.
///
/// A constant bound over many looks is Pocock's; written as a normal quantile at alpha / K, K is
/// the number of independent looks that it is worth. K was tuned on seeds of its own at alpha =
/// 0.01 and 0.05 and is interpolated in between (log K linear in log alpha, kept within [4, 80]).
/// Both alphas in (0, 0.5].
/// Source of the idea: S. J. Pocock, "Group sequential methods in the design and analysis of
/// clinical trials", Biometrika 64(2), 1977.
[[nodiscard]] Boundary BoundaryFor(measure::TestKind test, double alpha_held, double alpha_broken);

/// The backlog test's bound: a wrong alarm was never seen at the line (docs/load-line.md).
inline constexpr double kBacklogBound = 3.0;

/// From one look to the next the number of requests grows by this factor.
inline constexpr double kLookGrowth = 1.25;

/// The standard normal value as improbable as `t` of Student's law with `degrees` >= 1 of freedom.
/// Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.7.8.
[[nodiscard]] double NormalFromStudent(double t, double degrees);

}  // namespace loadline::search
