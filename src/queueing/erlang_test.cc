#include "queueing/erlang.h"

#include <gtest/gtest.h>

#include <cmath>

#include "queueing/little.h"

namespace loadline::queueing {
namespace {

TEST(MeanInFlight, IsRateTimesTime) {
  // 200 requests/s, each 250 ms in the system: 200 · 0.25 = 50 in flight.
  EXPECT_DOUBLE_EQ(*MeanInFlight(Rate{200}, 250ms), 50);
  EXPECT_DOUBLE_EQ(*MeanInFlight(Rate{0}, 250ms), 0);
}

TEST(MeanInFlight, RejectsNegativeArguments) {
  EXPECT_EQ(MeanInFlight(Rate{-1}, 250ms).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(MeanInFlight(Rate{NAN}, 250ms).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(MeanInFlight(Rate{1}, -250ms).error().code, ErrorCode::kInvalidArgument);
}

TEST(ErlangB, HasItsHandComputedValues) {
  // One server: a/(1 + a). Two at 2 Erlang: (4/2)/(1 + 2 + 2) = 0.4.
  EXPECT_DOUBLE_EQ(ErlangB(1, 1), 0.5);
  EXPECT_DOUBLE_EQ(ErlangB(2, 2), 0.4);
  EXPECT_EQ(ErlangB(0, 2), 1);
  EXPECT_EQ(ErlangB(3, 0), 0);
}

TEST(ErlangB, AgreesWithTheTables) {
  // Erlang B tables for 1 % blocking, rounded: 4.46 Erlang on 10 lines, 84.1 on 100.
  EXPECT_LT(ErlangB(10, 4.455), 0.01);
  EXPECT_GT(ErlangB(10, 4.465), 0.01);
  EXPECT_LT(ErlangB(100, 84.05), 0.01);
  EXPECT_GT(ErlangB(100, 84.15), 0.01);
}

TEST(ErlangC, HasItsHandComputedValues) {
  // One server: ρ. Two at 1 Erlang: B = (1/2)/(1 + 1 + 1/2) = 0.2; 0.2/(1 − 0.5·0.8) = 1/3.
  EXPECT_DOUBLE_EQ(ErlangC(1, 0.3), 0.3);
  EXPECT_DOUBLE_EQ(ErlangC(2, 1), 1.0 / 3);
}

TEST(ErlangC, AgreesWithThePublishedCallCentreExample) {
  // 10 Erlang, 14 agents: 17.4 % of the calls wait.
  EXPECT_NEAR(ErlangC(14, 10), 0.174, 5e-4);
}

TEST(ErlangC, EveryoneWaitsWhereTheQueueGrowsForEver) {
  EXPECT_EQ(ErlangC(4, 4), 1);
  EXPECT_EQ(ErlangC(4, 40), 1);
}

TEST(ErlangC, StaysFiniteWithThousandsOfServers) {
  const double waits = ErlangC(10'000, 9'900);
  EXPECT_GT(waits, 0);
  EXPECT_LT(waits, 1);
}

TEST(ErlangDeathTest, RefusesImpossibleArguments) {
  EXPECT_DEATH({ [[maybe_unused]] const double x = ErlangC(0, 1); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const double x = ErlangB(1, -1); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const double x = ErlangB(1, NAN); }, "CHECK");
}

}  // namespace
}  // namespace loadline::queueing
