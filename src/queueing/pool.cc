#include "queueing/pool.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/check.h"
#include "queueing/erlang.h"
#include "queueing/mmc.h"
#include "queueing/pool_chain.h"
#include "stats/bisect.h"
#include "stats/distributions.h"

namespace loadline::queueing {
namespace {

struct Named {
  Balance balance;
  std::string_view name;
};
constexpr std::array<Named, 5> kNames = {{{Balance::kCentral, "central"},
                                          {Balance::kRandom, "random"},
                                          {Balance::kRoundRobin, "round-robin"},
                                          {Balance::kTwoChoices, "p2c"},
                                          {Balance::kLeast, "least"}}};

constexpr double kNothing = 1e-14;  // Probabilities below it are left out.

// P(wait > x) in stages: the sum over i of the Poisson probability of i at x, times beyond[i].
double StageTail(const std::vector<double>& beyond, double x) {
  const double spread = 10 * std::sqrt(x) + 30;
  const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(x - spread)));
  const auto last = std::min(beyond.size(), static_cast<std::size_t>(std::ceil(x + spread)));
  if (first >= last) {
    return 0;
  }
  const auto start = static_cast<double>(first);
  double poisson = x > 0 ? std::exp(start * std::log(x) - x - std::lgamma(start + 1)) : 1.0;
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) {
    sum += poisson * beyond[i];
    poisson *= x / static_cast<double>(i + 1);
  }
  return sum;
}

}  // namespace

std::string_view Name(Balance balance) {
  for (const Named& each : kNames) {
    if (each.balance == balance) {
      return each.name;
    }
  }
  return "?";
}

Result<Balance> ParseBalance(std::string_view text) {
  for (const Named& each : kNames) {
    if (each.name == text) {
      return each.balance;
    }
  }
  return Error{
      ErrorCode::kInvalidArgument,
      fmt::format("found \"{}\"; expected central, random, round-robin, p2c or least", text)};
}

Rate Pool::Capacity() const {
  if (!curve.empty()) {
    return Rate{pods * *std::max_element(curve.begin(), curve.end())};
  }
  return Rate{pods * (concurrency / Seconds(service))};
}

Duration KimuraWait(int servers, Duration service, double scv, Rate rate) {
  CHECK(scv >= 0);
  const Servers exponential{servers, service};
  const Duration wait = MeanWait(exponential, rate);
  if (wait == Duration::max() || wait == Duration::zero()) {
    return wait;
  }
  const double load = exponential.Offered(rate) / servers;
  const double c = servers;
  // Constant service, by G. Cosmetatos (1975).
  const double constant =
      0.5 * (1 + (1 - load) * (c - 1) * (std::sqrt(4 + 5 * c) - 2) / (16 * c * load));
  const double between = 2 * scv + (1 - scv) / constant;
  // Beyond scv 1 the interpolation may lose its sense; there the plain rule (1 + scv)/2 is used.
  const double factor = between > 0 && scv <= 1 ? (1 + scv) / between : (1 + scv) / 2;
  return FromSeconds(Seconds(wait) * factor);
}

double PoolLaw::Waiting() const {
  if (!stable_) {
    return 1;
  }
  return pool_.discipline == Discipline::kSharing ? 1 - rejected_ - found_.front() : waits_;
}

Duration PoolLaw::Mean() const {
  if (!stable_) {
    return Duration::max();
  }
  double mean_s = 0;
  if (pool_.discipline == Discipline::kSharing) {
    mean_s = sharing_mean_s_;
  } else {
    const double wait_s = beyond_.empty()
                              ? waits_ * wait_s_
                              : stage_s_ * std::accumulate(beyond_.begin(), beyond_.end(), 0.0);
    mean_s = Seconds(pool_.service) + (wait_s + waits_ * extra_s_) / (1 - rejected_);
  }
  return FromSeconds(mean_s) + pool_.delay;
}

double PoolLaw::WaitTail(double t) const {
  const double left = std::max(0.0, t - extra_s_);
  if (!beyond_.empty()) {
    return StageTail(beyond_, left / stage_s_);
  }
  return wait_s_ > 0 ? waits_ * std::exp(-left / wait_s_) : 0.0;
}

