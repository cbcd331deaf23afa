#include "sizing/fit_problem.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace loadline::sizing {
namespace {

// How far off a model may be without being worse than its rivals.
constexpr double kMeanError = 0.02;
constexpr double kShareError = 0.08;
constexpr double kCapacityError = 0.02;
constexpr double kOverload = 15;  // Loss of a probe that should have had no end.
constexpr double kCluster = 30;   // Late requests come in clusters of so many.
constexpr double kShows = 1.15;   // So much slower than the fastest probe shows a limit.
// A curve ends at so many times what was seen, and at so many requests at most.
constexpr double kCurveReach = 10;
constexpr double kLongestCurve = 2000;

double Loss(double error) {
  return kFade * std::log1p(error * error / kFade);
}

}  // namespace

std::vector<double> CurveOf(const FitCandidate& candidate, double seen, bool careful) {
  const auto measured = static_cast<std::size_t>(std::max(1.0, std::ceil(seen)));
  const double end = std::clamp(kCurveReach * seen, static_cast<double>(measured), kLongestCurve);
  std::vector<double> curve;
  for (std::size_t n = 1; n <= std::max(measured, static_cast<std::size_t>(end)); ++n) {
    const auto worked_on = static_cast<double>(
        candidate.width > 0 ? std::min(n, static_cast<std::size_t>(candidate.width)) : n);
    const double rate =
        worked_on / Seconds(candidate.service) / candidate.in_pod.Slowdown(worked_on);
    curve.push_back(careful && n > measured ? std::min(rate, curve[measured - 1]) : rate);
  }
  return curve;
}

namespace {

/// The mean of a probe and its requests.
struct LoneMean {
  double seconds;
  double requests;
};

// The mean of all probes that may have the shortest true mean, by requests: the shortest measured
// alone is one that was lucky.
double PooledShortest(const std::vector<LoneMean>& means) {
  const auto noise = [](const LoneMean& mean) { return 2 / std::sqrt(mean.requests); };
  double bound = std::numeric_limits<double>::infinity();
  for (const LoneMean& mean : means) {
    bound = std::min(bound, mean.seconds * (1 + noise(mean)));
  }
  double sum = 0;
  double requests = 0;
  for (const LoneMean& mean : means) {
    if (mean.seconds * (1 - noise(mean)) <= bound) {
      sum += mean.seconds * mean.requests;
      requests += mean.requests;
    }
  }
  return sum / requests;
}

}  // namespace

FitProblem::FitProblem(const std::vector<FitRun>& runs, const FitGiven& given,
                       const queueing::Usl& contention)
    : runs_(runs), given_(given), contention_(contention) {
  std::vector<LoneMean> lone;
  for (const FitRun& run : runs) {
    const double slower = contention.Slowdown(run.pods);
    for (const FitStep& step : run.steps) {
      saturated_ = saturated_ || step.saturated;
      if (step.saturated) {
        continue;
      }
      // Users may keep a slot busy all the time: its answers are a service apart, at least.
      const Duration shortest = step.users && !given.fit_curve
                                    ? std::min(step.mean, FromSeconds(run.pods * given.concurrency /
                                                                      step.rate.per_second))
                                    : step.mean;
      lone.push_back(
          {Seconds(shortest) / slower, std::max(4.0, static_cast<double>(step.requests))});
      slowest_ = std::max(slowest_, FromSeconds(Seconds(step.mean) / slower));
      const double in_pod = step.rate.per_second * Seconds(step.mean) / run.pods;
      most_in_pod_ =
          std::max(most_in_pod_,
                   step.users ? static_cast<double>(step.users->count) / run.pods : 2 * in_pod);
    }
  }
  if (!lone.empty()) {
    alone_ = FromSeconds(PooledShortest(lone));
  }
}

bool FitProblem::LimitSeen() const {
  return saturated_ || Seconds(slowest_) >= kShows * Seconds(alone_);
}

queueing::Pool FitProblem::PoolOf(const FitCandidate& candidate, int pods) const {
  queueing::Pool pool;
  pool.pods = pods;
  pool.concurrency = given_.concurrency;
  pool.queue = given_.queue;
  pool.discipline = given_.discipline;
  pool.balance = candidate.balance;
  pool.routers = candidate.balance == queueing::Balance::kCentral ? 1 : given_.routers;
  pool.scv = candidate.scv;
  pool.service = FromSeconds(Seconds(candidate.service) * contention_.Slowdown(pods));
  pool.delay = candidate.delay;
  if (given_.fit_curve) {
    FitCandidate there = candidate;
    there.service = pool.service;
    pool.curve = CurveOf(there, most_in_pod_, false);
  }
  return pool;
}

