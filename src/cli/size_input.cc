#include "cli/size_input.h"

#include <fmt/core.h>

#include <cmath>
#include <string_view>

#include "base/units_text.h"
#include "sim/latency_law.h"

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
    if (!Has(flag)) {
      return;
    }
    const auto value = parse(Text(flag));
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

  void Whole(std::string_view flag, int& out, int least, int most) {
    if (Has(flag)) {
      ReadWhole(flag, Text(flag), out, least, most);
    }
  }

  void ReadWhole(std::string_view flag, const std::string& text, int& out, int least, int most) {
    const Result<double> value = ParseNumber(text);
    if (value && *value >= least && *value <= most && *value == std::floor(*value)) {
      out = static_cast<int>(*value);
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
  if (reader.Has("--rate")) {
    reader.Fault("--users", "either a rate or users: --rate 2000/s or --users 500 --think 1s");
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
  if (!reader.Has("--rate") && !reader.Has("--users")) {
    reader.Fault("--rate",
                 "the traffic to size for is missing: --rate 2000/s, or --users 500 --think 1s");
  } else if (reader.Has("--rate")) {
    reader.Read("--rate", input.rate, [](const std::string& text) { return ParseRate(text); });
    if (reader.faults().empty() && !(input.rate.per_second > 0)) {
      reader.Fault("--rate", fmt::format("found \"{}\"; expected a rate above 0: 2000/s",
                                         reader.Text("--rate")));
    }
  }
  if (reader.Has("--growth")) {
    std::string text = reader.Text("--growth");
    const bool percent = !text.empty() && text.back() == '%';
    const Result<double> value = ParseNumber(percent ? text.substr(0, text.size() - 1) : text);
    if (value && *value / (percent ? 100 : 1) > -1 && *value / (percent ? 100 : 1) <= 1000) {
      input.growth = *value / (percent ? 100 : 1);
    } else {
      reader.Fault("--growth", fmt::format("found \"{}\"; expected a share such as 30% or 9 "
                                           "(tenfold traffic)",
                                           text));
    }
  }
  ReadObjectives(reader, arguments, input);
  ReadService(reader, input);
  ReadUsers(reader, input);
  ReadRouters(reader, input);
  ReadSurvival(reader, input);
  input.from = arguments.Values("--from");
  for (const std::string& text : arguments.Values("--pods")) {
    int pods = 0;
    reader.ReadWhole("--pods", text, pods, 1, 100'000);
    input.pods.push_back(pods);
  }
  reader.Read("--pod-cpu", input.pod_cpu, ParseCpu);
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
