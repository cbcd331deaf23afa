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
constexpr double kMostKappa = 5.0;  // Times the most requests in a pod.

/// The least and the most of one parameter with which some others still fit.
stats::Interval Within(const CurveSearch& search, const CurveSearch::Place& best, double limit,
                       std::size_t parameter) {
  constexpr double kFirst = 0.002;
  constexpr double kPrecision = 0.03;  // Of the distance from the best.
  const double most = parameter == CurveSearch::kSigma ? kMostSigma : kMostKappa;
  const double centre = best[parameter];
  const auto edge = [&](double direction) {
    const double border = direction < 0 ? 0.0 : std::max(most, centre);
    CurveSearch::Place inside = best;
    const auto fits = [&](double value) {
      CurveSearch::Place next = inside;
      next[parameter] = value;
      CurveSearch::Found found = search.Near(next, {parameter});
      const bool does = found.loss <= limit;
      if (does) {
        inside = std::move(found.place);
      }
      return does;
    };
    double step = kFirst;
    double outside = centre;
    do {
      if (inside[parameter] == border) {
        return border;
      }
      outside = std::clamp(centre + direction * step, 0.0, std::max(most, centre));
      step *= 2;
    } while (fits(outside));
    while (std::abs(outside - inside[parameter]) > kPrecision * std::abs(outside - centre)) {
      const double middle = (inside[parameter] + outside) / 2;
      outside = fits(middle) ? outside : middle;
    }
    return outside;
  };
  return {edge(-1), edge(1)};
}

struct Edges {
  stats::Interval sigma;
  stats::Interval kappa;  ///< As in a place.
};

/// How far σ and κ may go from `best` until the loss has grown by `more`.
Edges EdgesOf(const CurveSearch& search, const CurveSearch::Place& best, double more) {
  const double limit = search.LossOf(best) + more;
  return {.sigma = Within(search, best, limit, CurveSearch::kSigma),
          .kappa = Within(search, best, limit, CurveSearch::kKappa)};
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
      profile.best = loss < profile.best.loss ? profile.points.back() : profile.best;
    }
  }
  return profile;
}

void SetCurve(const FitProblem& problem, const Profile& profile, double misfit,
              FittedService& fitted) {
  using Services = CurveSearch::Services;
  const FitCandidate& best = profile.best.candidate;
  const CurveSearch search(problem, best.balance, best.width, Services::kOne);
  const double most_in_pod = problem.most_in_pod();
  FittedCurve curve{
      .law = best.in_pod, .width = best.width, .sigma = {}, .kappa = {}, .seen = most_in_pod};
  const Edges edges = EdgesOf(search, search.PlaceOf(best), kProfile * misfit);
  // What pods cost each other is no better known than the curve: with a service time for each
  // number of them neither leans on the other's law.
  const CurveSearch apart(problem, best.balance, best.width,
                          fitted.scaling ? Services::kByPods : Services::kOne);
  const CurveSearch::Place start = apart.PlaceOf(best);
  const Edges wide =
      fitted.scaling ? EdgesOf(apart, apart.Near(start).place, kProfile * misfit) : edges;
  const auto kappa_at = [&](double value) {
    CurveSearch::Place place = start;
    place[CurveSearch::kKappa] = value;
    return apart.At(place).in_pod.kappa;
  };
  curve.sigma = {std::min(wide.sigma.lower, best.in_pod.sigma),
                 std::max(wide.sigma.upper, best.in_pod.sigma)};
  curve.kappa = {std::min(kappa_at(wide.kappa.lower), best.in_pod.kappa),
                 std::max(kappa_at(wide.kappa.upper), best.in_pod.kappa)};
  const auto capacity = [&](const FitCandidate& candidate) {
    const std::vector<double> rates = CurveOf(candidate, most_in_pod, true);
    return *std::max_element(rates.begin(), rates.end());
  };
  double least = capacity(best);
  for (const Scored& point : profile.points) {
    if (point.loss <= profile.best.loss + kProfile * misfit) {
      least = std::min(least, capacity(point.candidate));
    }
  }
  // A curve with the steepest σ, or κ, that still fits.
  for (const auto& [parameter, upper] : {std::pair(CurveSearch::kSigma, edges.sigma.upper),
                                         std::pair(CurveSearch::kKappa, edges.kappa.upper)}) {
    CurveSearch::Place steep = search.PlaceOf(best);
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
