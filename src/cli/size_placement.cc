#include "cli/size_placement.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "base/units_text.h"
#include "cli/size_traffic.h"
#include "sizing/packing.h"

namespace loadline::cli {
namespace {

Result<Placement> PlaceFixed(const PlacementInput& input, int needed) {
  Placement placement;
  if (input.nodes) {
    placement.demand = input.nodes->demand;
    placement.demand.survive = input.survive;
    placement.demand.pods = needed;
    placement.plan = TRY(sizing::PlanNodes(placement.demand, input.nodes->types));
    placement.pods = placement.plan->pods;
    return placement;
  }
  const sizing::Loss loss{.survive = input.survive, .zones = input.zones};
  placement.pods = loss.PodsFor(needed);
  return placement;
}

// Pods that fit onto a node of `type`; 0 where none does.
std::int64_t PlacesOf(const sizing::NodeDemand& demand, const catalog::NodeType& type) {
  const Result<catalog::Allocatable> allocatable = catalog::AllocatableOf(
      type, demand.platform.value_or(catalog::DefaultPlatform(type.provider)),
      demand.max_pods_per_node);
  return allocatable
             ? sizing::PlacesOn(*allocatable, demand.overhead, demand.pod, demand.one_per_node).pods
             : 0;
}

// Under an autoscaler that allows for the loss of `on_a_node` pods with a node.
Result<Placement> ScaledFor(const PlacementInput& input, Rate rate, int needed,
                            std::int64_t on_a_node) {
  Placement placement;
  sizing::AutoscalerDemand& scaled = placement.scaled;
  scaled = {.peak = rate,
            .lowest = rate * input.lowest_share,
            .dead_band = *input.dead_band,
            .margin = input.margin,
            .loss = {.survive = input.survive, .zones = input.zones, .pods_on_a_node = on_a_node}};
  placement.bounds = TRY(sizing::BoundsFor(input.model, input.objectives, scaled,
                                           static_cast<int>(scaled.loss.PodsFor(needed))));
  placement.pods = placement.bounds->max_pods;
  if (!input.nodes) {
    return placement;
  }
  placement.demand = input.nodes->demand;
  placement.demand.survive = input.survive;
  placement.demand.pods = needed;
  placement.demand.least = placement.bounds->max_pods;
  placement.plan = TRY(sizing::PlanNodes(placement.demand, input.nodes->types));
  return placement;
}

// A large node is cheap for many pods, and takes many with it when few run, which an autoscaler has
// to allow for with all of them. So the cheapest over the places that a node may have at most.
// Nodes that stay full while the autoscaler scales down lose as many pods as they have places.
Result<Placement> PlaceScaled(const PlacementInput& input, Rate rate, int needed) {
  if (!input.nodes || input.survive != sizing::Survive::kNode) {
    return ScaledFor(input, rate, needed, 0);
  }
  std::set<std::int64_t> limits;
  for (const catalog::NodeType& type : input.nodes->types) {
    limits.insert(PlacesOf(input.nodes->demand, type));
  }
  limits.erase(0);
  if (limits.empty()) {
    return PlaceFixed(input, needed);  // It fails, and says what a node lacks.
  }
  PlacementInput limited = input;
  limited.nodes->demand.alternatives = false;
  Result<Placement> best = Error{};
  std::int64_t best_limit = 0;
  for (const std::int64_t limit : limits) {
    limited.nodes->types = input.nodes->types;
    std::erase_if(limited.nodes->types, [&](const catalog::NodeType& type) {
      return PlacesOf(input.nodes->demand, type) > limit;
    });
    Result<Placement> placed = ScaledFor(limited, rate, needed, limit);
    if (!best || (placed && placed->plan->usd_per_month < best->plan->usd_per_month)) {
      best = std::move(placed);
      best_limit = limit;
    }
  }
  if (!best || !input.nodes->demand.alternatives) {
    return best;
  }
  limited.nodes->demand.alternatives = true;
  limited.nodes->types = input.nodes->types;
  std::erase_if(limited.nodes->types, [&](const catalog::NodeType& type) {
    return PlacesOf(input.nodes->demand, type) > best_limit;
  });
  return ScaledFor(limited, rate, needed, best_limit);
}

Result<Placement> PlaceOnce(const PlacementInput& input, Rate rate, int needed) {
  return input.dead_band ? PlaceScaled(input, rate, needed) : PlaceFixed(input, needed);
}

// The highest rate that can be placed; 0 where none can.
Rate HighestRateThatFits(PlacementInput input, Rate too_much) {
  input.nodes->demand.alternatives = false;
  const auto fits = [&](Rate rate) {
    const Result<sizing::PodsAnswer> answer =
        sizing::FewestPods(input.model, rate, input.objectives);
    return answer &&
           PlaceOnce(input, rate,
                     static_cast<int>(std::ceil(answer->outlook.pods * input.margin - 1e-9)))
               .has_value();
  };
  double low = 0;
  double high = too_much.per_second;
  while (high - low > 1e-3 * too_much.per_second) {
    const double middle = (low + high) / 2;
    (fits(Rate{middle}) ? low : high) = middle;
  }
  return Rate{low};
}

// What a weaker promise and a fixed number of pods would cost; PlanNodes() cannot know what the
// autoscaler would then ask for.
void AddScaledAlternatives(const PlacementInput& input, Rate rate, int needed,
                           Placement& placement) {
  std::vector<sizing::NodeAlternative>& all = placement.plan->alternatives;
  std::erase_if(all, [](const auto& each) { return each.option.starts_with("--survive"); });
  std::vector<sizing::NodeAlternative> found;
  const auto add = [&](const PlacementInput& other, std::string what, std::string option) {
    const Result<Placement> placed = PlaceOnce(other, rate, needed);
    if (placed && placed->plan->usd_per_month < placement.plan->usd_per_month) {
      found.push_back({.what = std::move(what),
                       .option = std::move(option),
                       .pods = placed->pods,
                       .nodes = placed->plan->nodes,
                       .usd_per_month = placed->plan->usd_per_month});
    }
  };
  PlacementInput other = input;
  other.nodes->demand.alternatives = false;
  for (const sizing::Survive weaker : {sizing::Survive::kNode, sizing::Survive::kNone}) {
    if (weaker < input.survive) {
      other.survive = weaker;
      add(other, weaker == sizing::Survive::kNode ? "survive a node only" : "survive no loss",
          fmt::format("--survive {}", sizing::SurviveName(weaker)));
    }
  }
  other.survive = input.survive;
  other.dead_band.reset();
  add(other, "a fixed number of pods", "--fixed");
  all.insert(all.begin(), found.begin(), found.end());
}

}  // namespace

Result<PlacementInput> PlacementFor(const Arguments& arguments, const SizeInput& input,
                                    const report::SizeReport& report) {
  PlacementInput placing{.model = report.model,
                         .objectives = input.objectives,
                         .margin = 1.0,
                         .survive = report.survive,
                         .zones = report.zones,
                         .dead_band = input.dead_band,
                         .lowest_share = LowestFor(input.traffic, report).rate / report.rate,
                         .nodes = {}};
  if (NodesAsked(arguments)) {
    placing.nodes = TRY(ReadNodeChoice(arguments, input, report.survive, report.today));
  } else if (report.survive == sizing::Survive::kNode) {
    return Error{ErrorCode::kInvalidArgument,
                 "--survive: how many pods a node takes with it depends on its type: --node "
                 "Standard_D4s_v5 or --provider azure, with --pod-cpu"};
  }
  return placing;
}

Result<Placement> Place(const PlacementInput& input, Rate rate, int needed) {
  Result<Placement> placed = PlaceOnce(input, rate, needed);
  if (placed) {
    if (placed->plan && placed->bounds) {
      AddScaledAlternatives(input, rate, needed, *placed);
    }
    return placed;
  }
  if (!input.nodes || input.nodes->demand.max_nodes == 0) {
    return placed;
  }
  PlacementInput unlimited = input;
  unlimited.nodes->demand.max_nodes = 0;
  unlimited.nodes->demand.alternatives = false;
  Result<Placement> all = PlaceOnce(unlimited, rate, needed);
  if (!all) {
    return all;
  }
  const Rate carried = HighestRateThatFits(input, rate);
  return Error{
      ErrorCode::kInvalidArgument,
      fmt::format("--max-nodes: {} pods for {} take {} nodes, {} are allowed; {}: allow more or "
                  "larger ones, or promise less (--survive)",
                  FormatCount(all->pods), FormatRate(rate), FormatCount(all->plan->nodes),
                  FormatCount(input.nodes->demand.max_nodes),
                  carried.per_second > 0
                      ? fmt::format("those carry {} with the same promise", FormatRate(carried))
                      : std::string("those carry nothing with the same promise"))};
}

}  // namespace loadline::cli
