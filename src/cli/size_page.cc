#include "cli/size_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/parallel.h"
#include "cli/html_file.h"
#include "cli/session_options.h"
#include "cli/size_placement.h"
#include "cli/store_access.h"
#include "sizing/classic.h"
#include "store/store.h"

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

/// Pods that `factors` of the traffic take behind `balance`, 0 where no number is enough.
std::vector<int> PodsFor(sizing::ServiceModel model, const sizing::Traffic& traffic,
                         const std::vector<measure::Objective>& objectives, Balance balance) {
  model.pod.balance = balance;
  std::vector<int> all;
  double before = 1;
  for (const double factor : kTraffic) {
    // About as many more as there is more traffic.
    const int guess = all.empty() ? 1 : static_cast<int>(std::lround(all.back() * factor / before));
    all.push_back(
        sizing::FewestThatHold(model, traffic.Times(factor), objectives, std::max(1, guess))
            .value_or(0));
    before = factor;
  }
  return all;
}

void AddTraffic(const SizeInput& input, const report::SizeReport& report, report::SizePage& page) {
  const std::vector<Balance> balances = Balances(report.model.pod.balance);
  const sizing::Traffic asked = report::TrafficOf(report);
  std::vector<std::vector<int>> pods(balances.size());
  ForEachParallel(static_cast<int>(balances.size()), UsableCpus(), [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    pods[at] = PodsFor(report.model, asked, input.objectives, balances[at]);
  });
  for (const Balance each : balances) {
    page.balances.emplace_back(queueing::Name(each));
  }
  for (std::size_t level = 0; level < kTraffic.size(); ++level) {
    const sizing::Traffic traffic = asked.Times(kTraffic[level]);
    const Rate rate = traffic.HighestRate(report.model.service_high);
    report::PodsForTraffic point;
    point.level = traffic.users() ? traffic.users()->count : rate.per_second;
    const sizing::FullPod full = report.model.Full();
    const Result<int> classic =
        sizing::PodsBusyAllTheTime(rate, full.latency, full.requests, nullptr);
    if (classic) {
      point.classic = *classic;
    }
    for (const std::vector<int>& each : pods) {
      point.by_balance.push_back(each[level]);
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
  PlacementInput placing = TRY(PlacementFor(arguments, input, report));
  if (placing.nodes) {
    placing.nodes->demand.alternatives = false;
    placing.nodes->demand.max_nodes = 0;
  }
  const Duration wanted = varied->threshold;
  int before = report.answer.outlook.pods;
  for (const Duration limit : LimitsAround(report, *varied)) {
    varied->threshold = limit;
    const Result<int> fewest =
        sizing::FewestThatHold(report.model, report::TrafficOf(report), objectives, before);
    if (!fewest) {
      continue;  // So strict that no number of pods is enough.
    }
    before = *fewest;
    // At the objective itself the answer may have been corrected by the simulator.
    const int needed = limit == wanted ? report.answer.outlook.pods : *fewest;
    const Placement placed = TRY(Place(placing, report.rate, needed));
    report::PodsForLimit point;
    point.limit = varied->threshold;
    point.pods = placed.pods;
    if (placed.plan) {
      point.usd_per_month = placed.plan->usd_per_month;
    }
    page.by_limit.push_back(point);
  }
  return {};
}

/// The command without where its answer goes: whoever asks again, for a page, asks the same.
std::vector<std::string> Question(const Arguments& arguments) {
  std::vector<std::string> words = {"size"};
  for (const GivenFlag& given : arguments.flags) {
    const std::string_view name = given.flag->name;
    if (name == "--html" || name == "--json" || name == "--explain") {
      continue;
    }
    words.emplace_back(name);
    if (!given.flag->value.empty()) {
      words.push_back(given.value);
    }
  }
  return words;
}

}  // namespace

Result<report::SizePage> MakeSizePage(const Arguments& arguments, const SizeInput& input,
                                      const report::SizeReport& report) {
  report::SizePage page = report::PageOf(report);
  page.invocation = Invocation(Question(arguments));
  AddTraffic(input, report, page);
  TRY(AddLimits(arguments, input, report, page));
  return page;
}

Status WriteSizePage(const Arguments& arguments, const report::SizePage& page) {
  return WriteHtml(arguments.Value("--html"), "--html", report::SizeHtml(page));
}

Status KeepSizing(const Arguments& arguments, const report::SizeReport& report,
                  const report::SizePage& page) {
  store::SizingInfo info;
  info.made = UtcNow();
  info.version = page.version;
  info.invocation = page.invocation;
  info.promise = report::PromiseOf(page);
  if (report.users) {
    info.users = report.users->count;
  } else {
    info.rate_rps = report.rate.per_second;
  }
  info.pods = page.pods;
  info.needed = page.needed;
  info.nodes = page.nodes;
  info.usd_per_month = page.usd_per_month;
  const std::string document = report::SizePageDocument(page);
  const std::string path = TRY(StorePath(arguments));
  store::Store store = TRY(store::Store::Open(path));
  for (const std::string& run : report.runs) {
    TRY(store.AddSizing(run, info, document));
  }
  return {};
}

}  // namespace loadline::cli
