#include "catalog/node_type.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace loadline::catalog {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

constexpr std::array<std::pair<Provider, std::string_view>, 4> kProviders{{
    {Provider::kAzure, "azure"},
    {Provider::kAws, "aws"},
    {Provider::kGcp, "gcp"},
    {Provider::kOther, "other"},
}};
constexpr std::array<std::pair<Platform, std::string_view>, 5> kPlatforms{{
    {Platform::kAks, "aks"},
    {Platform::kAksBefore129, "aks-1.28"},
    {Platform::kGke, "gke"},
    {Platform::kEks, "eks"},
    {Platform::kPlain, "plain"},
}};

// Of the first, the second, the third and fourth core, and each further one; in hundredths of a
// percent of a core, since 0.25 % is 2.5 m.
struct CpuShares {
  std::int64_t first, second, third, rest;
};
constexpr CpuShares kAksShares{600, 400, 200, 100};
constexpr CpuShares kGkeShares{600, 100, 50, 25};  // EKS has the same.

// Google's machines that share cores: e2-micro, e2-small, e2-medium.
constexpr std::int64_t kSharedCoreMillicores = 1060;

std::int64_t ReservedMillicores(std::int64_t vcpu, const CpuShares& shares) {
  const auto of = [&](std::int64_t from, std::int64_t to) {
    return std::clamp<std::int64_t>(vcpu - from, 0, to - from);
  };
  const std::int64_t share = of(0, 1) * shares.first + of(1, 2) * shares.second +
                             of(2, 4) * shares.third +
                             std::max<std::int64_t>(0, vcpu - 4) * shares.rest;
  return (share + 9) / 10;  // Hundredths of a percent are tenths of a millicore; rounded up.
}

Bytes TieredMemory(std::int64_t memory) {
  struct Tier {
    std::int64_t size;
    std::int64_t percent;
  };
  constexpr std::array<Tier, 4> kTiers{
      {{4 * kGiB, 25}, {4 * kGiB, 20}, {8 * kGiB, 10}, {112 * kGiB, 6}}};
  std::int64_t reserved = 0;
  for (const Tier& tier : kTiers) {
    const std::int64_t within = std::min(memory, tier.size);
    reserved += within * tier.percent / 100;
    memory -= within;
  }
  return {reserved + memory * 2 / 100};
}

// What Linux keeps for itself on Google's machines before the kubelet counts: page tables (1/64),
// the kernel's image and, above 3 GiB, the bounce buffers, and tables that grow with the memory.
Bytes GceKernel(std::int64_t memory) {
  std::int64_t kept = memory / 64 + 16 * kMiB;
  if (memory > 3 * kGiB) {
    kept += 64 * kMiB;
  }
  kept += std::min<std::int64_t>(248 * kMiB, memory * 175 / 100'000);
  if (memory <= 8 * kGiB) {
    kept += 8 * kMiB;
  }
  return {kept};
}

int DefaultPods(const NodeType& type, Platform platform) {
  switch (platform) {
    case Platform::kAks:
    case Platform::kAksBefore129:
      return 250;
    case Platform::kEks:
      if (type.max_pods > 0) {
        return type.max_pods;
      }
      return type.capacity.millicores > 30'000 ? 250 : 110;
    case Platform::kGke:
    case Platform::kPlain:
      break;
  }
  return type.max_pods > 0 ? type.max_pods : 110;
}

}  // namespace

std::int64_t Resources::Extended(std::string_view name) const {
  for (const ExtendedResource& resource : extended) {
    if (resource.name == name) {
      return resource.count;
    }
  }
  return 0;
}

std::string_view ProviderName(Provider provider) {
  return std::ranges::find(kProviders, provider, &std::pair<Provider, std::string_view>::first)
      ->second;
}

std::optional<Provider> ParseProvider(std::string_view name) {
  for (const auto& [provider, text] : kProviders) {
    if (text == name) {
      return provider;
    }
  }
  return std::nullopt;
}

std::string_view PlatformName(Platform platform) {
  return std::ranges::find(kPlatforms, platform, &std::pair<Platform, std::string_view>::first)
      ->second;
}

std::optional<Platform> ParsePlatform(std::string_view name) {
  for (const auto& [platform, text] : kPlatforms) {
    if (text == name) {
      return platform;
    }
  }
  return std::nullopt;
}

Platform DefaultPlatform(Provider provider) {
  switch (provider) {
    case Provider::kAzure:
      return Platform::kAks;
    case Provider::kAws:
      return Platform::kEks;
    case Provider::kGcp:
      return Platform::kGke;
    case Provider::kOther:
      break;
  }
  return Platform::kPlain;
}

Result<Allocatable> AllocatableOf(const NodeType& type, Platform platform, int max_pods) {
  const std::int64_t vcpu = type.capacity.millicores / 1000;
  const std::int64_t memory = type.capacity.memory.count;
  Allocatable result{.resources = type.capacity,
                     .pods = max_pods > 0 ? max_pods : DefaultPods(type, platform),
                     .reserved_millicores = 0,
                     .reserved_memory = {},
                     .eviction = {100 * kMiB},
                     .kernel = {}};
  switch (platform) {
    case Platform::kAks:
      result.reserved_millicores = ReservedMillicores(vcpu, kAksShares);
      result.reserved_memory = {std::min(20 * kMiB * result.pods + 50 * kMiB, memory / 4)};
      break;
    case Platform::kAksBefore129:
      result.reserved_millicores = ReservedMillicores(vcpu, kAksShares);
      result.reserved_memory = TieredMemory(memory);
      result.eviction = {750 * kMiB};
      break;
    case Platform::kGke: {
      const bool shares_cores =
          type.name == "e2-micro" || type.name == "e2-small" || type.name == "e2-medium";
      result.reserved_millicores =
          shares_cores ? kSharedCoreMillicores : ReservedMillicores(vcpu, kGkeShares);
      result.reserved_memory = memory <= kGiB ? Bytes{255 * kMiB} : TieredMemory(memory);
      result.kernel = GceKernel(memory);
      break;
    }
    case Platform::kEks:
      result.reserved_millicores = ReservedMillicores(vcpu, kGkeShares);
      result.reserved_memory = {11 * kMiB * result.pods + 255 * kMiB};
      break;
    case Platform::kPlain:
      break;
  }
  Resources& left = result.resources;
  left.millicores -= result.reserved_millicores;
  left.memory.count -= result.reserved_memory.count + result.eviction.count + result.kernel.count;
  if (left.millicores <= 0 || left.memory.count <= 0) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("node type {}: {} m CPU and {} MiB leave nothing for pods after what "
                    "{} reserves; take a larger one",
                    type.name, type.capacity.millicores, memory / kMiB, PlatformName(platform))};
  }
  return result;
}

}  // namespace loadline::catalog
