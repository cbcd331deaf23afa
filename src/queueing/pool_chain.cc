#include "queueing/pool_chain.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace loadline::queueing {

std::vector<double> Stationary(std::span<const double> arrivals, std::span<const double> finishes) {
  CHECK(arrivals.size() == finishes.size());
  // A number and its power of two, so that no product overflows or is lost: logarithms would cost
  // ten times as much.
  constexpr double kLarge = 1e100;
  std::vector<double> shares(arrivals.size() + 1, 1.0);
  std::vector<int> powers(shares.size(), 0);
  double value = 1;
  int power = 0;
  int most = 0;
  for (std::size_t k = 0; k < arrivals.size(); ++k) {
    value *= arrivals[k] / finishes[k];
    if (!(value < kLarge && value > 1 / kLarge) && value > 0) {
      const int extra = std::ilogb(value);
      value = std::scalbn(value, -extra);
      power += extra;
      most = std::max(most, power);
    }
    shares[k + 1] = value;
    powers[k + 1] = power;
  }
  double sum = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (powers[k] != most) {
      shares[k] = std::scalbn(shares[k], powers[k] - most);
    }
    sum += shares[k];
  }
  for (double& share : shares) {
    share /= sum;
  }
  return shares;
}

namespace {

// P(k of n requests came through one of `routers`), binomial, by n and k.
std::vector<std::vector<double>> OwnShares(std::size_t most, int routers) {
  const double own = 1.0 / routers;
  std::vector<std::vector<double>> shares(most + 1);
  shares[0] = {1.0};
  for (std::size_t n = 1; n <= most; ++n) {
    shares[n].assign(n + 1, 0.0);
    for (std::size_t k = 0; k < n; ++k) {
      shares[n][k] += shares[n - 1][k] * (1 - own);
      shares[n][k + 1] += shares[n - 1][k] * own;
    }
  }
  return shares;
}

// Twice the chance to be chosen, over that of the average pod: the share of pods that look as busy
// or busier, and of those that look busier; by what is in the pod.
std::vector<double> Chosen(const std::vector<double>& shares) {
  std::vector<double> chosen(shares.size());
  double at_least = 1;
  for (std::size_t n = 0; n < shares.size(); ++n) {
    const double more = std::max(0.0, at_least - shares[n]);
    chosen[n] = at_least + more;
    at_least = more;
  }
  return chosen;
}

std::vector<double> Chosen(const std::vector<double>& shares,
                           const std::vector<std::vector<double>>& own) {
  std::vector<double> at_least(shares.size() + 1, 0.0);  // Pods in which so many are seen.
  for (std::size_t n = 0; n < shares.size(); ++n) {
    for (std::size_t k = 0; k <= n; ++k) {
      at_least[k] += shares[n] * own[n][k];
    }
  }
  for (std::size_t k = at_least.size() - 1; k > 0; --k) {
    at_least[k - 1] += at_least[k];
  }
  std::vector<double> chosen(shares.size(), 0.0);
  for (std::size_t n = 0; n < shares.size(); ++n) {
    for (std::size_t k = 0; k <= n; ++k) {
      chosen[n] += own[n][k] * (at_least[k] + at_least[k + 1]);
    }
  }
  return chosen;
}

}  // namespace

std::vector<double> TwoChoiceArrivals(double rate, std::span<const double> finishes, int routers) {
  constexpr int kTurns = 300;
  constexpr double kClose = 1e-9;
  std::vector<double> arrivals(finishes.size(), rate);
  const std::vector<std::vector<double>> own =
      routers == 1 ? std::vector<std::vector<double>>() : OwnShares(finishes.size(), routers);
  for (int turn = 0; turn < kTurns; ++turn) {
    const std::vector<double> shares = Stationary(arrivals, finishes);
    const std::vector<double> chosen = routers == 1 ? Chosen(shares) : Chosen(shares, own);
    double change = 0;
    for (std::size_t n = 0; n < arrivals.size(); ++n) {
      // Never quite 0, so that logarithms stay finite.
      const double wanted = rate * std::max(chosen[n], 1e-100);
      change = std::max(change, std::abs(wanted - arrivals[n]) / rate);
      arrivals[n] = (arrivals[n] + wanted) / 2;
    }
    if (change < kClose) {
      break;
    }
  }
  return arrivals;
}

}  // namespace loadline::queueing
