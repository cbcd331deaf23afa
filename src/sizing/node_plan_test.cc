#include "sizing/node_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/random.h"

namespace loadline::sizing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

catalog::NodeType Type(std::string name, int vcpu, int gib, double usd_per_hour) {
  return {.provider = catalog::Provider::kAzure,
          .region = "eastus",
          .name = std::move(name),
          .capacity = {.millicores = 1000LL * vcpu, .memory = {gib * kGiB}, .extended = {}},
          .on_demand_usd_per_hour = usd_per_hour,
          .spot_usd_per_hour = std::nullopt,
          .source = "test",
          .as_of = std::chrono::sys_days(std::chrono::days(20'000))};
}

NodeDemand Demand(std::int64_t pods, Survive survive) {
  NodeDemand demand;
  demand.pods = pods;
  demand.pod = {.millicores = 500, .memory = {512 * kMiB}, .extended = {}};
  demand.survive = survive;
  return demand;
}

// Pods on each node of each zone, as the plan's spread puts them.
std::vector<std::vector<std::int64_t>> Placed(const NodePlan& plan) {
  std::vector<std::vector<std::int64_t>> zones;
  for (std::size_t zone = 0; zone < plan.pods_per_zone.size(); ++zone) {
    std::vector<std::int64_t> places;
    for (const NodeGroup& group : plan.groups) {
      places.insert(places.end(), static_cast<std::size_t>(group.per_zone[zone]),
                    group.places.pods);
    }
    zones.push_back(*SpreadOver(places, plan.pods_per_zone[zone]));
  }
  return zones;
}

TEST(PlanNodes, KeepsEnoughPodsWhenAZoneIsLost) {
  // 104 pods must be left of three zones: 104 · 3/2 = 156, 52 in each. A node of 4 CPU has 3.86
  // allocatable, 0.3 of them for DaemonSets: 3.56/0.5 = 7 pods. 52/7 = 8 nodes in each zone, 24 of
  // 0.192 USD/h for 730 h: 3363.84 USD.
  NodeDemand demand = Demand(104, Survive::kZone);
  demand.control_plane_usd_per_month = 73;
  const NodePlan plan = *PlanNodes(demand, {Type("D4", 4, 16, 0.192)});
  EXPECT_EQ(plan.pods, 156);
  EXPECT_THAT(plan.pods_per_zone, ElementsAre(52, 52, 52));
  ASSERT_EQ(plan.groups.size(), 1U);
  EXPECT_EQ(plan.groups[0].places.pods, 7);
  EXPECT_EQ(plan.groups[0].places.binds, "CPU");
  EXPECT_THAT(plan.groups[0].per_zone, ElementsAre(8, 8, 8));
  EXPECT_EQ(plan.nodes, 24);
  EXPECT_EQ(plan.left_after_loss, 104);
  EXPECT_NEAR(plan.usd_per_month, 3363.84 + 73, 1e-6);
}

TEST(PlanNodes, KeepsSparePodsForTheFullestNode) {
  // 104 left of nodes with 7 pods at most: 111 pods, 37 in each zone, 6 nodes of 7 each: 18.
  const NodePlan plan = *PlanNodes(Demand(104, Survive::kNode), {Type("D4", 4, 16, 0.192)});
  EXPECT_EQ(plan.nodes, 18);
  EXPECT_GE(plan.left_after_loss, 104);
}

TEST(PlanNodes, RunsTwoPodsWhereOneMustBeLeft) {
  // On a large node 30 pods would fit; the spread puts one on each of two.
  const NodePlan plan = *PlanNodes(Demand(1, Survive::kNode), {Type("D16", 16, 64, 0.768)});
  EXPECT_EQ(plan.pods, 2);
  EXPECT_EQ(plan.nodes, 2);
}

TEST(PlanNodes, LeavesEnoughWhicheverNodeOrZoneIsTakenAway) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    NodeDemand demand = Demand(1 + static_cast<std::int64_t>(random.Below(300)),
                               round % 2 == 0 ? Survive::kNode : Survive::kZone);
    demand.zones = 2 + static_cast<int>(random.Below(3));
    demand.pod.millicores = 100 + static_cast<std::int64_t>(random.Below(1500));
    demand.mix = round % 4 < 2;
    const NodePlan plan = *PlanNodes(demand, {Type("D2", 2, 8, 0.1), Type("D4", 4, 16, 0.192),
                                              Type("D8", 8, 32, 0.38), Type("D16", 16, 64, 0.77)});
    const auto zones = Placed(plan);
    std::int64_t all = 0;
    std::int64_t largest_zone = 0;
    std::int64_t fullest_node = 0;
    for (const auto& nodes : zones) {
      const std::int64_t pods = std::accumulate(nodes.begin(), nodes.end(), std::int64_t{0});
      all += pods;
      largest_zone = std::max(largest_zone, pods);
      for (const std::int64_t node : nodes) {
        fullest_node = std::max(fullest_node, node);
      }
    }
    EXPECT_EQ(all, plan.pods);
    const std::int64_t lost = demand.survive == Survive::kZone ? largest_zone : fullest_node;
    EXPECT_GE(all - lost, demand.pods) << "round " << round;
  }
}

TEST(PlanNodes, NeverCostsLessForMorePods) {
  Random random(9);
  for (int round = 0; round < 20; ++round) {
    std::vector<catalog::NodeType> types;
    for (const int vcpu : {2, 4, 8, 16}) {
      types.push_back(Type("D", vcpu, 4 * vcpu, vcpu * (0.04 + 0.02 * random.Uniform())));
    }
    NodeDemand demand = Demand(1, static_cast<Survive>(round % 3));
    demand.mix = round % 2 == 0;
    demand.cluster = {.count = 3, .each = {.millicores = 1300, .memory = {kGiB}, .extended = {}}};
    double before = 0;
    for (demand.pods = 1; demand.pods < 120; ++demand.pods) {
      const double price = PlanNodes(demand, types)->usd_per_month;
      EXPECT_GE(price, before - 1e-6) << demand.pods << " pods, round " << round;
      before = price;
    }
  }
}

TEST(PlanNodes, NeverCostsMoreForMoreNodesAllowed) {
  NodeDemand demand = Demand(60, Survive::kZone);
  demand.mix = true;
  double before = std::numeric_limits<double>::infinity();
  for (demand.max_nodes = 3; demand.max_nodes < 40; ++demand.max_nodes) {
    const auto plan = PlanNodes(
        demand, {Type("D2", 2, 8, 0.09), Type("D8", 8, 32, 0.4), Type("D16", 16, 64, 0.85)});
    if (plan) {
      EXPECT_LE(plan->nodes, demand.max_nodes);
      EXPECT_LE(plan->usd_per_month, before + 1e-6) << demand.max_nodes;
      before = plan->usd_per_month;
    }
  }
  EXPECT_LT(before, 1e9);
}

TEST(PlanNodes, SaysHowManyNodesWouldDo) {
  NodeDemand demand = Demand(104, Survive::kZone);
  demand.max_nodes = 12;
  const auto plan = PlanNodes(demand, {Type("D4", 4, 16, 0.192)});
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("24 nodes would do"));
}

