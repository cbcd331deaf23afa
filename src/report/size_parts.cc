#include "report/size_parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/units_text.h"
#include "catalog/price_list.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

constexpr int kHead = 11;    // Columns of the headings.
constexpr int kFollows = 2;  // Further ones of a line that goes on.
constexpr int kLeastRoom = 20;

std::string Cpus(std::int64_t millicores) {
  return fmt::format("{:.2f} CPU", static_cast<double>(millicores) / 1000);
}

std::string Days(Duration length) {
  return fmt::format("{} days", FormatCount(std::llround(Seconds(length) / 86'400)));
}

std::string SignedPercent(double share) {
  return fmt::format("{}{}", share < 0 ? '-' : '+', FormatPercent(std::abs(share)));
}

// A number and its unit stay on one line: `42 %`, `512 MiB`, `24 x`.
constexpr char kGlue = '\x01';

std::string Glued(std::string text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + 1);
    const std::string_view word = rest.substr(0, rest.find_first_of(" ,;:)"));
    const bool unit = word == "%" || word == "ms" || word == "s" || word == "us" || word == "CPU" ||
                      word == "USD" || word == "x" || word == "KiB" || word == "MiB" ||
                      word == "GiB";
    if (unit && at > 0 && digit(text[at - 1])) {
      text[at] = kGlue;
    }
  }
  return text;
}

}  // namespace

std::string TextOf(const std::vector<SizeLine>& lines, const Style& style) {
  std::string text;
  std::string_view last;
  const int room = std::max(kLeastRoom, style.width - kHead);
  for (const SizeLine& line : lines) {
    const bool again = line.head == last;
    const std::string padded = Pad(again ? "" : line.head, kHead, Align::kLeft);
    text += again ? padded : Paint(style, Tone::kBold, padded);
    bool first = true;
    for (std::string& piece : Wrap(Glued(Spelled(style, line.text)), room, kFollows)) {
      text += first ? "" : std::string(kHead, ' ');
      std::ranges::replace(piece, kGlue, ' ');
      text += piece;
      text += '\n';
      first = false;
    }
    last = line.head;
  }
  return text;
}

std::string PodsText(std::int64_t count) {
  return fmt::format("{} pod{}", FormatCount(count), count == 1 ? "" : "s");
}

std::string UsdText(double amount) {
  return fmt::format("{} USD", FormatCount(std::llround(amount)));
}

std::string NodesText(const NodesReport& nodes) {
  std::string text;
  for (const sizing::NodeGroup& group : nodes.plan.groups) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : " + ", FormatCount(group.nodes),
                        group.type.name);
  }
  return nodes.demand.zones > 1 ? fmt::format("{} ({} zones)", text, nodes.demand.zones) : text;
}

std::string CostText(const NodesReport& nodes, std::chrono::sys_days today) {
  std::string bill;
  for (const sizing::CostLine& line : nodes.plan.cost) {
    bill += fmt::format("{}{} {}", bill.empty() ? "" : " + ", line.what,
                        FormatCount(std::llround(line.usd_per_month)));
  }
  return fmt::format("{}/month = {}   ({} price of {})", UsdText(nodes.plan.usd_per_month), bill,
                     nodes.demand.spot ? "spot" : "list",
                     catalog::DescribeAge(today, nodes.plan.oldest));
}

void AddTraffic(const SizeReport& report, HeadedLines& lines) {
  if (!report.forecast) {
    return;
  }
  const sizing::Forecast& forecast = report.forecast->forecast;
  lines.Add("TRAFFIC",
            fmt::format("{}: {} points over {}, highest {}; {} a year ({} to {})",
                        report.forecast->file, FormatCount(forecast.points), Days(forecast.history),
                        FormatRate(forecast.highest_seen), SignedPercent(forecast.growth_per_year),
                        SignedPercent(forecast.growth_low), SignedPercent(forecast.growth_high)));
  lines.Add("TRAFFIC",
            fmt::format("the week's highest hour on {}: {} ({} to {}, {} prediction interval); "
                        "sized for the upper end, {}",
                        report.forecast->until, FormatRate(forecast.peak), FormatRate(forecast.low),
                        FormatRate(forecast.high), FormatPercent(forecast.confidence),
                        FormatRate(report.rate)));
}