queueing::PoolLaw FitProblem::LawOf(const FitCandidate& candidate, int pods,
                                    const FitStep& step) const {
  queueing::Pool pool = PoolOf(candidate, pods);
  if (!step.users) {
    const double each = step.rate.per_second / pods;
    if (!pool.curve.empty() && pool.curve.back() <= each && pool.queue == queueing::kEndlessQueue) {
      // A pod that would never recover from so many requests has not had them while it was
      // measured.
      std::size_t most = pool.curve.size();
      while (most > 1 && pool.curve[most - 1] <= each) {
        --most;
      }
      pool.queue = pool.curve[most - 1] > each
                       ? std::max(0, static_cast<int>(most) - pool.concurrency)
                       : queueing::kEndlessQueue;
    }
    return queueing::PoolLaw(pool, step.rate);
  }
  pool.queue = queueing::kEndlessQueue;  // Hardly one of them was rejected.
  return queueing::PoolLaw(pool, *step.users);
}

namespace {

// How many requests of a probe were slow together. Near the limit those that follow each other are,
// about as many as twice the square of how much slower they are: a short probe there may be far
// from what it would become. By what the guess says of it.
double Together(const queueing::PoolLaw& law, const FitCandidate& candidate, const FitStep& step) {
  const double alone_s = Seconds(candidate.service + candidate.delay);
  const double slower = step.users ? 1.0 : std::max(1.0, Seconds(law.Mean()) / alone_s);
  return std::max(1.0, 2 * slower * slower);
}

// A vaguer guess has the price that it has in a likelihood.
double Weigh(double error, double sigma, double least) {
  return Loss(error / sigma) + 2 * std::log(sigma / least);
}

double RequestsOf(const FitStep& step) {
  return std::max(1.0, static_cast<double>(step.requests));
}

}  // namespace

MeanFit FitProblem::MeanOf(const FitCandidate& candidate, int pods, const FitStep& step) const {
  return MeanBy(LawOf(candidate, pods, step), candidate, step);
}

MeanFit FitProblem::MeanBy(const queueing::PoolLaw& law, const FitCandidate& candidate,
                           const FitStep& step) {
  const double n = RequestsOf(step);
  if (!law.stable()) {
    // A short probe may have ended before its backlog told it from a steady one.
    const double error = std::max(0.0, law.utilisation() - 1) / (kCapacityError + 2 / std::sqrt(n));
    return {.loss = kOverload + Loss(error), .error = error};
  }
  const double sigma = kMeanError + std::sqrt(Together(law, candidate, step) / n);
  const double error = std::log(Seconds(law.Mean()) / Seconds(step.mean));
  return {.loss = Weigh(error, sigma, kMeanError + 1 / std::sqrt(n)), .error = error / sigma};
}

double FitProblem::LossOf(const FitCandidate& candidate, double give_up) const {
  CHECK(!given_.fit_curve);  // CurveSearch looks for those.
  double loss = 0;
  // Means are cheap, and mostly enough to give up.
  struct Below {
    queueing::PoolLaw law;
    const FitStep* step;
  };
  std::vector<Below> below;
  for (const FitRun& run : runs_) {
    for (const FitStep& step : run.steps) {
      if (step.saturated) {
        loss += SaturatedLoss(candidate, run.pods, step);
      } else {
        below.push_back({LawOf(candidate, run.pods, step), &step});
        loss += MeanBy(below.back().law, candidate, step).loss;
      }
      if (loss > give_up) {
        return loss;
      }
    }
  }
  for (const Below& each : below) {
    loss += each.law.stable() ? SharesLoss(each.law, candidate, *each.step) : 0.0;
    if (loss > give_up) {
      return loss;
    }
  }
  return loss;
}

double FitProblem::SaturatedLoss(const FitCandidate& candidate, int pods,
                                 const FitStep& step) const {
  return Loss(std::log(PoolOf(candidate, pods).Capacity() / step.succeeded) / kCapacityError);
}

double FitProblem::SharesLoss(const queueing::PoolLaw& law, const FitCandidate& candidate,
                              const FitStep& step) {
  const double n = RequestsOf(step);
  const double together = Together(law, candidate, step);
  const auto share = [&](Duration t, double expected) {
    const double floor = 0.002 + 1 / n;
    const double error = std::log((law.Tail(t) + floor) / (expected + floor));
    const auto sigma = [&](double cluster) {
      return std::sqrt(kShareError * kShareError + cluster / (n * expected + 1));
    };
    return Weigh(error, sigma(std::max(kCluster, together)), sigma(kCluster));
  };
  return share(step.p50, 0.5) + share(step.p95, 0.05) + share(step.p99, 0.01);
}

}  // namespace loadline::sizing
