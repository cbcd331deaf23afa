#include "cli/size_input.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/units_text.h"
#include "cli/flag_reader.h"
#include "cli/size_values.h"
#include "sim/latency_law.h"

namespace loadline::cli {
namespace {

constexpr int kMostZones = 100;

void ReadTraffic(FlagReader& reader, SizeInput& input) {
  TrafficInput& traffic = input.traffic;
  traffic.history = reader.Text("--history");
  if (reader.Has("--rate") && reader.Has("--history")) {
    reader.Fault("--rate", "the traffic is either named or read: --rate or --history");
  } else if (!reader.Has("--rate") && !reader.Has("--history") && !reader.Has("--users")) {
    reader.Fault("--rate",
                 "the traffic to size for is missing: --rate 2000/s, --users 500 --think 1s, or "
                 "--history traffic.csv");
  } else if (reader.Has("--rate")) {
    const Result<Rate> rate = ParseRate(reader.Text("--rate"));
    if (!rate) {
      reader.Fault("--rate", rate.error().message);
    } else if (!(rate->per_second > 0)) {
      reader.Fault("--rate", fmt::format("found \"{}\"; expected a rate above 0: 2000/s",
                                         reader.Text("--rate")));
    } else {
      traffic.rate = *rate;
    }
  }
  if (reader.Has("--growth") && reader.Has("--history")) {
    reader.Fault("--growth",
                 "the history shows the growth: leave it out, or name a --rate instead");
  } else if (reader.Has("--growth")) {
    std::string text = reader.Text("--growth");
    for (const std::string_view unit : {"/y", "/year"}) {
      if (text.ends_with(unit)) {
        text.resize(text.size() - unit.size());
        traffic.growth_per_year = true;
      }
    }
    reader.Read("--growth", text, traffic.growth, ParseGrowth);
  }
  reader.Read("--horizon", traffic.horizon, ParseHorizon);
  if (reader.Has("--horizon") && !reader.Has("--history") && !traffic.growth_per_year) {
    reader.Fault("--horizon",
                 "needs a --history to look ahead from, or a --growth for each year: 30%/y");
  }
  if (reader.Has("--confidence")) {
    const Result<double> share = ParseShare(reader.Text("--confidence"));
    if (share && *share >= 0.5 && *share < 1) {
      traffic.confidence = *share;
    } else {
      reader.Fault("--confidence",
                   fmt::format("found \"{}\"; expected a share of at least 50% and below 100%: 90%",
                               reader.Text("--confidence")));
    }
  }
}

void ReadAutoscaler(FlagReader& reader, SizeInput& input) {
  if (reader.Has("--dead-band") && reader.Has("--fixed")) {
    reader.Fault("--dead-band", "a fixed number of pods has no autoscaler: --dead-band or --fixed");
  }
  const bool scaled = reader.Has("--dead-band") || reader.Has("--output");
  if (scaled && !reader.Has("--fixed")) {
    input.dead_band = sizing::kDefaultDeadBand;
    reader.Read("--dead-band", *input.dead_band,
                [](const std::string& text) { return ParseShare(text); });
  }
  if (reader.Has("--lowest-rate")) {
    const Result<Rate> rate = ParseRate(reader.Text("--lowest-rate"));
    if (!rate || !(rate->per_second > 0)) {
      reader.Fault("--lowest-rate", fmt::format("found \"{}\"; expected a rate above 0: 200/s",
                                                reader.Text("--lowest-rate")));
    } else if (!input.dead_band) {
      reader.Fault("--lowest-rate",
                   "is what an autoscaler scales down to: with --dead-band 10% or --output");
    } else {
      input.traffic.lowest = *rate;
    }
  }
}

// Whether there are nodes at all, or manifests, for the options that say something of them.
void CheckPurpose(FlagReader& reader) {
  const bool nodes = reader.Has("--node") || reader.Has("--provider") || reader.Has("--prices");
  for (const std::string_view flag : {"--region", "--arch", "--platform", "--mix", "--spot",
                                      "--max-nodes", "--max-pods", "--daemonsets", "--cluster-pods",
                                      "--hours", "--control-plane", "--disk", "--load-balancer"}) {
    if (reader.Has(flag) && !nodes) {
      reader.Fault(flag,
                   "says something of nodes: with --node Standard_D4s_v5 or --provider azure");
    }
  }
  for (const std::string_view flag : {"--peak-memory", "--surge", "--one-per-node", "--gpus"}) {
    if (reader.Has(flag) && !nodes && !reader.Has("--output")) {
      reader.Fault(flag,
                   "says something of nodes or manifests: with --node Standard_D4s_v5, --provider "
                   "azure or --output FOLDER");
    }
  }
}

void ReadNodes(FlagReader& reader, NodesInput& nodes) {
  CheckPurpose(reader);
  reader.Whole("--gpus", nodes.gpus, 1, 64);
  nodes.one_per_node = reader.Has("--one-per-node");
  reader.Read("--peak-memory", nodes.memory_peak, ParseGrowth);
  if (nodes.memory_peak < 0) {
    reader.Fault("--peak-memory", fmt::format("found \"{}\"; expected a share of 0 or more above "
                                              "--pod-memory: 20%",
                                              reader.Text("--peak-memory")));
  }
  reader.Read("--daemonsets", nodes.overhead, ParseDaemonSets);
  reader.Read("--cluster-pods", nodes.cluster, ParseClusterPods);
  reader.Read("--surge", nodes.surge, ParseSurge);
  reader.Whole("--max-pods", nodes.max_pods, 1, 1000);
  reader.Whole("--max-nodes", nodes.max_nodes, 1, 1'000'000);
  reader.Number("--hours", nodes.hours_per_month, 0, "730");
  if (nodes.hours_per_month > 744) {
    reader.Fault("--hours",
                 fmt::format("found \"{}\"; a month has at most 744", reader.Text("--hours")));
  }
}

void ReadManifests(FlagReader& reader, const Arguments& arguments, SizeInput& input) {
  ManifestsInput& manifests = input.manifests;
  for (const std::string_view flag :
       {"--name", "--namespace", "--container", "--label", "--force", "--cpu-limit"}) {
    if (reader.Has(flag) && !reader.Has("--output")) {
      reader.Fault(flag, "belongs to manifests: with --output FOLDER");
    }
  }
  if (!reader.Has("--output")) {
    return;
  }
  manifests.folder = reader.Text("--output");
  if (manifests.folder.empty()) {
    reader.Fault("--output", "found \"\"; expected a folder: -o manifests");
  }
  if (!reader.Has("--pod-cpu")) {
    reader.Fault("--output", "manifests say what a pod asks for: --pod-cpu 0.5 --pod-memory 512Mi");
  }
  manifests.name = arguments.Value("--name", manifests.name);
  manifests.name_space = reader.Text("--namespace");
  manifests.container = reader.Text("--container");
  manifests.force = reader.Has("--force");
  for (const std::string& text : arguments.Values("--label")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      reader.Fault("--label",
                   fmt::format("found \"{}\"; expected one of the pods' labels: app=model", text));
    } else {
      manifests.labels.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
}

void ReadLatency(FlagReader& reader, SizeInput& input) {
  if (!reader.Has("--latency")) {
    return;
  }
  const std::string text = reader.Text("--latency");
  input.service_given = true;
  if (text.find(':') == std::string::npos) {
    const Result<Duration> service = ParseDuration(text);
    if (!service || *service <= Duration::zero()) {
      reader.Fault("--latency", fmt::format("found \"{}\"; expected the time that a pod works on "
                                            "a request, above 0: 50ms, or lognormal:50ms,cv=0.5",
                                            text));
      return;
    }
    input.pod.service = *service;
    input.pod.exponential = true;
    return;
  }
  const Result<sim::LatencyLaw> law = sim::ParseLatencyLaw(text);
  if (!law) {
    reader.Fault("--latency", law.error().message);
    return;
  }
  if (law->Mean() <= Duration::zero()) {
    reader.Fault("--latency", "a service time of 0 needs no pods; expected one above 0");
    return;
  }
  input.law_given = true;
  input.pod.service = law->Mean();
  input.pod.scv = law->SquaredVariation();
  input.pod.exponential = law->kind() == sim::LatencyLaw::Kind::kExponential;
}

void ReadObjectives(FlagReader& reader, const Arguments& arguments, SizeInput& input) {
  const auto add = [&](std::string_view flag, const std::string& text) {
    const Result<measure::Objective> objective = measure::ParseObjective(text);
    if (objective) {
      input.objectives.push_back(*objective);
    } else {
      reader.Fault(flag, objective.error().message);
    }
  };
  for (const std::string_view quantile : {"p50", "p90", "p95", "p99"}) {
    const std::string flag = fmt::format("--{}", quantile);
    if (arguments.Has(flag)) {
      add(flag, fmt::format("{} < {}", quantile, arguments.Value(flag)));
    }
  }
  if (arguments.Has("--errors")) {
    add("--errors", fmt::format("errors < {}", arguments.Value("--errors")));
  }
  for (const std::string& text : arguments.Values("--slo")) {
    add("--slo", text);
  }
}

void ReadService(FlagReader& reader, SizeInput& input) {
  ReadLatency(reader, input);
  reader.Whole("--concurrency", input.pod.concurrency, 1, 100'000);
  reader.Read("--overhead", input.pod.delay,
              [](const std::string& text) { return ParseDuration(text); });
  if (reader.Has("--queue") && reader.Text("--queue") != "unlimited") {
    reader.Whole("--queue", input.pod.queue, 0, 1'000'000);
  }
  if (reader.Has("--sharing")) {
    input.pod.discipline = queueing::Discipline::kSharing;
  }
  reader.Read("--balance", input.balance,
              [](const std::string& text) { return queueing::ParseBalance(text); });
}

void ReadSurvival(FlagReader& reader, SizeInput& input) {
  reader.Whole("--zones", input.zones, 1, kMostZones);
  if (!reader.Has("--survive")) {
    return;
  }
  const std::string text = reader.Text("--survive");
  input.survive = sizing::ParseSurvive(text);
  if (!input.survive) {
    reader.Fault("--survive", fmt::format("found \"{}\"; expected none, node or zone", text));
  } else if (input.survive == sizing::Survive::kZone && !reader.Has("--zones")) {
    input.zones = 3;
  } else if (input.survive == sizing::Survive::kZone && input.zones < 2) {
    reader.Fault("--survive",
                 "with one zone nothing is left when it is lost; expected --zones 2 "
                 "or more");
  }
}

/// `--users 500 --think 1s` instead of a rate.
void ReadUsers(FlagReader& reader, SizeInput& input) {
  if (reader.Has("--think") && !reader.Has("--users")) {
    reader.Fault("--think", "is a user's pause after an answer: with --users 500");
  }
  if (!reader.Has("--users")) {
    return;
  }
  queueing::Users users;
  reader.Whole("--users", users.count, 1, 10'000'000);
  reader.Read("--think", users.think, [](const std::string& text) { return ParseDuration(text); });
  if (reader.Has("--rate") || reader.Has("--history")) {
    reader.Fault("--users", "either a rate or users: --rate 2000/s or --users 500 --think 1s");
  }
  if ((reader.Has("--dead-band") || reader.Has("--output")) && !reader.Has("--fixed")) {
    reader.Fault("--users", "an autoscaler's bounds are found for a --rate; with users: --fixed");
  }
  if (!reader.Has("--think")) {
    reader.Fault("--think",
                 "how long a user pauses after an answer decides how much 500 of them ask for: "
                 "--think 1s, or 0s for none");
  }
  if (input.pod.queue != queueing::kEndlessQueue) {
    reader.Fault("--queue", "what users do after a 503 is not known; size for a --rate");
  }
  input.users = users;
}

void ReadRouters(FlagReader& reader, SizeInput& input) {
  reader.Whole("--routers", input.pod.routers, 1, 1000);
  if (input.pod.routers > 1 && input.balance == queueing::Balance::kCentral) {
    reader.Fault("--routers",
                 "one queue for all pods has no routers; expected --balance least, "
                 "p2c, round-robin or random");
  }
}

}  // namespace

Result<SizeInput> ReadSizeInput(const Arguments& arguments) {
  FlagReader reader(arguments);
  SizeInput input;
  ReadTraffic(reader, input);
  ReadObjectives(reader, arguments, input);
  ReadService(reader, input);
  ReadUsers(reader, input);
  ReadRouters(reader, input);
  ReadSurvival(reader, input);
  ReadAutoscaler(reader, input);
  ReadNodes(reader, input.nodes);
  ReadManifests(reader, arguments, input);
  input.from = arguments.Values("--from");
  for (const std::string& text : arguments.Values("--pods")) {
    int pods = 0;
    reader.ReadWhole("--pods", text, pods, 1, 100'000);
    input.pods.push_back(pods);
  }
  reader.Read("--pod-cpu", input.pod_cpu, ParseCpu);
  reader.Read("--cpu-limit", input.cpu_limit, ParseCpu);
  if (input.cpu_limit > 0 && input.cpu_limit < input.pod_cpu) {
    reader.Fault("--cpu-limit",
                 fmt::format("{:g} CPU is below what the pod asks for, {:g}: a limit "
                             "is that much at least",
                             input.cpu_limit, input.pod_cpu));
  }
  reader.Read("--pod-memory", input.pod_memory,
              [](const std::string& text) { return ParseBytes(text); });
  reader.Number("--node-cpu", input.node_cpu, 0, "4");
  reader.Number("--node-overhead", input.constants.node_overhead_cpu, -1e-9, "0.7");
  reader.Number("--cluster-overhead", input.constants.cluster_overhead_cpu, -1e-9, "3.9");
  if (input.from.empty() && !input.service_given) {
    reader.Fault("--latency",
                 "the service time is missing: --latency 50ms, or --from @last to "
                 "take it from a measurement");
  }
  if (!input.from.empty() && input.service_given) {
    reader.Fault("--latency", "the service time is either given or measured: --latency or --from");
  }
  if (!reader.faults().empty()) {
    return Error{ErrorCode::kInvalidArgument, reader.faults()};
  }
  return input;
}

}  // namespace loadline::cli
