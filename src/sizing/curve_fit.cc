#include "sizing/curve_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace loadline::sizing {
namespace {

// Steps of the service time away from the best, until the loss is far beyond what still fits.
constexpr double kStep = 0.02;
constexpr int kMostSteps = 40;
constexpr double kFarBeyond = 4 * kProfile;

/// The least and the most of one parameter with which some others still fit.
stats::Interval Within(const CurveSearch& search, const CurveSearch::Place& best, double limit,
                       std::size_t parameter) {
  constexpr double kUnit = 0.05;
  const double most =
      parameter == CurveSearch::kSigma ? kMostSigma : std::numeric_limits<double>::infinity();
  const auto edge = [&](double direction) {
    CurveSearch::Place inside = best;
    for (double step = kUnit; step > kUnit / 40;) {
      CurveSearch::Place next = inside;
      next[parameter] += direction * step;
      if (next[parameter] < 0 || next[parameter] > most) {
        step /= 2;
        continue;
      }
      CurveSearch::Found found = search.Near(next, {parameter});
      if (found.loss <= limit) {
        inside = std::move(found.place);
      } else {
        step /= 2;
      }
    }
    // At the border of what is possible there is no further to go.
    return direction < 0 && inside[parameter] < kUnit / 20 ? 0.0 : inside[parameter];
  };
  return {edge(-1), edge(1)};
}

}  // namespace

WidthFit BestWidth(const FitProblem& problem, queueing::Balance balance,
                   CurveSearch::Services services) {
  constexpr std::array kWidths = {0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
  WidthFit best;
  double least = std::numeric_limits<double>::infinity();
  for (const int width : kWidths) {
    if (width >= problem.most_in_pod()) {
      break;  // Such a limit was never reached.
    }
    CurveSearch::Found found = CurveSearch(problem, balance, width, services).Best();
    // A limit is one parameter more: it has to earn its place.
    const double price = found.loss + (width > 0 ? kProfile : 0);
    if (price < least) {
      least = price;
      best = {.width = width, .found = std::move(found)};
    }
  }
  return best;
}

Profile CurveProfile(const FitProblem& problem, queueing::Balance balance) {
  const WidthFit best = BestWidth(problem, balance, CurveSearch::Services::kOne);
  const CurveSearch search(problem, balance, best.width, CurveSearch::Services::kOne);
  Profile profile;
  profile.best = {search.At(best.found.place), best.found.loss};
  profile.points.push_back(profile.best);
  for (const double direction : {-kStep, kStep}) {
    CurveSearch::Place place = best.found.place;
    double loss = best.found.loss;
    for (int step = 0; step < kMostSteps && loss < best.found.loss + kFarBeyond; ++step) {
      place[CurveSearch::kService] += direction;
      CurveSearch::Found found = search.Near(place, {CurveSearch::kService});
      place = std::move(found.place);
      loss = found.loss;
      profile.points.push_back({search.At(place), loss});
    }
  }
  return profile;
}

void SetCurve(const FitProblem& problem, const Profile& profile, double misfit,
              FittedService& fitted) {
  const double limit = profile.best.loss + kProfile * misfit;
  const FitCandidate& best = profile.best.candidate;
  const CurveSearch search(problem, best.balance, best.width, CurveSearch::Services::kOne);
  const CurveSearch::Place place = search.PlaceOf(best);
  const stats::Interval sigma = Within(search, place, limit, CurveSearch::kSigma);
  const stats::Interval kappa = Within(search, place, limit, CurveSearch::kKappa);
  const auto kappa_at = [&](double value) {
    return search.At({0, value, place[CurveSearch::kService]}).in_pod.kappa;
  };
  FittedCurve curve{.law = best.in_pod,
                    .width = best.width,
                    .sigma = sigma,
                    .kappa = {kappa_at(kappa.lower), kappa_at(kappa.upper)},
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
  for (const auto& [parameter, upper] :
       {std::pair(CurveSearch::kSigma, sigma.upper), std::pair(CurveSearch::kKappa, kappa.upper)}) {
    CurveSearch::Place steep = place;
    steep[parameter] = upper;
    least = std::min(least, capacity(search.At(search.Near(steep, {parameter}).place)));
  }
  fitted.model.service_high = std::max(fitted.model.service_high,
                                       FromSeconds(Seconds(best.service) * capacity(best) / least));
  fitted.curve = curve;
  fitted.model.pod.curve = CurveOf(best, curve.seen, true);
  fitted.model.pod.concurrency = std::max(1, best.width);
}

}  // namespace loadline::sizing
