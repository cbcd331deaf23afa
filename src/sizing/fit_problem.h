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
  queueing::Usl in_pod;  ///< FitGiven::fit_curve: how requests in one pod slow each other down.
};

/// Requests/s that a pod finishes with 1, 2, … requests in it, n / (S (1 + σ(n−1) + κ n(n−1))).
/// Beyond `seen`, the most that were measured, it is never faster than there.
[[nodiscard]] std::vector<double> CurveOf(Duration service, const queueing::Usl& law, double seen);

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

inline constexpr double kProfile = 3.84;  ///< Chi-square with one degree of freedom at 95 %.

class FitProblem {
 public:
  /// `contention`: how pods slow each other down. Both referred to must outlive this.
  FitProblem(const std::vector<FitRun>& runs, const FitGiven& given,
             const queueing::Usl& contention = {});

  /// An upper bound of the service time with what lies beside it: the shortest mean response of a
  /// probe, or what its throughput allows, as of one pod alone.
  [[nodiscard]] Duration alone() const { return alone_; }
  /// Whether some probe shows what limits the service.
  [[nodiscard]] bool LimitSeen() const;
  /// Requests in a pod, mean of the probe with most and of that with fewest.
  [[nodiscard]] double most_in_pod() const { return most_in_pod_; }
  [[nodiscard]] double fewest_in_pod() const { return fewest_in_pod_; }

  [[nodiscard]] queueing::Pool PoolOf(const FitCandidate& candidate, int pods) const;
  /// What `candidate` says of a step.
  [[nodiscard]] queueing::PoolLaw LawOf(const FitCandidate& candidate, int pods,
                                        const FitStep& step) const;
  /// Sum over all steps, of about a chi-square's size; may stop beyond `give_up`.
  [[nodiscard]] double LossOf(const FitCandidate& candidate, double give_up) const;

 private:
  [[nodiscard]] double StepLoss(const FitCandidate& candidate, int pods, const FitStep& step) const;

  const std::vector<FitRun>& runs_;
  const FitGiven& given_;
  queueing::Usl contention_;
  Duration alone_ = Duration::max();
  Duration slowest_{};
  double most_in_pod_ = 0.0;
  double fewest_in_pod_ = 1e300;
  bool saturated_ = false;
};

}  // namespace loadline::sizing