TEST(PlanNodes, OffersWhatIsCheaperAndWhatComesNext) {
  NodeDemand demand = Demand(104, Survive::kZone);
  const NodePlan plan = *PlanNodes(demand, {Type("D4", 4, 16, 0.192), Type("E4", 4, 32, 0.252)});
  ASSERT_GE(plan.alternatives.size(), 3U);
  EXPECT_EQ(plan.alternatives[0].option, "--survive node");
  EXPECT_EQ(plan.alternatives[0].nodes, 18);
  EXPECT_LT(plan.alternatives[0].usd_per_month, plan.usd_per_month);
  EXPECT_EQ(plan.alternatives.back().option, "--node E4");
  EXPECT_GT(plan.alternatives.back().usd_per_month, plan.usd_per_month);
}

TEST(PlanNodes, HasRoomForClusterPodsAndForARollout) {
  // One zone, nothing to survive: 14 pods are two nodes of 7. Three routers of 1.3 CPU take three
  // places each: 23 places, 4 nodes. A rollout's quarter, 4 pods: 27 places, 4 nodes still.
  NodeDemand demand = Demand(14, Survive::kNone);
  demand.zones = 1;
  const std::vector<catalog::NodeType> types{Type("D4", 4, 16, 0.192)};
  EXPECT_EQ(PlanNodes(demand, types)->nodes, 2);
  EXPECT_FALSE(PlanNodes(demand, types)->surge_fits);
  demand.cluster = {.count = 3, .each = {.millicores = 1300, .memory = {kGiB}, .extended = {}}};
  EXPECT_EQ(PlanNodes(demand, types)->nodes, 4);
  demand.room_for_surge = true;
  const NodePlan plan = *PlanNodes(demand, types);
  EXPECT_EQ(plan.nodes, 4);
  EXPECT_EQ(plan.surge_pods, 4);
  EXPECT_TRUE(plan.surge_fits);
}

