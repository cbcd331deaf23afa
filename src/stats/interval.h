// Interval estimates from independent observations: a share, a quantile.
//
// Requests of one run are not independent (late ones come in clusters): these intervals describe
// single requests of many runs, health counters and the like. The verdict on an objective is the
// sequential test's alone (search). Pure arithmetic, safe from any thread.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "stats/histogram.h"

namespace loadline::stats {

struct Interval {
  double lower = 0.0;
  double upper = 0.0;

  friend bool operator==(const Interval&, const Interval&) = default;
};

/// A share seen `hits` times in `trials`: the interval that covers its probability about
/// `confidence` of the time, in (0, 1). Sensible for no hits and for hits only; no trials: [0, 1].
///
/// 0 <= hits <= trials.
/// Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
/// JASA 22(158), 1927; recommended by L. Brown, T. Cai, A. DasGupta, Statistical Science 16(2),
/// 2001.
[[nodiscard]] Interval WilsonInterval(std::int64_t hits, std::int64_t trials, double confidence);

/// Ranks (1 = smallest) of the two order statistics of `n` observations between which the
/// `quantile` in (0, 1) lies with at least `confidence`; 0 for "below all", n + 1 for "above all".
struct RankInterval {
  std::int64_t lower = 0;
  std::int64_t upper = 0;

  friend bool operator==(const RankInterval&, const RankInterval&) = default;
};
/// No assumption on the distribution; each side misses with at most half of 1 − confidence.
/// Source: H. David, H. Nagaraja, "Order Statistics", 3rd edition 2003, section 7.1.
[[nodiscard]] RankInterval QuantileRanks(std::int64_t n, double quantile, double confidence);

struct DurationInterval {
  Duration lower{};
  Duration upper{};  ///< Duration::max(): no end.

  friend bool operator==(const DurationInterval&, const DurationInterval&) = default;
};

/// QuantileRanks applied to what a histogram holds, with `infinite` failures counted as infinitely
/// slow.
[[nodiscard]] DurationInterval QuantileInterval(const Histogram& histogram, double quantile,
                                                double confidence, std::int64_t infinite = 0);

}  // namespace loadline::stats
