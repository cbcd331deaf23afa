#include "sizing/node_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "sizing/node_search.h"

namespace loadline::sizing {
namespace {

constexpr double kMiB = 1 << 20;

std::string Amount(const catalog::Resources& resources) {
  std::string text =
      fmt::format("{:.4g} CPU, {:.4g} MiB", static_cast<double>(resources.millicores) / 1000.0,
                  static_cast<double>(resources.memory.count) / kMiB);
  for (const catalog::ExtendedResource& each : resources.extended) {
    text += fmt::format(", {} {}", each.count, each.name);
  }
  return text;
}

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

// Beyond these no cluster is, and sums might overflow.
constexpr std::int64_t kMostPods = 10'000'000;
constexpr int kMostZones = 100;
constexpr int kMostPodsPerNode = 1000;

bool IsNegative(const catalog::Resources& resources) {
  return resources.millicores < 0 || resources.memory.count < 0 ||
         std::ranges::any_of(resources.extended,
                             [](const catalog::ExtendedResource& each) { return each.count < 0; });
}

Status CheckPods(const NodeDemand& demand) {
  if (demand.pods < 1 || demand.pods > kMostPods || demand.least < 0 || demand.least > kMostPods) {
    return Wrong(
        fmt::format("{} pods: at least one must be left, at most {}", demand.pods, kMostPods));
  }
  if (IsNegative(demand.pod) || IsNegative(demand.cluster.each) ||
      IsNegative(demand.overhead.daemons) || demand.cluster.count < 0 ||
      demand.cluster.count > kMostPods || demand.overhead.daemon_pods < 0) {
    return Wrong(
        fmt::format("a pod of {}, {} cluster pods of {}, DaemonSets of {} in {} pods: none "
                    "of it can be negative",
                    Amount(demand.pod), demand.cluster.count, Amount(demand.cluster.each),
                    Amount(demand.overhead.daemons), demand.overhead.daemon_pods));
  }
  if (demand.pod.millicores == 0 && demand.pod.memory.count == 0) {
    return Wrong("a pod that requests neither CPU nor memory fits anywhere: say what it needs");
  }
  for (const catalog::ExtendedResource& each : demand.pod.extended) {
    if (each.count < 1) {
      return Wrong(fmt::format("a pod of {} {}: at least 1", each.count, each.name));
    }
  }
  if (demand.max_pods_per_node < 0 || demand.max_pods_per_node > kMostPodsPerNode) {
    return Wrong(fmt::format("{} pods per node: 0 for the platform's, or up to {}",
                             demand.max_pods_per_node, kMostPodsPerNode));
  }
  return {};
}

Status CheckDemand(const NodeDemand& demand) {
  TRY(CheckPods(demand));
  if (demand.zones < 1 || demand.zones > kMostZones) {
    return Wrong(fmt::format("{} zones: at least one, at most {}", demand.zones, kMostZones));
  }
  if (demand.survive == Survive::kZone && demand.zones < 2) {
    return Wrong("one zone cannot be lost and survived: use two or more zones, or survive node");
  }
  if (!(demand.surge.share >= 0 && demand.surge.share <= 1) || demand.surge.pods < 0 ||
      demand.surge.pods > kMostPods || demand.max_nodes < 0) {
    return Wrong(
        fmt::format("surge of a share of {} or {} pods, at most {} nodes: a share in [0, 1], and "
                    "0 pods and nodes or more",
                    demand.surge.share, demand.surge.pods, demand.max_nodes));
  }
  const auto is_cost = [](double usd) { return usd >= 0 && std::isfinite(usd); };
  if (!(demand.hours_per_month > 0 && demand.hours_per_month <= 744) ||
      !is_cost(demand.control_plane_usd_per_month) || !is_cost(demand.disk_usd_per_node_month) ||
      !is_cost(demand.load_balancer_usd_per_month)) {
    return Wrong(
        fmt::format("{} hours per month, control plane {}, disks {}, load balancer {} USD: "
                    "a month has up to 744 hours, and costs are 0 or more",
                    demand.hours_per_month, demand.control_plane_usd_per_month,
                    demand.disk_usd_per_node_month, demand.load_balancer_usd_per_month));
  }
  return {};
}

// The types that hold a pod at least, priced; an error that names the largest where none does.
Result<std::vector<NodeCandidate>> CandidatesOf(const NodeDemand& demand,
                                                const std::vector<catalog::NodeType>& types) {
  std::vector<NodeCandidate> candidates;
  std::string lacks = "no node types to choose from";
  std::int64_t largest = -1;
  for (const catalog::NodeType& type : types) {
    if (demand.spot && !type.spot_usd_per_hour) {
      continue;
    }
    const catalog::Platform platform =
        demand.platform.value_or(catalog::DefaultPlatform(type.provider));
    const Result<catalog::Allocatable> allocatable =
        catalog::AllocatableOf(type, platform, demand.max_pods_per_node);
    Places places;
    if (allocatable) {
      places = PlacesOn(*allocatable, demand.overhead, demand.pod, demand.one_per_node);
    }
    if (places.pods < 1) {
      if (type.capacity.millicores > largest) {
        largest = type.capacity.millicores;
        lacks = !allocatable ? allocatable.error().message
                             : fmt::format(
                                   "a pod of {} fits onto no node: {} lacks {} beside its "
                                   "DaemonSets; ask for less or allow a larger node type",
                                   Amount(demand.pod), type.name, places.binds);
      }
      continue;
    }
    const double hourly = demand.spot ? *type.spot_usd_per_hour : type.on_demand_usd_per_hour;
    candidates.push_back(
        {.group = {.type = type,
                   .allocatable = *allocatable,
                   .places = std::move(places),
                   .per_zone = {},
                   .usd_per_node_hour = hourly},
         .node_price = hourly * demand.hours_per_month + demand.disk_usd_per_node_month});
  }
  if (candidates.empty()) {
    if (demand.spot && largest < 0 && !types.empty()) {
      return Wrong("none of the node types has a spot price: give one with --prices");
    }
    return Wrong(std::move(lacks));
  }
  return candidates;
}

// Where the spread puts the pods: per zone, evenly over its nodes.
void PlacePods(const NodeSolution& solution, const std::vector<NodeCandidate>& candidates,
               NodePlan& plan) {
  for (std::size_t zone = 0; zone < solution.zone_pods.size(); ++zone) {
    std::vector<std::int64_t> places;
    const NodeCover& cover = solution.zone_covers[zone];
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      places.insert(places.end(), static_cast<std::size_t>(cover.counts[i]),
                    std::min(candidates[i].group.places.pods, solution.node_limit));
    }
    const Result<std::vector<std::int64_t>> placed = SpreadOver(places, solution.zone_pods[zone]);
    CHECK(placed.has_value());
    for (const std::int64_t pods : *placed) {
      plan.most_pods_on_a_node = std::max(plan.most_pods_on_a_node, pods);
    }
  }
}

void CountFill(const NodeDemand& demand, NodePlan& plan) {
  double cpu = 0;
  double memory = 0;
  for (const NodeGroup& group : plan.groups) {
    const auto nodes = static_cast<double>(group.nodes);
    cpu += nodes * static_cast<double>(group.allocatable.resources.millicores);
    memory += nodes * static_cast<double>(group.allocatable.resources.memory.count);
  }
  const auto asked = [&](std::int64_t pod, std::int64_t daemon, std::int64_t own) {
    return static_cast<double>(plan.pods) * static_cast<double>(pod) +
           static_cast<double>(plan.nodes) * static_cast<double>(daemon) +
           static_cast<double>(demand.cluster.count) * static_cast<double>(own);
  };
  plan.cpu_fill = asked(demand.pod.millicores, demand.overhead.daemons.millicores,
                        demand.cluster.each.millicores) /
                  cpu;
  plan.memory_fill = asked(demand.pod.memory.count, demand.overhead.daemons.memory.count,
                           demand.cluster.each.memory.count) /
                     memory;
}

void AddUp(const NodeDemand& demand, NodePlan& plan) {
  double nodes = 0;
  for (NodeGroup& group : plan.groups) {
    group.usd_per_month =
        static_cast<double>(group.nodes) * group.usd_per_node_hour * demand.hours_per_month;
    nodes += group.usd_per_month;
    plan.oldest =
        &group == &plan.groups.front() ? group.type.as_of : std::min(plan.oldest, group.type.as_of);
  }
  const std::array<CostLine, 4> lines{{
      {"nodes", nodes},
      {"control plane", demand.control_plane_usd_per_month},
      {"disks", demand.disk_usd_per_node_month * static_cast<double>(plan.nodes)},
      {"load balancer", demand.load_balancer_usd_per_month},
  }};
  for (const CostLine& line : lines) {
    if (line.usd_per_month > 0) {
      plan.cost.push_back(line);
      plan.usd_per_month += line.usd_per_month;
    }
  }
}

NodePlan PlanOf(const NodeDemand& demand, const NodeSolution& solution,
                const std::vector<NodeCandidate>& candidates) {
  NodePlan plan;
  plan.pods = solution.pods;
  plan.pods_per_zone = solution.zone_pods;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    NodeGroup group = candidates[i].group;
    for (const NodeCover& cover : solution.zone_covers) {
      group.per_zone.push_back(cover.counts[i]);
      group.nodes += cover.counts[i];
    }
    if (group.nodes > 0) {
      plan.nodes += group.nodes;
      plan.places += group.nodes * group.places.pods;
      plan.groups.push_back(std::move(group));
    }
  }
  plan.places -= demand.cluster.count * PlacesTaken(demand.cluster.each, demand.pod);
  std::ranges::stable_sort(plan.groups, [](const NodeGroup& a, const NodeGroup& b) {
    return a.usd_per_node_hour > b.usd_per_node_hour;
  });
  PlacePods(solution, candidates, plan);
  const std::int64_t largest_zone =
      *std::max_element(plan.pods_per_zone.begin(), plan.pods_per_zone.end());
  const std::int64_t lost = demand.survive == Survive::kZone   ? largest_zone
                            : demand.survive == Survive::kNode ? plan.most_pods_on_a_node
                                                               : 0;
  plan.left_after_loss = plan.pods - lost;
  plan.surge_pods = demand.surge.Of(plan.pods);
  plan.surge_fits = plan.pods + plan.surge_pods <= plan.places;
  CountFill(demand, plan);
  AddUp(demand, plan);
  return plan;
}

