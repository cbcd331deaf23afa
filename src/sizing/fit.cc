#include "sizing/fit.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/units_text.h"
#include "sizing/curve_fit.h"
#include "sizing/fit_problem.h"
#include "sizing/scale_fit.h"

namespace loadline::sizing {
namespace {

using queueing::Balance;

// From the costliest to the cheapest.
constexpr std::array kBalances = {Balance::kRandom, Balance::kRoundRobin, Balance::kTwoChoices,
                                  Balance::kLeast, Balance::kCentral};
constexpr std::array kScatters = {0.0, 0.02, 0.06, 0.12, 0.25, 0.5, 1.0, 1.5, 2.25, 4.0};
constexpr double kNormal95 = 1.96;
// How far off the formulae's capacity may be at one number of pods and not at another.
constexpr double kModelError = 0.015;
constexpr std::int64_t kTellingRequests = 300;  // Below, a mean says little of the fit.
constexpr double kLeastWidth = 0.03;
constexpr std::size_t kLeastSizes = 3;  // Numbers of pods that show what they cost each other.

// `beside`: how much of what is left of the lone response keeps no pod busy.
FitCandidate At(const FitProblem& problem, Balance balance, double busy, double beside,
                double scv) {
  const Duration service = std::max(Duration(1), FromSeconds(Seconds(problem.alone()) * busy));
  const double rest = beside * std::max(0.0, 1 - busy);
  return {.balance = balance,
          .scv = scv,
          .service = service,
          .delay = FromSeconds(Seconds(problem.alone()) * rest),
          .in_pod = {},
          .width = 0};
}

// The best scatter and what lies beside, for one balancer and service time, which is `busy` times
// the lone response.
Scored BestScatter(const FitProblem& problem, Balance balance, double busy) {
  Scored best;
  double scv = 0;
  double beside = 0;
  const auto look = [&](double tried_beside, double tried_scv) {
    const FitCandidate candidate = At(problem, balance, busy, tried_beside, tried_scv);
    if (const double loss = problem.LossOf(candidate, best.loss); loss < best.loss) {
      best = {candidate, loss};
      scv = tried_scv;
      beside = tried_beside;
    }
  };
  for (const double tried : kScatters) {
    look(1.0, tried);
  }
  double step = 0.3;
  for (int turn = 0; turn < 5; ++turn, step /= 2) {
    const double here = scv;
    look(beside, here * (1 - step));
    look(beside, here * (1 + step));
    const double there = beside;
    look(std::max(0.0, there - 1.5 * step), scv);
    look(std::min(1.0, there + 1.5 * step), scv);
  }
  return best;
}

Profile ProfileOf(const FitProblem& problem, Balance balance) {
  Profile profile;
  std::vector<double> shares = {1.0};
  if (problem.LimitSeen()) {
    shares.clear();
    for (int percent = 50; percent <= 110; percent += percent < 80 ? 5 : 2) {
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

void SetGoodness(const std::vector<FitRun>& runs, const FitProblem& problem,
                 const FitCandidate& candidate, FittedService& fitted) {
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
      const queueing::PoolLaw law = problem.LawOf(candidate, run.pods, step);
      const double measured = std::log(Seconds(step.mean));
      const double error = law.stable() ? std::log(Seconds(law.Mean())) - measured : 1.0;
      // Near the limit requests that follow each other are slow together, about as many as the
      // square of how much slower they are: a mean of few of those says little.
      const double slower = std::max(1.0, Seconds(step.mean) / Seconds(problem.alone()));
      if (static_cast<double>(step.requests) >= kTellingRequests * slower * slower) {
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

// What a pod which shares itself cannot tell from `balance` (queueing/pool.h).
Balance Alike(Balance balance) {
  switch (balance) {
    case Balance::kRoundRobin:
      return Balance::kRandom;
    case Balance::kLeast:
      return Balance::kTwoChoices;
    default:
      return balance;
  }
}

// The profile of a curve behind `balance`, from that of one alike in `known`, if there is.
Profile CurveProfileOf(const FitProblem& problem, Balance balance,
                       const std::vector<Profile>& known) {
  for (const Profile& profile : known) {
    if (Alike(profile.best.candidate.balance) == Alike(balance)) {
      Profile same = profile;
      same.best.candidate.balance = balance;
      for (Scored& point : same.points) {
        point.candidate.balance = balance;
      }
      return same;
    }
  }
  return CurveProfile(problem, balance);
}

/// The best profile of each balancer that may be, and which of them fit about as well.
struct Choice {
  std::vector<Profile> profiles;
  std::size_t chosen = 0;  ///< The costliest of those.
  std::vector<Balance> as_good;

  [[nodiscard]] const Profile& profile() const { return profiles[chosen]; }
};

Choice Choose(const FitProblem& problem, const std::vector<FitRun>& runs, const FitGiven& given,
              int probes) {
  Choice choice;
  const bool one_pod =
      std::all_of(runs.begin(), runs.end(), [](const FitRun& run) { return run.pods == 1; });
  double best = std::numeric_limits<double>::infinity();
  std::vector<Balance> balances;
  for (const Balance balance : kBalances) {
    if (given.balance.value_or(balance) != balance) {
      continue;
    }
    balances.push_back(balance);
    if (one_pod && !choice.profiles.empty()) {
      continue;  // Nothing to balance: as good as the first.
    }
    choice.profiles.push_back(given.fit_curve ? CurveProfileOf(problem, balance, choice.profiles)
                                              : ProfileOf(problem, balance));
    best = std::min(best, choice.profiles.back().best.loss);
  }
  if (one_pod) {
    choice.as_good = balances;
    return choice;
  }
  const double scale = Misfit(best, probes);
  for (std::size_t i = 0; i < choice.profiles.size(); ++i) {
    if (choice.profiles[i].best.loss <= best + kProfile * scale) {
      choice.chosen = choice.as_good.empty() ? i : choice.chosen;
      choice.as_good.push_back(choice.profiles[i].best.candidate.balance);
    }
  }
  return choice;
}

/// How pods slow each other down: the service fitted at each number of pods by itself.
void FitScaling(const std::vector<FitRun>& runs, FitGiven given, Balance balance,
                FittedService& fitted) {
  given.balance = balance;
  std::map<int, std::vector<FitRun>> by_pods;
  for (const FitRun& run : runs) {
    by_pods[run.pods].push_back(run);
  }
  std::vector<queueing::ScalingPoint> points;
  for (const auto& [pods, those] : by_pods) {
    const FitProblem problem(those, given);
    FittedService alone;
    if (!Count(those, alone) || !problem.LimitSeen()) {
      continue;  // Nothing there shows what a pod can do.
    }
    const Profile profile = ProfileOf(problem, balance);
    SetInterval(profile, alone.requests, alone);
    const double service = Seconds(profile.best.candidate.service);
    const double noise = (Seconds(alone.model.service_high) - Seconds(alone.model.service_low)) /
                         (2 * kNormal95 * service);
    const double error = std::hypot(noise, kModelError);
    const double capacity = pods * given.concurrency / service;
    points.push_back(
        {.size = static_cast<double>(pods), .throughput = capacity, .error = capacity * error});
    fitted.scaling_pods.push_back(pods);
  }
  if (const Result<queueing::UslFit> fit = queueing::FitUsl(points, 0.95)) {
    fitted.scaling = *fit;
  }
}

std::set<int> NumbersOfPods(const std::vector<FitRun>& runs) {
  std::set<int> numbers;
  for (const FitRun& run : runs) {
    numbers.insert(run.pods);
  }
  return numbers;
}

/// How pods slow each other down beside the curve within each.
std::optional<queueing::UslFit> ScalingOf(const FittedScales& scales) {
  const std::size_t size = scales.pods.size();
  std::vector<queueing::ScalingPoint> points;
  for (std::size_t i = 0; i < size; ++i) {
    points.push_back({.size = static_cast<double>(scales.pods[i]),
                      .throughput = scales.pods[i] / scales.services_s[i]});
  }
  std::vector<double> covariance;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      const double own = i == j ? kModelError * kModelError : 0.0;
      covariance.push_back(points[i].throughput * points[j].throughput *
                           (scales.covariance[i * size + j] + own));
    }
  }
  const Result<queueing::UslFit> fit = queueing::FitUsl(points, 0.95, covariance);
  return fit ? std::optional(*fit) : std::nullopt;
}

/// What pods cost each other beside a curve within each. Gives the balancers that explain the
/// runs about as well, the costliest, which it is fitted behind, first: whatever the pods cost each
/// other, so that none is taken for it.
std::vector<Balance> FitScalingBesideCurve(const FitProblem& problem, const FitGiven& given,
                                           FittedService& fitted) {
  std::vector<FittedScales> found;
  double best = std::numeric_limits<double>::infinity();
  for (const Balance balance : kBalances) {
    if (given.balance.value_or(balance) != balance) {
      continue;
    }
    const auto alike = std::find_if(found.begin(), found.end(), [&](const FittedScales& scales) {
      return Alike(scales.candidate.balance) == Alike(balance);
    });
    FittedScales scales = alike != found.end() ? *alike : FitScales(problem, balance);
    scales.candidate.balance = balance;
    best = std::min(best, scales.loss);
    found.push_back(std::move(scales));
  }
  std::erase_if(found, [&](const FittedScales& scales) {
    return scales.loss > best + kProfile * Misfit(best, fitted.probes);
  });
  std::vector<Balance> as_good;
  as_good.reserve(found.size());
  for (const FittedScales& scales : found) {
    as_good.push_back(scales.candidate.balance);
  }
  fitted.scaling_pods = found.front().pods;
  fitted.scaling = ScalingOf(found.front());
  return as_good;
}

/// Refuses runs that tell the curve within a pod from what pods cost each other by next to nothing,
/// or those from a balancer that is not known.
Status CheckTold(const FittedService& fitted, const FitGiven& given) {
  if (!fitted.scaling) {
    return {};
  }
  if (!given.balance && fitted.scaling->Shown()) {
    return Error{ErrorCode::kInvalidArgument,
                 "pods slow each other down in these runs, by how much depends on the balancer "
                 "before them, and a better balancer before slower pods looks like a worse one: "
                 "say which it was with --balance"};
  }
  const stats::Interval there = fitted.scaling->SlowdownAt(fitted.most_pods);
  if (!SaysNothing(there)) {
    return {};
  }
  return Error{
      ErrorCode::kInvalidArgument,
      fmt::format(
          "the runs do not tell requests that slow each other down in a pod from pods that do: "
          "each of {} may be {:.2f} to {:.2f}x slower than one alone; measure every number of "
          "pods, "
          "one among them, with the same loads per pod (--users 1 and 8 before 1 pod, 4 and 32 "
          "before 4), or say --concurrency, where a pod works on so many at full speed",
          fitted.most_pods, there.lower, there.upper)};
}

Status CheckUsers(const std::vector<FitRun>& runs, const FitGiven& given) {
  const bool known = given.balance == Balance::kRandom || given.balance == Balance::kCentral ||
                     (given.balance == Balance::kLeast && given.routers == 1 &&
                      given.discipline == queueing::Discipline::kSlots);
  for (const FitRun& run : runs) {
    for (const FitStep& step : run.steps) {
      if (run.pods > 1 && step.users && step.users->count > 1 && !known) {
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("run {} was made with users before {} pods, and what they do to the queues "
                        "is known for one pod only, or behind --balance random, least or central; "
                        "say which it was, or measure with a rate",
                        run.id, run.pods)};
      }
    }
  }
  return {};
}

Status CheckCurve(const std::vector<FitRun>& runs) {
  std::set<std::pair<int, double>> loads;
  double fewest = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const FitRun& run : runs) {
    for (const FitStep& step : run.steps) {
      if (!step.saturated) {
        const double in_pod = step.rate.per_second * Seconds(step.mean) / run.pods;
        fewest = std::min(fewest, in_pod);
        most = std::max(most, in_pod);
        loads.insert({step.users ? step.users->count : 0, step.users ? 0 : step.rate.per_second});
      }
    }
  }
  if (loads.size() < 3 || most < 2 * fewest) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{} different load{} with {:.2g} to {:.2g} requests in a pod tell no curve: "
                    "three loads (--users 1, 4, 16 or a find), the highest with twice as many "
                    "requests in a pod as the lowest; or --concurrency C, where a pod works on C "
                    "at full speed",
                    loads.size(), loads.size() == 1 ? "" : "s", fewest, most)};
  }
  return {};
}

}  // namespace

