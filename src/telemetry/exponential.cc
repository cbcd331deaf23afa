#include "telemetry/exponential.h"

#include <cmath>
#include <cstddef>
#include <limits>

namespace loadline::telemetry {
namespace {

double InSeconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

double Middle(Duration lowest, Duration highest) {
  return (InSeconds(lowest) + InSeconds(highest)) / 2;
}

/// The bucket of `seconds` > 0: the largest i with base^i < seconds.
std::int32_t IndexAt(int scale, double seconds) {
  return static_cast<std::int32_t>(std::ceil(std::ldexp(std::log2(seconds), scale))) - 1;
}

}  // namespace

ExponentialHistogram ToExponential(const stats::Histogram& histogram) {
  ExponentialHistogram result;
  // Our lowest bucket begins at 0 and says no more than that.
  result.zero_threshold_s = InSeconds(histogram.layout().lowest);
  double least = std::numeric_limits<double>::infinity();
  double most = 0.0;
  histogram.ForEach([&](Duration lowest, Duration highest, std::int64_t count) {
    const auto n = static_cast<std::uint64_t>(count);
    const double middle = Middle(lowest, highest);
    result.count += n;
    result.sum_s += static_cast<double>(n) * middle;
    if (lowest == Duration::zero()) {
      result.zero_count += n;
      return;
    }
    least = std::min(least, middle);
    most = std::max(most, middle);
  });
  if (result.count > 0) {
    result.min_s = InSeconds(histogram.Min());
    result.max_s = InSeconds(histogram.Max());
  }
  if (most == 0.0) {
    return result;
  }
  result.scale = kMaxScale;
  while (IndexAt(result.scale, most) - IndexAt(result.scale, least) >=
         static_cast<std::int32_t>(kMaxBuckets)) {
    --result.scale;
  }
  result.offset = IndexAt(result.scale, least);
  result.counts.resize(static_cast<std::size_t>(IndexAt(result.scale, most) - result.offset) + 1);
  histogram.ForEach([&](Duration lowest, Duration highest, std::int64_t count) {
    if (lowest > Duration::zero()) {
      const std::int32_t index = IndexAt(result.scale, Middle(lowest, highest));
      result.counts.at(static_cast<std::size_t>(index - result.offset)) +=
          static_cast<std::uint64_t>(count);
    }
  });
  return result;
}

}  // namespace loadline::telemetry
