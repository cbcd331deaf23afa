#include "queueing/closed.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace loadline::queueing {
namespace {

// Two users, one server, thinking and service 1 s each: p ∝ 1, 2, 2.
const ClosedSystem kTiny{.servers = {.count = 1, .service = 1s}, .think = 1s};
// The cases of the simulation study (docs/load-line.md), 50 users on 4 servers and 162 on 12.
const ClosedSystem kFour{.servers = {.count = 4, .service = 1s}, .think = 10s};
const ClosedSystem kTwelve{.servers = {.count = 12, .service = 1s}, .think = 10s};

TEST(ClosedSystem, HasItsHandComputedStates) {
  // 2 thinkers: rate 2, then 1, against departures at 1: 1, 2, 2·1 = 2.
  const std::vector<double> shares = InFlightShares(kTiny, 2);
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_NEAR(shares[0], 0.2, 1e-15);
  EXPECT_NEAR(shares[1], 0.4, 1e-15);
  EXPECT_NEAR(shares[2], 0.4, 1e-15);
  // Busy 80 %: 0.8/s; response 2/0.8 − 1 = 1.5 s.
  EXPECT_NEAR(Throughput(kTiny, 2).per_second, 0.8, 1e-15);
  EXPECT_EQ(MeanResponse(kTiny, 2), 1500ms);
}

TEST(ClosedSystem, ArrivalsSeeTheOthersOnly) {
  // One other user: thinking or in service, half each. Response e^−t, or two services: (1 + t)
  // e^−t.
  EXPECT_EQ(FoundOnArrival(kTiny, 2), (std::vector<double>{0.5, 0.5}));
  for (const double t : {0.0, 0.5, 2.0, 10.0}) {
    const double exact = 0.5 * std::exp(-t) + 0.5 * (1 + t) * std::exp(-t);
    EXPECT_NEAR(ResponseTail(kTiny, 2, FromSeconds(t)), exact, 1e-12) << t;
  }
}

TEST(ClosedSystem, TailAgreesWithNumericalIntegration) {
  // By SciPy: Erlang wait convolved with the service, weighted by what arrivals find.
  EXPECT_NEAR(ResponseTail(kFour, 50, 6s), 0.05374444844854602, 1e-10);
  EXPECT_NEAR(ResponseTail(kTwelve, 162, 4s), 0.32210155801330526, 1e-10);
  const ClosedSystem slow{.servers = {.count = 12, .service = 1s}, .think = 20s};
  EXPECT_NEAR(ResponseTail(slow, 277, 6s), 0.05222733715937233, 1e-10);
  const ClosedSystem one{.servers = {.count = 1, .service = 1s}, .think = 3s};
  EXPECT_NEAR(ResponseTail(one, 5, 2s), 0.5403080391812858, 1e-10);
}

TEST(ClosedSystem, ObeysLittlesLaw) {
  for (const int users : {1, 7, 50, 200}) {
    const double per_second = Throughput(kFour, users).per_second;
    EXPECT_NEAR(Seconds(MeanResponse(kFour, users)), users / per_second - 10, 1e-7) << users;
  }
}

TEST(ClosedSystem, ManyUsersWhoThinkLongAreAnOpenSystem) {
  // 100,000 users who think 30,000 s make 3.333/s.
  const ClosedSystem open{.servers = {.count = 4, .service = 1s}, .think = 30'000s};
  const double rate = Throughput(open, 100'000).per_second;
  EXPECT_NEAR(rate, 3.3332, 1e-3);
  EXPECT_NEAR(ResponseTail(open, 100'000, 6s), ResponseTail(open.servers, Rate{rate}, 6s), 1e-4);
}

TEST(ClosedSystem, OneUserNeverWaits) {
  EXPECT_NEAR(ResponseTail(kFour, 1, 3s), std::exp(-3.0), 1e-12);
  EXPECT_EQ(MeanResponse(kFour, 1), 1s);
  EXPECT_EQ(InFlightShares(kFour, 0), (std::vector<double>{1.0}));
}

TEST(ClosedSystem, HugeOnesStayFinite) {
  EXPECT_NEAR(Throughput(kFour, 100'000).per_second, 4, 1e-9);
  EXPECT_NEAR(ResponseTail(kFour, 20'000, 6s), 1, 1e-9);
  EXPECT_NEAR(ResponseTail(kFour, 50, 24h), 0, 1e-12);
  const ClosedSystem fast{.servers = {.count = 1000, .service = 1us}, .think = 1s};
  EXPECT_EQ(ResponseTail(fast, 10, 1h), 0);
}

TEST(UserLine, IsTheLastNumberThatHolds) {
  const int line = UserLine(kFour, 6s, 0.05);
  EXPECT_EQ(line, 49);  // 50 users: 5.37 % late, as above.
  EXPECT_LE(ResponseTail(kFour, line, 6s), 0.05);
  EXPECT_GT(ResponseTail(kFour, line + 1, 6s), 0.05);
}

TEST(UserLine, RespectsItsLimits) {
  EXPECT_EQ(UserLine(kFour, 6s, 0.05, 10), 10);
  EXPECT_EQ(UserLine(kFour, 6s, 0.05, 0), 0);
  EXPECT_EQ(UserLine(kFour, 2s, 0.05), 0);  // A lone request is late in e^−2 = 13.5 %.
}

}  // namespace
}  // namespace loadline::queueing