TEST(PlanNodes, RunsAsManyAsAnAutoscalerMayAskFor) {
  // Three nodes of 7 hold 20 pods, of which 20 − 7 >= 5 are left; 5 alone would need two nodes.
  NodeDemand demand = Demand(5, Survive::kNode);
  demand.zones = 1;
  demand.least = 20;
  const NodePlan plan = *PlanNodes(demand, {Type("D4", 4, 16, 0.192)});
  EXPECT_EQ(plan.pods, 20);
  EXPECT_EQ(plan.nodes, 3);
  EXPECT_EQ(plan.left_after_loss, 13);
  demand.least = 5;  // Fewer than the loss asks for changes nothing.
  const NodePlan fewer = *PlanNodes(demand, {Type("D4", 4, 16, 0.192)});
  demand.least = 0;
  EXPECT_EQ(fewer.pods, PlanNodes(demand, {Type("D4", 4, 16, 0.192)})->pods);
}

TEST(Surge, IsAShareRoundedUpOrANumber) {
  EXPECT_EQ((Surge{.share = 0.25}.Of(14)), 4);  // 3.5
  EXPECT_EQ((Surge{.share = 0.1}.Of(30)), 3);
  EXPECT_EQ((Surge{.share = 0.25, .pods = 10}.Of(14)), 10);
}

TEST(PlanNodes, NamesTheLargestNodeWhereThePodFitsNone) {
  NodeDemand demand = Demand(1, Survive::kNone);
  demand.pod.millicores = 8000;
  const auto plan = PlanNodes(demand, {Type("D4", 4, 16, 0.192), Type("D8", 8, 32, 0.384)});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(plan.error().message, HasSubstr("D8 lacks CPU"));
}

TEST(PlanNodes, RefusesADemandThatIsNone) {
  const auto refused = [](auto change) {
    NodeDemand demand = Demand(1, Survive::kNode);
    change(demand);
    const auto plan = PlanNodes(demand, {Type("D4", 4, 16, 0.192)});
    return !plan && plan.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_FALSE(refused([](NodeDemand&) {}));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.pods = 0; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.pods = 1'000'000'000'000; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.pod = {}; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.pod.millicores = -1; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.pod.extended = {{"nvidia.com/gpu", 0}}; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.zones = 0; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.surge.share = 25; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.hours_per_month = 0; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.control_plane_usd_per_month = -1; }));
  EXPECT_TRUE(refused([](NodeDemand& d) { d.spot = true; }));  // No type has a spot price.
  EXPECT_FALSE(PlanNodes(Demand(1, Survive::kNode), {}));
}

TEST(PlanNodes, RefusesAZoneToLoseOfOne) {
  NodeDemand demand = Demand(1, Survive::kZone);
  demand.zones = 1;
  EXPECT_THAT(PlanNodes(demand, {Type("D4", 4, 16, 0.192)}).error().message,
              HasSubstr("two or more zones"));
}

}  // namespace
}  // namespace loadline::sizing
