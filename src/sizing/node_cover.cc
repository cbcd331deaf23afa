#include "sizing/node_cover.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace loadline::sizing {
namespace {

// Prices are compared with so much room that a sum in another order is no other price.
constexpr double kSame = 1e-9;

// Surcharges per node, as multiples of the dearest item's price.
constexpr double kFirstSurcharge = 1e-4;
constexpr double kSurchargeStep = 1.4;
constexpr int kSurcharges = 42;  // The last is about a hundred.

struct Cost {
  double price = std::numeric_limits<double>::infinity();
  std::int64_t nodes = 0;

  [[nodiscard]] bool Beats(const Cost& other) const {
    const double margin = kSame * price;  // Of the finite one: the other may be infinite.
    return price < other.price - margin || (price <= other.price + margin && nodes < other.nodes);
  }
};

NodeCover CoverOf(const std::vector<CoverItem>& items, std::vector<std::int64_t> counts) {
  NodeCover cover{.counts = std::move(counts)};
  for (std::size_t i = 0; i < items.size(); ++i) {
    cover.nodes += cover.counts[i];
    cover.places += cover.counts[i] * items[i].places;
    cover.price += static_cast<double>(cover.counts[i]) * items[i].price;
  }
  return cover;
}

bool Cheaper(const NodeCover& a, const NodeCover& b) {
  return Cost{a.price, a.nodes}.Beats({b.price, b.nodes});
}

NodeCover OfOneType(const std::vector<CoverItem>& items, std::size_t item, std::int64_t places) {
  std::vector<std::int64_t> counts(items.size(), 0);
  counts[item] = (places + items[item].places - 1) / items[item].places;
  return CoverOf(items, std::move(counts));
}

// Items that can be part of an optimum: none that another one beats in places and price.
std::vector<std::size_t> Undominated(const std::vector<CoverItem>& items, double surcharge) {
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (items[a].places != items[b].places) {
      return items[a].places > items[b].places;
    }
    return items[a].price < items[b].price;
  });
  std::vector<std::size_t> kept;
  double cheapest = std::numeric_limits<double>::infinity();
  for (const std::size_t i : order) {
    if (items[i].price + surcharge < cheapest) {
      cheapest = items[i].price + surcharge;
      kept.push_back(i);
    }
  }
  return kept;
}

// Exact for the prices with `surcharge` added to each.
NodeCover Mix(const std::vector<CoverItem>& items, std::int64_t places, double surcharge) {
  const std::vector<std::size_t> kept = Undominated(items, surcharge);
  const auto price = [&](std::size_t i) { return items[i].price + surcharge; };
  std::size_t best = kept.front();
  for (const std::size_t i : kept) {
    const double a = price(i) * static_cast<double>(items[best].places);
    const double b = price(best) * static_cast<double>(items[i].places);
    if (a < b || (a == b && items[i].places > items[best].places)) {
      best = i;
    }
  }
  const std::int64_t largest = items[kept.front()].places;
  const std::int64_t core = items[best].places * (largest + 1);
  std::vector<std::int64_t> counts(items.size(), 0);
  if (places > core) {
    counts[best] = (places - core) / items[best].places;
    places -= counts[best] * items[best].places;
  }
  std::vector<Cost> cost(static_cast<std::size_t>(places) + 1);
  std::vector<std::size_t> last(cost.size());
  cost[0] = {.price = 0, .nodes = 0};
  for (std::size_t p = 1; p < cost.size(); ++p) {
    for (const std::size_t i : kept) {
      const auto step = static_cast<std::size_t>(items[i].places);
      const Cost& before = cost[p > step ? p - step : 0];
      const Cost with{.price = before.price + price(i), .nodes = before.nodes + 1};
      if (with.Beats(cost[p])) {
        cost[p] = with;
        last[p] = i;
      }
    }
  }
  for (std::size_t p = cost.size() - 1; p > 0;) {
    const std::size_t i = last[p];
    ++counts[i];
    const auto step = static_cast<std::size_t>(items[i].places);
    p = p > step ? p - step : 0;
  }
  return CoverOf(items, std::move(counts));
}

}  // namespace

std::optional<NodeCover> CheapestCover(const std::vector<CoverItem>& items, std::int64_t places,
                                       std::int64_t max_nodes, bool mix) {
  std::optional<NodeCover> best;
  const auto consider = [&](NodeCover cover) {
    const bool allowed = max_nodes == 0 || cover.nodes <= max_nodes;
    if (allowed && (!best || Cheaper(cover, *best))) {
      best = std::move(cover);
    }
  };
  if (items.empty()) {
    return best;
  }
  for (const CoverItem& item : items) {
    CHECK(item.places >= 1 && item.price >= 0);
  }
  if (mix) {
    NodeCover cover = Mix(items, places, 0);
    if (max_nodes == 0 || cover.nodes <= max_nodes) {
      return cover;
    }
    double dearest = 0;
    for (const CoverItem& item : items) {
      dearest = std::max(dearest, item.price);
    }
    double surcharge = kFirstSurcharge * dearest;
    for (int i = 0; i < kSurcharges; ++i, surcharge *= kSurchargeStep) {
      consider(Mix(items, places, surcharge));
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    consider(OfOneType(items, i, places));
  }
  return best;
}

}  // namespace loadline::sizing
