// `loadline size`: how many pods keep the objectives at a rate, and why.
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"
#include "cli/file_output.h"
#include "cli/html_file.h"
#include "cli/size_confirm.h"
#include "cli/size_fit.h"
#include "cli/size_input.h"
#include "cli/size_manifests.h"
#include "cli/size_nodes.h"
#include "cli/size_page.h"
#include "cli/size_placement.h"
#include "cli/size_runs.h"
#include "cli/size_traffic.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "cli/write_to.h"
#include "report/size.h"
#include "sizing/pods.h"

namespace loadline::cli {
namespace {

// How often a pod may be added because the simulator did not agree.
constexpr int kMostCorrections = 8;
// A mean response so far off the model is worth a warning.
constexpr double kBadFit = 0.15;

/// The service as given on the command line.
void UseGivenService(const SizeInput& input, report::SizeReport& report) {
  report.model.pod = input.pod;
  report.model.pod.balance = input.balance.value_or(queueing::Balance::kRandom);
  report.model.service_low = input.pod.service;
  report.model.service_high = input.pod.service;
  report.origin = "given, not measured";
  report.thin_ice.push_back("nothing was measured: loadline find … then --from @last");
  if (!input.law_given) {
    report.thin_ice.push_back(
        "service times taken as exponential; --latency lognormal:50ms,cv=0.5 says otherwise");
  }
}

/// The service as the runs show it.
void UseFit(const RunsFit& fit, const SizeInput& input, report::SizeReport& report) {
  const sizing::FittedService& fitted = fit.fitted;
  report.model = fitted.model;
  report.origin = fmt::format("measured, run {}", fmt::join(fit.ids, ", "));
  report.runs = fit.ids;
  report.fit_lines.push_back(
      fmt::format("fitted to {} probes, {} requests: {}, R² {:.3f}", fitted.probes,
                  FormatCount(fitted.requests),
                  fitted.worst_error
                      ? fmt::format("mean responses within {}", FormatPercent(*fitted.worst_error))
                      : std::string("no probe long enough to say how well"),
                  fitted.r_squared));
  if (fitted.worst_error.value_or(1.0) > kBadFit) {
    report.thin_ice.push_back(
        "the model fits badly, or was tried on short probes only: measure longer, verify the "
        "answer");
  }
  if (!fitted.limit_seen) {
    report.thin_ice.push_back(
        "no probe showed what limits the service: all of its response counted as service; a "
        "loadline find would tell");
  }
  if (fit.measured_behind) {
    report.thin_ice.push_back(fmt::format(
        "the runs look as if made behind {}, not {}: their service is taken, and sized for {}",
        queueing::Name(*fit.measured_behind), queueing::Name(report.model.pod.balance),
        queueing::Name(report.model.pod.balance)));
  } else if (fitted.as_good.size() > 1) {
    std::string others;
    for (std::size_t i = 1; i < fitted.as_good.size(); ++i) {
      others += fmt::format("{}{}", others.empty() ? "" : ", ", queueing::Name(fitted.as_good[i]));
    }
    report.thin_ice.push_back(fmt::format(
        "balancer {} and {} fit as well: the costlier one taken; --balance says which it is",
        queueing::Name(fitted.as_good.front()), others));
  } else if (!input.balance) {
    report.thin_ice.push_back(
        fmt::format("balancer {} fitted, not known", queueing::Name(report.model.pod.balance)));
  }
  report.scaling = fitted.scaling;
  report.scaling_pods = fitted.scaling_pods;
  report.curve = fitted.curve;
  SayScaling(fitted, report);
  SayCurve(fitted, report);
}

void Explain(const SizeInput& input, report::SizeReport& report) {
  const sizing::FullPod full = report.model.Full();
  const Result<int> pods =
      sizing::PodsBusyAllTheTime(report.rate, full.latency, full.requests, &report.explain);
  report.classic_pods = pods ? *pods : 0;
  if (input.pod_cpu <= 0 || input.node_cpu <= 0 || !pods) {
    return;
  }
  const Result<int> nodes =
      sizing::NodesForPods(*pods, input.pod_cpu, input.node_cpu, input.constants, &report.explain);
  if (nodes) {
    report.classic_nodes = *nodes;
    const double cpu =
        sizing::AvailableCpu(input.node_cpu, *nodes, input.constants, &report.explain);
    const int fit = sizing::PodsThatFit(cpu, input.pod_cpu, &report.explain);
    static_cast<void>(
        sizing::HighestRate(std::max(1, fit), full.latency, full.requests, &report.explain));
  }
}

std::string_view NoteOf(queueing::Balance balance) {
  switch (balance) {
    case queueing::Balance::kCentral:
      return "one queue for all pods (ideal)";
    case queueing::Balance::kRandom:
      return "behind kube-proxy (random)";
    case queueing::Balance::kRoundRobin:
      return "in turn (round-robin)";
    case queueing::Balance::kTwoChoices:
      return "two choices (p2c, Envoy's default)";
    case queueing::Balance::kLeast:
      return "least connections";
  }
  return "";
}

/// The same promise with another model of `placing`.
void AddAlternative(const PlacementInput& placing, std::string what, std::string flag,
                    report::SizeReport& report) {
  report::Alternative other{.what = std::move(what), .flag = std::move(flag), .nodes = {}};
  const Result<sizing::PodsAnswer> answer =
      sizing::FewestPods(placing.model, report::TrafficOf(report), placing.objectives);
  const Result<Placement> placed =
      answer ? Place(placing, answer->outlook.rate, answer->outlook.pods) : answer.error();
  if (placed) {
    other.needed = answer->outlook.pods;
    other.pods = static_cast<int>(placed->pods);
    if (placed->plan) {
      other.nodes = static_cast<int>(placed->plan->nodes);
      other.usd_per_month = placed->plan->usd_per_month;
    }
  }
  report.alternatives.push_back(std::move(other));
}

/// The same promise behind other balancers.
void AddAlternatives(PlacementInput placing, report::SizeReport& report) {
  placing.margin = 1;  // What the simulator asked for was for the answer's own.
  if (placing.nodes) {
    placing.nodes->demand.alternatives = false;
    placing.nodes->demand.max_nodes = 0;
  }
  const queueing::Pool& pod = report.model.pod;
  if (pod.balance != queueing::Balance::kRandom && pod.balance != queueing::Balance::kCentral) {
    const bool one = pod.routers == 1;
    placing.model.pod.routers = one ? 3 : 1;
    AddAlternative(
        placing,
        one ? "3 routers that see only their own requests" : "one router that sees all requests",
        fmt::format("--routers {}", placing.model.pod.routers), report);
  }
  for (const queueing::Balance balance :
       {queueing::Balance::kRandom, queueing::Balance::kRoundRobin, queueing::Balance::kTwoChoices,
        queueing::Balance::kLeast, queueing::Balance::kCentral}) {
    if (balance == report.model.pod.balance) {
      continue;
    }
    placing.model = report.model;
    placing.model.pod.balance = balance;
    if (balance == queueing::Balance::kCentral) {
      placing.model.pod.routers = 1;
    }
    AddAlternative(placing, std::string(NoteOf(balance)),
                   fmt::format("--balance {}", queueing::Name(balance)), report);
  }
}

/// Simulates the answer; where the simulator says that it does not hold, adds pods until it does.
Status Confirm(const SizeInput& input, report::SizeReport& report) {
  const int foreseen = report.answer.outlook.pods;
  for (int turn = 0;; ++turn) {
    report.confirmation =
        TRY(ConfirmSize(report.model, report::TrafficOf(report), report.answer.outlook));
    const std::vector<report::ConfirmedObjective>& found = report.confirmation->objectives;
    const bool broken =
        std::any_of(found.begin(), found.end(), [](const auto& each) { return each.broken; });
    if (!broken || turn == kMostCorrections) {
      break;
    }
    const int more = std::max(1, report.answer.outlook.pods / 50);
    const int pods = report.answer.outlook.pods + more;
    const sizing::Traffic traffic = report::TrafficOf(report);
    report.answer.fewer = sizing::Foresee(report.model, traffic, input.objectives, pods - 1);
    report.answer.outlook = sizing::Foresee(report.model, traffic, input.objectives, pods);
  }
  if (report.answer.outlook.pods != foreseen) {
    report.thin_ice.push_back(
        fmt::format("the formulae ask for {} pods, the simulator did not confirm them: {} taken",
                    FormatCount(foreseen), FormatCount(report.answer.outlook.pods)));
  }
  return {};
}

/// Pods, autoscaler and nodes for what keeps the objectives; the formulae asked for `foreseen`.
Status AddPlacement(const Arguments& arguments, const SizeInput& input, int foreseen,
                    report::SizeReport& report) {
  const int needed = report.answer.outlook.pods;
  PlacementInput placing = TRY(PlacementFor(arguments, input, report));
  placing.margin = static_cast<double>(needed) / foreseen;
  const Placement placed = TRY(Place(placing, report.rate, needed));
  report.pods = static_cast<int>(placed.pods);
  if (placed.bounds) {
    report.autoscaling = report::Autoscaling{
        .bounds = *placed.bounds,
        .demand = placed.scaled,
        .lowest_from = LowestFor(input.traffic, report).from,
        .fixed_pods = placed.plan ? 0 : static_cast<int>(placed.scaled.loss.PodsFor(needed))};
  }
  if (placed.plan) {
    report.nodes = report::NodesReport{.demand = placed.demand,
                                       .plan = *placed.plan,
                                       .memory_peak = input.nodes.memory_peak,
                                       .price_list = placing.nodes->price_list};
    SayWhatNodesRestOn(arguments, input, report);
  }
  AddAlternatives(std::move(placing), report);
  return {};
}

/// What was taken for granted beside the nodes.
void SayAssumed(const Arguments& arguments, const SizeInput& input, report::SizeReport& report) {
  const auto assume = [&](std::string_view about, std::string_view flag, std::string what) {
    if (!arguments.Has(flag)) {
      report.assumed.push_back({std::string(about), std::move(what), std::string(flag)});
    }
  };
  if (input.from.empty()) {
    assume("service", "--concurrency", "one request at a time");
    assume("service", "--overhead", "nothing beside it in a response");
  }
  assume("service", "--queue", "no request is turned away");
  if (input.dead_band) {
    assume("traffic", "--dead-band",
           fmt::format("the autoscaler's dead band is Kubernetes' own, {}",
                       FormatPercent(*input.dead_band)));
    report.assumed.push_back(
        {"service", "a pod that is always busy uses the CPU that it asks for", "--pod-cpu"});
  }
  if (!input.manifests.folder.empty()) {
    const std::string& name = input.manifests.name;
    assume("manifests", "--name", fmt::format("a Deployment {}", name));
    assume("manifests", "--namespace", "no namespace");
    assume("manifests", "--container", fmt::format("its container {}", name));
    assume("manifests", "--label", fmt::format("its pods' label app={}", name));
    assume("manifests", "--cpu-limit", "no CPU limit");
  }
}

/// `input` gets the objectives of the run, where none were given.
Result<report::SizeReport> Size(const Arguments& arguments, SizeInput& input) {
  if (!input.manifests.folder.empty()) {
    TRY(CheckManifests(input.manifests));
  }
  if (arguments.Has("--json") && arguments.Value("--json") != "-") {
    TRY(CheckWritable(arguments.Value("--json")));
  }
  report::SizeReport report;
  report.version = std::string(Version());
  report.today = std::chrono::floor<std::chrono::days>(UtcNow());
  if (input.users) {
    input.traffic.rate = Rate{static_cast<double>(input.users->count)};  // Only to grow.
  }
  TRY(AddTraffic(input.traffic, report));
  if (input.users) {
    report.users = sizing::Traffic(*input.users).Times(1 + report.growth).users();
    report.users_now = input.users->count;
  }
  report.pod_cpu = input.pod_cpu;
  report.pod_memory = input.pod_memory;
  report.survive = input.survive.value_or(NodesAsked(arguments) ? sizing::Survive::kNode
                                                                : sizing::Survive::kNone);
  report.zones = input.zones;
  report.explained = arguments.Has("--explain");
  std::optional<RunsFit> fit;
  if (input.from.empty()) {
    UseGivenService(input, report);
    if (!input.balance) {
      report.thin_ice.push_back("balancer not said: random, as kube-proxy is, by connection");
    }
  } else {
    fit = TRY(FitRuns(arguments, input));
    UseFit(*fit, input, report);
    if (input.objectives.empty()) {
      input.objectives = fit->objectives;
    }
  }
  const sizing::Traffic traffic = report::TrafficOf(report);
  report.rate = traffic.HighestRate(report.model.service_high);
  report.answer = TRY(sizing::FewestPods(report.model, traffic, input.objectives));
  if (fit) {
    TRY(CheckReach(fit->fitted, report.answer.outlook.pods));
  }
  const int foreseen = report.answer.outlook.pods;
  Explain(input, report);
  ExplainFit(report);
  if (!arguments.Has("--no-confirm")) {
    TRY(Confirm(input, report));
  }
  report.rate = report.answer.outlook.rate;
  if (fit) {
    SayExtrapolation(fit->fitted, report);
  }
  TRY(AddPlacement(arguments, input, foreseen, report));
  SayAssumed(arguments, input, report);
  const int needed = report.answer.outlook.pods;
  if (report.users) {
    report.edge_users =
        sizing::MostUsersThatHold(report.model, input.objectives, needed, report.users->think);
  } else {
    report.edge = sizing::HighestRateThatHolds(report.model, input.objectives, needed);
  }
  if (!input.manifests.folder.empty()) {
    TRY(WriteManifests(input, report));
  }
  return report;
}

Status Print(const Arguments& arguments) {
  SizeInput input = TRY(ReadSizeInput(arguments));
  if (arguments.Has("--html")) {
    TRY(CheckHtmlTarget(arguments.Value("--html"), "--html", "another name"));
  }
  const report::SizeReport report = TRY(Size(arguments, input));
  if (arguments.Value("--json") != "-" && arguments.Value("--html") != "-") {
    fmt::print("{}", report::SizeText(report, StyleFor(stdout)));
  }
  if (arguments.Has("--json")) {
    TRY(WriteTo(arguments.Value("--json"), "--json", [&](std::ostream& out) {
      out << report::SizeDocument(report);
      return Status();
    }));
  }
  const bool keep = !report.runs.empty() && !arguments.Has("--no-store");
  if (!keep && !arguments.Has("--html")) {
    return {};
  }
  const Result<report::SizePage> page = MakeSizePage(arguments, input, report);
  if (arguments.Has("--html")) {
    TRY(page ? WriteSizePage(arguments, *page) : Status(page.error()));
  }
  // The answer counts whether it could be kept or not.
  const Status kept = !keep ? Status() : page ? KeepSizing(arguments, report, *page) : page.error();
  if (!kept) {
    fmt::print(stderr, "the sizing was not kept: {}\n", kept.error().message);
  }
  return {};
}

}  // namespace

ExitCode SizeCommand(const Arguments& arguments) {
  const Status done = Print(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
