#include "cli/size_input.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/units_text.h"
#include "sim/latency_law.h"
#include "sizing/forecast.h"

namespace loadline::cli {
namespace {

constexpr int kMostZones = 100;

/// Reads flags one by one and collects what is wrong.
class Reader {
 public:
  explicit Reader(const Arguments& arguments) : arguments_(arguments) {}

  [[nodiscard]] bool Has(std::string_view flag) const { return arguments_.Has(flag); }
  [[nodiscard]] std::string Text(std::string_view flag) const { return arguments_.Value(flag); }

  void Fault(std::string_view flag, std::string_view message) {
    faults_ += fmt::format("{}{}: {}", faults_.empty() ? "" : "\n", flag, message);
  }

  /// `parse` of the flag's text into `out`, where it was given and can be read.
  template <typename T, typename Parse>
  void Read(std::string_view flag, T& out, const Parse& parse) {
    if (Has(flag)) {
      Read(flag, Text(flag), out, parse);
    }
  }

  template <typename T, typename Parse>
  void Read(std::string_view flag, const std::string& text, T& out, const Parse& parse) {
    const auto value = parse(text);
    if (value) {
      out = *value;
    } else {
      Fault(flag, value.error().message);
    }
  }

  void Number(std::string_view flag, double& out, double above, std::string_view example) {
    if (!Has(flag)) {
      return;
    }
    const Result<double> value = ParseNumber(Text(flag));
    if (value && *value > above) {
      out = *value;
    } else {
      Fault(flag, fmt::format("found \"{}\"; expected a number above {:g}, such as {}", Text(flag),
                              above, example));
    }
  }

  template <typename Int>
  void Whole(std::string_view flag, Int& out, int least, int most) {
    if (Has(flag)) {
      ReadWhole(flag, Text(flag), out, least, most);
    }
  }

  template <typename Int>
  void ReadWhole(std::string_view flag, const std::string& text, Int& out, int least, int most) {
    const Result<double> value = ParseNumber(text);
    if (value && *value >= least && *value <= most && *value == std::floor(*value)) {
      out = static_cast<Int>(*value);
    } else {
      Fault(flag, fmt::format("found \"{}\"; expected a whole number from {} to {}", text, least,
                              FormatCount(most)));
    }
  }

  [[nodiscard]] const std::string& faults() const { return faults_; }

 private:
  const Arguments& arguments_;
  std::string faults_;
};

/// A CPU as Kubernetes writes it: `0.5`, `500m`.
Result<double> ParseCpu(const std::string& text) {
  const bool milli = !text.empty() && text.back() == 'm';
  const Result<double> value = ParseNumber(milli ? text.substr(0, text.size() - 1) : text);
  if (!value || !(*value > 0)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found \"{}\"; expected CPUs above 0: 0.5 or 500m", text)};
  }
  return milli ? *value / 1000 : *value;
}

std::int64_t Millicores(double cpus) {
  return std::llround(cpus * 1000);
}

/// A share that may be above one: `30%`, `9`.
Result<double> ParseGrowth(const std::string& text) {
  const bool percent = !text.empty() && text.back() == '%';
  const Result<double> value = ParseNumber(percent ? text.substr(0, text.size() - 1) : text);
  const double share = value ? *value / (percent ? 100 : 1) : 0.0;
  if (!value || !(share > -1 && share <= 1000)) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("found \"{}\"; expected a share such as 30% or 9 (tenfold traffic), or "
                    "30%/y for each year up to --horizon",
                    text)};
  }
  return share;
}

/// `12mo`, `1.5y`, `8w`, `90d`, or a day: `2027-11-26`.
Result<Horizon> ParseHorizon(const std::string& text) {
  if (const std::optional<Duration> day = sizing::ParseTime(text); day && text.size() == 10) {
    return Horizon{.day = std::chrono::sys_days(std::chrono::floor<std::chrono::days>(*day))};
  }
  constexpr double kDay = 86'400;
  constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
      {{"mo", 365.25 / 12 * kDay}, {"y", 365.25 * kDay}, {"w", 7 * kDay}}};
  std::optional<double> seconds;
  for (const auto& [unit, length] : kUnits) {
    if (text.ends_with(unit)) {
      const Result<double> number = ParseNumber(text.substr(0, text.size() - unit.size()));
      seconds = number ? *number * length : -1;
    }
  }
  const Result<Duration> duration =
      seconds ? Result<Duration>(FromSeconds(std::clamp(*seconds, 0.0, 1e10)))
              : ParseDuration(text);
  if (!duration || *duration <= Duration::zero() || Seconds(*duration) > 100 * 365.25 * kDay) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("found \"{}\"; expected how far ahead: 12mo, 1y, 8w, 90d, or a day such "
                    "as 2027-11-26",
                    text)};
  }
  return Horizon{.ahead = *duration, .day = std::nullopt};
}

