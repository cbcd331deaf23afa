#include "sim/service_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units_text.h"
#include "scenario/keys.h"
#include "scenario/tree.h"

namespace loadline::sim {
namespace {

using scenario::Fault;
using scenario::Node;

/// Reads the members of one map; unknown keys are faults.
class MapReader {
 public:
  MapReader(const Node& node, std::string path, std::span<const std::string_view> keys,
            const std::string& file, std::vector<Fault>& faults)
      : node_(node), path_(std::move(path)), file_(file), faults_(faults) {
    if (node.kind != Node::Kind::kMap) {
      Complain(node, path_, "a map of keys such as `pods: 4`");
      return;
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      if (std::find(keys.begin(), keys.end(), node.keys[i]) == keys.end()) {
        const std::string_view near = scenario::Nearest(node.keys[i], keys);
        faults_.push_back({Where(node.key_places[i].line), PathOf(node.keys[i]), "an unknown key",
                           near.empty() ? Listed(keys) : std::string(near)});
      }
    }
  }

  [[nodiscard]] const Node* Find(std::string_view key) const {
    const Node* found = node_.kind == Node::Kind::kMap ? node_.Find(key) : nullptr;
    return found == nullptr || found->kind == Node::Kind::kNull ? nullptr : found;
  }

  [[nodiscard]] std::string PathOf(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }

  /// Reads the scalar `key` with `parse`, which gives a Result; `expected` is what would be right.
  template <typename T, typename Parse>
  void Scalar(std::string_view key, T& out, std::string_view expected, Parse parse) const {
    if (const Node* node = Find(key)) {
      Read(*node, PathOf(key), out, expected, parse);
    }
  }

  /// `besides`: what else would be right, ` or unlimited`, read by somebody else.
  void Whole(std::string_view key, int low, int high, int& out,
             std::string_view besides = "") const {
    Scalar(
        key, out,
        fmt::format("a whole number from {} to {}{}", FormatCount(low), FormatCount(high), besides),
        [&](std::string_view text) -> std::optional<int> {
          int value = 0;
          const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
          const bool whole = error == std::errc{} && end == text.data() + text.size();
          return whole && value >= low && value <= high ? std::optional(value) : std::nullopt;
        });
  }

  void Number(std::string_view key, double low, double high, double& out) const {
    if (const Node* node = Find(key)) {
      ReadNumber(*node, PathOf(key), low, high, out);
    }
  }

  void Time(std::string_view key, Duration low, Duration high, Duration& out) const {
    Scalar(key, out, fmt::format("a time from {} to {}", FormatDuration(low), FormatDuration(high)),
           [&](std::string_view text) -> std::optional<Duration> {
             const Result<Duration> value = ParseDuration(text);
             return value && *value >= low && *value <= high ? std::optional(*value) : std::nullopt;
           });
  }

  /// Calls `read(reader)` for each map of the list `key`.
  template <typename Read>
  void Each(std::string_view key, std::span<const std::string_view> keys, Read read) const {
    const Node* node = Find(key);
    if (node == nullptr) {
      return;
    }
    if (node->kind != Node::Kind::kList) {
      Complain(*node, PathOf(key), "a list, each entry with a dash");
      return;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      read(MapReader(node->items[i], fmt::format("{}[{}]", PathOf(key), i), keys, file_, faults_));
    }
  }

  /// The numbers of the list `key`.
  void Numbers(std::string_view key, double low, double high, std::vector<double>& out) const {
    const Node* node = Find(key);
    if (node == nullptr) {
      return;
    }
    if (node->kind != Node::Kind::kList || node->items.empty()) {
      Complain(*node, PathOf(key), "a list of numbers such as [1, 1.8, 2.4]");
      return;
    }
    out.resize(node->items.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      ReadNumber(node->items[i], fmt::format("{}[{}]", PathOf(key), i), low, high, out[i]);
    }
  }

  /// The map `key`, if it is there.
  template <typename Read>
  void Map(std::string_view key, std::span<const std::string_view> keys, Read read) const {
    if (const Node* node = Find(key)) {
      read(MapReader(*node, PathOf(key), keys, file_, faults_));
    }
  }

