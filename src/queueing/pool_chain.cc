#include "queueing/pool_chain.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace loadline::queueing {

std::vector<double> Stationary(std::span<const double> arrivals, std::span<const double> finishes) {
  CHECK(arrivals.size() == finishes.size());
  std::vector<double> logs(arrivals.size() + 1, 0.0);
  double most = 0;
  for (std::size_t k = 0; k < arrivals.size(); ++k) {
    logs[k + 1] = logs[k] + std::log(arrivals[k]) - std::log(finishes[k]);
    most = std::max(most, logs[k + 1]);
  }
  double sum = 0;
  for (double& value : logs) {
    value = std::exp(value - most);
    sum += value;
  }
  for (double& value : logs) {
    value /= sum;
  }
  return logs;
}

std::vector<double> TwoChoiceArrivals(double rate, std::span<const double> finishes) {
  constexpr int kTurns = 300;
  constexpr double kClose = 1e-9;
  std::vector<double> arrivals(finishes.size(), rate);
  for (int turn = 0; turn < kTurns; ++turn) {
    const std::vector<double> shares = Stationary(arrivals, finishes);
    double change = 0;
    double at_least = 1;  // Share of pods with at least k.
    for (std::size_t k = 0; k < arrivals.size(); ++k) {
      const double more = std::max(0.0, at_least - shares[k]);
      // Never quite 0, so that logarithms stay finite.
      const double wanted = rate * std::max(at_least + more, 1e-100);
      change = std::max(change, std::abs(wanted - arrivals[k]) / rate);
      arrivals[k] = (arrivals[k] + wanted) / 2;
      at_least = more;
    }
    if (change < kClose) {
      break;
    }
  }
  return arrivals;
}

}  // namespace loadline::queueing
