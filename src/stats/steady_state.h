// Steady state: where a series' warm-up ends, and whether its level shifts later.
//
// Made for a probe's series of one number per 100 ms (mean response, requests in flight): a look
// costs time proportional to its length, 36,000 numbers an hour. Pure functions, safe from any
// thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace loadline::stats {

/// Where the warm-up ends.
struct WarmupEnd {
  std::size_t first = 0;  ///< The first number that belongs to the steady state.
  bool steady = false;    ///< False: the cut lies in the second half, so the end was not seen yet.
};

/// MSER-5: the cut that makes the mean of the rest surest, that is, minimises its squared standard
/// error over all cuts at multiples of five, as if the rest were independent.
///
/// A falling or rising start inflates the variance more than the lost numbers cost; a cut beyond
/// the middle means that no steady part has been seen (`steady` false). Fewer than 20 numbers: not
/// steady. Source: K. P. White, "An Effective Truncation Heuristic for Bias Reduction in Simulation
/// Output", Simulation 69(6), 1997; batches of five: K. P. White, M. Cobb, S. Spratt, "A Comparison
/// of Five Steady-State Truncation Heuristics for Simulation", Winter Simulation Conference 2000.
[[nodiscard]] WarmupEnd FindWarmupEnd(std::span<const double> series);

/// The most likely place where the level of a series shifts, and how sure that is.
struct Shift {
  std::size_t first = 0;  ///< The first number of the new level.
  double before = 0.0;    ///< Mean up to there…
  double after = 0.0;     ///< …and from there on.
  double p_value = 1.0;   ///< Probability of so large a swing of the sums without any shift.
};

/// Tests a series of (nearly) independent numbers, best batch means, for a shift of its level: the
/// largest swing of the cumulative sums about their chord, whose law is that of a Brownian bridge.
/// The variance is estimated from successive differences, which a shift hardly touches; numbers
/// that are positively correlated understate it, so batches must be long. Nothing below 8 numbers.
/// Source: E. S. Page, "Continuous Inspection Schemes", Biometrika 41, 1954 (cumulative sums); L.
/// W. Schruben, "Detecting Initialization Bias in Simulation Output", Operations Research 30(3),
/// 1982; J. von Neumann, "Distribution of the Ratio of the Mean Square Successive Difference to the
/// Variance", Annals of Mathematical Statistics 12(4), 1941.
[[nodiscard]] std::optional<Shift> FindShift(std::span<const double> series);

}  // namespace loadline::stats
