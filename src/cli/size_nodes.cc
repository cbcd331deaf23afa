#include "cli/size_nodes.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "catalog/price_list.h"
#include "sizing/node_plan.h"

namespace loadline::cli {
namespace {

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
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

Result<sizing::NodeDemand> DemandOf(const Arguments& arguments, const SizeInput& input,
                                    sizing::Survive survive) {
  sizing::NodeDemand demand;
  demand.pod.millicores = std::llround(input.pod_cpu * 1000);
  demand.pod.memory = Bytes{
      std::llround(static_cast<double>(input.pod_memory.count) * (1 + input.nodes.memory_peak))};
  demand.survive = survive;
  demand.zones = input.zones;
  demand.overhead = input.nodes.overhead;
  demand.cluster = input.nodes.cluster;
  demand.surge = input.nodes.surge;
  demand.room_for_surge = arguments.Has("--surge");
  demand.max_pods_per_node = input.nodes.max_pods;
  demand.max_nodes = input.nodes.max_nodes;
  demand.hours_per_month = input.nodes.hours_per_month;
  demand.mix = arguments.Has("--mix");
  demand.spot = arguments.Has("--spot");
  demand.one_per_node = input.nodes.one_per_node;
  demand.control_plane_usd_per_month = TRY(Dollars(arguments, "--control-plane"));
  demand.disk_usd_per_node_month = TRY(Dollars(arguments, "--disk"));
  demand.load_balancer_usd_per_month = TRY(Dollars(arguments, "--load-balancer"));
  if (input.nodes.gpus > 0) {
    demand.pod.extended.push_back({"nvidia.com/gpu", input.nodes.gpus});
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

}  // namespace

bool NodesAsked(const Arguments& arguments) {
  return arguments.Has("--node") || arguments.Has("--provider") || arguments.Has("--prices");
}

Result<NodeChoice> ReadNodeChoice(const Arguments& arguments, const SizeInput& input,
                                  sizing::Survive survive, std::chrono::sys_days today) {
  if (input.pod_cpu <= 0) {
    return Invalid(
        "--pod-cpu: nodes hold pods by what they ask for: --pod-cpu 0.5 --pod-memory "
        "512Mi");
  }
  catalog::PriceList list = catalog::BuiltInPrices();
  if (arguments.Has("--prices")) {
    const Result<catalog::PriceList> own =
        catalog::ReadPriceList(arguments.Value("--prices"), today);
    if (!own) {
      return Error{own.error().code, "--prices: " + own.error().message};
    }
    list = *own;
  }
  return NodeChoice{.demand = TRY(DemandOf(arguments, input, survive)),
                    .types = TRY(Types(arguments, list)),
                    .price_list = list.origin};
}

void SayWhatNodesRestOn(const Arguments& arguments, const SizeInput& input,
                        report::SizeReport& report) {
  const auto assume = [&](std::string_view about, std::string_view flag, std::string what) {
    if (!arguments.Has(flag)) {
      report.assumed.push_back({std::string(about), std::move(what), std::string(flag)});
    }
  };
  const sizing::NodeDemand& demand = report.nodes->demand;
  const sizing::NodeGroup& first = report.nodes->plan.groups.front();
  assume("nodes", "--survive", "one may be lost");
  assume("nodes", "--zones", fmt::format("{} zone{}", demand.zones, demand.zones == 1 ? "" : "s"));
  assume("nodes", "--platform",
         fmt::format("kubelets as of {}",
                     catalog::PlatformName(catalog::DefaultPlatform(first.type.provider))));
  assume("nodes", "--max-pods", fmt::format("up to {} pods on each", first.allocatable.pods));
  if (!arguments.Has("--node")) {
    assume("nodes", "--arch", "amd64");
  }
  assume("nodes", "--daemonsets",
         fmt::format("DaemonSets of {:g} CPU, {} in {} pods on each",
                     static_cast<double>(demand.overhead.daemons.millicores) / 1000,
                     FormatBytes(demand.overhead.daemons.memory), demand.overhead.daemon_pods));
  assume("nodes", "--cluster-pods", "no pods of the cluster's own");
  assume("nodes", "--pod-memory", "pods ask for no memory");
  if (input.pod_memory.count > 0) {
    assume("nodes", "--peak-memory",
           fmt::format("memory peaks {} above {}", FormatPercent(input.nodes.memory_peak),
                       FormatBytes(input.pod_memory)));
  }
  assume("nodes", "--surge", "no room kept for a rollout");
  assume("price", "--spot", "on demand");
  assume("price", "--hours", fmt::format("{:g} hours a month", demand.hours_per_month));
  if (!first.type.region.empty()) {
    assume("price", "--region", first.type.region);
  }
  std::string free;
  for (const std::string_view flag : {"--control-plane", "--disk", "--load-balancer"}) {
    if (!arguments.Has(flag)) {
      free += fmt::format("{}{}", free.empty() ? "" : ", ", flag);
    }
  }
  if (!free.empty()) {
    report.assumed.push_back({"price", "0 USD for the rest", free});
  }
  const std::chrono::days age = catalog::AgeOn(report.today, report.nodes->plan.oldest);
  if (age > catalog::kFreshFor) {
    report.thin_ice.push_back(
        fmt::format("the prices are {} days old: --prices FILE has newer ones", age.count()));
  }
}

}  // namespace loadline::cli
