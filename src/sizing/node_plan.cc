#include "sizing/node_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "sizing/node_cover.h"

namespace loadline::sizing {
namespace {

constexpr std::array<std::pair<Survive, std::string_view>, 3> kSurvive{{
    {Survive::kNone, "none"},
    {Survive::kNode, "node"},
    {Survive::kZone, "zone"},
}};

constexpr double kMiB = 1 << 20;

// A type that can hold a pod at least.
struct Candidate {
  NodeGroup group;
  double node_price = 0;  // USD per month, with its disk.
};

// One way to fulfil the demand.
struct Solution {
  std::int64_t pods = 0;
  std::int64_t node_limit = 0;          // Pods on one node at most.
  std::vector<std::int64_t> zone_pods;  // Without the cluster's own.
  std::vector<NodeCover> zone_covers;   // In the order of the zones.
  std::int64_t nodes = 0;
  double price = 0;
};

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

Status CheckDemand(const NodeDemand& demand) {
  if (demand.pods < 1) {
    return Wrong(fmt::format("{} pods: at least one must be left", demand.pods));
  }
  if (demand.pod.millicores < 0 || demand.pod.memory.count < 0) {
    return Wrong(fmt::format("a pod of {}: requests cannot be negative", Amount(demand.pod)));
  }
  if (demand.pod.millicores == 0 && demand.pod.memory.count == 0) {
    return Wrong("a pod that requests neither CPU nor memory fits anywhere: say what it needs");
  }
  for (const catalog::ExtendedResource& each : demand.pod.extended) {
    if (each.count < 1) {
      return Wrong(fmt::format("a pod of {} {}: at least 1", each.count, each.name));
    }
  }
  if (demand.zones < 1) {
    return Wrong(fmt::format("{} zones: at least one", demand.zones));
  }
  if (demand.survive == Survive::kZone && demand.zones < 2) {
    return Wrong("one zone cannot be lost and survived: use two or more zones, or survive node");
  }
  if (!(demand.surge >= 0) || !(demand.hours_per_month > 0) || demand.max_nodes < 0) {
    return Wrong(
        fmt::format("surge {}, {} hours per month, at most {} nodes: none may be negative, "
                    "and a month has hours",
                    demand.surge, demand.hours_per_month, demand.max_nodes));
  }
  return {};
}

// The types that hold a pod at least, priced; an error that names the largest where none does.
Result<std::vector<Candidate>> CandidatesOf(const NodeDemand& demand,
                                            const std::vector<catalog::NodeType>& types) {
  std::vector<Candidate> candidates;
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

std::vector<CoverItem> ItemsOf(const std::vector<Candidate>& candidates, std::int64_t limit) {
  std::vector<CoverItem> items;
  items.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    items.push_back(
        {.places = std::min(candidate.group.places.pods, limit), .price = candidate.node_price});
  }
  return items;
}

// The places that each zone must have for `pods`: the pods themselves, a rollout's, the cluster's.
std::vector<std::int64_t> PlacesPerZone(const NodeDemand& demand, std::int64_t pods) {
  std::int64_t all = pods;
  if (demand.room_for_surge) {
    all += static_cast<std::int64_t>(std::ceil(demand.surge * static_cast<double>(pods)));
  }
  std::vector<std::int64_t> places = SpreadOverZones(all, demand.zones);
  const std::vector<std::int64_t> own = SpreadOverZones(demand.cluster.count, demand.zones);
  const std::int64_t taken = PlacesTaken(demand.cluster.each, demand.pod);
  for (std::size_t zone = 0; zone < places.size(); ++zone) {
    places[zone] += own[own.size() - 1 - zone] * taken;  // To the zones with fewer pods first.
  }
  return places;
}

// Nodes for `pods` with `limit` pods on each at most. Nothing where `max_nodes` is too few.
std::optional<Solution> Cover(const NodeDemand& demand, const std::vector<CoverItem>& items,
                              std::int64_t pods, std::int64_t limit) {
  Solution solution{.pods = pods,
                    .node_limit = limit,
                    .zone_pods = SpreadOverZones(pods, demand.zones),
                    .zone_covers = {}};
  const std::vector<std::int64_t> places = PlacesPerZone(demand, pods);
  const std::vector<std::int64_t> allowed = SpreadOverZones(demand.max_nodes, demand.zones);
  for (std::size_t zone = 0; zone < places.size(); ++zone) {
    if (demand.max_nodes > 0 && allowed[zone] == 0 && places[zone] > 0) {
      return std::nullopt;
    }
    if (zone > 0 && places[zone] == places[zone - 1] && allowed[zone] == allowed[zone - 1]) {
      solution.zone_covers.push_back(solution.zone_covers.back());
    } else {
      std::optional<NodeCover> cover =
          CheapestCover(items, places[zone], allowed[zone], demand.mix);
      if (!cover) {
        return std::nullopt;
      }
      solution.zone_covers.push_back(*std::move(cover));
    }
    solution.nodes += solution.zone_covers.back().nodes;
    solution.price += solution.zone_covers.back().price;
  }
  return solution;
}

bool Better(const Solution& a, const std::optional<Solution>& b) {
  if (!b) {
    return true;
  }
  const double margin = 1e-9 * b->price;
  return a.price < b->price - margin || (a.price <= b->price + margin && a.nodes < b->nodes);
}

// Pods to run so that `left` remain when the fullest zone goes: (zones − 1)/zones of them, whole.
std::int64_t PodsOverZones(std::int64_t left, int zones) {
  std::int64_t pods = left;
  while (pods - (pods + zones - 1) / zones < left) {
    const std::int64_t missing = left - (pods - (pods + zones - 1) / zones);
    pods += missing;
  }
  return pods;
}

// The cheapest over the limits of pods per node: with a higher one fewer nodes are needed, but more
// pods must be spare, since that many are lost with a node.
std::optional<Solution> SurviveNode(const NodeDemand& demand,
                                    const std::vector<Candidate>& candidates) {
  std::int64_t most = 0;
  double best_value = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates) {
    most = std::max(most, candidate.group.places.pods);
    best_value = std::min(best_value,
                          candidate.node_price / static_cast<double>(candidate.group.places.pods));
  }
  most = std::min(most, demand.pods);
  std::optional<Solution> best;
  for (std::int64_t limit = most; limit >= 1; --limit) {
    const std::int64_t pods = demand.pods + limit;
    if (best && best_value * static_cast<double>(pods) > best->price) {
      continue;  // Not even at the best price per place.
    }
    double clipped = std::numeric_limits<double>::infinity();
    const std::vector<CoverItem> items = ItemsOf(candidates, limit);
    for (const CoverItem& item : items) {
      clipped = std::min(clipped, item.price / static_cast<double>(item.places));
    }
    if (best && clipped * static_cast<double>(pods) > best->price) {
      continue;
    }
    std::optional<Solution> solution = Cover(demand, items, pods, limit);
    if (solution && Better(*solution, best)) {
      best = std::move(solution);
    }
  }
  return best;
}

std::optional<Solution> SolveFor(const NodeDemand& demand,
                                 const std::vector<Candidate>& candidates) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  switch (demand.survive) {
    case Survive::kNode:
      return SurviveNode(demand, candidates);
    case Survive::kZone:
      return Cover(demand, ItemsOf(candidates, kAny), PodsOverZones(demand.pods, demand.zones),
                   kAny);
    case Survive::kNone:
      break;
  }
  return Cover(demand, ItemsOf(candidates, kAny), demand.pods, kAny);
}

