// Packing: how many equal pods fit onto a node, what stops the next one, and where each of them is
// when a cluster is full enough.
//
// Whole pods only: three nodes with 1.4 CPU free hold three pods of 1 CPU, not four. Pure
// functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/node_type.h"

namespace loadline::sizing {

/// The places of a node.
struct Places {
  std::int64_t pods = 0;  ///< So many fit.
  std::string binds;      ///< What the next would lack: `CPU`, `memory`, `pods`, a resource's name,
                          ///< `anti-affinity`.
  catalog::Resources free;  ///< Left over beside them.
};

/// What is on each node before the pods that are sized.
struct NodeOverhead {
  catalog::Resources daemons{.millicores = 300, .memory = {400LL << 20}, .extended = {}};
  int daemon_pods = 4;  ///< How many pods that is: they count against the kubelet's limit.
};

/// How many of `pod` fit onto a node with `allocatable` beside `overhead`.
///
/// `one_per_node`: pods that refuse each other's company (anti-affinity over `hostname`).
/// 0 pods where not even one fits; `binds` then says what it lacks.
[[nodiscard]] Places PlacesOn(const catalog::Allocatable& allocatable, const NodeOverhead& overhead,
                              const catalog::Resources& pod, bool one_per_node = false);

/// Places that one pod of a cluster's own (an ingress controller, a router) takes from the pods
/// that are sized, at most: it may need a place as large as several of them. At least 1.
[[nodiscard]] std::int64_t PlacesTaken(const catalog::Resources& cluster_pod,
                                       const catalog::Resources& pod);

/// `pods` spread as evenly over nodes as their places allow, as a topology spread over hostnames
/// does: no node with fewer pods than another has but for want of a place, or by one.
///
/// `places`: of each node. Errors (kInvalidArgument): more pods than places.
[[nodiscard]] Result<std::vector<std::int64_t>> SpreadOver(const std::vector<std::int64_t>& places,
                                                           std::int64_t pods);

/// `pods` over `zones` >= 1 with a skew of one at most: 10 over 3 are 4, 3, 3.
[[nodiscard]] std::vector<std::int64_t> SpreadOverZones(std::int64_t pods, int zones);

}  // namespace loadline::sizing
