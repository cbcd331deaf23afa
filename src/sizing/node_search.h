// NodeSearch: for a demand, which of the candidates and how many, so that enough pods are left
// after the loss, at the least price.
//
// Pure, safe from any thread. The part of PlanNodes (node_plan.h) that decides.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sizing/node_cover.h"
#include "sizing/node_plan.h"

namespace loadline::sizing {

/// A type that can hold a pod at least.
struct NodeCandidate {
  NodeGroup group;        ///< Without a number of nodes yet.
  double node_price = 0;  ///< USD per month of one node, with its disk.
};

/// One way to fulfil a demand.
struct NodeSolution {
  std::int64_t pods = 0;                ///< To run, the spare ones included.
  std::int64_t node_limit = 0;          ///< Pods on one node at most.
  std::vector<std::int64_t> zone_pods;  ///< Without the cluster's own.
  std::vector<NodeCover> zone_covers;   ///< Counts in the order of the candidates, for each zone.
  std::int64_t nodes = 0;
  double price = 0;  ///< USD per month of the nodes.
};

/// The cheapest of them, of one type or a mix as the demand says; nothing where its `max_nodes`
/// cannot be kept. `demand` has been checked; there is a candidate at least.
[[nodiscard]] std::optional<NodeSolution> CheapestNodes(
    const NodeDemand& demand, const std::vector<NodeCandidate>& candidates);

}  // namespace loadline::sizing
