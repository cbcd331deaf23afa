// AutoscalerBounds: minReplicas, maxReplicas and target of a HorizontalPodAutoscaler under which
// the objectives hold wherever it may stand still.
//
// An autoscaler with a target of 70 % adds no pod before its dead band ends, at 70 % · (1 + 10 %) =
// 77 %. So 77 %, not 70 %, is what the pods have to bear, and with the loss that must be outlived
// on top. Few pods bear less than many (fewer to find an idle one among), and the target is one for
// all numbers of pods: the weakest number between the bounds sets it. Pure functions, safe from any
// thread. Source: Kubernetes, `pkg/controller/podautoscaler/replica_calculator.go` (tolerance).
#pragma once

#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/objective.h"
#include "sizing/pods.h"
#include "sizing/survive.h"

namespace loadline::sizing {

/// Kubernetes' own: `--horizontal-pod-autoscaler-tolerance`.
inline constexpr double kDefaultDeadBand = 0.1;

struct AutoscalerDemand {
  Rate peak;                            ///< > 0; maxReplicas must carry it.
  Rate lowest;                          ///< In (0, peak]; minReplicas must.
  double dead_band = kDefaultDeadBand;  ///< In [0, 1]: nothing is done up to target · (1 + this).
  double margin = 1;                    ///< >= 1: further room on what pods can bear.
  Loss loss;                            ///< That must be outlived with any number of pods.
};

struct AutoscalerBounds {
  int min_pods = 0;
  int max_pods = 0;
  double target = 0;        ///< Share of the time that pods are busy, in whole per cent.
  double top = 0;           ///< target · (1 + dead band): what it lets happen.
  int weakest = 0;          ///< The number of pods that bears least…
  double weakest_busy = 0;  ///< …and how busy they may be with nothing lost; >= `top` · margin.
  double peak_work = 0;     ///< Pods that would be busy all the time at the peak.
};

/// The highest target under which every number of pods from `min_pods` on keeps `objectives`, even
/// after the loss, at the top of the dead band; and the pods that it would ask for at the peak.
/// `fewest_at_peak`: pods that must run at the peak in any case, the loss included.
///
/// The target is of the time that pods are busy; it is one of the CPU request where a pod that is
/// busy all the time uses just what it requests.
///
/// Errors (kInvalidArgument): rates or a dead band out of range, no number of pods is enough (as
/// FewestPods), a target below 1 %.
[[nodiscard]] Result<AutoscalerBounds> BoundsFor(const ServiceModel& model,
                                                 const std::vector<measure::Objective>& objectives,
                                                 const AutoscalerDemand& demand,
                                                 int fewest_at_peak);

}  // namespace loadline::sizing
