#include "report/size_page.h"

#include <fmt/core.h>

#include <utility>

#include "base/units_text.h"
#include "measure/objective.h"
#include "report/size_parts.h"
#include "sizing/node_plan.h"

namespace loadline::report {
namespace {

double Number(std::int64_t value) {
  return static_cast<double>(value);
}

/// Of `whole` what stands on a full node; nothing of a resource that a pod does not ask for.
void AddFill(const sizing::NodeGroup& group, const char* resource, std::string size, double whole,
             double usable, double daemons, double pod, std::vector<NodeFill>& fills) {
  if (whole <= 0 || pod <= 0) {
    return;
  }
  fills.push_back({.type = group.type.name,
                   .resource = resource,
                   .reserved = 1 - usable / whole,
                   .daemons = daemons / whole,
                   .pods = pod * Number(group.places.pods) / whole,
                   .places = static_cast<int>(group.places.pods),
                   .size = std::move(size)});
}

std::vector<NodeFill> FillsOf(const NodesReport& nodes) {
  std::vector<NodeFill> fills;
  const sizing::NodeDemand& demand = nodes.demand;
  for (const sizing::NodeGroup& group : nodes.plan.groups) {
    const catalog::Resources& whole = group.type.capacity;
    const catalog::Resources& usable = group.allocatable.resources;
    const catalog::Resources& daemons = demand.overhead.daemons;
    AddFill(group, "CPU", fmt::format("{:g} CPU", Number(whole.millicores) / 1000),
            Number(whole.millicores), Number(usable.millicores), Number(daemons.millicores),
            Number(demand.pod.millicores), fills);
    AddFill(group, "memory", FormatBytes(whole.memory), Number(whole.memory.count),
            Number(usable.memory.count), Number(daemons.memory.count),
            Number(demand.pod.memory.count), fills);
  }
  return fills;
}

/// The first objective of a response time decides the axis; the others hold on.
std::optional<VariedLimit> VariedOf(const sizing::PodsOutlook& outlook) {
  for (const sizing::ObjectiveOutlook& each : outlook.objectives) {
    const measure::Objective& objective = each.objective;
    if (objective.metric != measure::Metric::kErrors) {
      return VariedLimit{.text = measure::Format(objective),
                         .name = objective.metric == measure::Metric::kMean
                                     ? "mean"
                                     : measure::QuantileName(objective.quantile),
                         .limit = objective.threshold};
    }
  }
  return std::nullopt;
}

}  // namespace

SizePage PageOf(const SizeReport& report) {
  SizePage page;
  page.version = report.version;
  page.origin = report.origin;
  for (SizeLine& line : SizeLines(report)) {
    if (line.head != "EXPLAIN" && line.head != "INSTEAD") {
      page.lines.push_back(std::move(line));
    }
  }
  page.of_users = report.users.has_value();
  page.level = report.users ? report.users->count : report.rate.per_second;
  page.pods = report.pods;
  page.needed = report.answer.outlook.pods;
  page.classic = report.classic_pods;
  page.busy = report.answer.outlook.busy;
  if (report.nodes) {
    page.nodes = report.nodes->plan.nodes;
    page.usd_per_month = report.nodes->plan.usd_per_month;
    page.fills = FillsOf(*report.nodes);
  }
  page.varied = VariedOf(report.answer.outlook);
  page.alternatives = report.alternatives;
  page.arithmetic = report.explain;
  return page;
}

std::string SizingText(const SizingLine& line) {
  std::string text = PodsText(line.pods);
  if (line.nodes) {
    text += fmt::format(", {} node{}", FormatCount(*line.nodes), *line.nodes == 1 ? "" : "s");
  }
  if (line.usd_per_month) {
    text += fmt::format(", {} a month", UsdText(*line.usd_per_month));
  }
  return fmt::format("{}: {}", text, line.promise);
}

std::string_view PromiseOf(const SizePage& page) {
  for (const SizeLine& line : page.lines) {
    if (line.head == "PROMISE") {
      return line.text;
    }
  }
  return {};
}

}  // namespace loadline::report
