#include "sizing/classic.h"

#include <gtest/gtest.h>

namespace loadline::sizing {
namespace {

constexpr ClassicConstants kPublished{};

TEST(AvailableCpu, IsAsPublished) {
  // (4 − 0.7) · 3 − 3.9 = 6; four nodes: 3.3 · 4 − 3.9 = 9.3.
  EXPECT_NEAR(AvailableCpu(4, 3, kPublished), 6.0, 1e-12);
  EXPECT_NEAR(AvailableCpu(4, 4, kPublished), 9.3, 1e-12);
}

TEST(PodsThatFit, AreAsPublished) {
  // 6 / 0.5 = 12; 9.3 / 0.5 = 18.6: 18, that is +50 % for +33 % machines.
  EXPECT_EQ(PodsThatFit(AvailableCpu(4, 3, kPublished), 0.5), 12);
  EXPECT_EQ(PodsThatFit(AvailableCpu(4, 4, kPublished), 0.5), 18);
}

TEST(PodsBusyAllTheTime, AreAsPublished) {
  // 24 · 500 / 1000 / 1 = 12, on 3 nodes: (12 · 0.5 + 3.9) / 3.3 = 3.
  EXPECT_EQ(*PodsBusyAllTheTime(Rate{24}, 500ms, 1), 12);
  EXPECT_EQ(*NodesForPods(12, 0.5, 4, kPublished), 3);
  EXPECT_EQ(*NodesForPods(18, 0.5, 4, kPublished), 4);
  // A 13th pod does not fit on three: (6.5 + 3.9) / 3.3 = 3.15.
  EXPECT_EQ(*NodesForPods(13, 0.5, 4, kPublished), 4);
}

TEST(HighestRate, IsAsPublished) {
  // 12 pods at 20, 500 and 1000 ms: 600, 24 and 12 per second.
  EXPECT_DOUBLE_EQ(HighestRate(12, 20ms, 1).per_second, 600);
  EXPECT_DOUBLE_EQ(HighestRate(12, 500ms, 1).per_second, 24);
  EXPECT_DOUBLE_EQ(HighestRate(12, 1s, 1).per_second, 12);
}

TEST(Arithmetic, IsWrittenOut) {
  Arithmetic lines;
  const double cpu = AvailableCpu(4, 3, kPublished, &lines);
  static_cast<void>(PodsThatFit(cpu, 0.5, &lines));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("(4 - 0.7) x 3 - 3.9 = 6"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("6 / 0.5 = 12, whole ones: 12"), std::string::npos) << lines[1];
}

TEST(NodesForPods, RefusesNodesWithNothingLeft) {
  const Result<int> nodes = NodesForPods(1, 0.5, 0.5, kPublished);
  ASSERT_FALSE(nodes);
  EXPECT_EQ(nodes.error().code, ErrorCode::kInvalidArgument);
}

TEST(PodsBusyAllTheTime, RefusesWhatNoClusterHolds) {
  EXPECT_FALSE(PodsBusyAllTheTime(Rate{1e9}, 1s, 1));
}

TEST(AvailableCpu, IsNeverNegative) {
  EXPECT_EQ(AvailableCpu(1, 1, kPublished), 0.0);
}

}  // namespace
}  // namespace loadline::sizing
