// How PoolLaw finds what an arrival waits for; pool.cc answers questions of it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "base/check.h"
#include "queueing/erlang.h"
#include "queueing/loop.h"
#include "queueing/mmc.h"
#include "queueing/pool.h"
#include "queueing/pool_chain.h"
#include "queueing/routers.h"
#include "stats/bisect.h"
#include "stats/distributions.h"

namespace loadline::queueing {
namespace {

// How far the approximations of balancers were corrected, by simulations with 4 to 200 pods.
constexpr double kFewPods = 0.21;   // p2c: waits grow by so much / (pods · spare share).
constexpr double kMisplaced = 0.5;  // least: who waits, waits so many service times longer.
// Several routers, 2 to 12 before 12 to 200 pods: least waits so much longer than among endless
// pods, and so much of what one router's wait is comes on top.
constexpr double kUnseen = 1.05;
constexpr double kFewBehindRouters = 0.5;
constexpr double kManyTurns = 0.8;     // Round-robin: Albin's 4, for waits of equal streams.
constexpr double kNothing = 1e-14;     // Probabilities below it are left out.
constexpr double kHardlyEver = 1e-4;   // Rejects that change no wait.
constexpr double kNearlyFull = 0.999;  // Of the capacity, where 503s keep queues finite.
constexpr int kMostInLoop = 3000;      // Users; more are so many that their number does not matter.
constexpr double kSoonest = 200;  // Arrivals in a loop come at most so much faster than a service.
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

void CheckPool(const Pool& pool, Rate rate) {
  CHECK(pool.pods >= 1 && pool.concurrency >= 1 && pool.queue >= kEndlessQueue &&
        pool.service > Duration::zero() && pool.scv >= 0 && std::isfinite(pool.scv) &&
        pool.delay >= Duration::zero() && pool.routers >= 1 && rate.per_second > 0 &&
        std::isfinite(rate.per_second));
  CHECK(pool.curve.empty() || pool.discipline == Discipline::kSharing);
}

// Requests that `full` pods, which work as one, finish per second with 1 … `places` in them.
std::vector<double> FinishesOfSharing(const Pool& pool, int full, std::size_t places) {
  std::vector<double> finishes(places);
  for (std::size_t k = 0; k < places; ++k) {
    const std::size_t each = k / static_cast<std::size_t>(full);
    finishes[k] = pool.curve.empty()
                      ? std::min<double>(static_cast<double>(k + 1), full * pool.concurrency) /
                            Seconds(pool.service)
                      : full * pool.curve[std::min(each, pool.curve.size() - 1)];
  }
  return finishes;
}

// How many of the states of a pod without a limit, whose requests come at `rate`, are worth a look:
// beyond them all together are nothing. At most `finishes.size()`.
std::size_t StatesThatCount(double rate, const std::vector<double>& finishes) {
  // The fastest that shares can rise or slowest that they can fall from each state on.
  std::vector<double> steepest(finishes.size());
  double most = 0;
  for (std::size_t k = finishes.size(); k > 0; --k) {
    most = std::max(most, rate / finishes[k - 1]);
    steepest[k - 1] = most;
  }
  constexpr double kLarge = 1e200;
  double weight = 1;
  double sum = 1;
  for (std::size_t k = 0; k < finishes.size(); ++k) {
    if (steepest[k] < 1 && weight * steepest[k] / (1 - steepest[k]) < kNothing * sum) {
      return std::max<std::size_t>(1, k);
    }
    weight *= rate / finishes[k];
    sum += weight;
    if (sum > kLarge) {
      weight /= kLarge;
      sum /= kLarge;
    }
  }
  return finishes.size();
}

// The rate at which a loop of users goes round, by the law for that rate. What users send with the
// response of a rate below theirs is above theirs, and the other way round: a step from side to
// side, which soon is a small one where users mostly think. Where it is not, the middle is taken.
Rate RateOfLoop(const Pool& pool, const Users& users) {
  constexpr double kPrecision = 1e-10;
  constexpr int kMostTurns = 80;
  double low = 0;
  double high = pool.Capacity().per_second * (1 - 1e-9);
  double next = high / 2;
  for (int turn = 0; turn < kMostTurns && high - low > kPrecision * high; ++turn) {
    const Duration mean = PoolLaw(pool, Rate{next}).Mean();
    const double round_s = Seconds(users.think) + (mean == Duration::max() ? 0.0 : Seconds(mean));
    const bool fits = mean != Duration::max() && next * round_s < users.count;
    const double before = high - low;
    (fits ? low : high) = next;
    const double step = mean == Duration::max() ? low : users.count / round_s;
    const bool quick = high - low < before / 2 || turn == 0;
    next = quick && step > low && step < high ? step : (low + high) / 2;
  }
  return Rate{std::max(low, 1e-12 * high)};
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

PoolLaw::PoolLaw(const Pool& pool, Rate rate) : pool_(pool), rate_(rate) {
  CheckPool(pool, rate);
  if (pool_.exponential) {
    pool_.scv = 1;
  }
  utilisation_ = rate / pool.Capacity();
  stable_ = utilisation_ < 1 || pool.queue != kEndlessQueue;
  if (!pool.curve.empty() && pool.queue == kEndlessQueue) {
    // A pod that slows down under many requests must cope with any number of them.
    stable_ = rate.per_second < pool.pods * pool.curve.back();
  }
  if (!stable_) {
    return;
  }
  if (pool.discipline == Discipline::kSharing) {
    SolveSharing();
    return;
  }
  CutService();
  const bool several = pool_.pods > 1;
  if (several && pool_.balance == Balance::kTwoChoices) {
    SolveTwoChoices();
  } else if (several && pool_.balance == Balance::kLeast && pool_.routers > 1) {
    if (utilisation_ < kNearlyFull) {
      SolveRouters();
    } else {
      pool_.balance = Balance::kRandom;  // Whatever a router sees, all pods are full.
      SolveSlots();
    }
  } else if (pool_.balance == Balance::kRoundRobin) {
    SolveRoundRobin();
  } else {
    SolveSlots();
  }
}

PoolLaw::PoolLaw(const Pool& pool, const Users& users) : pool_(pool) {
  CHECK(users.count >= 1 && users.think >= Duration::zero() && pool.queue == kEndlessQueue);
  const bool slots = pool.discipline == Discipline::kSlots;
  const bool known = pool.pods == 1 || pool.balance == Balance::kCentral ||
                     pool.balance == Balance::kRandom ||
                     (pool.balance == Balance::kLeast && pool.routers == 1 && slots);
  if (!known || users.count > kMostInLoop) {
    *this = PoolLaw(pool, RateOfLoop(pool, users));
    return;
  }
  CheckPool(pool, Rate{1});
  if (pool_.exponential) {
    pool_.scv = 1;
  }
  if (slots) {
    CutService();
    SolveLoop(users);
  } else {
    SolveSharingLoop(users);
  }
  utilisation_ = rate_ / pool_.Capacity();
}

void PoolLaw::SolveLoop(const Users& users) {
  const bool one_queue = pool_.balance == Balance::kCentral || pool_.balance == Balance::kLeast;
  const int stations = one_queue ? 1 : pool_.pods;
  const int servers = one_queue ? pool_.pods * pool_.concurrency : pool_.concurrency;
  const double service_s = Seconds(pool_.service);
  const double elsewhere_s = Seconds(users.think) + Seconds(pool_.delay);
  std::vector<double> finishes;
  for (int k = 1; k <= std::min(servers, users.count); ++k) {
    finishes.push_back(k / service_s);
  }
  const LoopShares loop = RandomLoop(users.count, elsewhere_s, stations, finishes);
  // Scatter shortens or lengthens waits as it does at the same rate without a loop.
  double scatter = 1;
  if (pool_.scv != 1) {
    const Rate each{std::min(loop.per_second / stations, 0.99 * servers / service_s)};
    const Duration exponential = KimuraWait(servers, pool_.service, 1, each);
    const Duration wait = KimuraWait(servers, pool_.service, pool_.scv, each);
    scatter =
        exponential > Duration::zero() ? Seconds(wait) / Seconds(exponential) : (1 + pool_.scv) / 2;
  }
  if (pool_.balance == Balance::kLeast && pool_.pods > 1) {
    extra_s_ = kMisplaced * (1 + pool_.scv) / 2 * service_s / pool_.concurrency;
  }
  UseChain(loop.found, servers, service_s / servers * scatter);
  rate_ = Rate{users.count / (Seconds(users.think) + Seconds(Mean()))};
}

void PoolLaw::SolveSharingLoop(const Users& users) {
  const int full = pool_.balance == Balance::kCentral ? pool_.pods : 1;
  const int stations = pool_.balance == Balance::kCentral ? 1 : pool_.pods;
  const double elsewhere_s = Seconds(users.think) + Seconds(pool_.delay);
  const auto most = static_cast<std::size_t>(users.count);
  finishes_ = FinishesOfSharing(pool_, full, most);
  const LoopShares loop = RandomLoop(users.count, elsewhere_s, stations, finishes_);
  found_ = loop.found;
  // The others come as the loop without this request lets them: by the balance of its states.
  const double soonest = kSoonest * *std::max_element(finishes_.begin(), finishes_.end());
  arrivals_.assign(most, 0.0);
  for (std::size_t k = 0; k + 1 < most; ++k) {
    const double others = found_[k] > 0 ? found_[k + 1] * finishes_[k] / found_[k] : soonest;
    arrivals_[k + 1] = std::min(others, soonest);
  }
  rate_ = Rate{loop.per_second};
  sharing_mean_s_ = std::max(0.0, users.count / loop.per_second - elsewhere_s);
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
  while (beyond_.size() > 1 && beyond_.back() < kNothing) {
    beyond_.pop_back();  // Of p2c nearly all: each place is rarer than the square of the last.
  }
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
  if (pool_.balance == Balance::kLeast && pool_.pods > 1) {
    extra_s_ = kMisplaced * (1 + pool_.scv) / 2 * Seconds(pool_.service) / pool_.concurrency;
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

void PoolLaw::SolveTwoChoices() {
  const int servers = pool_.concurrency;
  const double rate = rate_.per_second / pool_.pods;
  const int queue = pool_.queue == kEndlessQueue ? 60 : pool_.queue;
  const auto places = static_cast<std::size_t>(servers) + static_cast<std::size_t>(queue);
  std::vector<double> finishes(places);
  for (std::size_t k = 0; k < places; ++k) {
    finishes[k] = std::min<double>(static_cast<double>(k + 1), servers) / Seconds(pool_.service);
  }
  const std::vector<double> arrivals = TwoChoiceArrivals(rate, finishes, pool_.routers);
  const std::vector<double> shares = Stationary(arrivals, finishes);
  std::vector<double> found(shares.size());
  double rest = 1;
  for (std::size_t k = 0; k < found.size(); ++k) {
    found[k] = k < arrivals.size() ? shares[k] * arrivals[k] / rate : 0;
    rest -= found[k];
  }
  found.back() = std::max(0.0, rest + found.back());
  const double few = 1 + kFewPods / (pool_.routers * pool_.pods * std::max(0.02, 1 - utilisation_));
  UseChain(found, servers, Seconds(pool_.service) / servers * (1 + pool_.scv) / 2 * few);
}

void PoolLaw::SolveRouters() {
  // With one router the wait is what few pods cost; several add what they do not see.
  Pool lone = pool_;
  lone.routers = 1;
  lone.delay = Duration::zero();
  const PoolLaw seen(lone, rate_);
  const int servers = pool_.concurrency;
  const double seen_s = std::max(0.0, Seconds(seen.Mean()) - Seconds(pool_.service));
  const double offered = rate_.per_second / pool_.pods * Seconds(pool_.service);
  constexpr int kEndless = 1 << 20;
  const int places = pool_.queue == kEndlessQueue ? kEndless : servers + pool_.queue;
  const std::vector<double> found = FoundBehindRouters(pool_.routers, servers, offered, places);
  const bool limited = pool_.queue != kEndlessQueue;
  UseChain(found, servers, kUnseen * Seconds(pool_.service) / servers * (1 + pool_.scv) / 2);
  rejected_ = limited ? std::max(found.back(), seen.Rejected()) : 0.0;
  const double unseen_s = stage_s_ * std::accumulate(beyond_.begin(), beyond_.end(), 0.0);
  const double few_s = kFewBehindRouters * seen_s;
  if (unseen_s > few_s) {
    stage_s_ *= 1 + few_s / unseen_s;
    return;
  }
  const double waits = 1 - (1 - waits_) * (1 - seen.Waiting());
  beyond_.clear();
  UseExponentialWait(waits, unseen_s + few_s);
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
  // How much several routers' turns are like random draws.
  const double streams = kManyTurns * (pool_.routers - 1) * (1 - load) * (1 - load);
  const double unlike = load < 1 ? streams / (1 + streams) : 0.0;
  if (pool_.queue != kEndlessQueue) {
    const double relative = (1 / n + 1) / (1 / n + pool_.scv);
    const double alone = load < 1 ? std::pow(root, relative) : load;
    const double ratio = std::pow(alone, 1 - unlike) * std::pow(load, unlike);
    UseChain(FoundInQueue(servers, pool_.queue, offered, ratio, 1.0), servers,
             Seconds(pool_.service) / servers);
    if (!HardlyEverFull()) {
      return;
    }
    beyond_.clear();
  }
  const double all_wait = ErlangC(servers, offered);
  const double share = all_wait * ((1 - unlike) * root / load + unlike);
  const double exponential_s =
      (1 - unlike) * all_wait * root / load * Seconds(pool_.service) / servers / (1 - root) +
      unlike * Seconds(KimuraWait(servers, pool_.service, 1, rate));
  const int all = pool_.pods * servers;
  double constant_s = Seconds(KimuraWait(all, pool_.service, 0, rate_));
  double constant_share = ErlangC(all, offered * n);
  if (pool_.routers > 1 && pool_.pods > 1) {
    // Streams with a period of so many service times; several servers as one is to them at random.
    const PeriodicWait streams_wait =
        WaitOfPeriodicStreams(pool_.routers - 1, pool_.routers / load);
    const double one_s = Seconds(pool_.service) * load / (1 - load) / 2;
    constant_s += streams_wait.mean * Seconds(pool_.service) *
                  Seconds(KimuraWait(servers, pool_.service, 0, rate)) / one_s;
    constant_share = 1 - (1 - constant_share) * (1 - streams_wait.waits * all_wait / load);
  }
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
    const double busiest = pool_.curve.empty() ? utilisation_ : rate / (full * pool_.curve.back());
    const double needed = std::log(kNothing) / std::log(std::min(0.999, busiest));
    places = std::min(kLongestChain, room + static_cast<int>(two ? 60 : needed) + 1);
  }
  finishes_ = FinishesOfSharing(pool_, full, static_cast<std::size_t>(places));
  if (pool_.queue == kEndlessQueue && !two) {
    finishes_.resize(StatesThatCount(rate, finishes_));
  }
  arrivals_.assign(finishes_.size(), rate);
  if (two) {
    arrivals_ = TwoChoiceArrivals(rate, finishes_, pool_.routers);
  }
  const std::vector<double> shares = Stationary(arrivals_, finishes_);
  found_.resize(finishes_.size());
  // Little's law: in the chain, over what enters it.
  double there = static_cast<double>(found_.size()) * shares.back();
  double entering = 0;
  for (std::size_t k = 0; k < found_.size(); ++k) {
    found_[k] = shares[k] * arrivals_[k] / rate;
    there += static_cast<double>(k) * shares[k];
    entering += shares[k] * arrivals_[k];
  }
  sharing_mean_s_ = there / entering;
  if (pool_.queue != kEndlessQueue) {
    rejected_ = std::max(0.0, 1 - std::accumulate(found_.begin(), found_.end(), 0.0));
  }
}

}  // namespace loadline::queueing
