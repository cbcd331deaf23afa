// The service time at each number of pods, beside a curve within a pod that all of them share.
//
// Inside sizing only. Pure; safe from any thread.
#pragma once

#include <vector>

#include "queueing/pool.h"
#include "sizing/fit_problem.h"

namespace loadline::sizing {

struct FittedScales {
  std::vector<int> pods;           ///< Numbers of pods with a probe that is not saturated, rising.
  std::vector<double> services_s;  ///< Of each: what a pod takes for a request alone in it.
  /// Of the logarithms of those, row by row: with what the shared curve leaves open, so that loads
  /// which do not overlap from one number of pods to the other make it large.
  std::vector<double> covariance;
  FitCandidate candidate;  ///< The shared curve; its `service` is that at the fewest pods.
  double loss = 0.0;       ///< With a service time for each number of pods.
};

/// The best σ, κ and width for all runs of `problem`, with a service time for each number of pods
/// that is free of the others: what pods cost each other is in there, whatever its law.
///
/// `problem` must know of no contention and fit a curve.
[[nodiscard]] FittedScales FitScales(const FitProblem& problem, queueing::Balance balance);

}  // namespace loadline::sizing
