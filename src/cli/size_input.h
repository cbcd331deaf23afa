// What the options of `size` say, read and checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "cli/arguments.h"
#include "measure/objective.h"
#include "queueing/pool.h"
#include "sizing/autoscaler.h"
#include "sizing/classic.h"
#include "sizing/node_plan.h"

namespace loadline::cli {

/// How far ahead: for so long, or up to a day.
struct Horizon {
  Duration ahead = std::chrono::hours(8766);  ///< A year of 365.25 days.
  std::optional<std::chrono::sys_days> day;   ///< Counts instead of `ahead`.
};

/// The traffic, now and then.
struct TrafficInput {
  Rate rate;            ///< > 0, or 0 with a history.
  double growth = 0.0;  ///< Share, > −1.
  bool growth_per_year = false;
  std::string history;  ///< CSV file; empty: none.
  Horizon horizon;
  double confidence = 0.9;     ///< Of the forecast's interval.
  std::optional<Rate> lowest;  ///< For the autoscaler; nothing: taken from the history or the peak.
};

/// What stands on the nodes beside the pods, and how many there may be.
struct NodesInput {
  double memory_peak = 0.2;  ///< Share that memory peaks above --pod-memory.
  sizing::NodeOverhead overhead;
  sizing::ClusterPods cluster;
  sizing::Surge surge;
  std::int64_t gpus = 0;  ///< `nvidia.com/gpu` of each pod.
  bool one_per_node = false;
  int max_pods = 0;            ///< Of a node; 0: the platform's.
  std::int64_t max_nodes = 0;  ///< 0: any number.
  double hours_per_month = 730;
};

/// The manifests to write.
struct ManifestsInput {
  std::string folder;  ///< Empty: none.
  std::string name = "model";
  std::string name_space;
  std::string container;
  std::vector<std::pair<std::string, std::string>> labels;
  bool force = false;
};

struct SizeInput {
  TrafficInput traffic;
  std::optional<queueing::Users> users;  ///< Instead of its rate, which is 0 then.
  std::vector<measure::Objective> objectives;
  std::vector<std::string> from;  ///< Runs to fit; empty: the service is given.
  std::vector<int> pods;          ///< Pods of each of them.
  queueing::Pool pod;             ///< As given; with `from` only what was given counts.
  bool service_given = false;
  bool law_given = false;  ///< …with its distribution.
  std::optional<queueing::Balance> balance;
  double pod_cpu = 0.0;    ///< 0: not given.
  double cpu_limit = 0.0;  ///< Of a pod, for manifests; 0: none.
  Bytes pod_memory{};
  std::optional<sizing::Survive> survive;
  int zones = 1;
  std::optional<double> dead_band;  ///< Nothing: no autoscaler.
  NodesInput nodes;
  ManifestsInput manifests;
  double node_cpu = 0.0;  ///< Classic formula only; 0: not given.
  sizing::ClassicConstants constants;
};

/// Reads the options. Errors: kInvalidArgument with every fault, one per line.
[[nodiscard]] Result<SizeInput> ReadSizeInput(const Arguments& arguments);

}  // namespace loadline::cli