/// `25%` of the pods, or so many: `10`.
Result<sizing::Surge> ParseSurge(const std::string& text) {
  if (!text.empty() && text.back() == '%') {
    const Result<double> share = ParseShare(text);
    if (share && *share > 0) {
      return sizing::Surge{.share = *share};
    }
  } else if (const Result<double> pods = ParseNumber(text);
             pods && *pods >= 1 && *pods <= 100'000 && *pods == std::floor(*pods)) {
    return sizing::Surge{.pods = static_cast<std::int64_t>(*pods)};
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("found \"{}\"; expected maxSurge of a rollout: a share above 0 such as "
                           "25%, or a number of pods from 1",
                           text)};
}

/// `0.3` or `0.3,400Mi`.
Result<catalog::Resources> ParseResources(std::string_view text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  catalog::Resources resources;
  resources.millicores = Millicores(TRY(ParseCpu(std::string(text.substr(0, comma)))));
  if (comma < text.size()) {
    resources.memory = TRY(ParseBytes(text.substr(comma + 1)));
  }
  return resources;
}

/// `0.3,400Mi`, `0.3,400Mi,4`, `none`.
Result<sizing::NodeOverhead> ParseDaemonSets(const std::string& text) {
  if (text == "none") {
    return sizing::NodeOverhead{.daemons = {}, .daemon_pods = 0};
  }
  sizing::NodeOverhead overhead;
  const std::size_t last = text.rfind(',');
  const bool with_pods = last != std::string::npos && text.find(',') != last;
  const Result<catalog::Resources> daemons =
      ParseResources(with_pods ? text.substr(0, last) : text);
  const Result<double> pods = with_pods ? ParseNumber(text.substr(last + 1))
                                        : Result<double>(double{1.0 * overhead.daemon_pods});
  if (!daemons || !pods || !(*pods >= 0 && *pods <= 200) || *pods != std::floor(*pods)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found \"{}\"; expected what they take of each node: CPU,memory or "
                             "CPU,memory,pods such as 0.3,400Mi,4, or none",
                             text)};
  }
  overhead.daemons = *daemons;
  overhead.daemon_pods = static_cast<int>(*pods);
  return overhead;
}

/// `3x1.3,512Mi`: three pods of the cluster's own.
Result<sizing::ClusterPods> ParseClusterPods(const std::string& text) {
  const std::size_t cross = std::min(text.find('x'), text.size());
  const Result<double> count = ParseNumber(text.substr(0, cross));
  const Result<catalog::Resources> each =
      ParseResources(std::string_view(text).substr(std::min(cross + 1, text.size())));
  if (!count || !each || !(*count >= 1 && *count <= 10'000) || *count != std::floor(*count)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found \"{}\"; expected how many and what each asks for, such as "
                             "3x1.3,512Mi",
                             text)};
  }
  return sizing::ClusterPods{.count = static_cast<int>(*count), .each = *each};
}

void ReadTraffic(Reader& reader, SizeInput& input) {
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

void ReadAutoscaler(Reader& reader, SizeInput& input) {
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
void CheckPurpose(Reader& reader) {
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

void ReadNodes(Reader& reader, NodesInput& nodes) {
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

void ReadManifests(Reader& reader, const Arguments& arguments, SizeInput& input) {
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

void ReadLatency(Reader& reader, SizeInput& input) {
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

void ReadObjectives(Reader& reader, const Arguments& arguments, SizeInput& input) {
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

void ReadService(Reader& reader, SizeInput& input) {
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

void ReadSurvival(Reader& reader, SizeInput& input) {
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
void ReadUsers(Reader& reader, SizeInput& input) {
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

void ReadRouters(Reader& reader, SizeInput& input) {
  reader.Whole("--routers", input.pod.routers, 1, 1000);
  if (input.pod.routers > 1 && input.balance == queueing::Balance::kCentral) {
    reader.Fault("--routers",
                 "one queue for all pods has no routers; expected --balance least, "
                 "p2c, round-robin or random");
  }
}

}  // namespace

Result<SizeInput> ReadSizeInput(const Arguments& arguments) {
  Reader reader(arguments);
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
