#include "sizing/fit_problem.h"

#include <algorithm>
#include <cmath>

namespace loadline::sizing {
namespace {

// How far off a model may be without being worse than its rivals.
constexpr double kMeanError = 0.02;
constexpr double kShareError = 0.08;
constexpr double kCapacityError = 0.02;
constexpr double kShows = 1.15;  // So much slower than the fastest probe shows a limit.
// A curve ends at so many times what was seen, and at so many requests at most.
constexpr double kCurveReach = 10;
constexpr double kLongestCurve = 2000;

double Loss(double error) {
  // Fades for outliers, so that one odd probe does not rule.
  constexpr double kFade = 9.0;
  return kFade * std::log1p(error * error / kFade);
}

}  // namespace

std::vector<double> CurveOf(Duration service, const queueing::Usl& law, double seen) {
  const auto measured = static_cast<std::size_t>(std::max(1.0, std::ceil(seen)));
  const double end = std::clamp(kCurveReach * seen, static_cast<double>(measured), kLongestCurve);
  std::vector<double> curve;
  for (std::size_t n = 1; n <= std::max(measured, static_cast<std::size_t>(end)); ++n) {
    const auto requests = static_cast<double>(n);
    const double rate = requests / Seconds(service) / law.Slowdown(requests);
    curve.push_back(n > measured ? std::min(rate, curve[measured - 1]) : rate);
  }
  return curve;
}

FitProblem::FitProblem(const std::vector<FitRun>& runs, const FitGiven& given,
                       const queueing::Usl& contention)
    : runs_(runs), given_(given), contention_(contention) {
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
      alone_ = std::min(alone_, FromSeconds(Seconds(shortest) / slower));
      slowest_ = std::max(slowest_, FromSeconds(Seconds(step.mean) / slower));
      const double in_pod = step.rate.per_second * Seconds(step.mean) / run.pods;
      most_in_pod_ = std::max(most_in_pod_, in_pod);
      fewest_in_pod_ = std::min(fewest_in_pod_, in_pod);
    }
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
    pool.curve = CurveOf(pool.service, candidate.in_pod, most_in_pod_);
  }
  return pool;
}

queueing::PoolLaw FitProblem::LawOf(const FitCandidate& candidate, int pods,
                                    const FitStep& step) const {
  queueing::Pool pool = PoolOf(candidate, pods);
  if (!step.users) {
    return queueing::PoolLaw(pool, step.rate);
  }
  pool.queue = queueing::kEndlessQueue;  // Hardly one of them was rejected.
  return queueing::PoolLaw(pool, *step.users);
}

double FitProblem::LossOf(const FitCandidate& candidate, double give_up) const {
  double loss = 0;
  for (const FitRun& run : runs_) {
    for (const FitStep& step : run.steps) {
      loss += StepLoss(candidate, run.pods, step);
      if (loss > give_up) {
        return loss;
      }
    }
  }
  return loss;
}

double FitProblem::StepLoss(const FitCandidate& candidate, int pods, const FitStep& step) const {
  if (step.saturated) {
    // What a pod full of requests does is no point of its curve that was measured.
    return given_.fit_curve ? 0.0
                            : Loss(std::log(PoolOf(candidate, pods).Capacity() / step.succeeded) /
                                   kCapacityError);
  }
  const queueing::PoolLaw law = LawOf(candidate, pods, step);
  if (!law.stable()) {
    return 100 + Loss((law.utilisation() - 1) / kCapacityError);
  }
  const double n = std::max(1.0, static_cast<double>(step.requests));
  double loss =
      Loss(std::log(Seconds(law.Mean()) / Seconds(step.mean)) / (kMeanError + 1 / std::sqrt(n)));
  if (given_.fit_curve) {
    return loss;  // Means do not depend on the scatter of service times, percentiles do.
  }
  const auto share = [&](Duration t, double expected) {
    const double floor = 0.002 + 1 / n;
    const double error = std::log((law.Tail(t) + floor) / (expected + floor));
    // Late requests come in clusters of some thirty.
    return Loss(error / std::sqrt(kShareError * kShareError + 30 / (n * expected + 1)));
  };
  loss += share(step.p50, 0.5) + share(step.p95, 0.05) + share(step.p99, 0.01);
  return loss;
}

}  // namespace loadline::sizing
