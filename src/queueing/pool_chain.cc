#include "queueing/pool_chain.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace loadline::queueing {

namespace {

constexpr double kRange = 1e250;

// Shares beside that of the empty state, as plain products; false where those would overflow, or be
// lost before a peak that comes later.
bool PlainShares(std::span<const double> arrivals, std::span<const double> finishes,
                 std::vector<double>& shares) {
  double value = 1;
  for (std::size_t k = 0; k < arrivals.size(); ++k) {
    value *= arrivals[k] / finishes[k];
    if (value > kRange) {
      return false;
    }
    if (value < 1 / kRange) {
      for (std::size_t later = k + 1; later < arrivals.size(); ++later) {
        if (arrivals[later] > finishes[later]) {
          return false;
        }
      }
      std::fill(shares.begin() + static_cast<std::ptrdiff_t>(k) + 1, shares.end(), 0.0);
      return true;
    }
    shares[k + 1] = value;
  }
  return true;
}

void Normalise(std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) {
    share /= sum;
  }
}

}  // namespace

std::vector<double> Stationary(std::span<const double> arrivals, std::span<const double> finishes) {
  CHECK(arrivals.size() == finishes.size());
  std::vector<double> shares(arrivals.size() + 1, 1.0);
  if (PlainShares(arrivals, finishes, shares)) {
    Normalise(shares);
    return shares;
  }
  // A number and its power of two, so that no product overflows or is lost: logarithms would cost
  // ten times as much.
  constexpr double kLarge = 1e100;
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
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (powers[k] != most) {
      shares[k] = std::scalbn(shares[k], powers[k] - most);
    }
  }
  Normalise(shares);
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
  constexpr double kFarthest = 5;
  constexpr double kLeast = 1e-100;  // Never quite 0: a state that is never left has no share.
  const std::vector<std::vector<double>> own =
      routers == 1 ? std::vector<std::vector<double>>() : OwnShares(finishes.size(), routers);
  std::vector<double> arrivals(finishes.size(), rate);
  std::vector<double> before;  // A turn ago: the arrivals,
  std::vector<double> left;    // and by how much they missed what they should be.
  std::vector<double> misses(finishes.size());
  for (int turn = 0; turn < kTurns; ++turn) {
    const std::vector<double> shares = Stationary(arrivals, finishes);
    const std::vector<double> chosen = routers == 1 ? Chosen(shares) : Chosen(shares, own);
    double change = 0;
    double along = 0;
    double square = 0;
    for (std::size_t n = 0; n < arrivals.size(); ++n) {
      misses[n] = rate * std::max(chosen[n], kLeast) - arrivals[n];
      change = std::max(change, std::abs(misses[n]) / rate);
      if (!left.empty()) {
        along += misses[n] * (misses[n] - left[n]);
        square += (misses[n] - left[n]) * (misses[n] - left[n]);
      }
    }
    if (change < kClose) {
      break;
    }
    // Half of what is missed, from where a straight line through the last two turns misses least
    // (D. Anderson, "Iterative Procedures for Nonlinear Integral Equations", Journal of the ACM
    // 12(4), 1965).
    const double back = square > 0 ? std::clamp(along / square, -kFarthest, kFarthest) : 0.0;
    std::vector<double> next(arrivals.size());
    for (std::size_t n = 0; n < arrivals.size(); ++n) {
      next[n] = arrivals[n] + misses[n] / 2;
      if (back != 0) {
        next[n] -= back * (arrivals[n] - before[n] + (misses[n] - left[n]) / 2);
      }
      next[n] = std::max(next[n], rate * kLeast);
    }
    before = std::exchange(arrivals, std::move(next));
    left = misses;
  }
  return arrivals;
}

}  // namespace loadline::queueing
