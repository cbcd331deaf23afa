#include "queueing/routers.h"

#include <gtest/gtest.h>

#include <numeric>

namespace loadline::queueing {
namespace {

TEST(FoundBehindRouters, IsEngsetsWithAsManySourcesAsRouters) {
  // Three routers, one server, load 0.7: 1 + 3x + 6x² + 6x³ = 1/0.3 at x = 0.3798; arrivals find
  // 0, 1, 2 in the proportion 3 : 2·3x : 6x², that is 3 : 2.279 : 0.866.
  const std::vector<double> found = FoundBehindRouters(3, 1, 0.7, 1 << 20);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_NEAR(found[0], 3 / 6.145, 0.001);
  EXPECT_NEAR(found[1], 2.279 / 6.145, 0.001);
  EXPECT_NEAR(found[2], 0.866 / 6.145, 0.001);
  EXPECT_EQ(found[3], 0);
  // 0.371 + 2 · 0.141 = 0.653 waits: the table of three routers has 0.67.
  EXPECT_NEAR(found[1] + 2 * found[2], 0.653, 0.002);
}

TEST(FoundBehindRouters, OfOneRouterNeverWaits) {
  const std::vector<double> found = FoundBehindRouters(1, 4, 3.5, 1 << 20);
  EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 1, 1e-12);
  EXPECT_NEAR(found[3], 1, 1e-9);  // Three are there, the fourth comes.
}

TEST(FoundBehindRouters, RejectsWhereAPodIsFull) {
  // Three routers, a server and one place, load 0.9 offered to what is served: the last share is
  // what finds two.
  const std::vector<double> found = FoundBehindRouters(3, 1, 0.7, 2);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_GT(found[2], 0.05);
}

TEST(WaitOfPeriodicStreams, OfOneOtherIsTheOverlapOfTwo) {
  // The other one came within a service time before: in 1/D of all cases, uniformly, half a service
  // time to wait on average.
  const PeriodicWait wait = WaitOfPeriodicStreams(1, 4.0);
  EXPECT_NEAR(wait.waits, 0.25, 1e-12);
  EXPECT_NEAR(wait.mean, 0.125, 1e-4);
}

TEST(WaitOfPeriodicStreams, OfVeryManyIsPoissons) {
  // M/D/1 at 0.8: 0.8 / 0.4 = 2 service times.
  EXPECT_NEAR(WaitOfPeriodicStreams(399, 400 / 0.8).mean, 2.0, 0.15);
  EXPECT_EQ(WaitOfPeriodicStreams(0, 1.25).mean, 0);
}

}  // namespace
}  // namespace loadline::queueing
