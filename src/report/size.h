// The answer of `loadline size` as text and as JSON.
//
// Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "report/style.h"
#include "sizing/autoscaler.h"
#include "sizing/classic.h"
#include "sizing/fit.h"
#include "sizing/forecast.h"
#include "sizing/node_plan.h"
#include "sizing/pods.h"

namespace loadline::report {

/// One objective as the simulator saw it.
struct ConfirmedObjective {
  sizing::ObjectiveOutlook model;
  double simulated = 0.0;  ///< Seconds or share.
  double low = 0.0;        ///< Its interval at 95 %, over batches of the simulated time.
  double high = 0.0;
  bool holds = false;   ///< Even the interval's worse end keeps the limit.
  bool broken = false;  ///< Even its better end does not.
};

/// What became of the answer in the simulator.
struct Confirmation {
  int pods = 0;
  Rate rate;                             ///< Of users: what they sent.
  std::optional<queueing::Users> users;  ///< Instead of a rate.
  std::int64_t requests = 0;
  std::vector<ConfirmedObjective> objectives;
  std::string balance;  ///< As simulated.
  std::string skipped;  ///< Why nothing was simulated; empty: it was.
};

/// Another choice and what it would take.
struct Alternative {
  std::string what;          ///< `behind kube-proxy (random)`
  std::string flag;          ///< `--balance random`
  int needed = 0;            ///< Pods that keep the objectives; 0: impossible.
  int pods = 0;              ///< To run, what may be lost included; 0: impossible.
  std::optional<int> nodes;  ///< With nodes.
  double usd_per_month = 0;  ///< Likewise.

  friend bool operator==(const Alternative&, const Alternative&) = default;
};

/// Where the traffic comes from if not from the command line alone.
struct TrafficForecast {
  std::string file;
  std::string until;  ///< `2027-11-26`: the day that was looked at.
  sizing::Forecast forecast;
};

/// The autoscaler over the pods.
struct Autoscaling {
  sizing::AutoscalerBounds bounds;
  sizing::AutoscalerDemand demand;
  std::string lowest_from;  ///< Where the lowest traffic is from: `a quarter of the peak`.
  int fixed_pods = 0;       ///< A fixed number instead; 0: NodePlan::alternatives tell.
};

/// The nodes under the pods.
struct NodesReport {
  sizing::NodeDemand demand;
  sizing::NodePlan plan;
  double memory_peak = 0.0;  ///< Share that a pod's memory peaks above what was named.
  std::string price_list;    ///< `built in`, or the file's name.
};

/// Something that nobody said and the answer rests on, and what says otherwise.
struct Assumption {
  std::string about;  ///< `traffic`, `service`, `nodes`, `price`, `manifests`
  std::string what;   ///< `memory peaks 20 % above 512 MiB`
  std::string flag;   ///< `--peak-memory`
};

/// A manifest that was written.
struct WrittenManifest {
  std::string path;
  std::string what;  ///< `minReplicas 36, maxReplicas 129, target 78 %`
};

/// `least`, `least, 3 routers`.
[[nodiscard]] std::string BalanceText(const queueing::Pool& pool);
/// `2,000/s`, `500 users who think 1 s`.
[[nodiscard]] std::string TrafficText(Rate rate, const std::optional<queueing::Users>& users);

/// Everything that `size` has to say.
struct SizeReport {
  std::string version;
  std::chrono::sys_days today{};
  Rate rate;                ///< Sized for, growth included.
  Rate rate_now;            ///< As asked, or the highest of the history.
  double growth = 0.0;      ///< Share, from `rate_now` to `rate`.
  std::string growth_text;  ///< How it came to be: `30 % growth`; empty: none.
  std::optional<TrafficForecast> forecast;
  /// Sized for, growth included, instead of a rate; `rate` is what they send then.
  std::optional<queueing::Users> users;
  int users_now = 0;   ///< As asked.
  int edge_users = 0;  ///< As `edge`.
  sizing::ServiceModel model;
  std::string origin;                  ///< `given`, or `measured, run 7f3a`.
  std::vector<std::string> runs;       ///< Ids of those it was measured by.
  std::vector<std::string> fit_lines;  ///< How well it fits, one fact per line.
  /// How pods slow each other down, where runs at three or more numbers of pods tell, and which.
  std::optional<queueing::UslFit> scaling;
  std::vector<int> scaling_pods;
  std::optional<sizing::FittedCurve> curve;  ///< How requests in one pod do, where fitted.
  sizing::PodsAnswer answer;
  int pods = 0;  ///< To run (autoscaled: at most), what may be lost included.
  sizing::Survive survive = sizing::Survive::kNone;
  int zones = 1;
  std::optional<Autoscaling> autoscaling;
  std::optional<NodesReport> nodes;  ///< Nothing: nodes were not asked for.
  int classic_pods = 0;
  std::optional<int> classic_nodes;
  double pod_cpu = 0.0;  ///< 0: not given.
  Bytes pod_memory{};    ///< 0: not given.
  Rate edge;             ///< Highest rate that the answer's pods (without spares) hold.
  sizing::Arithmetic explain;
  bool explained = false;  ///< --explain was given.
  std::vector<std::string> thin_ice;
  std::vector<Assumption> assumed;
  std::vector<Alternative> alternatives;
  std::optional<Confirmation> confirmation;
  std::vector<WrittenManifest> manifests;
  std::vector<std::string> commands;  ///< How to use them: `kubectl apply -f …`.
};

/// What is sized for.
[[nodiscard]] sizing::Traffic TrafficOf(const SizeReport& report);

/// A line and its heading: `ANSWER`, `PROMISE`, `WHY`, ….
struct SizeLine {
  std::string head;
  std::string text;

  friend bool operator==(const SizeLine&, const SizeLine&) = default;
};

/// Everything in the order in which it is told; lines of one heading follow each other.
[[nodiscard]] std::vector<SizeLine> SizeLines(const SizeReport& report);

/// ANSWER, PROMISE, WHY, …: for people.
[[nodiscard]] std::string SizeText(const SizeReport& report, const Style& style);

/// The same as JSON (docs/exit-codes-and-json.md).
[[nodiscard]] std::string SizeDocument(const SizeReport& report);

}  // namespace loadline::report
