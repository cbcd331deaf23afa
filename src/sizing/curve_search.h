// CurveSearch: the least loss of a curve within a pod, σ and κ, with one or several service times.
//
// Inside sizing only. Pure; safe from any thread. Source of the method: D. Marquardt, "An Algorithm
// for Least-Squares Estimation of Nonlinear Parameters", SIAM Journal on Applied Mathematics 11(2),
// 1963, with the weights of outliers by P. Huber, "Robust Statistics", 1981, chapter 7.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "sizing/fit_problem.h"

namespace loadline::sizing {

class CurveSearch {
 public:
  enum class Services {
    kOne,     ///< One service time, slowed down by what the problem knows of contention.
    kByPods,  ///< One for each number of pods, free of the others.
  };

  /// σ, κ times the most requests in a pod (so that all are of one size), and the logarithms of the
  /// service times in seconds.
  using Place = std::vector<double>;
  static constexpr std::size_t kSigma = 0;
  static constexpr std::size_t kKappa = 1;
  static constexpr std::size_t kService = 2;  ///< The first of them.

  struct Found {
    Place place;
    double loss = std::numeric_limits<double>::infinity();
  };

  /// `problem` must fit a curve, have a probe that is not saturated, and outlive this.
  CurveSearch(const FitProblem& problem, queueing::Balance balance, int width, Services services);

  /// Numbers of pods, rising, one for each service time; one where there is one.
  [[nodiscard]] std::vector<int> pods() const;
  [[nodiscard]] std::size_t probes() const;

  [[nodiscard]] FitCandidate At(const Place& place, std::size_t service = 0) const;
  /// Where `candidate`, of this balancer and width, is: with its service time for all.
  [[nodiscard]] Place PlaceOf(const FitCandidate& candidate) const;

  [[nodiscard]] double LossOf(const Place& place) const;
  /// The least loss from several starts.
  [[nodiscard]] Found Best() const;
  /// The least loss near `start`, with the parameters whose numbers are `held` as they are.
  [[nodiscard]] Found Near(const Place& start, const std::vector<std::size_t>& held = {}) const;
  /// The Fisher information at `place`, row by row: half of the loss's curvature.
  [[nodiscard]] std::vector<double> InformationAt(const Place& place) const;

 private:
  /// Probes that share a service time.
  struct Group {
    int pods;
    std::vector<std::size_t> probes;
    double shortest_s;  ///< Mean response of one of them.
  };
  struct Slope;

  [[nodiscard]] Place StartAt(double sigma, double kappa) const;
  [[nodiscard]] Slope SlopeAt(const Place& place) const;
  [[nodiscard]] double GroupLoss(const Place& place, std::size_t group) const;
  [[nodiscard]] static std::optional<Place> StepFrom(const Place& place, const Slope& slope,
                                                     double damping,
                                                     const std::vector<std::size_t>& held);

  struct Probe {
    int pods;
    const FitStep* step;
  };

  const FitProblem& problem_;
  double kappa_unit_;
  FitCandidate shape_;
  std::vector<Probe> probes_;
  std::vector<Group> groups_;
};

}  // namespace loadline::sizing
