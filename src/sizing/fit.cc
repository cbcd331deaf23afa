#include "sizing/fit.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/units_text.h"

namespace loadline::sizing {
namespace {

using queueing::Balance;

// From the costliest to the cheapest.
constexpr std::array kBalances = {Balance::kRandom, Balance::kRoundRobin, Balance::kTwoChoices,
                                  Balance::kLeast, Balance::kCentral};
constexpr std::array kScatters = {0.0, 0.02, 0.06, 0.12, 0.25, 0.5, 1.0, 1.5, 2.25, 4.0};
// How far off a model may be without being worse than its rivals.
constexpr double kMeanError = 0.02;
constexpr double kShareError = 0.08;
constexpr double kCapacityError = 0.02;
constexpr double kShows = 1.15;    // So much slower than the fastest probe shows a limit.
constexpr double kProfile = 3.84;  // Chi-square with one degree at 95 %.
constexpr std::int64_t kTellingRequests = 300;  // Below, a mean says little of the fit.
constexpr double kLeastWidth = 0.02;

struct Candidate {
  Balance balance = Balance::kRandom;
  double scv = 0.0;
  Duration service{};
  Duration delay{};
};

struct Scored {
  Candidate candidate;
  double loss = std::numeric_limits<double>::infinity();
};

double Loss(double error) {
  // Fades for outliers, so that one odd probe does not rule.
  constexpr double kFade = 9.0;
  return kFade * std::log1p(error * error / kFade);
}

class Problem {
 public:
  Problem(const std::vector<FitRun>& runs, const FitGiven& given) : runs_(runs), given_(given) {
    for (const FitRun& run : runs) {
      for (const FitStep& step : run.steps) {
        saturated_ = saturated_ || step.saturated;
        if (!step.saturated) {
          alone_ = std::min(alone_, step.mean);
          slowest_ = std::max(slowest_, step.mean);
        }
      }
    }
  }

  [[nodiscard]] Duration alone() const { return alone_; }
  [[nodiscard]] bool LimitSeen() const {
    return saturated_ || Seconds(slowest_) >= kShows * Seconds(alone_);
  }

  [[nodiscard]] queueing::Pool PoolOf(const Candidate& candidate, int pods) const {
    queueing::Pool pool;
    pool.pods = pods;
    pool.concurrency = given_.concurrency;
    pool.queue = given_.queue;
    pool.discipline = given_.discipline;
    pool.balance = candidate.balance;
    pool.scv = candidate.scv;
    pool.service = candidate.service;
    pool.delay = candidate.delay;
    return pool;
  }

  [[nodiscard]] double LossOf(const Candidate& candidate, double give_up) const {
    double loss = 0;
    for (const FitRun& run : runs_) {
      const queueing::Pool pool = PoolOf(candidate, run.pods);
      for (const FitStep& step : run.steps) {
        loss += StepLoss(pool, step);
        if (loss > give_up) {
          return loss;
        }
      }
    }
    return loss;
  }

 private:
  [[nodiscard]] static double StepLoss(const queueing::Pool& pool, const FitStep& step) {
    if (step.saturated) {
      return Loss(std::log(pool.Capacity() / step.succeeded) / kCapacityError);
    }
    const queueing::PoolLaw law(pool, step.rate);
    if (!law.stable()) {
      return 100 + Loss((law.utilisation() - 1) / kCapacityError);
    }
    const double n = std::max(1.0, static_cast<double>(step.requests));
    double loss =
        Loss(std::log(Seconds(law.Mean()) / Seconds(step.mean)) / (kMeanError + 1 / std::sqrt(n)));
    const auto share = [&](Duration t, double expected) {
      const double floor = 0.002 + 1 / n;
      const double error = std::log((law.Tail(t) + floor) / (expected + floor));
      // Late requests come in clusters of some thirty.
      return Loss(error / std::sqrt(kShareError * kShareError + 30 / (n * expected + 1)));
    };
    loss += share(step.p50, 0.5) + share(step.p95, 0.05) + share(step.p99, 0.01);
    return loss;
  }

