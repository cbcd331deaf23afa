#include "compare/drift.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/distributions.h"

namespace loadline::compare {
namespace {

struct Point {
  double at = 0.0;  // Seconds, the batch's middle.
  double y = 0.0;   // Logarithm of its mean response.
};

std::vector<Point> PointsOf(const RunSample& sample) {
  std::vector<Point> points;
  double at = 0.0;
  for (const Batch& batch : sample.batches()) {
    const double mean = Seconds(batch.response.Mean());
    if (mean > 0.0) {
      points.push_back({.at = at + 0.5 * batch.seconds, .y = std::log(mean)});
    }
    at += batch.seconds;
  }
  return points;
}

}  // namespace

std::optional<Change> DriftOf(const RunSample& sample, double confidence) {
  const std::vector<Point> points = PointsOf(sample);
  const double count = static_cast<double>(points.size());
  if (static_cast<int>(points.size()) < RunSample::kFewestBatches) {
    return std::nullopt;
  }
  double mean_at = 0.0;
  double mean_y = 0.0;
  for (const Point& point : points) {
    mean_at += point.at / count;
    mean_y += point.y / count;
  }
  double spread = 0.0;
  double product = 0.0;
  for (const Point& point : points) {
    spread += (point.at - mean_at) * (point.at - mean_at);
    product += (point.at - mean_at) * (point.y - mean_y);
  }
  const double slope = product / spread;
  double squares = 0.0;
  double neighbours = 0.0;
  double last = 0.0;
  for (const Point& point : points) {
    const double residual = point.y - mean_y - slope * (point.at - mean_at);
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
  const double length = sample.seconds();
  return Change{.value = std::expm1(slope * length),
                .low = std::expm1((slope - margin) * length),
                .high = std::expm1((slope + margin) * length)};
}

}  // namespace loadline::compare
