// The classic sizing formulae, as they are published: what a cluster carries if nothing ever waits.
//
// They count every pod as busy all the time, where queues never end: pods.h says what really keeps
// an objective. Kept because people know them, and to show the difference. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::sizing {

/// The constants of the formulae, in CPUs, each with its published value.
struct ClassicConstants {
  double node_overhead_cpu = 0.7;     ///< Of every node: system, kubelet, DaemonSets.
  double cluster_overhead_cpu = 3.9;  ///< Once: front end and add-ons.
};

/// What one line of the arithmetic says: `(4 − 0.7) · 3 − 3.9 = 6.00`.
using Arithmetic = std::vector<std::string>;

/// (node CPU − node overhead) · nodes − cluster overhead, at least 0.
///
/// `explain`, where not null, gets the lines.
[[nodiscard]] double AvailableCpu(double node_cpu, int nodes, const ClassicConstants& constants,
                                  Arithmetic* explain = nullptr);

/// Whole pods of `pod_cpu` > 0 in `available_cpu` >= 0.
[[nodiscard]] int PodsThatFit(double available_cpu, double pod_cpu, Arithmetic* explain = nullptr);

/// rate · latency / concurrency, rounded up: pods that are busy all the time.
/// Errors: kInvalidArgument if that is more than a million.
[[nodiscard]] Result<int> PodsBusyAllTheTime(Rate rate, Duration latency, int concurrency,
                                             Arithmetic* explain = nullptr);

/// What `pods` finish at most: pods · concurrency / latency.
[[nodiscard]] Rate HighestRate(int pods, Duration latency, int concurrency,
                               Arithmetic* explain = nullptr);

/// The fewest nodes whose available CPU holds `pods` of `pod_cpu`.
/// Errors: kInvalidArgument if a node has no CPU beyond its overhead.
[[nodiscard]] Result<int> NodesForPods(int pods, double pod_cpu, double node_cpu,
                                       const ClassicConstants& constants,
                                       Arithmetic* explain = nullptr);

}  // namespace loadline::sizing
