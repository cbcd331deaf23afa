// Random questions for the node plan, answered, as one line of JSON each: bench/sizing.py asks a
// solver the same. `node_plans CASES SEED`.
#include <fmt/core.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/price_list.h"
#include "sizing/node_plan.h"

namespace loadline {
namespace {

constexpr std::size_t kTypes = 60;
constexpr std::int64_t kPods = 10'000;

// 60 of the built-in types at prices of up to a quarter off, so that no two cases have the same
// order of value.
std::vector<catalog::NodeType> Types(Random& random) {
  std::vector<catalog::NodeType> types = catalog::BuiltInPrices().types;
  types.resize(kTypes);
  for (catalog::NodeType& type : types) {
    type.on_demand_usd_per_hour *= 0.75 + 0.5 * random.Uniform();
  }
  return types;
}

int Ask(std::uint64_t seed) {
  Random random(seed);
  const std::vector<catalog::NodeType> types = Types(random);
  sizing::NodeDemand demand;
  demand.pods = kPods;
  demand.mix = true;
  demand.zones = 1 + static_cast<int>(random.Below(3));
  demand.survive = static_cast<sizing::Survive>(random.Below(demand.zones == 1 ? 2 : 3));
  demand.pod = {.millicores = 100 + static_cast<std::int64_t>(random.Below(1500)),
                .memory = {static_cast<std::int64_t>(128 + random.Below(3000)) << 20},
                .extended = {}};
  const Instant before = Now();
  const Result<sizing::NodePlan> plan = sizing::PlanNodes(demand, types);
  const double seconds = Seconds(Now() - before);
  if (!plan) {
    fmt::print(stderr, "node_plans: seed {}: {}\n", seed, plan.error().message);
    return 1;
  }
  std::string items;
  for (const catalog::NodeType& type : types) {
    const auto node = catalog::AllocatableOf(type, catalog::DefaultPlatform(type.provider));
    const std::int64_t places =
        node ? sizing::PlacesOn(*node, demand.overhead, demand.pod).pods : 0;
    if (places > 0) {
      items += fmt::format("{}[{}, {}]", items.empty() ? "" : ", ", places,
                           type.on_demand_usd_per_hour * demand.hours_per_month);
    }
  }
  fmt::print(
      "{{\"seed\": {}, \"pods\": {}, \"zones\": {}, \"survive\": \"{}\", \"usd\": {}, "
      "\"seconds\": {}, \"items\": [{}]}}\n",
      seed, demand.pods, demand.zones, sizing::SurviveName(demand.survive), plan->usd_per_month,
      seconds, items);
  return 0;
}

}  // namespace
}  // namespace loadline

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "node_plans CASES SEED\n");
    return 2;
  }
  const long cases = std::strtol(argv[1], nullptr, 10);
  const auto seed = static_cast<std::uint64_t>(std::strtoll(argv[2], nullptr, 10));
  for (long i = 0; i < cases; ++i) {
    if (const int code = loadline::Ask(seed + static_cast<std::uint64_t>(i)); code != 0) {
      return code;
    }
  }
  return 0;
}
