#include "cli/size_nodes.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"
#include "catalog/price_list.h"
#include "sizing/node_plan.h"

namespace loadline::cli {
namespace {

// A pod's memory peaks above what it asks for; an assumption that the answer names.
constexpr double kMemoryPeak = 0.2;

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

std::chrono::sys_days Today() {
  return std::chrono::floor<std::chrono::days>(UtcNow());
}

Result<double> Dollars(const Arguments& arguments, std::string_view flag) {
  if (!arguments.Has(flag)) {
    return 0.0;
  }
  const Result<double> value = ParseNumber(arguments.Value(flag));
  if (!value || *value < 0) {
    return Invalid(fmt::format("{}: found \"{}\"; expected USD per month, not below 0", flag,
                               arguments.Value(flag)));
  }
  return *value;
}

/// The types that may be used: those of --node, or all of one region of the provider.
Result<std::vector<catalog::NodeType>> Types(const Arguments& arguments,
                                             const catalog::PriceList& list) {
  std::vector<catalog::NodeType> types;
  for (const std::string& name : arguments.Values("--node")) {
    const Result<std::vector<catalog::NodeType>> found = catalog::FindTypes(list, name);
    if (!found) {
      return Error{found.error().code, "--node: " + found.error().message};
    }
    types.insert(types.end(), found->begin(), found->end());
  }
  if (types.empty()) {
    types = list.types;
  }
  if (arguments.Has("--provider")) {
    const std::optional<catalog::Provider> provider =
        catalog::ParseProvider(arguments.Value("--provider"));
    if (!provider) {
      return Invalid(fmt::format("--provider: found \"{}\"; expected azure, aws, gcp or other",
                                 arguments.Value("--provider")));
    }
    std::erase_if(types, [&](const auto& type) { return type.provider != *provider; });
  }
  if (arguments.Has("--region")) {
    std::erase_if(types,
                  [&](const auto& type) { return type.region != arguments.Value("--region"); });
  }
  std::erase_if(types, [&](const auto& type) {
    return arguments.Values("--node").empty() && type.arch != arguments.Value("--arch", "amd64");
  });
  if (types.empty()) {
    return Invalid(
        fmt::format("no node type of the price list ({}) is left by --provider, "
                    "--region, --arch and --node",
                    list.origin));
  }
  // One cluster stands in one region: that of the first type.
  const catalog::NodeType first = types.front();
  if (arguments.Has("--provider") || arguments.Has("--node")) {
    std::erase_if(types, [&](const auto& type) {
      return type.provider != first.provider || type.region != first.region;
    });
  }
  return types;
}

}  // namespace

Result<sizing::NodeDemand> DemandOf(const Arguments& arguments, const SizeInput& input, int needed,
                                    const report::SizeReport& report) {
  sizing::NodeDemand demand;
  demand.pods = needed;
  demand.pod.millicores = std::llround(input.pod_cpu * 1000);
  demand.pod.memory =
      Bytes{std::llround(static_cast<double>(input.pod_memory.count) * (1 + kMemoryPeak))};
  demand.survive = report.survive;
  demand.zones = input.zones;
  demand.mix = arguments.Has("--mix");
  demand.spot = arguments.Has("--spot");
  demand.one_per_node = arguments.Has("--one-per-node");
  demand.control_plane_usd_per_month = TRY(Dollars(arguments, "--control-plane"));
  demand.disk_usd_per_node_month = TRY(Dollars(arguments, "--disk"));
  demand.load_balancer_usd_per_month = TRY(Dollars(arguments, "--load-balancer"));
  if (arguments.Has("--gpus")) {
    const Result<double> gpus = ParseNumber(arguments.Value("--gpus"));
    if (!gpus || *gpus < 1 || *gpus > 64 || *gpus != std::floor(*gpus)) {
      return Invalid(fmt::format("--gpus: found \"{}\"; expected a whole number from 1 to 64",
                                 arguments.Value("--gpus")));
    }
    demand.pod.extended.push_back({"nvidia.com/gpu", static_cast<std::int64_t>(*gpus)});
  }
  if (arguments.Has("--platform")) {
    demand.platform = catalog::ParsePlatform(arguments.Value("--platform"));
    if (!demand.platform) {
      return Invalid(
          fmt::format("--platform: found \"{}\"; expected aks, aks-1.28, gke, eks or "
                      "plain",
                      arguments.Value("--platform")));
    }
  }
  return demand;
}

namespace {

std::string Usd(double amount) {
  return fmt::format("{} USD", FormatCount(std::llround(amount)));
}

void Describe(const sizing::NodePlan& plan, const sizing::NodeDemand& demand,
              report::SizeReport& report) {
  std::string nodes;
  for (const sizing::NodeGroup& group : plan.groups) {
    nodes += fmt::format("{}{} x {}", nodes.empty() ? "" : " + ", FormatCount(group.nodes),
                         group.type.name);
    report.sections.emplace_back(
        "NODES",
        fmt::format(
            "{}: allocatable {:.2f} CPU, {} - DaemonSets {:.2f} CPU, {} (assumed) -> {} "
            "pods per node ({} binds)",
            group.type.name, static_cast<double>(group.allocatable.resources.millicores) / 1000,
            FormatBytes(group.allocatable.resources.memory),
            static_cast<double>(demand.overhead.daemons.millicores) / 1000,
            FormatBytes(demand.overhead.daemons.memory), group.places.pods, group.places.binds));
  }
  report.nodes_text =
      fmt::format("{}{}", nodes, demand.zones > 1 ? fmt::format(" ({} zones)", demand.zones) : "");
  report.sections.emplace_back(
      "NODES",
      fmt::format("{} places, filled {} of CPU{}; {} pods are left after the loss; a "
                  "rollout's surge of {} {}",
                  FormatCount(plan.places), FormatPercent(plan.cpu_fill),
                  demand.pod.memory.count > 0 ? fmt::format(", {} of memory (peak +20 % assumed)",
                                                            FormatPercent(plan.memory_fill))
                                              : "",
                  FormatCount(plan.left_after_loss), FormatCount(plan.surge_pods),
                  plan.surge_fits ? "fits" : "does not fit at once"));
  std::string bill;
  for (const sizing::CostLine& line : plan.cost) {
    bill += fmt::format("{}{} {}", bill.empty() ? "" : " + ", line.what,
                        FormatCount(std::llround(line.usd_per_month)));
  }
  report.cost_text = fmt::format("{}/month = {}   (list price of {})", Usd(plan.usd_per_month),
                                 bill, catalog::DescribeAge(Today(), plan.oldest));
  for (const sizing::NodeAlternative& each : plan.alternatives) {
    report.sections.emplace_back(
        "CHEAPER",
        fmt::format("{}: {} pods, {} nodes, {}/month   {}", each.what, FormatCount(each.pods),
                    FormatCount(each.nodes), Usd(each.usd_per_month), each.option));
  }
  if (catalog::AgeOn(Today(), plan.oldest) > catalog::kFreshFor) {
    report.thin_ice.push_back(
        fmt::format("the prices are {} days old: --prices FILE has newer ones",
                    catalog::AgeOn(Today(), plan.oldest).count()));
  }
}

}  // namespace

bool NodesAsked(const Arguments& arguments) {
  return arguments.Has("--node") || arguments.Has("--provider") || arguments.Has("--prices");
}

Result<sizing::NodePlan> PlanFor(const Arguments& arguments, const SizeInput& input, int needed,
                                 const report::SizeReport& report) {
  if (input.pod_cpu <= 0) {
    return Invalid(
        "--pod-cpu: nodes hold pods by what they ask for: --pod-cpu 0.5 --pod-memory "
        "512Mi");
  }
  catalog::PriceList list = catalog::BuiltInPrices();
  if (arguments.Has("--prices")) {
    list = TRY(catalog::ReadPriceList(arguments.Value("--prices"), Today()));
  }
  const std::vector<catalog::NodeType> types = TRY(Types(arguments, list));
  return sizing::PlanNodes(TRY(DemandOf(arguments, input, needed, report)), types);
}

Status AddNodes(const Arguments& arguments, const SizeInput& input, int needed,
                report::SizeReport& report) {
  const sizing::NodePlan plan = TRY(PlanFor(arguments, input, needed, report));
  const sizing::NodeDemand demand = TRY(DemandOf(arguments, input, needed, report));
  report.pods = static_cast<int>(plan.pods);
  report.nodes = static_cast<int>(plan.nodes);
  report.usd_per_month = plan.usd_per_month;
  Describe(plan, demand, report);
  return {};
}

}  // namespace loadline::cli
