#include "catalog/node_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::catalog {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

NodeType Machine(int vcpu, std::int64_t gib) {
  NodeType type;
  type.name = "machine";
  type.capacity = {.millicores = 1000LL * vcpu, .memory = {gib * kGiB}, .extended = {}};
  return type;
}

std::int64_t ReservedCpu(int vcpu, Platform platform) {
  return AllocatableOf(Machine(vcpu, 64), platform)->reserved_millicores;
}

TEST(AllocatableOf, ReservesCpuOnAksAsItsTableSays) {
  // Azure's table: 60, 100, 140, 180, 260, 420, 740 m of 1 to 64 cores.
  EXPECT_EQ(ReservedCpu(1, Platform::kAks), 60);
  EXPECT_EQ(ReservedCpu(2, Platform::kAks), 100);
  EXPECT_EQ(ReservedCpu(4, Platform::kAks), 140);
  EXPECT_EQ(ReservedCpu(8, Platform::kAks), 180);
  EXPECT_EQ(ReservedCpu(16, Platform::kAks), 260);
  EXPECT_EQ(ReservedCpu(32, Platform::kAks), 420);
  EXPECT_EQ(ReservedCpu(64, Platform::kAks), 740);
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kAks)->resources.millicores, 3860);
}

TEST(AllocatableOf, ReservesCpuOnGkeAndEksInQuarterPercents) {
  // 60 + 10 + 2 · 5 = 80 m of 4 cores; each further one 2.5 m, rounded up: 8 cores 90, 5 cores 83.
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kGke)->resources.millicores, 3920);
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kEks)->resources.millicores, 3920);
  EXPECT_EQ(ReservedCpu(8, Platform::kEks), 90);
  EXPECT_EQ(ReservedCpu(5, Platform::kEks), 83);
}

TEST(AllocatableOf, ReservesMemoryOnAksForEachPodAllowed) {
  // Azure's examples: 8 GB with 30 pods: 20 · 30 + 50 = 650, and 100 for eviction; 4 GB with 70
  // pods: a quarter, which is less than 1450.
  const Allocatable small = *AllocatableOf(Machine(2, 8), Platform::kAks, 30);
  EXPECT_EQ(small.reserved_memory.count, 650 * kMiB);
  EXPECT_EQ(small.resources.memory.count, (8192 - 650 - 100) * kMiB);
  EXPECT_EQ(AllocatableOf(Machine(2, 4), Platform::kAks, 70)->reserved_memory.count, 1 * kGiB);
  // 16 GiB with 110 pods: 20 · 110 + 50 = 2250; with the overlay network's 250 a quarter.
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kAks, 110)->reserved_memory.count, 2250 * kMiB);
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kAks)->reserved_memory.count, 4 * kGiB);
}

TEST(AllocatableOf, ReservesMemoryInTiersOnOlderAksAndOnGke) {
  // 16 GiB: 0.25 · 4 + 0.20 · 4 + 0.10 · 8 = 2.6 GiB. 256 GiB: 2.6 + 0.06 · 112 + 0.02 · 128
  // = 11.88.
  const auto reserved = [](std::int64_t gib, Platform platform) {
    return static_cast<double>(AllocatableOf(Machine(8, gib), platform)->reserved_memory.count) /
           kGiB;
  };
  EXPECT_NEAR(reserved(16, Platform::kAksBefore129), 2.6, 1e-6);
  EXPECT_NEAR(reserved(16, Platform::kGke), 2.6, 1e-6);
  EXPECT_NEAR(reserved(256, Platform::kGke), 11.88, 1e-6);
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kAksBefore129)->eviction.count, 750 * kMiB);
}

TEST(AllocatableOf, ReservesMemoryOnEksForThePodsOfItsNetworkCards) {
  // 4 cards of 15 addresses: 4 · 14 + 2 = 58 pods, 11 · 58 + 255 = 893 MiB.
  NodeType type = Machine(4, 16);
  type.max_pods = 58;
  const Allocatable node = *AllocatableOf(type, Platform::kEks);
  EXPECT_EQ(node.pods, 58);
  EXPECT_EQ(node.reserved_memory.count, 893 * kMiB);
  EXPECT_EQ(AllocatableOf(Machine(32, 64), Platform::kEks)->pods, 250);
  EXPECT_EQ(AllocatableOf(Machine(4, 16), Platform::kEks)->pods, 110);
}

TEST(AllocatableOf, KnowsWhatTheKernelKeepsOnGoogle) {
  // 16 GiB: 256 + 16 + 64 MiB and 0.175 %, 28.67 MiB: 364.67 MiB.
  const Allocatable node = *AllocatableOf(Machine(4, 16), Platform::kGke);
  EXPECT_NEAR(static_cast<double>(node.kernel.count) / kMiB, 364.67, 0.01);
}

TEST(AllocatableOf, ReservesNothingOnPlainButForEviction) {
  const Allocatable node = *AllocatableOf(Machine(4, 16), Platform::kPlain);
  EXPECT_EQ(node.resources.millicores, 4000);
  EXPECT_EQ(node.resources.memory.count, 16 * kGiB - 100 * kMiB);
  EXPECT_EQ(node.pods, 110);
}

TEST(AllocatableOf, RefusesAMachineSmallerThanWhatIsReserved) {
  NodeType type = Machine(1, 1);
  type.name = "e2-micro";
  const auto node = AllocatableOf(type, Platform::kGke);
  ASSERT_FALSE(node);
  EXPECT_THAT(node.error().message, HasSubstr("e2-micro"));
}

}  // namespace
}  // namespace loadline::catalog
