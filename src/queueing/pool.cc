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

// How far the approximations of balancers were corrected, by simulations with 4 to 200 pods.
constexpr double kFewPods = 0.21;      // p2c: waits grow by so much / (pods · spare share).
constexpr double kMisplaced = 0.5;     // least: who waits, waits so many service times longer.
constexpr double kNothing = 1e-14;     // Probabilities below it are left out.
constexpr double kHardlyEver = 1e-4;   // Rejects that change no wait.
constexpr int kLongestChain = 20'000;  // States of a pod without a limit.

// The service time's slices, finer towards its tail, where percentiles are read.
struct Slices {
  double from;
  double to;
  int count;
};
constexpr std::array<Slices, 4> kSlices = {
    {{0.0, 0.9, 300}, {0.9, 0.99, 100}, {0.99, 0.999, 60}, {0.999, 0.99999, 60}}};

// A slice of the standard normal distribution.
struct NormalSlice {
  double low;
  double high;
  double low_share;  // P(Z <= low).
  double share;
};

const std::vector<NormalSlice>& NormalSlices() {
  static const std::vector<NormalSlice> slices = [] {
    std::vector<NormalSlice> made;
    double low = -40;
    for (const Slices& part : kSlices) {
      const double width = (part.to - part.from) / part.count;
      for (int i = 0; i < part.count; ++i) {
        const double from = part.from + i * width;
        const double high = stats::NormalQuantile(from + width);
        made.push_back({low, high, from, width});
        low = high;
      }
    }
    return made;
  }();
  return slices;
}

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

void CheckPool(const Pool& pool, Rate rate) {
  CHECK(pool.pods >= 1 && pool.concurrency >= 1 && pool.queue >= kEndlessQueue &&
        pool.service > Duration::zero() && pool.scv >= 0 && std::isfinite(pool.scv) &&
        pool.delay >= Duration::zero() && rate.per_second > 0 && std::isfinite(rate.per_second));
  CHECK(pool.curve.empty() || pool.discipline == Discipline::kSharing);
}

