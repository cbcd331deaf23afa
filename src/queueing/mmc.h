// M/M/c: Poisson arrivals, one queue first come first served, c equal servers, exponential service.
//
// The one case where the load line is known exactly; what the stand-in and the searches are checked
// against. Pure arithmetic, safe from any thread. Arguments outside their ranges are bugs and
// abort.
#pragma once

#include "base/units.h"

namespace loadline::queueing {

/// c servers that each serve one request at a time.
struct Servers {
  int count = 1;            ///< c >= 1
  Duration service{1'000};  ///< S, mean time that one works on a request, > 0.

  /// The rate at which all are always busy, c / S: beyond it the backlog grows for ever.
  [[nodiscard]] Rate Capacity() const { return Rate{count / Seconds(service)}; }
  /// λ · S [Erlang].
  [[nodiscard]] double Offered(Rate rate) const { return rate.per_second * Seconds(service); }

  friend bool operator==(const Servers&, const Servers&) = default;
};

/// Mean time before a server takes a request up; Duration::max() at and beyond the capacity.
/// W = C · S / (c − λS). Source: L. Kleinrock, "Queueing Systems", volume 1, 1975, section 3.5.
[[nodiscard]] Duration MeanWait(const Servers& servers, Rate rate);

/// Mean response time: MeanWait + service.
[[nodiscard]] Duration MeanResponse(const Servers& servers, Rate rate);

/// P(wait > t): C · exp(−(c − λS) t / S); 1 at and beyond the capacity, and for t < 0.
[[nodiscard]] double WaitTail(const Servers& servers, Rate rate, Duration t);

/// P(response > t), t >= 0: with μ = 1/S and d = (c − λS)/S,
/// (1 − C) e^−μt + C (μ e^−dt − d e^−μt)/(μ − d); 1 at and beyond the capacity.
/// Source: D. Gross, C. Harris, "Fundamentals of Queueing Theory", 4th edition 2008, section 2.3.
[[nodiscard]] double ResponseTail(const Servers& servers, Rate rate, Duration t);

/// The t with P(response <= t) = `quantile` in (0, 1); Duration::max() at and beyond the capacity.
[[nodiscard]] Duration ResponseQuantile(const Servers& servers, Rate rate, double quantile);

/// The load line: the highest rate with P(response > t) <= `late`, in (0, 1); 0 where a lone
/// request already breaks it.
[[nodiscard]] Rate LoadLine(const Servers& servers, Duration t, double late);

}  // namespace loadline::queueing