// One type in all zones, or a mix.
std::optional<Solution> Solve(const NodeDemand& demand, const std::vector<Candidate>& candidates) {
  if (demand.mix) {
    return SolveFor(demand, candidates);
  }
  std::optional<Solution> best;
  std::size_t best_type = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    std::optional<Solution> solution = SolveFor(demand, {candidates[i]});
    if (solution && Better(*solution, best)) {
      best = std::move(solution);
      best_type = i;
    }
  }
  if (best) {
    for (NodeCover& cover : best->zone_covers) {
      const std::int64_t nodes = cover.counts.front();
      cover.counts.assign(candidates.size(), 0);
      cover.counts[best_type] = nodes;
    }
  }
  return best;
}

// Where the spread puts the pods: per zone, evenly over its nodes.
void PlacePods(const Solution& solution, const std::vector<Candidate>& candidates, NodePlan& plan) {
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
    return static_cast<double>(plan.pods * pod + plan.nodes * daemon + demand.cluster.count * own);
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

NodePlan PlanOf(const NodeDemand& demand, const Solution& solution,
                const std::vector<Candidate>& candidates) {
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
  plan.surge_pods =
      static_cast<std::int64_t>(std::ceil(demand.surge * static_cast<double>(plan.pods)));
  plan.surge_fits = plan.pods + plan.surge_pods <= plan.places;
  CountFill(demand, plan);
  AddUp(demand, plan);
  return plan;
}

Result<NodePlan> PlanWith(const NodeDemand& demand, const std::vector<Candidate>& candidates) {
  const std::optional<Solution> solution = Solve(demand, candidates);
  if (!solution) {
    NodeDemand unlimited = demand;
    unlimited.max_nodes = 0;
    const std::optional<Solution> most = Solve(unlimited, candidates);
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
  const Result<std::vector<Candidate>> candidates = CandidatesOf(demand, types);
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
  if (const Result<std::vector<Candidate>> candidates = CandidatesOf(next, others); candidates) {
    if (const Result<NodePlan> other = PlanWith(next, *candidates); other) {
      const std::string& name = other->groups.front().type.name;
      alternatives.push_back({.what = fmt::format("next cheapest type {}", name),
                              .option = fmt::format("--node-type {}", name),
                              .pods = other->pods,
                              .nodes = other->nodes,
                              .usd_per_month = other->usd_per_month});
    }
  }
  return alternatives;
}

}  // namespace

std::string_view SurviveName(Survive survive) {
  return std::ranges::find(kSurvive, survive, &std::pair<Survive, std::string_view>::first)->second;
}

std::optional<Survive> ParseSurvive(std::string_view name) {
  for (const auto& [survive, text] : kSurvive) {
    if (text == name) {
      return survive;
    }
  }
  return std::nullopt;
}

Result<NodePlan> PlanNodes(const NodeDemand& demand, const std::vector<catalog::NodeType>& types) {
  TRY(CheckDemand(demand));
  const std::vector<Candidate> candidates = TRY(CandidatesOf(demand, types));
  NodePlan plan = TRY(PlanWith(demand, candidates));
  plan.alternatives = AlternativesTo(plan, demand, types);
  return plan;
}

}  // namespace loadline::sizing