void AddNodes(const SizeReport& report, HeadedLines& lines) {
  if (!report.nodes) {
    return;
  }
  const sizing::NodeDemand& demand = report.nodes->demand;
  const sizing::NodePlan& plan = report.nodes->plan;
  const catalog::Resources& daemons = demand.overhead.daemons;
  for (const sizing::NodeGroup& group : plan.groups) {
    lines.Add("NODES",
              fmt::format("{}: allocatable {}, {} - DaemonSets {}, {} -> {} pods per node "
                          "({} binds)",
                          group.type.name, Cpus(group.allocatable.resources.millicores),
                          FormatBytes(group.allocatable.resources.memory), Cpus(daemons.millicores),
                          FormatBytes(daemons.memory), group.places.pods, group.places.binds));
  }
  const std::string memory =
      demand.pod.memory.count > 0
          ? fmt::format(", {} of memory at its peak", FormatPercent(plan.memory_fill))
          : std::string();
  const std::string loss =
      demand.survive == sizing::Survive::kNone
          ? std::string()
          : fmt::format("; {} pods are left after the loss", FormatCount(plan.left_after_loss));
  lines.Add("NODES", fmt::format("{} places, filled {} of CPU{}{}; a rollout's surge of {} {}",
                                 FormatCount(plan.places), FormatPercent(plan.cpu_fill), memory,
                                 loss, FormatCount(plan.surge_pods),
                                 plan.surge_fits ? "fits"
                                                 : "does not fit at once (--surge makes "
                                                   "room)"));
  if (demand.cluster.count > 0) {
    lines.Add("NODES",
              fmt::format("beside them {} of the cluster's own, of {}, {}",
                          PodsText(demand.cluster.count), Cpus(demand.cluster.each.millicores),
                          FormatBytes(demand.cluster.each.memory)));
  }
  for (const sizing::NodeAlternative& each : plan.alternatives) {
    const bool cheaper = each.usd_per_month < plan.usd_per_month;
    lines.Add(cheaper ? "CHEAPER" : "NEXT",
              fmt::format("{}: {} pods, {} nodes, {}/month   {}", each.what, FormatCount(each.pods),
                          FormatCount(each.nodes), UsdText(each.usd_per_month), each.option));
  }
}

void AddAutoscaling(const SizeReport& report, HeadedLines& lines) {
  if (!report.autoscaling) {
    return;
  }
  const sizing::AutoscalerBounds& bounds = report.autoscaling->bounds;
  const sizing::AutoscalerDemand& demand = report.autoscaling->demand;
  lines.Add("AUTOSCALE", fmt::format("{} to {} pods, target {} of the CPU that they request",
                                     FormatCount(bounds.min_pods), FormatCount(bounds.max_pods),
                                     FormatPercent(bounds.target)));
  const std::string lost =
      demand.loss.survive == sizing::Survive::kNone
          ? std::string()
          : fmt::format(" when a {} is lost", sizing::SurviveName(demand.loss.survive));
  const std::string margin = demand.margin > 1
                                 ? fmt::format(" / {:.3g} (as the simulator asks)", demand.margin)
                                 : std::string();
  lines.Add("AUTOSCALE",
            fmt::format("with {} (the weakest number) {} busy is the most that keeps the "
                        "objectives{}; nothing is added up to target + {} (dead band): {} / "
                        "{:.3g}{} = {}",
                        PodsText(bounds.weakest), FormatPercent(bounds.weakest_busy), lost,
                        FormatPercent(demand.dead_band), FormatPercent(bounds.weakest_busy),
                        1 + demand.dead_band, margin, FormatPercent(bounds.target)));
  lines.Add("AUTOSCALE", fmt::format("at least {} for {}, {}; at most {} = {} of work at {} / {}",
                                     FormatCount(bounds.min_pods), FormatRate(demand.lowest),
                                     report.autoscaling->lowest_from, FormatCount(bounds.max_pods),
                                     fmt::format("{:.4g} pods", bounds.peak_work),
                                     FormatRate(demand.peak), FormatPercent(bounds.target)));
  lines.Add("AUTOSCALE", "a higher --lowest-rate raises the target, and asks for fewer pods");
  if (report.autoscaling->fixed_pods > 0) {
    lines.Add("AUTOSCALE", fmt::format("a fixed number of pods: {}   --fixed",
                                       FormatCount(report.autoscaling->fixed_pods)));
  }
}

void AddAssumed(const SizeReport& report, HeadedLines& lines) {
  for (const std::string_view about : {"traffic", "service", "nodes", "price", "manifests"}) {
    std::string text;
    for (const Assumption& each : report.assumed) {
      if (each.about == about) {
        text += fmt::format("{} {} ({})", text.empty() ? fmt::format("{}:", about) : ";", each.what,
                            each.flag);
      }
    }
    if (!text.empty()) {
      lines.Add("ASSUMED", text);
    }
  }
}

void AddManifests(const SizeReport& report, HeadedLines& lines) {
  for (const WrittenManifest& each : report.manifests) {
    lines.Add("FILES", fmt::format("{}   {}", each.path, each.what));
  }
  for (const std::string& each : report.commands) {
    lines.Add("APPLY", each);
  }
}

}  // namespace loadline::report
