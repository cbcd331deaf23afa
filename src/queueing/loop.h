// A closed loop of users over several equal stations, one of which each request draws at random.
//
// Pure functions. Inside queueing only.
#pragma once

#include <span>
#include <vector>

namespace loadline::queueing {

/// What goes round in a loop.
struct LoopShares {
  std::vector<double> found;  ///< P(an arrival finds n requests at its station), n = 0 … users − 1.
  double per_second = 0.0;  ///< Answers of all users together.
};

/// `users` >= 1 who think `think_s` >= 0 on average (of any distribution), then send to one of
/// `stations` >= 1. A station with n requests finishes `finishes[n − 1]` per second, the last one
/// standing for all beyond.
///
/// Exact for exponential service in order of arrival, and for any service of a station that shares
/// itself: product form, by convolution in powers. Arrivals see the loop without themselves.
/// Sources: J. Buzen, "Computational Algorithms for Closed Queueing Networks with Exponential
/// Servers", Communications of the ACM 16(9), 1973; F. Baskett, K. Chandy, R. Muntz, F. Palacios,
/// "Open, Closed, and Mixed Networks of Queues with Different Classes of Customers", Journal of the
/// ACM 22(2), 1975.
[[nodiscard]] LoopShares RandomLoop(int users, double think_s, int stations,
                                    std::span<const double> finishes);

}  // namespace loadline::queueing