Result<NodePlan> PlanWith(const NodeDemand& demand, const std::vector<NodeCandidate>& candidates) {
  const std::optional<NodeSolution> solution = CheapestNodes(demand, candidates);
  if (!solution) {
    NodeDemand unlimited = demand;
    unlimited.max_nodes = 0;
    const std::optional<NodeSolution> most = CheapestNodes(unlimited, candidates);
    CHECK(most.has_value());
    return Wrong(
        fmt::format("{} pods do not fit onto {} nodes ({} zones): {} nodes would do; allow "
                    "more or larger ones",
                    most->pods, demand.max_nodes, demand.zones, most->nodes));
  }
  return PlanOf(demand, *solution, candidates);
}

void AddAlternative(const NodeDemand& demand, const std::vector<catalog::NodeType>& types,
                    std::string what, std::string option,
                    std::vector<NodeAlternative>& alternatives) {
  const Result<std::vector<NodeCandidate>> candidates = CandidatesOf(demand, types);
  if (!candidates) {
    return;
  }
  if (const Result<NodePlan> plan = PlanWith(demand, *candidates); plan) {
    alternatives.push_back({.what = std::move(what),
                            .option = std::move(option),
                            .pods = plan->pods,
                            .nodes = plan->nodes,
                            .usd_per_month = plan->usd_per_month});
  }
}

