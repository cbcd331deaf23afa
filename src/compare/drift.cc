#include "compare/drift.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/distributions.h"

namespace loadline::compare {

std::optional<Change> DriftOf(const stats::BatchMeans& series, double confidence) {
  const std::vector<double>& means = series.batches();
  const double count = static_cast<double>(means.size());
  if (static_cast<int>(means.size()) < kFewestDriftBatches) {
    return std::nullopt;
  }
  // A batch is a step of one; x is its number.
  const double mean_x = 0.5 * (count - 1.0);
  double mean_y = 0.0;
  for (const double mean : means) {
    mean_y += std::log(mean) / count;
  }
  const double spread = count * (count * count - 1.0) / 12.0;
  double product = 0.0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    product += (static_cast<double>(i) - mean_x) * (std::log(means[i]) - mean_y);
  }
  const double slope = product / spread;
  double squares = 0.0;
  double neighbours = 0.0;
  double last = 0.0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const double residual = std::log(means[i]) - mean_y - slope * (static_cast<double>(i) - mean_x);
    squares += residual * residual;
    neighbours += residual * last;
    last = residual;
  }
  double variance = squares / (count - 2.0) / spread;
  constexpr double kMostCorrelation = 0.8;
  const double correlation =
      squares > 0.0 ? std::clamp(neighbours / squares, 0.0, kMostCorrelation) : 0.0;
  variance *= (1.0 + correlation) / (1.0 - correlation);
  const double margin =
      std::sqrt(variance) * stats::StudentQuantile(0.5 * (1.0 + confidence), count - 2.0);
  const double length =
      static_cast<double>(series.count()) / static_cast<double>(series.batch_length());
  return Change{.value = std::expm1(slope * length),
                .low = std::expm1((slope - margin) * length),
                .high = std::expm1((slope + margin) * length)};
}

}  // namespace loadline::compare
