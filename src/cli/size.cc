// `loadline size`: how many pods keep the objectives at a rate, and why.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "cli/size_confirm.h"
#include "cli/size_input.h"
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

void Explain(const SizeInput& input, report::SizeReport& report) {
  const Result<int> pods = sizing::PodsBusyAllTheTime(
      report.rate, report.model.pod.service, report.model.pod.concurrency, &report.explain);
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
    static_cast<void>(sizing::HighestRate(std::max(1, fit), report.model.pod.service,
                                          report.model.pod.concurrency, &report.explain));
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
      return "least connections, one router";
  }
  return "";
}

void AddAlternatives(const SizeInput& input, report::SizeReport& report) {
  const std::vector<measure::Objective> objectives = input.objectives;
  for (const queueing::Balance balance :
       {queueing::Balance::kRandom, queueing::Balance::kRoundRobin, queueing::Balance::kTwoChoices,
        queueing::Balance::kLeast, queueing::Balance::kCentral}) {
    if (balance == report.model.pod.balance) {
      continue;
    }
    sizing::ServiceModel other = report.model;
    other.pod.balance = balance;
    const Result<sizing::PodsAnswer> answer = sizing::FewestPods(other, report.rate, objectives);
    report.alternatives.push_back({std::string(NoteOf(balance)),
                                   fmt::format("--balance {}", queueing::Name(balance)),
                                   answer ? answer->outlook.pods : 0});
  }
}

/// Simulates the answer; where the simulator says that it does not hold, adds pods until it does.
Status Confirm(const SizeInput& input, report::SizeReport& report) {
  const int foreseen = report.answer.outlook.pods;
  for (int turn = 0;; ++turn) {
    report.confirmation = TRY(ConfirmSize(report.model, report.rate, report.answer.outlook));
    const std::vector<report::ConfirmedObjective>& found = report.confirmation->objectives;
    const bool holds =
        std::all_of(found.begin(), found.end(), [](const auto& each) { return each.holds; });
    if (holds || turn == kMostCorrections) {
      break;
    }
    const int more = std::max(1, report.answer.outlook.pods / 50);
    const int pods = report.answer.outlook.pods + more;
    report.answer.fewer = sizing::Foresee(report.model, report.rate, input.objectives, pods - 1);
    report.answer.outlook = sizing::Foresee(report.model, report.rate, input.objectives, pods);
  }
  if (report.answer.outlook.pods != foreseen) {
    report.thin_ice.push_back(
        fmt::format("the formulae ask for {} pods, the simulator did not confirm them: {} taken",
                    FormatCount(foreseen), FormatCount(report.answer.outlook.pods)));
  }
  return {};
}

Result<report::SizeReport> Size(const Arguments& arguments) {
  SizeInput input = TRY(ReadSizeInput(arguments));
  report::SizeReport report;
  report.version = std::string(Version());
  report.rate_now = input.rate;
  report.growth = input.growth;
  report.rate = input.rate * (1 + input.growth);
  report.pod_cpu = input.pod_cpu;
  report.pod_memory = input.pod_memory;
  report.survive = input.survive;
  report.zones = input.zones;
  report.explained = arguments.Has("--explain");
  UseGivenService(input, report);
  if (!input.balance && input.from.empty()) {
    report.thin_ice.push_back("balancer not said: random, as kube-proxy is, by connection");
  }
  report.answer = TRY(sizing::FewestPods(report.model, report.rate, input.objectives));
  Explain(input, report);
  AddAlternatives(input, report);
  if (!arguments.Has("--no-confirm")) {
    TRY(Confirm(input, report));
  }
  const int needed = report.answer.outlook.pods;
  report.pods = report.survive == "zone" ? sizing::PodsForLostZone(needed, report.zones) : needed;
  report.edge = sizing::HighestRateThatHolds(report.model, input.objectives, needed);
  return report;
}

Status Print(const Arguments& arguments) {
  const report::SizeReport report = TRY(Size(arguments));
  if (arguments.Value("--json") != "-") {
    fmt::print("{}", report::SizeText(report, StyleFor(stdout)));
  }
  if (arguments.Has("--json")) {
    TRY(WriteTo(arguments.Value("--json"), "--json", [&](std::ostream& out) {
      out << report::SizeDocument(report);
      return Status();
    }));
  }
  return {};
}

}  // namespace

ExitCode SizeCommand(const Arguments& arguments) {
  const Status done = Print(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