// What an arrival finds among `servers` with `queue` places. Beyond the servers the queue falls
// from place to place by load^(2/(1+scv)): exact for scv = 1, else the diffusion's (E. Gelenbe, "On
// Approximate Computer System Models", Journal of the ACM 22(2), 1975).
std::vector<double> FoundInQueue(int servers, int queue, double offered, double load, double scv) {
  const double ratio = std::pow(load, 2 / (1 + scv));
  const auto places = static_cast<std::size_t>(servers) + static_cast<std::size_t>(queue);
  std::vector<double> arrivals(places);
  std::vector<double> finishes(places);
  for (std::size_t k = 0; k < places; ++k) {
    const bool queued = k >= static_cast<std::size_t>(servers);
    arrivals[k] = queued ? ratio : offered;
    finishes[k] = queued ? 1.0 : static_cast<double>(k + 1);
  }
  return Stationary(arrivals, finishes);
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

PoolLaw::PoolLaw(const Pool& pool, Rate rate) : pool_(pool), rate_(rate) {
  CheckPool(pool, rate);
  if (pool_.exponential) {
    pool_.scv = 1;
  }
  utilisation_ = rate / pool.Capacity();
  stable_ = utilisation_ < 1 || pool.queue != kEndlessQueue;
  if (!stable_) {
    return;
  }
  if (pool.discipline == Discipline::kSharing) {
    SolveSharing();
    return;
  }
  CutService();
  if (pool.balance == Balance::kRoundRobin) {
    SolveRoundRobin();
  } else {
    SolveSlots();
  }
}

void PoolLaw::CutService() {
  const double variance = std::log1p(pool_.scv);
  const double sigma = std::sqrt(variance);
  const auto lognormal = [&](double z) { return std::exp(sigma * z - variance / 2); };
  double mean = 0;
  double total = 0;
  double low = pool_.exponential || pool_.scv > 0 ? 0.0 : 1.0;
  service_.reserve(NormalSlices().size());
  for (const NormalSlice& part : NormalSlices()) {
    const double high =
        pool_.exponential ? -std::log1p(-part.low_share - part.share) : lognormal(part.high);
    mean += (low + high) / 2 * part.share;
    total += part.share;
    service_.push_back({low, high, part.share});
    low = high;
  }
  const double scale = Seconds(pool_.service) * total / mean;
  for (Slice& slice : service_) {
    slice.low_s *= scale;
    slice.high_s *= scale;
    slice.share /= total;
  }
}

void PoolLaw::UseExponentialWait(double share, double mean_s) {
  waits_ = share;
  wait_s_ = share > 0 ? mean_s / share : 0;
}

void PoolLaw::UseChain(const std::vector<double>& found, int servers, double stage_s) {
  const bool limited = pool_.queue != kEndlessQueue;
  rejected_ = limited ? found.back() : 0;
  stage_s_ = stage_s;
  const auto first = static_cast<std::size_t>(servers);
  const std::size_t last = found.size() - (limited ? 1 : 0);
  beyond_.assign(last > first ? last - first : 0, 0.0);
  double sum = 0;
  for (std::size_t k = last; k > first; --k) {
    sum += found[k - 1];
    beyond_[k - 1 - first] = sum;
  }
  waits_ = sum;
}

bool PoolLaw::HardlyEverFull() const {
  // Where queues hardly ever end, the laws of endless ones know more of waits than the chain does.
  return utilisation_ < 1 && rejected_ < kHardlyEver && pool_.scv != 1;
}

void PoolLaw::SolveSlots() {
  const bool one_queue = pool_.balance == Balance::kCentral || pool_.balance == Balance::kLeast;
  const int parts = one_queue ? 1 : pool_.pods;
  const int servers = one_queue ? pool_.pods * pool_.concurrency : pool_.concurrency;
  const Rate rate = rate_ / parts;
  const double offered = rate.per_second * Seconds(pool_.service);
  const double stage_s = Seconds(pool_.service) / servers;
  const double scatter = (1 + pool_.scv) / 2;
  if (pool_.balance == Balance::kLeast && pool_.pods > 1) {
    extra_s_ = kMisplaced * scatter * Seconds(pool_.service) / pool_.concurrency;
  }
  if (pool_.balance == Balance::kTwoChoices && pool_.pods > 1) {
    const int queue = pool_.queue == kEndlessQueue ? 60 : pool_.queue;
    const auto places = static_cast<std::size_t>(servers) + static_cast<std::size_t>(queue);
    std::vector<double> finishes(places);
    for (std::size_t k = 0; k < places; ++k) {
      finishes[k] = std::min<double>(static_cast<double>(k + 1), servers) / Seconds(pool_.service);
    }
    const std::vector<double> arrivals = TwoChoiceArrivals(rate.per_second, finishes);
    const std::vector<double> shares = Stationary(arrivals, finishes);
    std::vector<double> found(shares.size());
    double rest = 1;
    for (std::size_t k = 0; k < found.size(); ++k) {
      found[k] = k < arrivals.size() ? shares[k] * arrivals[k] / rate.per_second : 0;
      rest -= found[k];
    }
    found.back() = std::max(0.0, rest + found.back());
    const double few = 1 + kFewPods / (pool_.pods * std::max(0.02, 1 - utilisation_));
    UseChain(found, servers, stage_s * scatter * few);
    return;
  }
  if (pool_.queue != kEndlessQueue) {
    const int queue = one_queue ? pool_.pods * pool_.queue : pool_.queue;
    UseChain(FoundInQueue(servers, queue, offered, offered / servers, pool_.scv), servers, stage_s);
    if (!HardlyEverFull()) {
      return;
    }
    beyond_.clear();
  }
  const double waits = ErlangC(servers, offered);
  const Duration wait = KimuraWait(servers, pool_.service, pool_.scv, rate);
  UseExponentialWait(waits, Seconds(wait) + waits * extra_s_);
  extra_s_ = 0;
}

void PoolLaw::SolveRoundRobin() {
  const int servers = pool_.concurrency;
  const Rate rate = rate_ / pool_.pods;
  const double offered = rate.per_second * Seconds(pool_.service);
  const double load = offered / servers;
  const double n = pool_.pods;
  // G/M/1: an arrival finds k with probability (1 − root) root^k, where root is the transform of
  // the time between arrivals (Erlang with n stages) at μ(1 − root).
  const double root = stats::LastThat(0, std::max(load, 1.0), [&](double x) {
    return x < std::pow(1 + (1 - x) / (n * load), -n) && x < 1;
  });
  if (pool_.queue != kEndlessQueue) {
    const double relative = (1 / n + 1) / (1 / n + pool_.scv);
    const double ratio = load < 1 ? std::pow(root, relative) : load;
    UseChain(FoundInQueue(servers, pool_.queue, offered, ratio, 1.0), servers,
             Seconds(pool_.service) / servers);
    if (!HardlyEverFull()) {
      return;
    }
    beyond_.clear();
  }
  const double share = ErlangC(servers, offered) * root / load;
  const double exponential_s = share * Seconds(pool_.service) / servers / (1 - root);
  const int all = pool_.pods * servers;
  const double constant_s = Seconds(KimuraWait(all, pool_.service, 0, rate_));
  const double constant_share = ErlangC(all, offered * n);
  const double weight = std::min(1.0, pool_.scv);
  const double beyond = pool_.scv > 1 ? (1 / n + pool_.scv) / (1 / n + 1) : 1.0;
  UseExponentialWait(weight * share + (1 - weight) * constant_share,
                     (weight * exponential_s + (1 - weight) * constant_s) * beyond);
}

void PoolLaw::SolveSharing() {
  const bool one = pool_.balance == Balance::kCentral;
  const bool two =
      (pool_.balance == Balance::kTwoChoices || pool_.balance == Balance::kLeast) && pool_.pods > 1;
  const int parts = one ? 1 : pool_.pods;
  const int full = one ? pool_.pods : 1;  // Pods that work as one.
  const double rate = rate_.per_second / parts;
  const int room = full * (pool_.concurrency + std::max(0, pool_.queue));
  int places = room;
  if (pool_.queue == kEndlessQueue) {
    const double needed = std::log(kNothing) / std::log(std::min(0.999, utilisation_));
    places = std::min(kLongestChain, room + static_cast<int>(two ? 60 : needed) + 1);
  }
  finishes_.resize(static_cast<std::size_t>(places));
  for (std::size_t k = 0; k < finishes_.size(); ++k) {
    const std::size_t each = k / static_cast<std::size_t>(full);
    finishes_[k] = pool_.curve.empty()
                       ? std::min<double>(static_cast<double>(k + 1), full * pool_.concurrency) /
                             Seconds(pool_.service)
                       : full * pool_.curve[std::min(each, pool_.curve.size() - 1)];
  }
  arrivals_.assign(finishes_.size(), rate);
  if (two) {
    arrivals_ = TwoChoiceArrivals(rate, finishes_);
  }
  const std::vector<double> shares = Stationary(arrivals_, finishes_);
  found_.resize(finishes_.size());
  for (std::size_t k = 0; k < found_.size(); ++k) {
    found_[k] = shares[k] * arrivals_[k] / rate;
  }
  if (pool_.queue != kEndlessQueue) {
    rejected_ = std::max(0.0, 1 - std::accumulate(found_.begin(), found_.end(), 0.0));
  }
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
    // Little's law: in the chain, over what enters it.
    const std::vector<double> shares = Stationary(arrivals_, finishes_);
    double there = 0;
    double entering = 0;
    for (std::size_t k = 0; k < shares.size(); ++k) {
      there += static_cast<double>(k) * shares[k];
      entering += k < arrivals_.size() ? shares[k] * arrivals_[k] : 0;
    }
    mean_s = there / entering;
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
  const double pace = *std::max_element(arrivals_.begin(), arrivals_.end()) +
                      *std::max_element(finishes_.begin(), finishes_.end());
  const double x = pace * t;
  const auto steps = static_cast<int>(std::ceil(x + 8 * std::sqrt(x) + 20));
  std::vector<double> now = found_;
  std::vector<double> next(now.size());
  double sum = 0;
  for (int step = 0; step <= steps; ++step) {
    const double inside = std::accumulate(now.begin(), now.end(), 0.0);
    const double poisson = x > 0 ? std::exp(step * std::log(x) - x - std::lgamma(step + 1.0))
                                 : (step == 0 ? 1.0 : 0.0);
    sum += poisson * inside;
    if (inside < kNothing) {
      break;
    }
    std::fill(next.begin(), next.end(), 0.0);
    for (std::size_t k = 0; k < now.size(); ++k) {
      const double up = k + 1 < now.size() ? arrivals_[k + 1] / pace : 0.0;
      const double done = finishes_[k] / pace;
      const double others = done * static_cast<double>(k) / static_cast<double>(k + 1);
      next[k] += now[k] * (1 - up - done);
      if (k + 1 < now.size()) {
        next[k + 1] += now[k] * up;
      }
      if (k > 0) {
        next[k - 1] += now[k] * others;
      }
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
