// FitProblem: measured probes, and how badly a guess of the service explains them.
//
// Inside sizing only. Pure; safe from any thread.
#pragma once

#include <limits>
#include <vector>

#include "queueing/pool.h"
#include "queueing/usl.h"
#include "sizing/fit.h"

namespace loadline::sizing {

/// A guess.
struct FitCandidate {
  queueing::Balance balance = queueing::Balance::kRandom;
  double scv = 0.0;
  Duration service{};
  Duration delay{};
  // FitGiven::fit_curve:
  queueing::Usl in_pod;  ///< How requests that a pod works on slow each other down.
  int width = 0;         ///< It works on so many at once, the others wait; 0: on all.
};

/// Requests/s that a pod finishes with n = 1, 2, … requests in it, m / (S (1 + σ(m−1) + κ m(m−1)))
/// with m = min(n, width), to ten times `seen`, the most that were measured. `careful`: beyond them
/// never faster than there.
[[nodiscard]] std::vector<double> CurveOf(const FitCandidate& candidate, double seen, bool careful);

/// A guess and how badly it fits.
struct Scored {
  FitCandidate candidate;
  double loss = std::numeric_limits<double>::infinity();
};

/// The best guesses of one balancer by service time.
struct Profile {
  std::vector<Scored> points;
  Scored best;
};

/// How the mean of one probe fits a guess.
struct MeanFit {
  double loss = 0.0;
  /// By how much it is off, in units of how far it may be; where the guess has no end for the
  /// probe, by how much it is overloaded.
  double error = 0.0;
};

inline constexpr double kMostSigma = 1.5;  ///< Of a curve.
/// A loss fades for outliers, so that one odd probe does not rule: kFade · ln(1 + error²/kFade).
inline constexpr double kFade = 9.0;

inline constexpr double kProfile = 3.84;  ///< Chi-square with one degree of freedom at 95 %.

class FitProblem {
 public:
  /// `contention`: how pods slow each other down. Both referred to must outlive this.
  FitProblem(const std::vector<FitRun>& runs, const FitGiven& given,
             const queueing::Usl& contention = {});

  [[nodiscard]] const std::vector<FitRun>& runs() const { return runs_; }
  /// An upper bound of the service time with what lies beside it: the shortest mean response of a
  /// probe, or what its throughput allows, as of one pod alone.
  [[nodiscard]] Duration alone() const { return alone_; }
  /// Whether some probe shows what limits the service.
  [[nodiscard]] bool LimitSeen() const;
  /// Requests in a pod that some probe often had: of users, a pod's share of them; at a rate, twice
  /// the mean.
  [[nodiscard]] double most_in_pod() const { return most_in_pod_; }

  [[nodiscard]] queueing::Pool PoolOf(const FitCandidate& candidate, int pods) const;
  /// What `candidate` says of a step.
  [[nodiscard]] queueing::PoolLaw LawOf(const FitCandidate& candidate, int pods,
                                        const FitStep& step) const;
  /// Of a step that is not saturated.
  [[nodiscard]] MeanFit MeanOf(const FitCandidate& candidate, int pods, const FitStep& step) const;
  /// Not where a curve is fitted (CurveSearch). Sum over all steps, of about a chi-square's size;
  /// may stop beyond `give_up`.
  [[nodiscard]] double LossOf(const FitCandidate& candidate, double give_up) const;

 private:
  [[nodiscard]] static MeanFit MeanBy(const queueing::PoolLaw& law, const FitCandidate& candidate,
                                      const FitStep& step);
  [[nodiscard]] double SaturatedLoss(const FitCandidate& candidate, int pods,
                                     const FitStep& step) const;
  /// Of the shares of requests that took longer than the percentiles of the step.
  [[nodiscard]] static double SharesLoss(const queueing::PoolLaw& law,
                                         const FitCandidate& candidate, const FitStep& step);

  const std::vector<FitRun>& runs_;
  const FitGiven& given_;
  queueing::Usl contention_;
  Duration alone_ = Duration::max();
  Duration slowest_{};
  double most_in_pod_ = 0.0;
  bool saturated_ = false;
};

}  // namespace loadline::sizing
