// Exponential histograms: what OpenTelemetry and Prometheus (as "native histogram") take instead
// of fixed buckets.
//
// Pure function; safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "stats/histogram.h"

namespace loadline::telemetry {

/// Bucket `offset` + i of `counts` holds values in (base^(offset+i), base^(offset+i+1)] seconds,
/// with base = 2^(2^-scale): each bucket is `base` times as wide as the one before.
struct ExponentialHistogram {
  int scale = 0;
  std::int32_t offset = 0;
  std::vector<std::uint64_t> counts;  ///< First and last are not 0.
  std::uint64_t zero_count = 0;       ///< Values of at most `zero_threshold_s`.
  double zero_threshold_s = 0.0;
  std::uint64_t count = 0;
  double sum_s = 0.0;
  double min_s = 0.0;
  double max_s = 0.0;
};

/// No finer than Prometheus keeps (2^(1/256): buckets 0.27 % wide)…
inline constexpr int kMaxScale = 8;
/// …and with at most so many buckets: OpenTelemetry's default, which receivers are made for.
inline constexpr std::size_t kMaxBuckets = 160;

/// `histogram` in the finest scale that is allowed. Nothing is lost but resolution: a quantile read
/// from it lies in the right bucket, so within base - 1 of the value, and better than that by the
/// reader's interpolation. From 2 ms to 1 s the scale is 4 and base - 1 is 4.4 %. Our own buckets
/// (0.1 % wide) go whole to where their middle lies.
///
/// As the range of values only grows over a run, the scale only falls.
/// Source: OpenTelemetry, "Metrics data model", ExponentialHistogram.
[[nodiscard]] ExponentialHistogram ToExponential(const stats::Histogram& histogram);

}  // namespace loadline::telemetry
