#include "sizing/curve_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace loadline::sizing {
namespace {

// Service times tried, as shares of the shortest mean response.
constexpr int kLeastPercent = 80;
constexpr int kMostPercent = 104;
constexpr int kPercentStep = 2;

/// σ and κ in steps of about the same effect: κ times the most requests in a pod.
struct Place {
  double sigma = 0.0;
  double kappa = 0.0;
};

/// Walks from `start` to the least loss with steps that halve; σ or κ may be held.
Scored Descend(const FitProblem& problem, FitCandidate candidate, bool hold_sigma,
               bool hold_kappa) {
  const double scale = 1 / std::max(1.0, problem.most_in_pod());
  Scored best{candidate, problem.LossOf(candidate, std::numeric_limits<double>::infinity())};
  double step = 0.16;
  for (int halving = 0; halving < 9; ++halving, step /= 2) {
    bool moved = true;
    for (int turn = 0; moved && turn < 12; ++turn) {
      moved = false;
      constexpr std::array<Place, 6> kMoves = {
          {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, -1}, {-1, 1}}};
      for (const Place& move : kMoves) {
        if ((hold_sigma && move.sigma != 0) || (hold_kappa && move.kappa != 0)) {
          continue;
        }
        FitCandidate next = best.candidate;
        next.in_pod.sigma = std::clamp(next.in_pod.sigma + move.sigma * step, 0.0, kMostSigma);
        next.in_pod.kappa = std::max(0.0, next.in_pod.kappa + move.kappa * step * scale);
        if (const double loss = problem.LossOf(next, best.loss); loss < best.loss) {
          best = {next, loss};
          moved = true;
        }
      }
    }
  }
  return best;
}

FitCandidate Start(const FitProblem& problem, queueing::Balance balance, int percent) {
  return {.balance = balance,
          .scv = 1.0,
          .service = std::max(Duration(1), FromSeconds(Seconds(problem.alone()) * percent / 100)),
          .delay = {},
          .in_pod = {},
          .width = 0};
}

/// How many requests a pod works on at once, if it is worth a limit: by the best fits at the lone
/// response.
int BestWidth(const FitProblem& problem, queueing::Balance balance) {
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const int width : kCurveWidths) {
    if (width >= problem.most_in_pod()) {
      break;  // Such a limit was never reached.
    }
    FitCandidate candidate = Start(problem, balance, 100);
    candidate.width = width;
    candidate.in_pod.sigma = 0.05;
    const double loss = Descend(problem, candidate, false, false).loss;
    // A limit is one parameter more: it has to earn its place.
    if (loss + (width > 0 ? kProfile : 0) < least) {
      least = loss + (width > 0 ? kProfile : 0);
      best = width;
    }
  }
  return best;
}

/// The least and the most of one parameter with which some other parameters still fit.
stats::Interval Within(const FitProblem& problem, const Profile& profile, double limit,
                       bool of_sigma) {
  double& (*value)(FitCandidate&) =
      of_sigma ? +[](FitCandidate& c) -> double& { return c.in_pod.sigma; }
               : +[](FitCandidate& c) -> double& { return c.in_pod.kappa; };
  FitCandidate best = profile.best.candidate;
  const double center = value(best);
  const auto fits = [&](double tried) {
    // The service times next to the best are enough: the profile is flat along them.
    for (const Scored& point : profile.points) {
      if (point.loss > limit) {
        continue;
      }
      FitCandidate candidate = point.candidate;
      value(candidate) = tried;
      if (Descend(problem, candidate, of_sigma, !of_sigma).loss <= limit) {
        return true;
      }
    }
    return false;
  };
  const double unit = of_sigma ? 0.05 : 0.05 / std::max(1.0, problem.most_in_pod());
  const auto edge = [&](double direction) {
    double inside = center;
    double step = unit;
    while (step > unit / 40) {
      const double next = inside + direction * step;
      if (next >= 0 && (!of_sigma || next <= kMostSigma) && fits(next)) {
        inside = next;
      } else {
        step /= 2;
      }
    }
    // At the border of what is possible there is no further to go.
    return direction < 0 && inside < unit / 20 ? 0.0 : inside;
  };
  return {edge(-1), edge(1)};
}

}  // namespace

Profile CurveProfile(const FitProblem& problem, queueing::Balance balance) {
  Profile profile;
  const int width = BestWidth(problem, balance);
  for (int percent = kLeastPercent; percent <= kMostPercent; percent += kPercentStep) {
    Scored best;
    FitCandidate start = Start(problem, balance, percent);
    start.width = width;
    for (const double sigma : {0.05, 0.5, 1.0}) {
      FitCandidate from = start;
      from.in_pod.sigma = sigma;
      const Scored found = Descend(problem, from, false, false);
      best = found.loss < best.loss ? found : best;
    }
    profile.points.push_back(best);
    profile.best = best.loss < profile.best.loss ? best : profile.best;
  }
  return profile;
}

void SetCurve(const FitProblem& problem, const Profile& profile, double misfit,
              FittedService& fitted) {
  const double limit = profile.best.loss + kProfile * misfit;
  const FitCandidate& best = profile.best.candidate;
  FittedCurve curve{.law = best.in_pod,
                    .width = best.width,
                    .sigma = Within(problem, profile, limit, true),
                    .kappa = Within(problem, profile, limit, false),
                    .seen = problem.most_in_pod()};
  const auto capacity = [&](const FitCandidate& candidate) {
    const std::vector<double> rates = CurveOf(candidate, problem.most_in_pod(), true);
    return *std::max_element(rates.begin(), rates.end());
  };
  double least = capacity(best);
  for (const Scored& point : profile.points) {
    if (point.loss <= limit) {
      least = std::min(least, capacity(point.candidate));
    }
  }
  // A curve with the steepest σ, or κ, that still fits.
  for (const bool of_sigma : {true, false}) {
    FitCandidate steep = best;
    (of_sigma ? steep.in_pod.sigma : steep.in_pod.kappa) =
        of_sigma ? curve.sigma.upper : curve.kappa.upper;
    least = std::min(least, capacity(Descend(problem, steep, of_sigma, !of_sigma).candidate));
  }
  fitted.model.service_high = std::max(fitted.model.service_high,
                                       FromSeconds(Seconds(best.service) * capacity(best) / least));
  fitted.curve = curve;
  fitted.model.pod.curve = CurveOf(best, curve.seen, true);
  fitted.model.pod.concurrency = std::max(1, best.width);
}

}  // namespace loadline::sizing
