// NodeCover: the cheapest nodes that have so many places together.
//
// Pure, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace loadline::sizing {

/// A type of node as the covering sees it.
struct CoverItem {
  std::int64_t places = 0;  ///< >= 1.
  double price = 0;         ///< >= 0, of one node.
};

/// How many of each item, in their order, and what that costs.
struct NodeCover {
  std::vector<std::int64_t> counts;
  std::int64_t places = 0;
  std::int64_t nodes = 0;
  double price = 0;
};

/// The cheapest multiset of `items` with at least `places` places; of equally cheap ones, one with
/// fewest nodes.
///
/// `max_nodes`: 0, or no more than so many nodes. Without that limit, and where it does not bind,
/// the answer is exact: dynamic programming over the places. Beyond the places of the best value
/// times one more than the largest item's, an optimum's bulk is of the best value alone (of as many
/// other nodes as it has places, some have a multiple of its places together and can be replaced by
/// it at no higher
/// price), so that the work stays bounded. Where the limit binds, the cheapest of the answers for a
/// fixed series of surcharges per node: near the optimum, and never dearer for a wider limit.
///
/// Nothing where `items` is empty or the limit cannot be kept. `mix` false: nodes of one type only.
[[nodiscard]] std::optional<NodeCover> CheapestCover(const std::vector<CoverItem>& items,
                                                     std::int64_t places, std::int64_t max_nodes,
                                                     bool mix);

}  // namespace loadline::sizing
