#include "cli/size_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "base/units_text.h"
#include "cli/html_file.h"
#include "cli/size_placement.h"
#include "report/size_page.h"
#include "sizing/classic.h"

namespace loadline::cli {
namespace {

using queueing::Balance;

// Traffic from a tenth to three times what was asked for.
constexpr std::array kTraffic = {0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8,
                                 0.9, 1.0,  1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0};
// Limits from the strictest that is possible at all to so many times the one asked for.
constexpr int kLimits = 24;
constexpr double kLoosest = 4;

std::vector<Balance> Balances(Balance first) {
  std::vector<Balance> all = {first};
  for (const Balance each : {Balance::kRandom, Balance::kLeast, Balance::kTwoChoices,
                             Balance::kRoundRobin, Balance::kCentral}) {
    if (each != first) {
      all.push_back(each);
    }
  }
  return all;
}

void AddTraffic(const SizeInput& input, const report::SizeReport& report, report::SizePage& page) {
  const std::vector<Balance> balances = Balances(report.model.pod.balance);
  for (const Balance each : balances) {
    page.balances.emplace_back(queueing::Name(each));
  }
  for (const double factor : kTraffic) {
    const sizing::Traffic traffic = report::TrafficOf(report).Times(factor);
    const Rate rate = traffic.HighestRate(report.model.service_high);
    report::PodsForTraffic point;
    point.level = traffic.users() ? traffic.users()->count : rate.per_second;
    const sizing::FullPod full = report.model.Full();
    const Result<int> classic =
        sizing::PodsBusyAllTheTime(rate, full.latency, full.requests, nullptr);
    if (classic) {
      point.classic = *classic;
    }
    for (const Balance each : balances) {
      sizing::ServiceModel model = report.model;
      model.pod.balance = each;
      const Result<sizing::PodsAnswer> answer =
          sizing::FewestPods(model, traffic, input.objectives);
      point.by_balance.push_back(answer ? answer->outlook.pods : 0);
    }
    page.by_traffic.push_back(std::move(point));
  }
}

/// Limits to try, the wanted one among them, in order.
std::vector<Duration> LimitsAround(const report::SizeReport& report,
                                   const measure::Objective& wanted) {
  const queueing::Pool alone = report.model.At(1, report.model.service_high);
  const queueing::PoolLaw law(alone, alone.Capacity() * 1e-9);
  const Duration strictest =
      wanted.metric == measure::Metric::kMean ? law.Mean() : law.Quantile(wanted.quantile);
  const double low = 1.005 * Seconds(strictest);
  const double high = kLoosest * Seconds(wanted.threshold);
  std::vector<Duration> limits = {wanted.threshold};
  for (int i = 0; i < kLimits; ++i) {
    // Closer to each other where little is left for queues.
    const double part = std::pow(static_cast<double>(i) / (kLimits - 1), 2);
    limits.push_back(FromSeconds(low * std::pow(high / low, part)));
  }
  std::sort(limits.begin(), limits.end());
  return limits;
}

/// The first objective of a response time decides the axis; the others hold on.
Status AddLimits(const Arguments& arguments, const SizeInput& input,
                 const report::SizeReport& report, report::SizePage& page) {
  std::vector<measure::Objective> objectives = input.objectives;
  const auto varied = std::find_if(objectives.begin(), objectives.end(), [](const auto& each) {
    return each.metric != measure::Metric::kErrors;
  });
  if (varied == objectives.end()) {
    return {};
  }
  page.varied = *varied;
  PlacementInput placing = TRY(PlacementFor(arguments, input, report));
  if (placing.nodes) {
    placing.nodes->demand.alternatives = false;
    placing.nodes->demand.max_nodes = 0;
  }
  const Duration wanted = varied->threshold;
  for (const Duration limit : LimitsAround(report, *varied)) {
    varied->threshold = limit;
    const Result<sizing::PodsAnswer> answer =
        sizing::FewestPods(report.model, report::TrafficOf(report), objectives);
    if (!answer) {
      continue;  // So strict that no number of pods is enough.
    }
    // At the objective itself the answer may have been corrected by the simulator.
    const int needed = limit == wanted ? report.answer.outlook.pods : answer->outlook.pods;
    const Placement placed = TRY(Place(placing, report.rate, needed));
    report::PodsForLimit point;
    point.limit = varied->threshold;
    point.pods = static_cast<int>(placed.pods);
    if (placed.plan) {
      point.usd_per_month = placed.plan->usd_per_month;
    }
    page.by_limit.push_back(point);
  }
  return {};
}

void AddFills(const report::SizeReport& report, report::SizePage& page) {
  if (!report.nodes) {
    return;
  }
  const sizing::NodePlan& plan = report.nodes->plan;
  const sizing::NodeDemand& demand = report.nodes->demand;
  for (const sizing::NodeGroup& group : plan.groups) {
    const auto add = [&](const char* resource, double whole, double usable, double daemons,
                         double pod, std::string size) {
      if (whole <= 0 || pod <= 0) {
        return;
      }
      page.fills.push_back({.type = group.type.name,
                            .resource = resource,
                            .reserved = 1 - usable / whole,
                            .daemons = daemons / whole,
                            .pods = pod * static_cast<double>(group.places.pods) / whole,
                            .places = static_cast<int>(group.places.pods),
                            .size = std::move(size)});
    };
    const auto number = [](std::int64_t value) { return static_cast<double>(value); };
    add("CPU", number(group.type.capacity.millicores),
        number(group.allocatable.resources.millicores), number(demand.overhead.daemons.millicores),
        number(demand.pod.millicores),
        fmt::format("{:g} CPU", number(group.type.capacity.millicores) / 1000));
    add("memory", number(group.type.capacity.memory.count),
        number(group.allocatable.resources.memory.count),
        number(demand.overhead.daemons.memory.count), number(demand.pod.memory.count),
        FormatBytes(group.type.capacity.memory));
  }
}

}  // namespace

Status WriteSizePage(const Arguments& arguments, const SizeInput& input,
                     const report::SizeReport& report) {
  if (!arguments.Has("--html")) {
    return {};
  }
  report::SizePage page;
  page.report = report;
  page.invocation = fmt::format("loadline {}", fmt::join(arguments.words, " "));
  page.level = report.users ? report.users->count : report.rate.per_second;
  page.traffic = report.users ? "users" : "requests/s";
  AddTraffic(input, report, page);
  TRY(AddLimits(arguments, input, report, page));
  AddFills(report, page);
  const std::string html = report::SizeHtml(page);
  const std::string path = arguments.Value("--html");
  if (path == "-") {
    std::cout << html;
    std::cout.flush();
    return std::cout ? Status()
                     : Status(Error{ErrorCode::kIo, "standard output cannot be written"});
  }
  return WriteHtml(path, "--html", html);
}

}  // namespace loadline::cli
