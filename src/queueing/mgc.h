// M/G/c, approximately: as M/M/c, but the service time has any scatter. For placing probes, not for
// verdicts: near the line it errs by some per cent, and for services that are no such queue by
// more.
//
// Pure arithmetic, safe from any thread. Arguments outside their ranges are bugs and abort.
#pragma once

#include <vector>

#include "base/units.h"
#include "queueing/mmc.h"

namespace loadline::queueing {

/// A service with lognormal service times and, around it, a delay that keeps no server busy.
struct ServiceShape {
  Servers servers;
  double scv = 1.0;  ///< Squared coefficient of variation of the service time, >= 0.
  Duration delay = Duration::zero();  ///< Added to every response: network, routing.
  /// That many such services side by side, arrivals spread over them at random; >= 1.
  int pools = 1;

  [[nodiscard]] Rate Capacity() const { return servers.Capacity() * pools; }

  friend bool operator==(const ServiceShape&, const ServiceShape&) = default;
};

/// Mean response time; Duration::max() at and beyond the capacity. The wait is (1 + scv)/2 times
/// that of M/M/c. Source: A. Lee, P. Longton, "Queueing Processes Associated with Airline Passenger
/// Check-in", Operational Research Quarterly 10(1), 1959.
[[nodiscard]] Duration MeanResponse(const ServiceShape& shape, Rate rate);

/// P(response > t) for many t and rates of one shape.
class ResponseLaw {
 public:
  explicit ResponseLaw(const ServiceShape& shape);

  /// P(response > t) at `rate`; 1 at and beyond the capacity. Who waits (as often as in M/M/c)
  /// waits exponentially long, with the mean of MeanResponse(): W. Whitt, "Approximations for the
  /// GI/G/m Queue", Production and Operations Management 2(2), 1993, section 4.
  [[nodiscard]] double Tail(Rate rate, Duration t) const;

  /// The highest rate with P(response > t) <= `late` in (0, 1); 0 where there is none.
  [[nodiscard]] Rate LoadLine(Duration t, double late) const;

 private:
  ServiceShape shape_;
  std::vector<double> service_s_;  // Equally likely service times, rising.
};

}  // namespace loadline::queueing