  void Complain(const Node& node, std::string path, std::string_view expected) const {
    std::string found;
    switch (node.kind) {
      case Node::Kind::kNull:
        found = "nothing";
        break;
      case Node::Kind::kScalar:
        found = fmt::format("\"{}\"", node.text.substr(0, 60));
        break;
      case Node::Kind::kList:
        found = "a list";
        break;
      case Node::Kind::kMap:
        found = "a map";
        break;
    }
    faults_.push_back({Where(node.place.line), std::move(path), found, std::string(expected)});
  }

  /// What the map lacks, or how two of its keys contradict each other.
  void Lacks(std::string_view key, std::string_view expected) const {
    faults_.push_back({Where(node_.place.line), PathOf(key), "nothing", std::string(expected)});
  }

 private:
  template <typename T, typename Parse>
  void Read(const Node& node, std::string path, T& out, std::string_view expected,
            Parse parse) const {
    if (node.kind == Node::Kind::kScalar) {
      if (auto value = parse(std::string_view(node.text))) {
        out = *value;
        return;
      }
    }
    Complain(node, std::move(path), expected);
  }

  void ReadNumber(const Node& node, std::string path, double low, double high, double& out) const {
    Read(node, std::move(path), out, fmt::format("a number from {} to {}", low, high),
         [&](std::string_view text) -> std::optional<double> {
           const Result<double> value = ParseNumber(text);
           return value && *value >= low && *value <= high ? std::optional(*value) : std::nullopt;
         });
  }

  [[nodiscard]] std::string Where(int line) const {
    return line > 0 ? fmt::format("{}:{}", file_, line) : file_;
  }
  static std::string Listed(std::span<const std::string_view> keys) {
    std::string list;
    for (const std::string_view key : keys) {
      list.append(list.empty() ? "" : ", ").append(key);
    }
    return list;
  }

