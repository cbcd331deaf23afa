#include "queueing/overhead.h"

#include <cmath>

#include "stats/distributions.h"

namespace loadline::queueing {

Result<OverheadFit> FitOverhead(std::span<const PoolPoint> points, double servers,
                                double confidence) {
  const auto invalid = [](const char* message) {
    return Error{ErrorCode::kInvalidArgument, message};
  };
  if (points.empty() || !(servers > 0.0) || !(confidence > 0.0 && confidence < 1.0)) {
    return invalid("an overhead is fitted to at least one point of a pool with servers");
  }
  double weights = 0.0;
  double sum = 0.0;
  for (const PoolPoint& point : points) {
    if (!(point.rate.per_second > 0.0) || point.service <= Duration::zero()) {
      return invalid("rates and service times must be above 0");
    }
    const double weight = point.rate.per_second * point.rate.per_second;
    weights += weight;
    sum += weight * (servers / point.rate.per_second - Seconds(point.service));
  }
  const double overhead = sum / weights;
  OverheadFit fit{.overhead = FromSeconds(overhead),
                  .low = Duration::min(),
                  .high = Duration::max(),
                  .residuals = {}};
  double squares = 0.0;
  for (const PoolPoint& point : points) {
    const double rate = point.rate.per_second;
    const double error = servers / rate - Seconds(point.service) - overhead;
    squares += rate * rate * error * error;
    fit.residuals.push_back(rate * (Seconds(point.service) + overhead) / servers - 1.0);
  }
  if (points.size() >= 2) {
    const double degrees = static_cast<double>(points.size()) - 1.0;
    const double margin = std::sqrt(squares / degrees / weights) *
                          stats::StudentQuantile(0.5 * (1.0 + confidence), degrees);
    fit.low = FromSeconds(overhead - margin);
    fit.high = FromSeconds(overhead + margin);
  }
  return fit;
}

}  // namespace loadline::queueing
