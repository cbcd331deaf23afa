#include "sizing/node_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace loadline::sizing {
namespace {

std::vector<CoverItem> ItemsOf(const std::vector<NodeCandidate>& candidates, std::int64_t limit) {
  std::vector<CoverItem> items;
  items.reserve(candidates.size());
  for (const NodeCandidate& candidate : candidates) {
    items.push_back(
        {.places = std::min(candidate.group.places.pods, limit), .price = candidate.node_price});
  }
  return items;
}

// The places that each zone must have for `pods`: the pods themselves, a rollout's, the cluster's.
std::vector<std::int64_t> PlacesPerZone(const NodeDemand& demand, std::int64_t pods) {
  std::int64_t all = pods;
  if (demand.room_for_surge) {
    all += demand.surge.Of(pods);
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
std::optional<NodeSolution> Cover(const NodeDemand& demand, const std::vector<CoverItem>& items,
                                  std::int64_t pods, std::int64_t limit) {
  NodeSolution solution{.pods = pods,
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

bool Better(const NodeSolution& a, const std::optional<NodeSolution>& b) {
  if (!b) {
    return true;
  }
  const double margin = 1e-9 * b->price;
  return a.price < b->price - margin || (a.price <= b->price + margin && a.nodes < b->nodes);
}

// On the nodes of `solution`, as few spare pods as they allow: with fewer on the fullest node,
// fewer can be lost.
void ShedSparePods(const NodeDemand& demand, const std::vector<NodeCandidate>& candidates,
                   NodeSolution& solution) {
  for (std::int64_t limit = 1; limit < solution.node_limit; ++limit) {
    const std::vector<std::int64_t> pods =
        SpreadOverZones(std::max(demand.least, demand.pods + limit), demand.zones);
    bool fits = true;
    for (std::size_t zone = 0; zone < pods.size(); ++zone) {
      std::int64_t places = 0;
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        places +=
            solution.zone_covers[zone].counts[i] * std::min(candidates[i].group.places.pods, limit);
      }
      fits = fits && places >= pods[zone];
    }
    if (fits) {
      solution.pods = std::max(demand.least, demand.pods + limit);
      solution.node_limit = limit;
      solution.zone_pods = pods;
      return;
    }
  }
}

// The cheapest over the limits of pods per node: with a higher one fewer nodes are needed, but more
// pods must be spare, since that many are lost with a node.
std::optional<NodeSolution> SurviveNode(const NodeDemand& demand,
                                        const std::vector<NodeCandidate>& candidates) {
  std::int64_t most = 0;
  double best_value = std::numeric_limits<double>::infinity();
  for (const NodeCandidate& candidate : candidates) {
    most = std::max(most, candidate.group.places.pods);
    best_value = std::min(best_value,
                          candidate.node_price / static_cast<double>(candidate.group.places.pods));
  }
  std::optional<NodeSolution> best;
  for (std::int64_t limit = most; limit >= 1; --limit) {
    const std::int64_t pods = std::max(demand.least, demand.pods + limit);
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
    std::optional<NodeSolution> solution = Cover(demand, items, pods, limit);
    if (solution && Better(*solution, best)) {
      best = std::move(solution);
    }
  }
  if (best) {
    ShedSparePods(demand, candidates, *best);
  }
  return best;
}

std::optional<NodeSolution> SolveFor(const NodeDemand& demand,
                                     const std::vector<NodeCandidate>& candidates) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  switch (demand.survive) {
    case Survive::kNode:
      return SurviveNode(demand, candidates);
    case Survive::kZone:
      return Cover(demand, ItemsOf(candidates, kAny),
                   std::max(demand.least, PodsOverZones(demand.pods, demand.zones)), kAny);
    case Survive::kNone:
      break;
  }
  return Cover(demand, ItemsOf(candidates, kAny), std::max(demand.least, demand.pods), kAny);
}

}  // namespace

std::optional<NodeSolution> CheapestNodes(const NodeDemand& demand,
                                          const std::vector<NodeCandidate>& candidates) {
  if (demand.mix) {
    return SolveFor(demand, candidates);
  }
  std::optional<NodeSolution> best;
  std::size_t best_type = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    std::optional<NodeSolution> solution = SolveFor(demand, {candidates[i]});
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

}  // namespace loadline::sizing
