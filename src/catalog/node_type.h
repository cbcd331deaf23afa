// NodeType: a kind of machine that a cluster is built of, and how much of it pods may use.
//
// Plain values, pure functions, safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::catalog {

/// So many of a countable resource of a node or a pod: `nvidia.com/gpu`, 1.
struct ExtendedResource {
  std::string name;
  std::int64_t count = 0;

  friend bool operator==(const ExtendedResource&, const ExtendedResource&) = default;
};

/// CPU, memory and countable things: what a node has or a pod asks for.
struct Resources {
  std::int64_t millicores = 0;  ///< Thousandths of a CPU.
  Bytes memory;
  std::vector<ExtendedResource> extended;

  /// How many of `name` there are; 0 where it is not listed.
  [[nodiscard]] std::int64_t Extended(std::string_view name) const;
};

/// Who rents the machine out.
enum class Provider { kAzure, kAws, kGcp, kOther };

/// `azure`, `aws`, `gcp`, `other`.
[[nodiscard]] std::string_view ProviderName(Provider provider);
/// Nothing for a name that is none of those four.
[[nodiscard]] std::optional<Provider> ParseProvider(std::string_view name);

/// A machine as its provider lists it.
struct NodeType {
  Provider provider = Provider::kOther;
  std::string region;
  std::string name;
  std::string arch = "amd64";  ///< As Kubernetes labels it: `amd64`, `arm64`.
  Resources capacity;          ///< The whole machine, before anything is reserved.
  int max_pods = 0;            ///< What its network allows; 0: as the platform's default.
  double on_demand_usd_per_hour = 0;
  std::optional<double> spot_usd_per_hour;
  std::string source;             ///< Where the price was read.
  std::chrono::sys_days as_of{};  ///< The day on which it held.
};

/// Who runs the kubelet, which decides what it keeps for itself.
enum class Platform {
  kAks,           ///< Azure, Kubernetes 1.29 or later.
  kAksBefore129,  ///< Azure, older.
  kGke,
  kEks,
  kPlain,  ///< Nothing reserved but the kubelet's default eviction threshold.
};

/// `aks`, `aks-1.28`, `gke`, `eks`, `plain`.
[[nodiscard]] std::string_view PlatformName(Platform platform);
[[nodiscard]] std::optional<Platform> ParsePlatform(std::string_view name);
/// The managed Kubernetes of `provider`; kPlain for kOther.
[[nodiscard]] Platform DefaultPlatform(Provider provider);

/// What pods may use of a node, and where the rest went.
struct Allocatable {
  Resources resources;
  int pods = 0;                      ///< The kubelet takes no more, whatever is free.
  std::int64_t reserved_millicores;  ///< For the kubelet and the system.
  Bytes reserved_memory;             ///< Likewise.
  Bytes eviction;                    ///< Below so much free memory pods are evicted.
  Bytes kernel;                      ///< What the machine's kernel never shows.
};

/// Allocatable of `type` on `platform`. `max_pods`: 0, or what the cluster was configured to.
///
/// CPU reserved, per core: AKS 6 %, 4 %, 2 %, 2 %, then 1 %; GKE and EKS 6 %, 1 %, 0.5 %, 0.5 %,
/// then 0.25 %; of GKE's E2 machines with shared cores 1060 m.
/// Memory reserved: AKS since 1.29 20 MiB for each pod allowed and 50 MiB, at most a quarter; AKS
/// before and GKE 25 % of the first 4 GiB, 20 % of the next 4, 10 % of the next 8, 6 % of the next
/// 112, 2 % of the rest (GKE: 255 MiB where there is 1 GiB or less); EKS 11 MiB for each pod
/// allowed and 255 MiB. Kept from eviction: 100 MiB, AKS before 1.29 750 MiB. Pods: AKS 250
/// (overlay network), GKE and plain 110, EKS as the type's network cards allow, else 110, above 30
/// vCPU 250.
///
/// Errors (kInvalidArgument): a machine that is smaller than what is reserved.
/// Source: Azure, "Node resource reservations in AKS"; Google, "Plan GKE Standard node sizes";
/// Amazon, amazon-eks-ami `nodeadm`; for the kernel's share on Google's machines: Kubernetes'
/// cluster-autoscaler, `gce_reserved.go`.
[[nodiscard]] Result<Allocatable> AllocatableOf(const NodeType& type, Platform platform,
                                                int max_pods = 0);

}  // namespace loadline::catalog
