#include "queueing/pool_chain.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/check.h"

namespace loadline::queueing {

std::vector<double> Stationary(std::span<const double> arrivals, std::span<const double> finishes) {
  CHECK(arrivals.size() == finishes.size());
  // Products of ratios, as numbers times kLarge to a power that changes at few states.
  constexpr double kLarge = 1e150;
  struct Power {
    std::size_t from;
    int exponent;
  };
  std::vector<Power> powers = {{0, 0}};
  std::vector<double> values(arrivals.size() + 1, 1.0);
  int highest = 0;
  for (std::size_t k = 0; k < arrivals.size(); ++k) {
    double next = values[k] * (arrivals[k] / finishes[k]);
    if (next > kLarge) {
      next /= kLarge;
      powers.push_back({k + 1, powers.back().exponent + 1});
      highest = std::max(highest, powers.back().exponent);
    } else if (next < 1 / kLarge) {
      next *= kLarge;
      powers.push_back({k + 1, powers.back().exponent - 1});
    }
    values[k + 1] = next;
  }
  // What is so far below the highest power is nothing beside it.
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const int below = highest - powers[i].exponent;
    const double factor = below == 0 ? 1.0 : below == 1 ? 1 / kLarge : 0.0;
    const std::size_t end = i + 1 < powers.size() ? powers[i + 1].from : values.size();
    for (std::size_t k = powers[i].from; below > 0 && k < end; ++k) {
      values[k] *= factor;
    }
  }
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) {
    value /= sum;
  }
  return values;
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
