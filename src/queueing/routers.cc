#include "queueing/routers.h"

#include <math.h>  // NOLINT(modernize-deprecated-headers): lgamma_r is not in namespace std.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"
#include "queueing/pool_chain.h"
#include "stats/bisect.h"

namespace loadline::queueing {
namespace {

// Beyond so many routers each hardly ever meets a request of its own.
constexpr int kMostRouters = 400;

// P(more than `x` service times of work is found) by the formula of Roberts and Virtamo.
double WorkTail(int streams, double period, double x) {
  int sign = 0;
  double sum = 0;
  for (int n = static_cast<int>(std::floor(x)) + 1; n <= streams; ++n) {
    const double share = (n - x) / period;
    if (share >= 1) {
      continue;
    }
    const double choices = lgamma_r(streams + 1.0, &sign) - lgamma_r(n + 1.0, &sign) -
                           lgamma_r(streams - n + 1.0, &sign);
    sum += std::exp(choices + n * std::log(share) + (streams - n) * std::log1p(-share)) *
           (period - streams + x) / (period - n + x);
  }
  return std::min(1.0, sum);
}

}  // namespace

std::vector<double> FoundBehindRouters(int routers, int servers, double offered, int places) {
  CHECK(routers >= 1 && servers >= 1 && offered > 0 && offered < servers && places >= servers);
  routers = std::min(routers, kMostRouters);
  const int base = static_cast<int>(offered / routers) * routers;
  const int top = std::min(base + routers, places);
  std::vector<double> finishes;
  for (int n = base; n < top; ++n) {
    finishes.push_back(std::min(n + 1, servers));
  }
  std::vector<double> arrivals(finishes.size());
  std::vector<double> shares;
  const auto solve = [&](double log_pace) {
    for (std::size_t j = 0; j < arrivals.size(); ++j) {
      arrivals[j] = std::exp(log_pace) * (routers - static_cast<double>(j));
    }
    shares = Stationary(arrivals, finishes);
    double busy = 0;
    for (std::size_t j = 0; j < shares.size(); ++j) {
      busy += shares[j] * std::min(base + static_cast<int>(j), servers);
    }
    return busy;
  };
  // The pace at which as many are in service as are offered.
  const double log_pace =
      stats::LastThat(-60, 60, [&](double value) { return solve(value) < offered; });
  static_cast<void>(solve(log_pace));
  std::vector<double> found(static_cast<std::size_t>(top) + 1, 0.0);
  double total = 0;
  for (std::size_t j = 0; j < shares.size(); ++j) {
    const double sent = shares[j] * (routers - static_cast<double>(j));
    found[static_cast<std::size_t>(base) + j] = sent;
    total += sent;
  }
  for (double& share : found) {
    share /= total;
  }
  if (top < base + routers) {
    return found;  // Those that find the pod full are the last.
  }
  found.back() = 0;
  return found;
}

PeriodicWait WaitOfPeriodicStreams(int others, double period) {
  CHECK(others >= 0 && period > others + 1);
  if (others == 0) {
    return {};
  }
  others = std::min(others, kMostRouters);
  // The wait is below `others`; its tail is smooth between whole numbers.
  constexpr int kSteps = 40;
  double sum = 0;
  for (int i = 0; i < others * kSteps; ++i) {
    const double tail = WorkTail(others, period, (i + 0.5) / kSteps);
    sum += tail / kSteps;
    if (tail < 1e-9) {
      break;
    }
  }
  return {.mean = sum, .waits = WorkTail(others, period, 0)};
}

}  // namespace loadline::queueing
