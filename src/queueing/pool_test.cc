#include "queueing/pool.h"

#include <gtest/gtest.h>

#include <cmath>

#include "queueing/closed.h"
#include "queueing/mmc.h"

namespace loadline::queueing {
namespace {

Pool Exponential(int pods, Balance balance) {
  Pool pool;
  pool.pods = pods;
  pool.service = 1s;
  pool.exponential = true;
  pool.balance = balance;
  return pool;
}

double Wait(const Pool& pool, double rate) {
  return Seconds(PoolLaw(pool, Rate{rate}).Mean()) - 1;
}

TEST(PoolLaw, OfOneQueueIsErlangs) {
  // M/M/12 at 10.8 Erlang: C(12, 10.8) = 0.6400, wait = C / (12 − 10.8) = 0.5334.
  const Pool pool = Exponential(12, Balance::kCentral);
  EXPECT_NEAR(Wait(pool, 10.8), 0.5334, 0.0001);
  const PoolLaw law(pool, Rate{10.8});
  for (const Duration t : {Duration(500ms), Duration(1s), Duration(3s), Duration(6s)}) {
    EXPECT_NEAR(law.Tail(t), ResponseTail(Servers{12, 1s}, Rate{10.8}, t), 0.002);
  }
}

TEST(PoolLaw, OfRandomPodsIsThatOfOnePod) {
  // M/M/1 at 0.9: wait 9; the response is exponential with rate 0.1: p95 = ln 20 / 0.1 = 29.96.
  const Pool pool = Exponential(12, Balance::kRandom);
  EXPECT_NEAR(Wait(pool, 10.8), 9.0, 0.01);
  EXPECT_NEAR(Seconds(PoolLaw(pool, Rate{10.8}).Quantile(0.95)), 29.96, 0.1);
}

TEST(PoolLaw, CountsRejectsOfShortQueues) {
  // M/M/1/2, one in service and one place, at load 0.5: p2 = 0.25 / (1 + 0.5 + 0.25) = 1/7.
  Pool pool = Exponential(1, Balance::kRandom);
  pool.queue = 1;
  const PoolLaw law(pool, Rate{0.5});
  EXPECT_NEAR(law.Rejected(), 1.0 / 7, 1e-12);
  // Of those admitted, (4/7)/(6/7) = 2/3 find nobody and 1/3 one: mean 1 + 1/3.
  EXPECT_NEAR(Seconds(law.Mean()), 4.0 / 3, 1e-6);
  EXPECT_EQ(law.Quantile(0.9), Duration::max());
}

TEST(PoolLaw, RejectsOnePercentWhereThePublishedTableSays) {
  // Loads of M/M/12/K with 1 % lost: 0.49 / 0.84 / 0.93 for 0 / 12 / 24 places (Erlang B: 12
  // servers carry 5.876 Erlang at 1 %).
  Pool pool = Exponential(1, Balance::kCentral);
  pool.concurrency = 12;
  pool.queue = 0;
  EXPECT_NEAR(PoolLaw(pool, Rate{5.876}).Rejected(), 0.01, 0.00002);
  pool.queue = 12;
  EXPECT_NEAR(PoolLaw(pool, Rate{0.84 * 12}).Rejected(), 0.01, 0.0015);
  pool.queue = 24;
  EXPECT_NEAR(PoolLaw(pool, Rate{0.93 * 12}).Rejected(), 0.01, 0.0015);
}

TEST(PoolLaw, AnswersBeyondTheCapacityWhereQueuesEnd) {
  // M/M/1/1 at load 2: p1 = 2/3 lost.
  Pool pool = Exponential(1, Balance::kRandom);
  pool.queue = 0;
  EXPECT_NEAR(PoolLaw(pool, Rate{2}).Rejected(), 2.0 / 3, 1e-12);
  EXPECT_TRUE(PoolLaw(pool, Rate{2}).stable());
}

TEST(PoolLaw, IsUnstableAtTheCapacity) {
  const PoolLaw law(Exponential(2, Balance::kRandom), Rate{2});
  EXPECT_FALSE(law.stable());
  EXPECT_EQ(law.Mean(), Duration::max());
  EXPECT_EQ(law.Tail(1h), 1.0);
}

TEST(PoolLaw, OfTurnsIsThatOfErlangArrivals) {
  // E_2/M/1 at load 0.5: the root of x = (1 + (1 − x))^−2 below 1 is (3 − √5)/2 = 0.381966; wait =
  // x/(1 − x) = 0.618034.
  EXPECT_NEAR(Wait(Exponential(2, Balance::kRoundRobin), 1.0), 0.618034, 1e-5);
  // Simulated with 12 pods: 1.0 at load 0.7, 4.7 at 0.9.
  EXPECT_NEAR(Wait(Exponential(12, Balance::kRoundRobin), 8.4), 1.0, 0.05);
  EXPECT_NEAR(Wait(Exponential(12, Balance::kRoundRobin), 10.8), 4.7, 0.15);
}

TEST(PoolLaw, OfTwoChoicesIsTheFluidLimitForManyPods) {
  // T = Σ 0.8^(2^i − 2) = 1 + 0.64 + 0.2621 + 0.0440 + 0.0012 = 1.9474.
  EXPECT_NEAR(Wait(Exponential(10'000, Balance::kTwoChoices), 8'000), 0.9474, 0.001);
  // Simulated with 12 pods: 0.65 at load 0.7, 1.9 at 0.9.
  EXPECT_NEAR(Wait(Exponential(12, Balance::kTwoChoices), 8.4), 0.65, 0.02);
  EXPECT_NEAR(Wait(Exponential(12, Balance::kTwoChoices), 10.8), 1.9, 0.06);
}

TEST(PoolLaw, OfSharingPodsIsInsensitiveToScatter) {
  // M/G/1-PS: mean S/(1 − load) = 1/(1 − 0.8) = 5.
  Pool pool = Exponential(3, Balance::kRandom);
  pool.discipline = Discipline::kSharing;
  EXPECT_NEAR(Seconds(PoolLaw(pool, Rate{2.4}).Mean()), 5.0, 1e-6);
  pool.exponential = false;
  pool.scv = 0.1;
  EXPECT_NEAR(Seconds(PoolLaw(pool, Rate{2.4}).Mean()), 5.0, 1e-6);
}

TEST(PoolLaw, OfSharingPodsHasTheVarianceOfTheory) {
  // M/M/1-PS: variance of the response S² (2 + ρ)/((2 − ρ)(1 − ρ)²), at ρ = 0.5: 2.5/(1.5 · 0.25) =
  // 6.667 (E. Coffman, R. Muntz, H. Trotter, 1970). Second moment = 2 ∫ t P(T > t) dt.
  Pool pool = Exponential(1, Balance::kRandom);
  pool.discipline = Discipline::kSharing;
  const PoolLaw law(pool, Rate{0.5});
  double moment = 0;
  for (double t = 0.05; t < 80; t += 0.1) {
    moment += 2 * t * law.Tail(FromSeconds(t)) * 0.1;
  }
  EXPECT_NEAR(moment - 4.0, 6.667, 0.03);
}

TEST(PoolLaw, FollowsAMeasuredCurve) {
  // One request at 1/s, two or more at 1.5/s together; arrivals 1/s: p_k = 1, 1, 2/3, 4/9 … : sum 1
  // + 1/(1 − 2/3) = 4; in the pod Σ k p_k = Σ k (2/3)^(k−1) / 4 = 9/4.
  Pool pool = Exponential(1, Balance::kRandom);
  pool.discipline = Discipline::kSharing;
  pool.curve = {1.0, 1.5};
  EXPECT_NEAR(Seconds(PoolLaw(pool, Rate{1}).Mean()), 2.25, 1e-6);
}

TEST(KimuraWait, IsNearTheSimulatedOne) {
  // 12 servers at load 0.9, constant service: simulated 0.27; published approximation 0.277.
  EXPECT_NEAR(Seconds(KimuraWait(12, 1s, 0, Rate{10.8})), 0.277, 0.003);
  EXPECT_NEAR(Seconds(KimuraWait(12, 1s, 1, Rate{10.8})), 0.5334, 0.0001);
  // One server: Pollaczek and Khinchine, ρ(1 + scv)/2/(1 − ρ).
  EXPECT_NEAR(Seconds(KimuraWait(1, 1s, 0.25, Rate{0.8})), 2.5, 1e-9);
}

TEST(PoolLaw, OfSeveralRoutersIsWhatTheySeeOfPods) {
  // Two routers, load 0.8, endless pods: with pace x the states 0, 1, 2 weigh 1, 2x, 2x², and
  // 1 / (1 + 2x + 2x²) = 1 − 0.8 at x = 1. An arrival finds 0 or 1, each in half of all cases: the
  // wait is 0.5, times 1.05; few pods add half of what one router's wait is.
  Pool pool = Exponential(400, Balance::kLeast);
  pool.routers = 2;
  const double one = Wait(Exponential(400, Balance::kLeast), 320);
  EXPECT_NEAR(Wait(pool, 320), 0.525 + one / 2, 0.001);
  // Many routers see nothing of each other: random, at most.
  pool.routers = 300;
  EXPECT_NEAR(Wait(pool, 320), 4, 0.4);
}

TEST(PoolLaw, OfRoundRobinRoutersLiesBetweenOneAndRandom) {
  Pool pool = Exponential(12, Balance::kRoundRobin);
  const double one = Wait(pool, 8.4);
  double before = one;
  for (const int routers : {2, 3, 10, 100}) {
    pool.routers = routers;
    EXPECT_GT(Wait(pool, 8.4), before);
    before = Wait(pool, 8.4);
  }
  EXPECT_LT(before, 0.7 / 0.3);  // M/M/1.
}

TEST(PoolLaw, OfUsersIsTheFinitePopulation) {
  // The queue of 12 servers and 120 users: queueing/closed.h knows it by another way.
  const ClosedSystem system{{12, 161ms}, 1s};
  Pool pool = Exponential(12, Balance::kCentral);
  pool.service = 161ms;
  const PoolLaw law(pool, Users{120, 1s});
  EXPECT_NEAR(law.rate().per_second, Throughput(system, 120).per_second, 1e-6);
  EXPECT_NEAR(Millis(law.Mean()), Millis(MeanResponse(system, 120)), 1e-3);
  EXPECT_NEAR(law.Tail(1s), ResponseTail(system, 120, 1s), 0.0005);
  // "120 users on 12 cores with p95 = 1 s and think time 1 s": 161 ms of CPU, 74 requests/s.
  EXPECT_NEAR(Seconds(law.Quantile(0.95)), 1.0, 0.01);
  EXPECT_NEAR(law.rate().per_second, 74, 1);  // 74.53 by this 161.
}

TEST(PoolLaw, OfUsersOverRandomPodsIsAProductForm) {
  // Two users who never think, two pods: both at one pod in 1/3 of the time each, one at each in
  // 1/3. A pod is busy 2/3 of the time: 4/3 answers per second; a response takes 2 / (4/3) = 1.5 s.
  Pool pool = Exponential(2, Balance::kRandom);
  const PoolLaw law(pool, Users{2, 0s});
  EXPECT_NEAR(law.rate().per_second, 4.0 / 3, 1e-9);
  EXPECT_NEAR(Seconds(law.Mean()), 1.5, 1e-6);
  EXPECT_NEAR(law.utilisation(), 2.0 / 3, 1e-9);
  // Half of the arrivals find the other user: P(response > t) = e^−t (1 + t/2).
  EXPECT_NEAR(law.Tail(2s), std::exp(-2.0) * 2, 0.001);
}

TEST(PoolLaw, OfOneUserIsTheServiceAlone) {
  for (const Balance balance : {Balance::kCentral, Balance::kRandom, Balance::kLeast}) {
    const PoolLaw law(Exponential(3, balance), Users{1, 4s});
    EXPECT_NEAR(Seconds(law.Mean()), 1, 1e-9);
    EXPECT_NEAR(law.rate().per_second, 0.2, 1e-9);
  }
}

TEST(PoolLaw, OfUsersOnAPodThatSharesItself) {
  // One pod, two users who think 1 s: states 0, 1, 2 weigh 1, 2, 2 (rate 1 whatever is in it): busy
  // 4/5, so 0.8 per second and 2/0.8 − 1 = 1.5 s.
  Pool pool = Exponential(1, Balance::kRandom);
  pool.discipline = Discipline::kSharing;
  const PoolLaw law(pool, Users{2, 1s});
  EXPECT_NEAR(law.rate().per_second, 0.8, 1e-9);
  EXPECT_NEAR(Seconds(law.Mean()), 1.5, 1e-6);
  // With a curve that does twice as much for two: 1, 2, 1 and nobody waits: 1 s, 1 per second.
  pool.curve = {1, 2};
  EXPECT_NEAR(Seconds(PoolLaw(pool, Users{2, 1s}).Mean()), 1, 1e-9);
}

TEST(PoolLaw, OfLeastLiesBetweenTiesInTurnAndTiesDrawn) {
  // Constant service, 12 pods: simulated in turn .03 and .27, drawn .06 and .38 service times at
  // .7 and .9 (sim/balancing_table_test.cc).
  Pool pool = Exponential(12, Balance::kLeast);
  pool.exponential = false;
  pool.scv = 0;
  EXPECT_GT(Wait(pool, 8.4), 0.03);
  EXPECT_LT(Wait(pool, 8.4), 0.08);
  EXPECT_GT(Wait(pool, 10.8), 0.27);
  EXPECT_LT(Wait(pool, 10.8), 0.45);
}

}  // namespace
}  // namespace loadline::queueing