// What would be cheaper by giving something up, and the best answer without the chosen types.
std::vector<NodeAlternative> AlternativesTo(const NodePlan& plan, const NodeDemand& demand,
                                            const std::vector<catalog::NodeType>& types) {
  std::vector<NodeAlternative> alternatives;
  for (const Survive weaker : {Survive::kNode, Survive::kNone}) {
    if (weaker < demand.survive) {
      NodeDemand less = demand;
      less.survive = weaker;
      AddAlternative(less, types,
                     weaker == Survive::kNode ? "survive a node only" : "survive no loss",
                     fmt::format("--survive {}", SurviveName(weaker)), alternatives);
    }
  }
  if (!demand.spot) {
    NodeDemand spot = demand;
    spot.spot = true;
    AddAlternative(spot, types, "spot prices: any node may be taken away", "--spot", alternatives);
  }
  if (!demand.mix && types.size() > 1) {
    NodeDemand mix = demand;
    mix.mix = true;
    AddAlternative(mix, types, "several node types", "--mix", alternatives);
  }
  std::erase_if(alternatives, [&](const NodeAlternative& each) {
    return each.usd_per_month >= plan.usd_per_month * (1 - 1e-9);
  });
  std::vector<catalog::NodeType> others;
  for (const catalog::NodeType& type : types) {
    const bool chosen = std::ranges::any_of(plan.groups, [&](const NodeGroup& group) {
      return group.type.name == type.name && group.type.region == type.region;
    });
    if (!chosen) {
      others.push_back(type);
    }
  }
  NodeDemand next = demand;
  next.mix = false;
  if (const Result<std::vector<NodeCandidate>> candidates = CandidatesOf(next, others);
      candidates) {
    if (const Result<NodePlan> other = PlanWith(next, *candidates); other) {
      const std::string& name = other->groups.front().type.name;
      alternatives.push_back({.what = fmt::format("next cheapest type {}", name),
                              .option = fmt::format("--node {}", name),
                              .pods = other->pods,
                              .nodes = other->nodes,
                              .usd_per_month = other->usd_per_month});
    }
  }
  return alternatives;
}

}  // namespace

std::int64_t Surge::Of(std::int64_t all) const {
  return pods > 0 ? pods : std::llround(std::ceil(share * static_cast<double>(all) - 1e-9));
}

Result<NodePlan> PlanNodes(const NodeDemand& demand, const std::vector<catalog::NodeType>& types) {
  TRY(CheckDemand(demand));
  const std::vector<NodeCandidate> candidates = TRY(CandidatesOf(demand, types));
  NodePlan plan = TRY(PlanWith(demand, candidates));
  if (demand.alternatives) {
    plan.alternatives = AlternativesTo(plan, demand, types);
  }
  return plan;
}

}  // namespace loadline::sizing
