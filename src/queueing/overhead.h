// The fixed overhead of a request, from how far measured rates fall short of the calculated ones.
//
// Pure function.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::queueing {

/// A pool's highest rate at one service time.
struct PoolPoint {
  Duration service{};  ///< As asked of the service, > 0.
  Rate rate;           ///< As measured, > 0.
};

/// What each request costs beside its service.
struct OverheadFit {
  Duration overhead{};  ///< h in rate = servers / (service + h).
  Duration low{};       ///< Its interval (Student's, over the points).
  Duration high{};
  std::vector<double> residuals;  ///< Measured ÷ fitted rate − 1, by point.
};

/// Fits h, by least squares of servers/rate − service with weights rate² (a rate is known to some
/// percent, not to some requests per second). One point: no interval (low and high infinite).
///
/// `servers`: pods · concurrency, > 0. The utilisation law X = c/S at saturation: E. Lazowska et
/// al., "Quantitative System Performance", 1984, ch. 3.
/// Errors: kInvalidArgument if there is no point or a number is out of range.
[[nodiscard]] Result<OverheadFit> FitOverhead(std::span<const PoolPoint> points, double servers,
                                              double confidence);

}  // namespace loadline::queueing