double PoolLaw::SharingTail(double t) const {
  // The request among k others: one more comes, one of them leaves, or it leaves itself. Transient
  // by uniformisation (A. Jensen, 1953): a Poisson number of steps of a chain in discrete time.
  constexpr int kLook = 64;  // Steps between two looks at what is left, where none of it counts.
  const double pace = *std::max_element(arrivals_.begin(), arrivals_.end()) +
                      *std::max_element(finishes_.begin(), finishes_.end());
  const double x = pace * t;
  const auto first = static_cast<int>(std::max(0.0, x - 8 * std::sqrt(x) - 20));
  const auto last = static_cast<int>(std::ceil(x + 8 * std::sqrt(x) + 20));
  // State k is entry k + 1: the empty ones at both ends spare the loop its questions.
  const std::size_t states = found_.size();
  std::vector<double> up(states + 2, 0.0);
  std::vector<double> stay(states + 2, 0.0);
  std::vector<double> down(states + 2, 0.0);
  std::vector<double> now(states + 2, 0.0);
  std::vector<double> next(states + 2, 0.0);
  for (std::size_t k = 0; k < states; ++k) {
    const double done = finishes_[k] / pace;
    up[k + 1] = k + 1 < states ? arrivals_[k + 1] / pace : 0.0;
    stay[k + 1] = 1 - up[k + 1] - done;
    down[k + 1] = done * static_cast<double>(k) / static_cast<double>(k + 1);
    now[k + 1] = found_[k];
  }
  double sum = 0;
  for (int step = 0; step <= last; ++step) {
    if (step >= first || step % kLook == 0) {
      const double inside = std::accumulate(now.begin(), now.end(), 0.0);
      const double poisson = x > 0 ? std::exp(step * std::log(x) - x - std::lgamma(step + 1.0))
                                   : (step == 0 ? 1.0 : 0.0);
      sum += poisson * inside;
      if (inside < kNothing) {
        break;
      }
    }
    for (std::size_t k = 1; k <= states; ++k) {
      next[k] = now[k] * stay[k] + now[k - 1] * up[k - 1] + now[k + 1] * down[k + 1];
    }
    now.swap(next);
  }
  return sum;
}

double PoolLaw::Tail(Duration t) const {
  if (!stable_) {
    return 1;
  }
  const double left = Seconds(t) - Seconds(pool_.delay);
  if (pool_.discipline == Discipline::kSharing) {
    return left <= 0 ? 1.0 : std::min(1.0, rejected_ + SharingTail(left));
  }
  double sum = 0;
  for (const Slice& slice : service_) {
    const double shorter_s = std::min(left, slice.high_s) - slice.low_s;
    if (shorter_s < 0 || left < 0) {
      sum += slice.share * (1 - rejected_);
      continue;
    }
    // The part of the slice that is shorter than t, and the rest.
    const double width_s = slice.high_s - slice.low_s;
    const double part = width_s > 0 ? shorter_s / width_s : 1.0;
    sum += slice.share *
           (part * WaitTail(left - slice.low_s - shorter_s / 2) + (1 - part) * (1 - rejected_));
  }
  return std::min(1.0, rejected_ + sum);
}

Duration PoolLaw::Quantile(double quantile) const {
  CHECK(quantile > 0 && quantile < 1);
  if (!stable_ || rejected_ >= 1 - quantile) {
    return Duration::max();
  }
  constexpr double kPrecision = 1e-4;
  double low = 0;
  double high = Seconds(pool_.delay) + Seconds(pool_.service);
  while (Tail(FromSeconds(high)) > 1 - quantile && high < 1e7) {
    low = high;
    high *= 2;
  }
  while (high - low > kPrecision * high) {
    const double middle = (low + high) / 2;
    (Tail(FromSeconds(middle)) > 1 - quantile ? low : high) = middle;
  }
  return FromSeconds(high);
}

}  // namespace loadline::queueing
