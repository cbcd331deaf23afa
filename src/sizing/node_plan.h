// NodePlan: which nodes, how many in which zone, and what they cost, so that enough pods are left
// when a node or a zone is lost.
//
// Pure functions of the demand, the node types and today's date; safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/node_type.h"
#include "sizing/packing.h"
#include "sizing/survive.h"

namespace loadline::sizing {

/// Pods of the cluster's own (ingress controllers, routers) which stand on the same nodes.
struct ClusterPods {
  int count = 0;
  catalog::Resources each;
};

/// Pods that a rollout adds for a while (`maxSurge`).
struct Surge {
  double share = 0.25;    ///< Of all pods, rounded up as Kubernetes does; in [0, 1].
  std::int64_t pods = 0;  ///< Above 0: so many, whatever the share.

  [[nodiscard]] std::int64_t Of(std::int64_t all) const;
};

/// What is asked for.
struct NodeDemand {
  std::int64_t pods = 0;  ///< That must be left after the loss, >= 1.
  std::int64_t least =
      0;  ///< To run in any case, as an autoscaler may ask for; 0: as the loss asks.
  catalog::Resources pod;  ///< Requests of each; memory with its peak.
  Survive survive = Survive::kNode;
  int zones = 3;              ///< >= 1; the pods are spread over them with a skew of one at most.
  bool one_per_node = false;  ///< Pods refuse each other's company on a node.

  NodeOverhead overhead;  ///< DaemonSets of each node.
  ClusterPods cluster;

  Surge surge;
  bool room_for_surge = false;  ///< Whether there must be room for the pods of a rollout.

  std::optional<catalog::Platform> platform;  ///< Nothing: the managed one of each type's provider.
  int max_pods_per_node = 0;                  ///< 0: the platform's.
  bool mix = false;                           ///< Several node types in one answer.
  std::int64_t max_nodes = 0;                 ///< 0: any number.
  bool spot = false;                          ///< Spot prices; types without one are left out.
  bool alternatives = true;                   ///< Whether to look for those of the answer.

  double hours_per_month = 730;
  double control_plane_usd_per_month = 0;
  double disk_usd_per_node_month = 0;
  double load_balancer_usd_per_month = 0;
};

/// Nodes of one type.
struct NodeGroup {
  catalog::NodeType type;
  catalog::Allocatable allocatable;
  Places places;
  std::vector<std::int64_t> per_zone;  ///< Nodes in each zone.
  std::int64_t nodes = 0;              ///< Their sum.
  double usd_per_node_hour = 0;
  double usd_per_month = 0;
};

/// One line of the bill.
struct CostLine {
  std::string what;  ///< `nodes`, `control plane`, `disks`, `load balancer`.
  double usd_per_month = 0;
};

/// Another answer, and what it would take.
struct NodeAlternative {
  std::string what;    ///< `survive node only`, `next cheapest type Standard_F4s_v2`, `spot`.
  std::string option;  ///< The flag that asks for it: `--survive node`.
  std::int64_t pods = 0;
  std::int64_t nodes = 0;
  double usd_per_month = 0;
};

/// The answer.
struct NodePlan {
  std::int64_t pods = 0;                    ///< To run, the margin for the loss included.
  std::vector<std::int64_t> pods_per_zone;  ///< As the spread puts them.
  std::int64_t most_pods_on_a_node = 0;     ///< As the spread over hostnames puts them.
  std::int64_t left_after_loss = 0;         ///< Pods that run on after the worst loss.
  std::vector<NodeGroup> groups;            ///< Dearest first.
  std::int64_t nodes = 0;
  std::int64_t places = 0;                    ///< For such pods, beside the cluster's own.
  std::int64_t surge_pods = 0;                ///< What a rollout adds at most.
  bool surge_fits = false;                    ///< All of them at once.
  double cpu_fill = 0;                        ///< Requested of what pods may use, all pods counted.
  double memory_fill = 0;                     ///< Likewise.
  std::vector<CostLine> cost;                 ///< Without lines of nothing.
  double usd_per_month = 0;                   ///< Their sum.
  std::chrono::sys_days oldest{};             ///< The day of the oldest price in it.
  std::vector<NodeAlternative> alternatives;  ///< Cheaper by giving something up, then the next.
};

/// The cheapest nodes for `demand` of `types`; equally cheap: fewer nodes.
///
/// Each zone gets its share of the pods, and nodes of its own for them. To outlive a zone, so many
/// pods run that those of the largest zone may go; to outlive a node, that those of the fullest
/// node may go, where the pods are spread evenly over nodes as far as they have places. Of `mix`,
/// the exact optimum for each zone (without `max_nodes`; with it, near it).
///
/// Errors (kInvalidArgument): a demand that is none (a pod without requests, no pods, no zones),
/// a zone to be lost of one, no types; a pod that no type can hold (with the largest of them and
/// what it lacks); more nodes needed than `max_nodes`.
[[nodiscard]] Result<NodePlan> PlanNodes(const NodeDemand& demand,
                                         const std::vector<catalog::NodeType>& types);

}  // namespace loadline::sizing
