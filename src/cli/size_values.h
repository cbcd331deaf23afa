// The values of `size`'s options as people write them.
//
// Pure functions; any thread. Errors (kInvalidArgument) show what was found and what would be
// right.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/size_input.h"
#include "sizing/node_plan.h"
#include "sizing/packing.h"

namespace loadline::cli {

/// CPUs above 0, as Kubernetes writes them: `0.5`, `500m`.
[[nodiscard]] Result<double> ParseCpu(const std::string& text);

/// A share above −1 that may be above one: `30%`, `9`.
[[nodiscard]] Result<double> ParseGrowth(const std::string& text);

/// `12mo`, `1.5y`, `8w`, `90d`, or a day: `2027-11-26`. At most a hundred years.
[[nodiscard]] Result<Horizon> ParseHorizon(const std::string& text);

/// maxSurge of a rollout: `25%` of the pods, or so many: `10`.
[[nodiscard]] Result<sizing::Surge> ParseSurge(const std::string& text);

/// What DaemonSets take of each node: `0.3,400Mi` (CPU, memory), `0.3,400Mi,4` (in so many pods),
/// `none`.
[[nodiscard]] Result<sizing::NodeOverhead> ParseDaemonSets(const std::string& text);

/// Pods of the cluster's own: `3x1.3,512Mi`, three of 1.3 CPU and 512 MiB.
[[nodiscard]] Result<sizing::ClusterPods> ParseClusterPods(const std::string& text);

}  // namespace loadline::cli
