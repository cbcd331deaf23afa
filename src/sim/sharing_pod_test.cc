#include "sim/sharing_pod.h"

#include <gtest/gtest.h>

namespace loadline::sim {
namespace {

Instant At(Duration d) {
  return Instant(d);
}

TEST(SharingPod, ServesOneAtFullSpeed) {
  SharingPod pod(1);
  EXPECT_EQ(pod.next(), Instant::max());
  pod.Join(At(5ms), 7, 10ms);
  EXPECT_EQ(pod.next(), At(15ms));
  EXPECT_EQ(pod.Leave(), 7U);
  EXPECT_EQ(pod.next(), Instant::max());
}

TEST(SharingPod, HalvesTheSpeedOfTwo) {
  SharingPod pod(1);
  pod.Join(At(0ms), 0, 10ms);
  pod.Join(At(4ms), 1, 10ms);
  // At 4 ms the first has 6 ms left; at half speed it leaves at 4 + 12 = 16 ms. The second has then
  // had 6 ms, and does its last 4 ms alone: 20 ms.
  EXPECT_EQ(pod.next(), At(16ms));
  EXPECT_EQ(pod.Leave(), 0U);
  EXPECT_EQ(pod.next(), At(20ms));
  EXPECT_EQ(pod.Leave(), 1U);
}

TEST(SharingPod, LetsAShortRequestOvertake) {
  SharingPod pod(1);
  pod.Join(At(0ms), 0, 100ms);
  pod.Join(At(10ms), 1, 5ms);
  // Half speed: the short one is done after 10 ms, the long one had 10 + 5 and needs 85 more.
  EXPECT_EQ(pod.next(), At(20ms));
  EXPECT_EQ(pod.Leave(), 1U);
  EXPECT_EQ(pod.next(), At(105ms));
}

TEST(SharingPod, SlowsDownOnlyBeyondItsConcurrency) {
  SharingPod pod(2);
  pod.Join(At(0ms), 0, 30ms);
  pod.Join(At(0ms), 1, 30ms);
  EXPECT_EQ(pod.next(), At(30ms));
  pod.Join(At(0ms), 2, 30ms);
  // Three on two cores: speed 2/3, all done at 45 ms, in order of arrival.
  EXPECT_EQ(pod.next(), At(45ms));
  EXPECT_EQ(pod.Leave(), 0U);
  EXPECT_EQ(pod.next(), At(45ms));
  EXPECT_EQ(pod.Leave(), 1U);
  EXPECT_EQ(pod.next(), At(45ms));
  EXPECT_EQ(pod.Leave(), 2U);
}

TEST(SharingPod, FollowsACurve) {
  // One is done at full speed, two get 1.5 cores' worth done, three and more 1.2.
  SharingPod pod(std::make_shared<const std::vector<double>>(std::vector<double>{1, 1.5, 1.2}));
  pod.Join(At(0ms), 0, 30ms);
  pod.Join(At(0ms), 1, 30ms);
  EXPECT_EQ(pod.next(), At(40ms));  // Each at 0.75.
  pod.Join(At(20ms), 2, 15ms);
  // 15 ms of each are left; at 0.4 they take 37.5 ms more.
  EXPECT_EQ(pod.next(), At(Duration(57'500'000)));
}

}  // namespace
}  // namespace loadline::sim