  const Node& node_;
  std::string path_;
  const std::string& file_;
  std::vector<Fault>& faults_;
};

template <typename T>
std::optional<T> Optional(Result<T> result) {
  return result ? std::optional<T>(*std::move(result)) : std::nullopt;
}

constexpr Duration kLongestTime = std::chrono::hours(24 * 365);

/// Pods with a curve share themselves, and the curve is all that limits them.
void ReadCurve(const MapReader& root, ServiceOptions& service) {
  root.Numbers("curve", 0.001, 1e6, service.curve);
  if (root.Find("curve") == nullptr) {
    return;
  }
  const Node* discipline = root.Find("discipline");
  if (discipline != nullptr && service.discipline == Discipline::kSlots) {
    root.Complain(*discipline, "discipline", "sharing, beside a curve");
  }
  if (const Node* cpu = root.Find("cpu")) {
    root.Complain(*cpu, "cpu", "no limit beside a curve, which says what pods get done");
  }
  service.discipline = Discipline::kSharing;
}

void ReadService(const MapReader& root, ServiceOptions& service) {
  root.Whole("pods", 1, kMostPods, service.pods);
  root.Whole("concurrency", 1, 100'000, service.concurrency);
  if (const Node* queue = root.Find("queue"); queue != nullptr && queue->text == "unlimited") {
    service.queue = kUnlimitedQueue;
  } else {
    root.Whole("queue", 0, 100'000'000, service.queue, " or unlimited");
  }
  root.Scalar("latency", service.latency,
              "constant:50ms, exponential:50ms, lognormal:50ms,cv=0.5 or "
              "bimodal:20ms@0.9,500ms@0.1",
              [](std::string_view text) { return Optional(ParseLatencyLaw(text)); });
  root.Time("overhead", Duration::zero(), 1h, service.overhead);
  root.Scalar("balance", service.balance, "random, round-robin, least, p2c or connection",
              [](std::string_view text) { return Optional(ParseBalance(text)); });
  root.Scalar("error_rate", service.error_rate, "a share from 0 to 1 such as 0.01 or 1%",
              [](std::string_view text) { return Optional(ParseShare(text)); });
  root.Scalar("discipline", service.discipline,
              "slots (a request has a slot, others wait) or sharing (all share the pod)",
              [](std::string_view text) -> std::optional<Discipline> {
                if (text == "slots") {
                  return Discipline::kSlots;
                }
                return text == "sharing" ? std::optional(Discipline::kSharing) : std::nullopt;
              });
  static constexpr std::array<std::string_view, 2> kCpu = {"limit", "model"};
  root.Map("cpu", kCpu, [&](const MapReader& map) {
    map.Number("limit", 0.01, 1000.0, service.cpu_limit);
    map.Scalar("model", service.cpu_model, "quota (as Linux enforces it) or fluid (a share)",
               [](std::string_view text) -> std::optional<CpuModel> {
                 if (text == "quota") {
                   return CpuModel::kQuota;
                 }
                 return text == "fluid" ? std::optional(CpuModel::kFluid) : std::nullopt;
               });
    if (map.Find("limit") == nullptr) {
      map.Lacks("limit", "cores that a pod may use, such as 0.5");
    }
  });
  root.Whole("routers", 1, 1000, service.routers);
  root.Whole("connections", 1, 1'000'000, service.connections);
  root.Time("cold_start", Duration::zero(), 24h, service.cold_start);
  ReadCurve(root, service);
}

// From `at` on so many pods: both must be there.
constexpr std::array<std::string_view, 2> kPodsAt = {"at", "pods"};
void ReadPodsAt(const MapReader& map, std::string_view what, Duration& at, int& pods) {
  map.Time("at", Duration::zero(), kLongestTime, at);
  map.Whole("pods", 1, kMostPods, pods);
  for (const std::string_view key : kPodsAt) {
    if (map.Find(key) == nullptr) {
      map.Lacks(key, key == "at" ? "when, such as 60s" : what);
    }
  }
}

void ReadDisturbances(const MapReader& root, Disturbances& disturbances) {
  root.Each("scaling", kPodsAt, [&](const MapReader& map) {
    Scaling scaling;
    ReadPodsAt(map, "how many from then on", scaling.at, scaling.pods);
    disturbances.scaling.push_back(scaling);
  });
  static constexpr std::array<std::string_view, 2> kSpeed = {"at", "speed"};
  root.Each("speed", kSpeed, [&](const MapReader& map) {
    SpeedChange change;
    map.Time("at", Duration::zero(), kLongestTime, change.at);
    map.Number("speed", 0.001, 1000.0, change.speed);
    disturbances.speed.push_back(change);
  });
  static constexpr std::array<std::string_view, 3> kPauses = {"every", "length", "first"};
  root.Map("pauses", kPauses, [&](const MapReader& map) {
    Pauses pauses;
    map.Time("every", 1ms, 24h, pauses.every);
    map.Time("length", 1us, 24h, pauses.length);
    pauses.first = pauses.every;
    map.Time("first", Duration::zero(), kLongestTime, pauses.first);
    disturbances.pauses = pauses;
  });
  static constexpr std::array<std::string_view, 2> kWandering = {"slow", "stay"};
  root.Map("wandering", kWandering, [&](const MapReader& map) {
    Wandering wandering;
    map.Number("slow", 0.01, 100.0, wandering.slow);
    map.Time("stay", 1ms, 24h, wandering.stay);
    disturbances.wandering = wandering;
  });
  static constexpr std::array<std::string_view, 3> kLimit = {"rate", "burst", "status"};
  root.Map("rate_limit", kLimit, [&](const MapReader& map) {
    RateLimit limit;
    map.Scalar("rate", limit.rate, "a rate above 0 such as 100/s",
               [](std::string_view text) { return Optional(ParseRate(text)); });
    map.Number("burst", 1.0, 1e9, limit.burst);
    map.Whole("status", 429, 503, limit.status);
    disturbances.limit = limit;
  });
}

void ReadFailures(const MapReader& root, Disturbances& disturbances) {
  static constexpr std::array<std::string_view, 5> kFailures = {"every", "outages", "restart",
                                                                "unnoticed", "status"};
  root.Map("failures", kFailures, [&](const MapReader& map) {
    Failures failures;
    map.Time("every", 1ms, kLongestTime, failures.every);
    map.Time("restart", Duration::zero(), 24h, failures.restart);
    map.Time("unnoticed", Duration::zero(), 24h, failures.unnoticed);
    if (const Node* status = map.Find("status"); status == nullptr || status->text != "reset") {
      map.Whole("status", 500, 504, failures.status, " or reset");
    }
    map.Each("outages", kPodsAt, [&](const MapReader& entry) {
      Outage outage;
      ReadPodsAt(entry, "how many fail together", outage.at, outage.pods);
      failures.outages.push_back(outage);
    });
    if (map.Find("every") == nullptr && map.Find("outages") == nullptr) {
      map.Lacks("every", "the mean time between two failures of a pod, or `outages`");
    }
    disturbances.failures = std::move(failures);
  });
}

void ReadTasks(const MapReader& root, std::vector<std::pair<std::string, double>>& sizes) {
  const Node* tasks = root.Find("tasks");
  if (tasks == nullptr) {
    return;
  }
  std::vector<std::string_view> names;
  names.reserve(tasks->keys.size());
  for (const std::string& key : tasks->keys) {
    names.push_back(key);
  }
  root.Map("tasks", names, [&](const MapReader& map) {
    for (const std::string_view name : names) {
      double size = 1.0;
      map.Number(name, 0.0, 1e6, size);
      sizes.emplace_back(name, size);
    }
  });
}

constexpr std::array<std::string_view, 21> kKeys = {
    "pods",       "concurrency", "queue",   "latency", "overhead",    "balance",   "error_rate",
    "discipline", "cold_start",  "scaling", "speed",   "pauses",      "wandering", "rate_limit",
    "tasks",      "seed",        "cpu",     "routers", "connections", "failures",  "curve"};

}  // namespace

std::span<const std::string_view> ServiceKeys() {
  return kKeys;
}

ServiceFile ReadServiceFile(std::string_view text, const std::string& name,
                            std::vector<Fault>& faults) {
  ServiceFile file;
  const std::size_t faults_before = faults.size();
  const std::optional<Node> tree = scenario::ReadYaml(text, name, faults);
  if (!tree) {
    return file;
  }
  Node empty;
  empty.kind = Node::Kind::kMap;
  const MapReader root(tree->kind == Node::Kind::kNull ? empty : *tree, "", kKeys, name, faults);
  ReadService(root, file.options.service);
  ReadDisturbances(root, file.options.disturbances);
  ReadFailures(root, file.options.disturbances);
  ReadTasks(root, file.sizes);
  root.Scalar("seed", file.options.seed, "a whole number",
              [](std::string_view digits) -> std::optional<std::uint64_t> {
                std::uint64_t value = 0;
                const auto [end, error] =
                    std::from_chars(digits.data(), digits.data() + digits.size(), value);
                return error == std::errc{} && end == digits.data() + digits.size()
                           ? std::optional(value)
                           : std::nullopt;
              });
  if (faults.size() == faults_before) {
    // Each value is in its range: what is left is how they fit together.
    if (const Status valid = ValidateSim(file.options); !valid) {
      faults.push_back({name, "", "", valid.error().message});
    }
  }
  return file;
}

std::string Describe(const ServiceOptions& service) {
  const std::string queue = service.queue == kUnlimitedQueue
                                ? "unlimited queue"
                                : fmt::format("queue {}", FormatCount(service.queue));
  std::string text =
      fmt::format("{} {}, concurrency {}, {}, {}, overhead {}, {}", FormatCount(service.pods),
                  service.pods == 1 ? "pod" : "pods", FormatCount(service.concurrency), queue,
                  service.latency.Text(), FormatDuration(service.overhead), Name(service.balance));
  if (service.discipline == Discipline::kSharing) {
    text += ", sharing";
  }
  if (service.routers > 1) {
    text += fmt::format(" by {} routers", service.routers);
  }
  if (service.balance == Balance::kConnection) {
    text += fmt::format(" (random for each, {} kept)", FormatCount(service.connections));
  }
  if (service.cpu_limit > 0.0) {
    text += fmt::format(", CPU limit {} ({})", service.cpu_limit,
                        service.cpu_model == CpuModel::kQuota ? "quota per 100 ms" : "fluid share");
  }
  if (service.error_rate > 0.0) {
    text += fmt::format(", {} errors", FormatPercent(service.error_rate));
  }
  return text;
}

}  // namespace loadline::sim
