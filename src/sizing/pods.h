// How many pods keep the objectives at a rate, and how near the edge that is.
//
// Pure functions of the model (queueing/pool.h says how exact that is).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/objective.h"
#include "queueing/pool.h"
#include "queueing/usl.h"

namespace loadline::sizing {

/// A service as sizing knows it: one pod, the balancer in front, and how sure that is.
struct ServiceModel {
  queueing::Pool pod;      ///< Its `pods` is not used; its `service` is the best estimate.
  Duration service_low{};  ///< Interval of the service time; sizing takes the upper end. > 0.
  Duration service_high{};
  /// How pods get in each other's way: the service time grows with their number.
  queueing::Usl contention = {};

  /// `pods` of it with a service time of `service`.
  [[nodiscard]] queueing::Pool At(int pods, Duration service) const;
};

/// What an objective would measure.
struct ObjectiveOutlook {
  measure::Objective objective;
  double value = 0.0;  ///< Seconds or share, by metric; infinite where there is no end.
  bool holds = false;
};

/// A number of pods at a rate.
struct PodsOutlook {
  int pods = 0;
  double busy = 0.0;  ///< Share of the pods' capacity in use; above 1: more is asked than there is.
  bool stable = true;
  double rejected = 0.0;  ///< Share of requests.
  std::vector<ObjectiveOutlook> objectives;
  bool holds = false;  ///< Stable, and every objective holds.
};

/// What `pods` would do with the upper end of the service time.
[[nodiscard]] PodsOutlook Foresee(const ServiceModel& model, Rate rate,
                                  const std::vector<measure::Objective>& objectives, int pods);

struct PodsAnswer {
  PodsOutlook outlook;               ///< At the fewest pods that hold.
  std::optional<PodsOutlook> fewer;  ///< With one fewer; nothing where one pod is enough.
};

inline constexpr int kMostPods = 100'000;

/// The fewest pods that keep all `objectives` at `rate` > 0.
///
/// Quantiles, `mean` and `errors` (as rejects) are foreseen; others are an error, as is an empty
/// list. Errors: kInvalidArgument, with the best possible value where no number of pods is enough.
[[nodiscard]] Result<PodsAnswer> FewestPods(const ServiceModel& model, Rate rate,
                                            const std::vector<measure::Objective>& objectives);

/// The highest rate that `pods` keep the objectives at; 0 where they never hold.
[[nodiscard]] Rate HighestRateThatHolds(const ServiceModel& model,
                                        const std::vector<measure::Objective>& objectives,
                                        int pods);

}  // namespace loadline::sizing
