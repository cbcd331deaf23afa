#include "queueing/loop.h"

#include <math.h>  // NOLINT(modernize-deprecated-headers): lgamma_r is not in namespace std.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace loadline::queueing {
namespace {

constexpr double kNothing = 1e-20;  // Beside the largest weight of its vector.

/// Weights of n = first, first + 1, …; those that are nothing beside the largest are left out.
struct Weights {
  std::size_t first = 0;
  std::vector<double> values;

  [[nodiscard]] double At(std::size_t n) const {
    return n < first || n - first >= values.size() ? 0.0 : values[n - first];
  }
};

// Scaled to a largest weight of 1, without what is nothing at both ends.
Weights Trimmed(Weights weights) {
  const double most = *std::max_element(weights.values.begin(), weights.values.end());
  std::size_t from = 0;
  std::size_t to = weights.values.size();
  while (to - from > 1 && weights.values[to - 1] < kNothing * most) {
    --to;
  }
  while (to - from > 1 && weights.values[from] < kNothing * most) {
    ++from;
  }
  Weights trimmed{.first = weights.first + from, .values = {}};
  trimmed.values.reserve(to - from);
  for (std::size_t i = from; i < to; ++i) {
    trimmed.values.push_back(weights.values[i] / most);
  }
  return trimmed;
}

// The weights of sums up to `most`.
Weights Sum(const Weights& a, const Weights& b, std::size_t most) {
  Weights sum;
  sum.first = std::min(a.first + b.first, most);
  const std::size_t last =
      std::min(most, a.first + b.first + a.values.size() + b.values.size() - 2);
  sum.values.assign(last - sum.first + 1, 0.0);
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    for (std::size_t j = 0; j < b.values.size(); ++j) {
      const std::size_t n = a.first + i + b.first + j;
      if (n > most) {
        break;
      }
      sum.values[n - sum.first] += a.values[i] * b.values[j];
    }
  }
  return Trimmed(std::move(sum));
}

// Without what is nothing at both ends, which costs no exponential: nearly all of a long vector.
Weights FromLogs(std::span<const double> logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  const double least = most + std::log(kNothing);
  const auto counts = [&](double value) { return value >= least; };
  const auto from = std::find_if(logs.begin(), logs.end(), counts);
  const auto to = std::find_if(logs.rbegin(), logs.rend(), counts).base();
  Weights weights{.first = static_cast<std::size_t>(from - logs.begin()), .values = {}};
  weights.values.reserve(static_cast<std::size_t>(to - from));
  for (auto log = from; log != to; ++log) {
    weights.values.push_back(std::exp(*log - most));
  }
  return weights;
}

// Of a station that is visited at `rate`: Π rate / finishes.
Weights Station(int users, double rate, std::span<const double> finishes) {
  const double visit = std::log(rate);
  std::vector<double> logs = {0.0};
  double each = 0;
  for (std::size_t n = 0; n < static_cast<std::size_t>(users); ++n) {
    each = n < finishes.size() ? visit - std::log(finishes[n]) : each;
    logs.push_back(logs.back() + each);
  }
  return FromLogs(logs);
}

// The mean number at a station that is visited at `rate` and may hold `users`.
double MeanAtStation(int users, double rate, std::span<const double> finishes) {
  constexpr double kLarge = 1e200;
  double weight = 1;
  double sum = 1;
  double mean = 0;
  for (std::size_t n = 0; n < static_cast<std::size_t>(users); ++n) {
    weight *= rate / finishes[std::min(n, finishes.size() - 1)];
    sum += weight;
    mean += static_cast<double>(n + 1) * weight;
    if (sum > kLarge) {
      weight /= kLarge;
      sum /= kLarge;
      mean /= kLarge;
    }
  }
  return mean / sum;
}

}  // namespace

LoopShares RandomLoop(int users, double think_s, int stations, std::span<const double> finishes) {
  CHECK(users >= 1 && think_s >= 0 && stations >= 1 && !finishes.empty());
  const auto most = static_cast<std::size_t>(users);
  // Any rate of visits gives the same answer; the right one keeps all weights near 1.
  const double fastest = *std::max_element(finishes.begin(), finishes.end());
  double rate = 0;
  double too_fast = fastest * 4;
  for (int turn = 0; turn < 30 && too_fast - rate > 1e-4 * too_fast; ++turn) {
    const double middle = (rate + too_fast) / 2;
    const double there = stations * (MeanAtStation(users, middle, finishes) + think_s * middle);
    (there < users ? rate : too_fast) = middle;
  }
  rate = std::max(rate, fastest * 1e-9);
  const Weights station = Station(users, rate, finishes);
  Weights rest{.first = 0, .values = {1.0}};
  if (think_s > 0) {
    std::vector<double> logs = {0.0};
    const double thinking = std::log(stations * rate * think_s);
    for (int n = 1; n <= users; ++n) {
      logs.push_back(logs.back() + thinking - std::log(n));
    }
    rest = FromLogs(logs);
  }
  Weights power = station;
  for (int left = stations - 1; left > 0; left /= 2) {
    if (left % 2 == 1) {
      rest = Sum(rest, power, most);
    }
    if (left > 1) {
      power = Sum(power, power, most);
    }
  }
  const Weights whole = Sum(rest, station, most);
  LoopShares shares;
  shares.per_second = stations * rate * whole.At(most - 1) / whole.At(most);
  double total = 0;
  for (std::size_t n = 0; n < most; ++n) {
    shares.found.push_back(station.At(n) * rest.At(most - 1 - n));
    total += shares.found.back();
  }
  for (double& share : shares.found) {
    share /= total;
  }
  return shares;
}

}  // namespace loadline::queueing
