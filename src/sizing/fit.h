// A ServiceModel from what was measured, how sure it is, and what it does not know.
//
// Pure functions. Parametric models extrapolated to the load line err by −6 % to +11 % however well
// they fit (docs/load-line.md): what comes out places an order of magnitude under an answer, with
// intervals, and is then to be verified.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "sizing/pods.h"

namespace loadline::sizing {

/// One probe with Poisson arrivals at one rate, or with users.
struct FitStep {
  Rate rate;  ///< Arrivals per second, > 0.
  std::optional<queueing::Users> users = {};
  Rate succeeded;          ///< Answers per second that were no errors.
  bool saturated = false;  ///< More was asked than was done: only `succeeded` counts.
  std::int64_t requests = 0;
  Duration mean{};  ///< Of the successes' response times, as are the following.
  Duration p50{};
  Duration p95{};
  Duration p99{};
};

/// The probes of one run, at one number of pods.
struct FitRun {
  std::string id;
  int pods = 1;
  std::vector<FitStep> steps;
};

/// What is known without measuring.
struct FitGiven {
  int concurrency = 1;
  int queue = queueing::kEndlessQueue;
  queueing::Discipline discipline = queueing::Discipline::kSlots;
  std::optional<queueing::Balance> balance;  ///< Nothing: to be fitted.
  int routers = 1;
  /// With kSharing: how requests in one pod slow each other down is fitted, and `concurrency` does
  /// not count.
  bool fit_curve = false;
};

/// How a pod's requests slow each other down: m that it works on are finished at
/// m / (S (1 + σ(m − 1) + κ m(m − 1))), the universal scalability law within a pod.
struct FittedCurve {
  queueing::Usl law;
  int width = 0;          ///< It works on so many at once; 0: on all that are there.
  stats::Interval sigma;  ///< At 95 %, by the profile of the loss.
  stats::Interval kappa;
  double seen = 0.0;  ///< Most requests in a pod, mean of a probe; beyond it the curve is a guess.
};

struct FittedService {
  ServiceModel model;
  bool limit_seen = false;  ///< Whether some probe showed what limits the service.
  /// Balancers that fit as well as the one in `model`, which is the costliest of them.
  std::vector<queueing::Balance> as_good;
  /// Largest relative error of a mean response, of probes below the limit with 300 requests or
  /// more.
  std::optional<double> worst_error;
  double r_squared = 0.0;     ///< Share of the variance of the log mean responses explained.
  int probes = 0;             ///< Probes used.
  std::int64_t requests = 0;  ///< In them.
  int most_pods = 0;          ///< Largest pool measured.
  Rate highest_rate;          ///< Highest rate measured.
  /// From the capacity of a pod at each number of pods; nothing with fewer than three of them.
  std::optional<queueing::UslFit> scaling;
  std::vector<int> scaling_pods;  ///< Those numbers.
  std::optional<FittedCurve> curve;
};

inline constexpr std::int64_t kLeastFitRequests = 500;

/// Whether the ends of a slowdown's interval are so far apart (more than half) that nothing should
/// be sized by it.
[[nodiscard]] bool SaysNothing(const stats::Interval& slowdown);

/// Fits service time, scatter, what lies beside the service, and the balancer to all runs together.
///
/// Runs with users are explained by the loop that they make (queueing/pool.h): before several pods
/// only where the balancer is known to be random, least or central.
/// Pods at three or more numbers: the service is fitted at each, and what it takes longer where
/// there are more of them is the universal scalability law's, where that explains the capacities
/// better than pods which do not touch each other.
/// With `fit_curve` the means of at least three loads, the highest with twice as many requests in a
/// pod as the lowest, give the curve. Pods at three or more numbers then share it, and have a
/// service time at each; the balancers are compared with those free.
///
/// The interval of the service time is a profile of the fit's loss at 95 %, at least ±3 %. Where no
/// probe shows a limit, all of a lone response counts as service: the safe side.
/// Errors: kInvalidArgument: no probe below its limit, fewer than kLeastFitRequests requests,
/// users before several pods behind another balancer, loads too alike for a curve, or too unlike
/// from one number of pods to the other to tell the curve from what pods cost each other, or those
/// that cost each other beside a curve behind a balancer that is not known.
[[nodiscard]] Result<FittedService> FitService(const std::vector<FitRun>& runs,
                                               const FitGiven& given);

}  // namespace loadline::sizing
