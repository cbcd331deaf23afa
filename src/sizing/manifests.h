// Manifests: an answer as Kubernetes reads it, to be applied beside a Deployment that exists.
//
// Pure, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/node_type.h"
#include "sizing/node_plan.h"

namespace loadline::sizing {

/// What the manifests say.
struct ManifestRequest {
  std::string deployment;  ///< Its name.
  std::string name_space;  ///< Empty: none is written.
  std::string container;   ///< Which container gets the resources; empty: called as the Deployment.
  std::vector<std::pair<std::string, std::string>>
      labels;  ///< Of its pods; empty: `app`, its name.

  catalog::Resources pod;  ///< Requests. Memory and extended resources are limits, too.
  std::int64_t cpu_limit_millicores = 0;  ///< 0: no CPU limit, so that nothing is throttled.

  std::int64_t min_pods = 0;  ///< The autoscaler's bounds.
  std::int64_t max_pods = 0;
  bool fixed = false;               ///< No autoscaler: `max_pods` replicas.
  double target_utilisation = 0.7;  ///< Of the CPU request, in (0, 1].
  std::int64_t spare_pods = 1;      ///< So many may be taken away at once; at least 1.
  Surge surge;                      ///< maxSurge of a rollout; its maxUnavailable is 0.

  bool spread_zones = true;   ///< A zone may not get ahead of another by more than one pod.
  bool one_per_node = false;  ///< Anti-affinity over hostnames.

  // Comments above the manifests, of one line or several: where the numbers are from.
  std::string why;         ///< Of each.
  std::string why_bounds;  ///< Of the autoscaler.
  std::string why_spare;   ///< Of the budget.
};

struct Manifest {
  std::string file;  ///< `hpa.yaml`.
  std::string yaml;
};

/// `deployment-patch.yaml` (a strategic merge patch: resources, spread, rollout), `hpa.yaml`
/// (autoscaling/v2), `pdb.yaml` (policy/v1).
///
/// The patch has no `replicas`: they are the autoscaler's, unless there is none (`fixed`). The
/// autoscaler's target is of the CPU request; where the pod requests no CPU there can be none, and
/// `hpa.yaml` is left out.
///
/// Errors (kInvalidArgument): a name, a label or a namespace that Kubernetes would refuse, bounds
/// that cross, a target or a surge out of range.
[[nodiscard]] Result<std::vector<Manifest>> ManifestsOf(const ManifestRequest& request);

}  // namespace loadline::sizing
