#include "sizing/scale_fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "sizing/curve_fit.h"
#include "sizing/curve_search.h"
#include "stats/cholesky.h"

namespace loadline::sizing {
namespace {

// Where the probes say nothing of a parameter, how far it may be: a standard deviation of σ, of κ
// times the most requests in a pod, and of the logarithm of a service time.
constexpr double kVagueShape = 1.5;
constexpr double kVagueService = 1.0;

// Of the logarithms of the service times, with the shape left free.
std::vector<double> CovarianceAt(const CurveSearch& search, const CurveSearch::Place& place,
                                 double misfit) {
  const std::size_t size = place.size();
  std::vector<double> information = search.InformationAt(place);
  for (double& value : information) {
    value /= misfit;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const double vague = i < CurveSearch::kService ? kVagueShape : kVagueService;
    information[i * size + i] += 1 / (vague * vague);
  }
  const std::optional<std::vector<double>> inverse = stats::InverseOfPositive(information, size);
  std::vector<double> covariance;
  for (std::size_t i = CurveSearch::kService; i < size; ++i) {
    for (std::size_t j = CurveSearch::kService; j < size; ++j) {
      // Without an inverse the loss has no slope there, and nothing is known.
      const double vague = i == j ? kVagueService * kVagueService : 0.0;
      covariance.push_back(inverse ? (*inverse)[i * size + j] : vague);
    }
  }
  return covariance;
}

}  // namespace

FittedScales FitScales(const FitProblem& problem, queueing::Balance balance) {
  const WidthFit best = BestWidth(problem, balance, CurveSearch::Services::kByPods);
  const CurveSearch search(problem, balance, best.width, CurveSearch::Services::kByPods);
  const CurveSearch::Place& place = best.found.place;
  FittedScales fitted{.pods = search.pods(),
                      .services_s = {},
                      .covariance = {},
                      .candidate = search.At(place),
                      .loss = best.found.loss};
  for (std::size_t i = 0; i < fitted.pods.size(); ++i) {
    fitted.services_s.push_back(std::exp(place[CurveSearch::kService + i]));
  }
  const double degrees = static_cast<double>(search.probes()) - static_cast<double>(place.size());
  const double misfit = std::max(1.0, best.found.loss / std::max(1.0, degrees));
  fitted.covariance = CovarianceAt(search, place, misfit);
  return fitted;
}

}  // namespace loadline::sizing