  const std::vector<FitRun>& runs_;
  const FitGiven& given_;
  Duration alone_ = Duration::max();
  Duration slowest_{};
  bool saturated_ = false;
};

Candidate At(const Problem& problem, Balance balance, double scv, double busy) {
  const Duration service = std::max(Duration(1), FromSeconds(Seconds(problem.alone()) * busy));
  return {balance, scv, service, std::max(Duration::zero(), problem.alone() - service)};
}

// The best scatter for one balancer and share of the lone response that is service.
Scored BestScatter(const Problem& problem, Balance balance, double busy) {
  Scored best;
  for (const double scv : kScatters) {
    const Candidate candidate = At(problem, balance, scv, busy);
    if (const double loss = problem.LossOf(candidate, best.loss); loss < best.loss) {
      best = {candidate, loss};
    }
  }
  double step = 0.3;
  for (int turn = 0; turn < 5; ++turn, step /= 2) {
    const double scv = best.candidate.scv;
    for (const double factor : {1 - step, 1 + step}) {
      const Candidate candidate = At(problem, balance, scv * factor, busy);
      if (const double loss = problem.LossOf(candidate, best.loss); loss < best.loss) {
        best = {candidate, loss};
      }
    }
  }
  return best;
}

/// Losses of one balancer by share of the lone response that is service.
struct Profile {
  std::vector<Scored> points;
  Scored best;
};

Profile ProfileOf(const Problem& problem, Balance balance) {
  Profile profile;
  std::vector<double> shares = {1.0};
  if (problem.LimitSeen()) {
    shares.clear();
    for (int percent = 50; percent <= 105; percent += percent < 80 ? 5 : 1) {
      shares.push_back(percent / 100.0);
    }
  }
  for (const double busy : shares) {
    profile.points.push_back(BestScatter(problem, balance, busy));
    if (profile.points.back().loss < profile.best.loss) {
      profile.best = profile.points.back();
    }
  }
  return profile;
}

// How much a model that fits badly blurs what it says: its loss over the degrees of freedom.
double Misfit(double loss, int probes) {
  return std::max(1.0, loss / std::max(1.0, 4.0 * probes - 4));
}

void SetInterval(const Profile& profile, std::int64_t requests, FittedService& fitted) {
  const Duration best = profile.best.candidate.service;
  const double scale = Misfit(profile.best.loss, fitted.probes);
  Duration low = best;
  Duration high = best;
  for (const Scored& point : profile.points) {
    if (point.loss <= profile.best.loss + kProfile * scale) {
      low = std::min(low, point.candidate.service);
      high = std::max(high, point.candidate.service);
    }
  }
  const double noise = 2 * std::sqrt(profile.best.candidate.scv / static_cast<double>(requests));
  const double width = std::max(kLeastWidth, noise);
  fitted.model.service_low = std::min(low, FromSeconds(Seconds(best) * (1 - width)));
  fitted.model.service_high = std::max(high, FromSeconds(Seconds(best) * (1 + width)));
}

void SetGoodness(const std::vector<FitRun>& runs, const Problem& problem,
                 const Candidate& candidate, FittedService& fitted) {
  double mean = 0;
  int count = 0;
  for (const FitRun& run : runs) {
    for (const FitStep& step : run.steps) {
      mean += step.saturated ? 0 : std::log(Seconds(step.mean));
      count += step.saturated ? 0 : 1;
    }
  }
  mean /= std::max(1, count);
  double total = 0;
  double left = 0;
  for (const FitRun& run : runs) {
    for (const FitStep& step : run.steps) {
      if (step.saturated) {
        continue;
      }
      const queueing::PoolLaw law(problem.PoolOf(candidate, run.pods), step.rate);
      const double measured = std::log(Seconds(step.mean));
      const double error = law.stable() ? std::log(Seconds(law.Mean())) - measured : 1.0;
      if (step.requests >= kTellingRequests) {
        fitted.worst_error =
            std::max(fitted.worst_error.value_or(0.0), std::abs(std::expm1(error)));
      }
      left += error * error;
      total += (measured - mean) * (measured - mean);
    }
  }
  fitted.r_squared = total > 0 ? std::max(0.0, 1 - left / total) : 1.0;
}

Status Count(const std::vector<FitRun>& runs, FittedService& fitted) {
  int below = 0;
  for (const FitRun& run : runs) {
    fitted.most_pods = std::max(fitted.most_pods, run.pods);
    for (const FitStep& step : run.steps) {
      ++fitted.probes;
      below += step.saturated ? 0 : 1;
      fitted.requests += step.requests;
      fitted.highest_rate = std::max(fitted.highest_rate, step.rate);
    }
  }
  if (below == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "every probe was beyond what the service can do: measure at a lower rate, too"};
  }
  if (fitted.requests < kLeastFitRequests) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} requests are too few to fit anything to: at least {}, by a longer "
                             "--duration or loadline find",
                             FormatCount(fitted.requests), FormatCount(kLeastFitRequests))};
  }
  return {};
}

std::optional<queueing::UslFit> ScalingOf(const std::vector<FitRun>& runs) {
  std::vector<queueing::ScalingPoint> points;
  for (const FitRun& run : runs) {
    for (const FitStep& step : run.steps) {
      if (step.saturated) {
        points.push_back({static_cast<double>(run.pods), step.succeeded.per_second});
      }
    }
  }
  const Result<queueing::UslFit> fit = queueing::FitUsl(points, 0.95);
  return fit ? std::optional(*fit) : std::nullopt;
}

}  // namespace

Result<FittedService> FitService(const std::vector<FitRun>& runs, const FitGiven& given) {
  FittedService fitted;
  TRY(Count(runs, fitted));
  const Problem problem(runs, given);
  fitted.limit_seen = problem.LimitSeen();
  std::vector<Profile> profiles;
  double best = std::numeric_limits<double>::infinity();
  for (const Balance balance : kBalances) {
    if (given.balance.value_or(balance) != balance) {
      continue;
    }
    profiles.push_back(ProfileOf(problem, balance));
    best = std::min(best, profiles.back().best.loss);
  }
  const double scale = Misfit(best, fitted.probes);
  const Profile* chosen = nullptr;
  for (const Profile& profile : profiles) {
    if (profile.best.loss <= best + kProfile * scale) {
      fitted.as_good.push_back(profile.best.candidate.balance);
      chosen = chosen == nullptr ? &profile : chosen;
    }
  }
  const Candidate& candidate = chosen->best.candidate;
  fitted.model.pod = problem.PoolOf(candidate, 1);
  SetInterval(*chosen, fitted.requests, fitted);
  SetGoodness(runs, problem, candidate, fitted);
  fitted.scaling = ScalingOf(runs);
  if (fitted.scaling && fitted.scaling->sigma.lower + fitted.scaling->kappa.lower > 0) {
    fitted.model.contention = fitted.scaling->law;
  }
  return fitted;
}

}  // namespace loadline::sizing
