#include "queueing/closed.h"

#include <math.h>  // NOLINT(modernize-deprecated-headers): lgamma_r is not in namespace std.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"
#include "queueing/pool_chain.h"

namespace loadline::queueing {
namespace {

void CheckArguments(const ClosedSystem& system, int users) {
  CHECK(system.servers.count >= 1 && system.servers.service > Duration::zero() &&
        system.think > Duration::zero() && users >= 0);
}

// What a request that finds k others in flight has to wait for: so many departures at the full rate
// before its own service begins.
int DeparturesToWait(const Servers& servers, std::size_t found) {
  return std::max(0, static_cast<int>(found) - servers.count + 1);
}

// Σ_m weights[m] · P(m departures at rate c/S, then one's own service, take longer than t).
//
// Seen at the events of a Poisson process of rate c/S: each of the first m ends a wait, each later
// one ends the own service with probability 1/c. All terms are positive, so nothing cancels.
double TailOfWaits(const std::vector<double>& weights, const Servers& servers, Duration t) {
  const double mean_events = servers.Capacity().per_second * Seconds(t);
  const double stays = 1 - 1.0 / servers.count;
  // All waits end and no service lasts that long: less than e^−700 is left, and the sum would be
  // endless.
  if (Seconds(t) > 700 * Seconds(servers.service) &&
      mean_events > 2 * static_cast<double>(weights.size()) + 2000) {
    return 0;
  }
  // Beyond twelve standard deviations of the Poisson distribution there is nothing left to add.
  const double spread = 12 * std::sqrt(mean_events) + 40;
  const int last = static_cast<int>(mean_events + spread);
  // At t = 0 there are no events: all terms but the first vanish.
  const double log_mean = std::log(std::max(mean_events, 1e-300));
  double waiting = 0;
  for (const double weight : weights) {
    waiting += weight;
  }
  double in_service = 0;
  double tail = 0;
  int sign = 0;
  for (int n = 0; n <= last; ++n) {
    const std::size_t m = static_cast<std::size_t>(n);
    const double begins = m < weights.size() ? weights[m] : 0;
    waiting = std::max(0.0, waiting - begins);
    in_service = stays * in_service + begins;
    const double log_events = n * log_mean - mean_events - lgamma_r(n + 1.0, &sign);
    tail += std::exp(log_events) * (waiting + in_service);
  }
  return std::min(1.0, tail);
}

}  // namespace

std::vector<double> InFlightShares(const ClosedSystem& system, int users) {
  CheckArguments(system, users);
  std::vector<double> arrivals;
  std::vector<double> departures;
  for (int k = 1; k <= users; ++k) {
    arrivals.push_back((users - k + 1) / Seconds(system.think));
    departures.push_back(std::min(k, system.servers.count) / Seconds(system.servers.service));
  }
  return Stationary(arrivals, departures);
}

std::vector<double> FoundOnArrival(const ClosedSystem& system, int users) {
  CHECK(users >= 1);
  return InFlightShares(system, users - 1);
}

Rate Throughput(const ClosedSystem& system, int users) {
  double busy = 0;
  const std::vector<double> shares = InFlightShares(system, users);
  for (std::size_t k = 0; k < shares.size(); ++k) {
    busy += shares[k] * std::min(static_cast<double>(k), static_cast<double>(system.servers.count));
  }
  return Rate{busy / Seconds(system.servers.service)};
}

Duration MeanResponse(const ClosedSystem& system, int users) {
  // From what arrivals find, because users / throughput − Z cancels when users mostly think.
  double seconds = Seconds(system.servers.service);
  const std::vector<double> found = FoundOnArrival(system, users);
  for (std::size_t k = 0; k < found.size(); ++k) {
    seconds +=
        found[k] * DeparturesToWait(system.servers, k) / system.servers.Capacity().per_second;
  }
  return FromSeconds(seconds);
}

double ResponseTail(const ClosedSystem& system, int users, Duration t) {
  CHECK(t >= Duration::zero());
  const std::vector<double> found = FoundOnArrival(system, users);
  std::vector<double> weights(
      static_cast<std::size_t>(DeparturesToWait(system.servers, found.size() - 1)) + 1, 0.0);
  for (std::size_t k = 0; k < found.size(); ++k) {
    weights[static_cast<std::size_t>(DeparturesToWait(system.servers, k))] += found[k];
  }
  return TailOfWaits(weights, system.servers, t);
}

int UserLine(const ClosedSystem& system, Duration t, double late, int most) {
  CHECK(late > 0 && late < 1 && most >= 0);
  const auto holds = [&](int users) { return ResponseTail(system, users, t) <= late; };
  // Doubling first: the cost of a look is proportional to the number of users.
  int held = 0;
  int next = 1;
  while (next <= most && holds(next)) {
    held = next;
    next = next <= most / 2 ? 2 * next : most + 1;
  }
  int broken = std::min(next, most + 1);
  while (broken - held > 1) {
    const int middle = held + (broken - held) / 2;
    (holds(middle) ? held : broken) = middle;
  }
  return held;
}

}  // namespace loadline::queueing