bool SaysNothing(const stats::Interval& slowdown) {
  constexpr double kWorthless = 1.5;
  return !(slowdown.upper <= kWorthless * slowdown.lower);
}

Result<FittedService> FitService(const std::vector<FitRun>& runs, const FitGiven& given) {
  FittedService fitted;
  TRY(Count(runs, fitted));
  TRY(CheckUsers(runs, given));
  const FitProblem problem(runs, given);
  fitted.limit_seen = problem.LimitSeen();
  if (given.fit_curve) {
    TRY(CheckCurve(runs));
  }
  FitGiven behind = given;
  std::optional<Choice> choice;
  if (given.fit_curve && NumbersOfPods(runs).size() >= kLeastSizes) {
    fitted.as_good = FitScalingBesideCurve(problem, given, fitted);
    TRY(CheckTold(fitted, given));
    behind.balance = fitted.as_good.front();
  } else {
    choice = Choose(problem, runs, given, fitted.probes);
    if (!given.fit_curve) {
      FitScaling(runs, given, choice->profile().best.candidate.balance, fitted);
    }
  }
  const FitProblem* fits = &problem;
  std::optional<FitProblem> contended;
  if (fitted.scaling && fitted.scaling->Shown()) {
    fitted.model.contention = fitted.scaling->law;
    fitted.model.contention_fit = fitted.scaling;
    contended.emplace(runs, given, fitted.model.contention);
    fits = &*contended;
    choice.reset();
  }
  if (!choice) {
    choice = Choose(*fits, runs, behind, fitted.probes);
  }
  if (fitted.as_good.empty()) {
    fitted.as_good = choice->as_good;
  }
  const Profile& profile = choice->profile();
  const FitCandidate& candidate = profile.best.candidate;
  fitted.model.pod = fits->PoolOf(candidate, 1);
  SetInterval(profile, fitted.requests, fitted);
  if (given.fit_curve) {
    SetCurve(*fits, profile, Misfit(profile.best.loss, fitted.probes), fitted);
  }
  SetGoodness(runs, *fits, candidate, fitted);
  return fitted;
}

}  // namespace loadline::sizing
