// Birth and death chains: how many requests are in a system. Inside queueing only.
//
// Pure functions.
#pragma once

#include <span>
#include <vector>

namespace loadline::queueing {

/// Shares of time in the states 0 … arrivals.size() of a birth and death chain: `arrivals[k]` per
/// second while k are there, `finishes[k]` while k + 1 are. Worked in ratios from the likeliest
/// state, so that nothing overflows. Source: L. Kleinrock, "Queueing Systems", volume 1, 1975,
/// section 3.1.
[[nodiscard]] std::vector<double> Stationary(std::span<const double> arrivals,
                                             std::span<const double> finishes);

/// Arrival rates by state when each of many pods gets the requests that find it the less busy of
/// two: rate · (share of pods with at least k + share with more than k), which is consistent with
/// `finishes` (fixed point). `rate` per pod and second.
///
/// `routers` > 1: each compares the requests that it sent itself, of which a pod with n requests is
/// taken to have a binomial number. An approximation, checked against the simulator.
[[nodiscard]] std::vector<double> TwoChoiceArrivals(double rate, std::span<const double> finishes,
                                                    int routers = 1);

}  // namespace loadline::queueing
