// How many pods run, under which autoscaler and on which nodes, once it is known how many keep the
// objectives.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "cli/size_nodes.h"
#include "measure/objective.h"
#include "sizing/autoscaler.h"
#include "sizing/node_plan.h"
#include "sizing/pods.h"

namespace loadline::cli {

/// What placing depends on beside the rate.
struct PlacementInput {
  sizing::ServiceModel model;
  std::vector<measure::Objective> objectives;
  double margin = 1.0;  ///< >= 1: pods that the simulator asks for, of those of the formulae.
  sizing::Survive survive = sizing::Survive::kNone;
  int zones = 1;
  std::optional<double> dead_band;  ///< Nothing: no autoscaler.
  double lowest_share = 1.0;        ///< The lowest traffic, of the peak.
  std::optional<NodeChoice> nodes;
};

/// What the options ask for, and the model of `report` (with `rate` and `forecast` for the lowest
/// traffic). Errors: as ReadNodeChoice(); a node to be outlived of no type.
[[nodiscard]] Result<PlacementInput> PlacementFor(const Arguments& arguments,
                                                  const SizeInput& input,
                                                  const report::SizeReport& report);

/// Where the pods are.
struct Placement {
  std::int64_t pods = 0;  ///< To run; under an autoscaler at most.
  std::optional<sizing::AutoscalerBounds> bounds;
  sizing::AutoscalerDemand scaled;  ///< With `bounds`.
  std::optional<sizing::NodePlan> plan;
  sizing::NodeDemand demand;  ///< With `plan`.
};

/// Places what `rate` takes, of which `needed` pods have to be left after the loss.
///
/// Errors (kInvalidArgument): as BoundsFor and PlanNodes; where it is --max-nodes that is too few,
/// with the rate that so many nodes carry.
[[nodiscard]] Result<Placement> Place(const PlacementInput& input, Rate rate, int needed);

}  // namespace loadline::cli
