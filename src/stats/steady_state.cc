#include "stats/steady_state.h"

#include <cmath>
#include <limits>

#include "stats/distributions.h"
#include "stats/moments.h"

namespace loadline::stats {
namespace {

constexpr std::size_t kGroup = 5;        // Numbers per group of MSER-5.
constexpr std::size_t kLeastGroups = 4;  // Fewer tell nothing.
constexpr std::size_t kLeastNumbers = 8;

}  // namespace

WarmupEnd FindWarmupEnd(std::span<const double> series) {
  const std::size_t groups = series.size() / kGroup;
  if (groups < kLeastGroups) {
    return {};
  }
  // From the end to the start, so that one pass knows the moments of every tail.
  Moments tail;
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = groups;
  for (std::size_t cut = groups; cut-- > 0;) {
    double sum = 0;
    for (std::size_t i = cut * kGroup; i < (cut + 1) * kGroup; ++i) {
      sum += series[i];
    }
    tail.Add(sum / kGroup);
    if (tail.count() < 2) {
      continue;
    }
    const double n = static_cast<double>(tail.count());
    // The squared standard error with divisor n², as the statistic is defined.
    const double error = tail.Variance() * (n - 1) / (n * n);
    // A tail of a few equal groups looks perfectly sure; do not look at fewer than kLeastGroups.
    if (tail.count() >= static_cast<std::int64_t>(kLeastGroups) && error <= least) {
      least = error;
      best = cut;
    }
  }
  return {.first = best * kGroup, .steady = best * 2 <= groups};
}

std::optional<Shift> FindShift(std::span<const double> series) {
  if (series.size() < kLeastNumbers) {
    return std::nullopt;
  }
  const double n = static_cast<double>(series.size());
  double total = 0;
  double differences = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    total += series[i];
    if (i > 0) {
      differences += (series[i] - series[i - 1]) * (series[i] - series[i - 1]);
    }
  }
  const double variance = differences / (2 * (n - 1));
  double sum = 0;
  double largest = -1;
  Shift shift;
  for (std::size_t i = 0; i + 1 < series.size(); ++i) {
    sum += series[i];
    const double seen = static_cast<double>(i + 1);
    const double swing = std::abs(sum - total * seen / n);
    if (swing > largest) {
      largest = swing;
      shift = {.first = i + 1, .before = sum / seen, .after = (total - sum) / (n - seen)};
    }
  }
  // Rounding alone makes a swing of a constant series.
  const bool constant = largest <= 1e-12 * std::abs(total);
  const double scaled =
      variance > 0 ? largest / std::sqrt(variance * n) : std::numeric_limits<double>::infinity();
  shift.p_value = constant ? 1.0 : KolmogorovTail(scaled);
  return shift;
}

}  // namespace loadline::stats
