// Figures of a run with intervals that respect clustering.
//
// Pure functions of a RunSample. Every interval covers the long-run figure of that service on that
// day with about the confidence asked for, if batches are longer than what the service remembers;
// neighbours that are alike widen it (compare/estimate.cc).
#pragma once

#include "compare/sample.h"

namespace loadline::compare {

/// A figure and its interval.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;  ///< Infinite: it has no upper end.

  friend bool operator==(const Estimate&, const Estimate&) = default;
};

/// The `quantile` in (0, 1) of the response time [s], failures counted as infinitely slow.
///
/// The share of requests above the value found is a ratio of batch sums, with their spread as its
/// error; the interval holds the values for which that share is no more than so far from
/// 1 − quantile. Source: R. S. Woodruff, "Confidence Intervals for Medians and Other Position
/// Measures", JASA 47(260), 1952; the ratio's variance: W. G. Cochran, "Sampling Techniques", 3rd
/// edition 1977, section 6.3.
[[nodiscard]] Estimate QuantileOf(const RunSample& sample, double quantile, double confidence);

/// The mean response time of successes [s].
[[nodiscard]] Estimate MeanOf(const RunSample& sample, double confidence);

/// The share of requests that failed. Where none did, the upper end is what so many successes
/// leave possible: −ln(1 − confidence)/n.
[[nodiscard]] Estimate ErrorsOf(const RunSample& sample, double confidence);

/// Successes per second.
[[nodiscard]] Estimate ThroughputOf(const RunSample& sample, double confidence);

}  // namespace loadline::compare
