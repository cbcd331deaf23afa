#include "sizing/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"

namespace loadline::sizing {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kMiB = 1 << 20;

catalog::Allocatable Node(std::int64_t millicores, std::int64_t mib, int pods) {
  catalog::Allocatable node{};
  node.resources = {.millicores = millicores, .memory = {mib * kMiB}, .extended = {}};
  node.pods = pods;
  return node;
}

catalog::Resources Pod(std::int64_t millicores, std::int64_t mib) {
  return {.millicores = millicores, .memory = {mib * kMiB}, .extended = {}};
}

TEST(PlacesOn, CountsWholePodsBesideDaemonSets) {
  // (3860 − 300)/500 = 7.12: 7, 60 m left over. Memory: (12188 − 400)/512 = 23.
  const Places places = PlacesOn(Node(3860, 12'188, 250), {}, Pod(500, 512));
  EXPECT_EQ(places.pods, 7);
  EXPECT_EQ(places.binds, "CPU");
  EXPECT_EQ(places.free.millicores, 60);
}

TEST(PlacesOn, SaysWhichResourceBinds) {
  EXPECT_EQ(PlacesOn(Node(3860, 12'188, 250), {}, Pod(100, 4096)).binds, "memory");
  // 250 pods allowed, 4 of DaemonSets.
  const Places tiny = PlacesOn(Node(64'000, 256 << 10, 250), {}, Pod(10, 10));
  EXPECT_EQ(tiny.pods, 246);
  EXPECT_EQ(tiny.binds, "pods");
  EXPECT_EQ(PlacesOn(Node(64'000, 256 << 10, 250), {}, Pod(10, 10), true).binds, "anti-affinity");
  catalog::Allocatable gpus = Node(64'000, 256 << 10, 110);
  gpus.resources.extended = {{.name = "nvidia.com/gpu", .count = 4}};
  catalog::Resources pod = Pod(1000, 1024);
  pod.extended = {{.name = "nvidia.com/gpu", .count = 2}};
  const Places places = PlacesOn(gpus, {}, pod);
  EXPECT_EQ(places.pods, 2);
  EXPECT_EQ(places.binds, "nvidia.com/gpu");
  EXPECT_EQ(PlacesOn(Node(64'000, 256 << 10, 110), {}, pod).pods, 0);
}

TEST(PlacesOn, LeavesThreePodsPendingWhereFractionsWouldFit) {
  // Three nodes of 4 CPU with 3.56 free each are 10.68 CPU, but 9 pods of 1 CPU: 12 leave 3
  // pending.
  const Places places = PlacesOn(Node(3860, 12'188, 250), {}, Pod(1000, 1024));
  EXPECT_EQ(3 * places.pods, 9);
}

TEST(PlacesOn, NeverExceedsANode) {
  Random random(3);
  for (int round = 0; round < 2000; ++round) {
    const auto below = [&](std::uint64_t bound) {
      return static_cast<std::int64_t>(random.Below(bound));
    };
    const catalog::Allocatable node =
        Node(1 + below(100'000), 1 + below(1'000'000), static_cast<int>(1 + below(300)));
    const catalog::Resources pod = Pod(1 + below(5000), 1 + below(20'000));
    const NodeOverhead overhead;
    const Places places = PlacesOn(node, overhead, pod);
    if (places.pods == 0) {
      continue;
    }
    EXPECT_LE(places.pods * pod.millicores + overhead.daemons.millicores,
              node.resources.millicores);
    EXPECT_LE(places.pods * pod.memory.count + overhead.daemons.memory.count,
              node.resources.memory.count);
    EXPECT_LE(places.pods + overhead.daemon_pods, node.pods);
    EXPECT_GE(places.free.millicores, 0);
    EXPECT_GE(places.free.memory.count, 0);
  }
}

TEST(PlacesTaken, RoundsUpWhatNeedsMost) {
  // 1300 m take three places of 500 m, 2 GiB four of 512 MiB.
  EXPECT_EQ(PlacesTaken(Pod(1300, 512), Pod(500, 512)), 3);
  EXPECT_EQ(PlacesTaken(Pod(100, 2048), Pod(500, 512)), 4);
  EXPECT_EQ(PlacesTaken(Pod(10, 10), Pod(500, 512)), 1);
}

TEST(SpreadOver, FillsEvenlyAsFarAsThereArePlaces) {
  EXPECT_THAT(*SpreadOver({7, 7, 7}, 10), ElementsAre(4, 3, 3));
  EXPECT_THAT(*SpreadOver({2, 7, 7}, 10), ElementsAre(2, 4, 4));
  EXPECT_THAT(*SpreadOver({2, 3}, 5), ElementsAre(2, 3));
  EXPECT_THAT(*SpreadOver({2, 3}, 0), ElementsAre(0, 0));
  EXPECT_FALSE(SpreadOver({2, 3}, 6));
}

TEST(SpreadOverZones, SkewsByOneAtMost) {
  EXPECT_THAT(SpreadOverZones(10, 3), ElementsAre(4, 3, 3));
  EXPECT_THAT(SpreadOverZones(1, 3), ElementsAre(1, 0, 0));
}

}  // namespace
}  // namespace loadline::sizing
