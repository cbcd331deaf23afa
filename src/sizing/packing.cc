#include "sizing/packing.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace loadline::sizing {
namespace {

// The smallest number of pods that any resource allows so far, and which one that was.
struct Tightest {
  std::int64_t pods = std::numeric_limits<std::int64_t>::max();
  std::string_view binds;

  void Try(std::int64_t available, std::int64_t each, std::string_view what) {
    if (each <= 0) {
      return;
    }
    if (const std::int64_t fit = std::max<std::int64_t>(0, available) / each; fit < pods) {
      pods = fit;
      binds = what;
    }
  }
};

std::int64_t CeilDivide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

Places PlacesOn(const catalog::Allocatable& allocatable, const NodeOverhead& overhead,
                const catalog::Resources& pod, bool one_per_node) {
  catalog::Resources left = allocatable.resources;
  left.millicores -= overhead.daemons.millicores;
  left.memory.count -= overhead.daemons.memory.count;
  Tightest tightest;
  tightest.Try(left.millicores, pod.millicores, "CPU");
  tightest.Try(left.memory.count, pod.memory.count, "memory");
  for (const catalog::ExtendedResource& each : pod.extended) {
    const std::int64_t there = left.Extended(each.name) - overhead.daemons.Extended(each.name);
    tightest.Try(there, each.count, each.name);
  }
  tightest.Try(allocatable.pods - overhead.daemon_pods, 1, "pods");
  if (one_per_node) {
    tightest.Try(1, 1, "anti-affinity");
  }
  left.millicores -= tightest.pods * pod.millicores;
  left.memory.count -= tightest.pods * pod.memory.count;
  for (catalog::ExtendedResource& resource : left.extended) {
    resource.count -= overhead.daemons.Extended(resource.name);
    resource.count -= tightest.pods * pod.Extended(resource.name);
  }
  return {.pods = tightest.pods, .binds = std::string(tightest.binds), .free = std::move(left)};
}

std::int64_t PlacesTaken(const catalog::Resources& cluster_pod, const catalog::Resources& pod) {
  std::int64_t places = 1;
  if (pod.millicores > 0) {
    places = std::max(places, CeilDivide(cluster_pod.millicores, pod.millicores));
  }
  if (pod.memory.count > 0) {
    places = std::max(places, CeilDivide(cluster_pod.memory.count, pod.memory.count));
  }
  for (const catalog::ExtendedResource& each : pod.extended) {
    places = std::max(places, CeilDivide(cluster_pod.Extended(each.name), each.count));
  }
  return places;
}

Result<std::vector<std::int64_t>> SpreadOver(const std::vector<std::int64_t>& places,
                                             std::int64_t pods) {
  const std::int64_t room = std::accumulate(places.begin(), places.end(), std::int64_t{0});
  if (pods > room) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} pods on nodes with {} places", pods, room)};
  }
  // The highest level to which all fit when each node is filled to it; the rest one by one.
  const auto filled = [&](std::int64_t level) {
    std::int64_t sum = 0;
    for (const std::int64_t each : places) {
      sum += std::min(each, level);
    }
    return sum;
  };
  std::int64_t low = 0;
  std::int64_t high = pods;
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (filled(middle) <= pods) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  std::int64_t rest = pods - filled(low);
  std::vector<std::int64_t> placed(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    placed[i] = std::min(places[i], low);
    if (rest > 0 && places[i] > low) {
      ++placed[i];
      --rest;
    }
  }
  return placed;
}

std::vector<std::int64_t> SpreadOverZones(std::int64_t pods, int zones) {
  CHECK(zones >= 1);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(zones), pods / zones);
  for (std::size_t i = 0; i < static_cast<std::size_t>(pods % zones); ++i) {
    ++counts[i];
  }
  return counts;
}

}  // namespace loadline::sizing
