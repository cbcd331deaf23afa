#include "stats/interval.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "stats/distributions.h"

namespace loadline::stats {
namespace {

// The top of the bucket of the value with `rank`; Duration::max() above all finite ones.
Duration AtRank(const Histogram& histogram, std::int64_t rank) {
  if (rank > histogram.count()) {
    return Duration::max();
  }
  Duration value{};
  std::int64_t seen = 0;
  histogram.ForEach([&](Duration, Duration high, std::int64_t n) {
    value = seen < rank ? high : value;
    seen += n;
  });
  return value;
}

}  // namespace

Interval WilsonInterval(std::int64_t hits, std::int64_t trials, double confidence) {
  CHECK(hits >= 0 && hits <= trials && confidence > 0 && confidence < 1);
  if (trials == 0) {
    return {.lower = 0, .upper = 1};
  }
  const double n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double z = NormalQuantile(0.5 + confidence / 2);
  const double z2n = z * z / n;
  const double centre = (share + z2n / 2) / (1 + z2n);
  const double half = z / (1 + z2n) * std::sqrt(share * (1 - share) / n + z2n / (4 * n));
  // At the ends the formula gives 0 and 1 up to rounding.
  return {.lower = hits == 0 ? 0 : std::max(0.0, centre - half),
          .upper = hits == trials ? 1 : std::min(1.0, centre + half)};
}

RankInterval QuantileRanks(std::int64_t n, double quantile, double confidence) {
  CHECK(n >= 0 && quantile > 0 && quantile < 1 && confidence > 0 && confidence < 1);
  const double miss = (1 - confidence) / 2;
  // X_(l) lies above the quantile exactly if fewer than l observations are at or below it.
  const auto count_with_cdf_at_most = [&](double limit) {
    std::int64_t low = -1;  // BinomialCdf(low) <= limit < BinomialCdf(high)
    std::int64_t high = n;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (BinomialCdf(middle, n, quantile) <= limit ? low : high) = middle;
    }
    return low;
  };
  const std::int64_t lower = count_with_cdf_at_most(miss) + 1;
  // X_(u) lies below it exactly if at least u are below: P(X >= u) = 1 − P(X <= u − 1) <= miss.
  std::int64_t upper = n + 1;
  std::int64_t below = -1;
  while (upper - below > 1) {
    const std::int64_t middle = below + (upper - below) / 2;
    (1 - BinomialCdf(middle - 1, n, quantile) <= miss ? upper : below) = middle;
  }
  return {.lower = lower, .upper = upper};
}

DurationInterval QuantileInterval(const Histogram& histogram, double quantile, double confidence,
                                  std::int64_t infinite) {
  CHECK(infinite >= 0);
  const RankInterval ranks = QuantileRanks(histogram.count() + infinite, quantile, confidence);
  return {.lower = ranks.lower == 0 ? Duration::zero() : AtRank(histogram, ranks.lower),
          .upper = AtRank(histogram, ranks.upper)};
}

}  // namespace loadline::stats
