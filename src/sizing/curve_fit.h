// How the requests in one pod slow each other down, fitted to the means of probes.
//
// Inside sizing only. Pure; safe from any thread.
#pragma once

#include "sizing/curve_search.h"
#include "sizing/fit.h"
#include "sizing/fit_problem.h"

namespace loadline::sizing {

/// How many requests a pod works on at once, and the best fit with that.
struct WidthFit {
  int width = 0;  ///< 0: on all that are there.
  CurveSearch::Found found;
};
[[nodiscard]] WidthFit BestWidth(const FitProblem& problem, queueing::Balance balance,
                                 CurveSearch::Services services);

/// The best σ and κ for service times around the best one. All of a lone response counts as
/// service: what lies beside it cannot be told from it where requests slow each other down.
[[nodiscard]] Profile CurveProfile(const FitProblem& problem, queueing::Balance balance);

/// Puts the curve of `profile` into `fitted`, with its intervals: as far as the loss stays within
/// kProfile · `misfit` of the best. The upper end of the service time becomes what scales the whole
/// curve down to the least capacity in there.
void SetCurve(const FitProblem& problem, const Profile& profile, double misfit,
              FittedService& fitted);

}  // namespace loadline::sizing
