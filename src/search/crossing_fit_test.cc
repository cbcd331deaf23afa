#include "search/crossing_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "search/boundary.h"

namespace loadline::search {
namespace {

/// What happens in one state of one batch.
struct Cell {
  std::uint32_t bin = 0;
  double seconds = 0.0;
  int departures = 0;
  int found = 0;
  int late = 0;
};

/// Appends a batch, whose arrivals are all `found` and so many `others` of another task.
void FillBatch(CrossingCounts& counts, const std::vector<Cell>& cells, int others = 0) {
  for (int i = 0; i < others; ++i) {
    counts.Arrive();
  }
  for (const Cell& cell : cells) {
    for (int i = 0; i < cell.found; ++i) {
      const std::uint32_t unit = counts.Arrive();
      counts.Found(0, unit, cell.bin);
      if (i < cell.late) {
        counts.Late(0, unit, cell.bin);
      }
    }
  }
  for (const Cell& cell : cells) {
    counts.Stay(cell.bin, cell.seconds);
    for (int i = 0; i < cell.departures; ++i) {
      counts.Depart(cell.bin);
    }
  }
}

/// `batches` equal batches, all full.
CrossingCounts Filled(int batches, const std::vector<Cell>& cells, int others = 0) {
  int arrivals = others;
  for (const Cell& cell : cells) {
    arrivals += cell.found;
  }
  CrossingCounts counts(arrivals, 1);
  for (int i = 0; i < batches; ++i) {
    FillBatch(counts, cells, others);
  }
  counts.Arrive();  // The last batch is full once the next begins.
  return counts;
}

/// Only 0 and 1 in flight were ever seen; from 1 requests leave at 16 / 8 s = 2/s.
std::vector<Cell> TwoStates(int late_of_eight_found_1) {
  return {{.bin = 0, .seconds = 8.0, .found = 8},
          {.bin = 1, .seconds = 8.0, .departures = 16, .found = 8, .late = late_of_eight_found_1}};
}

constexpr ArrivalLaw kOnePerSecond{.rate = 1.0};

TEST(CrossingFit, PutsTheLineWhereTheUnseenTailIsAsLargeAsAllowed) {
  const CrossingCounts counts = Filled(20, TwoStates(0));
  const CrossingLook look = CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.01});
  // At load · e^x each state is found r = e^x / 2 times as often as the one below, and all who find
  // 2 or more (unseen, so taken to be late) are r². Now r = 1/2; r² = 0.01 where r = 0.1.
  EXPECT_NEAR(look.share, 0.25, 1e-12);
  EXPECT_NEAR(look.log_ratio, std::log(0.2), 1e-6);
  // Only the departure rate is uncertain, from 20 · 16 = 320 departures: 1 / √320 of itself.
  EXPECT_NEAR(look.log_ratio_sd, 1.0 / std::sqrt(320.0), 1e-6);
  // d r² / dx = 2 r² = 0.02.
  EXPECT_NEAR(look.share_sd, 0.02 / std::sqrt(320.0), 1e-8);
  // If nobody were late in the unseen states the line would lie 0.01 / 0.02 further, or beyond.
  EXPECT_NEAR(look.unseen, 0.5, 1e-6);
  EXPECT_NEAR(look.unseen_part, 1.0, 1e-6);
  EXPECT_EQ(look.batches, 20);
}

TEST(CrossingFit, NeverCallsBrokenWhatOnlyUnseenStatesBreak) {
  const CrossingCounts counts = Filled(20, TwoStates(0));
  const CrossingLook look = CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.01});
  EXPECT_LE(look.BrokenZ(), 0.0);
  EXPECT_LE(look.HeldZ(), 0.0);
  EXPECT_FALSE(look.hopeless);
}

TEST(CrossingFit, TakesTheShareOfLateRequestsByTheStateTheyFound) {
  const CrossingCounts counts = Filled(20, TwoStates(4));
  const CrossingLook look = CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.12});
  // Half of those who find 1 are late: share = r(1 − r)/2 + r²; 0.375 at r = 1/2 and 0.12 at r =
  // 0.2, that is e^x = 0.4.
  EXPECT_NEAR(look.share, 0.375, 1e-12);
  EXPECT_NEAR(look.log_ratio, std::log(0.4), 1e-6);
  // Slope there: r/2 + r² = 0.14. Variance of the share: of the rate 0.14²/320, and of the half of
  // 160 that found 1 (r(1 − r) = 0.16 of all): 0.16² · 0.25/160. Together 1.0125e-4.
  EXPECT_NEAR(look.share_sd, std::sqrt(1.0125e-4), 1e-8);
  EXPECT_NEAR(look.log_ratio_sd, std::sqrt(1.0125e-4) / 0.14, 1e-6);
  // Without the unseen: r(1 − r)/2 = 0.12 at r = 0.4. Slope (r − 2r²)/2 = 0.04, variance
  // 0.04²/320 + 0.24² · 0.25/160 = 9.5e-5.
  EXPECT_NEAR(look.mild, std::log(0.8), 1e-6);
  EXPECT_NEAR(look.mild_sd, std::sqrt(9.5e-5) / 0.04, 1e-5);
  // And at the present load: (0.125 − 0.12)/√(0.25² · 0.25/160), the slope there is 0.
  EXPECT_NEAR(look.excess_z, 0.005 / std::sqrt(0.0625 * 0.25 / 160.0), 1e-6);
  EXPECT_NEAR(look.BrokenZ(), NormalFromStudent(-std::log(0.8) / look.mild_sd, 19.0), 1e-6);
}

TEST(CrossingFit, TakesTheLargerOfWhatBatchesAndCountsSayOfTheError) {
  CrossingCounts counts(16, 1);
  for (int i = 0; i < 20; ++i) {
    FillBatch(counts, TwoStates(i % 2 == 0 ? 8 : 0));
  }
  counts.Arrive();
  const CrossingLook look = CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.12});
  // The same means as above, but each batch has 4 late requests more or less than it should: 0.16 /
  // 160 of the share each. 20 · 0.004² · 20/19 = 3.368e-4 is more than 1.0125e-4.
  EXPECT_NEAR(look.log_ratio, std::log(0.4), 1e-6);
  EXPECT_NEAR(look.share_sd, std::sqrt(3.2e-4 * 20.0 / 19.0), 1e-8);
  ASSERT_EQ(look.influences.size(), 20u);
  EXPECT_NEAR(look.influences[0], -0.004, 1e-8);
  EXPECT_NEAR(look.influences[1], 0.004, 1e-8);
}

TEST(CrossingFit, AddsFourTenthsOfABatchOfLateRequestsToBeCareful) {
  const CrossingCounts counts = Filled(20, TwoStates(0));
  const CrossingLook look = CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.5});
  // r² = 0.5: e^x = √2. Carefully 0.5 − 0.4 · 16/320 = 0.48: e^x = 2 √0.48.
  EXPECT_NEAR(look.log_ratio, 0.5 * std::log(2.0), 1e-6);
  EXPECT_NEAR(look.careful, std::log(2.0 * std::sqrt(0.48)), 1e-6);
  EXPECT_NEAR(look.careful_sd, 1.0 / std::sqrt(320.0), 1e-6);
  const double careful = NormalFromStudent(look.careful * std::sqrt(320.0), 19.0);
  const double plain = NormalFromStudent(look.log_ratio * std::sqrt(320.0), 19.0);
  EXPECT_NEAR(look.HeldZ(), std::min(plain, 1.3 * careful), 1e-4);
  EXPECT_LT(look.BrokenZ(), 0.0 + 1e-9);
}

TEST(CrossingFit, ShowsNoCareWhereMoreMayHaveGoneUnseenThanIsAllowed) {
  const CrossingCounts counts = Filled(20, TwoStates(0));
  // Load 0.01: r = 0.005 and share 2.5e-5, far below 0.01; but 0.4 · 16/320 = 0.02 may be missing.
  const CrossingLook look = CrossingFit(counts, 20, {.rate = 0.01}).Look({.allowed = 0.01});
  EXPECT_GT(look.log_ratio / look.log_ratio_sd, 10.0);
  EXPECT_EQ(look.careful, 0.0);
  EXPECT_EQ(look.room_z, 0.0);
  EXPECT_EQ(look.HeldZ(), 0.0);
}

TEST(CrossingFit, TakesFailuresToComeInFewAndATaskForItsOwnShare) {
  // Four batches of 100 arrivals, all found 0 or 1 and none late: share = r².
  const CrossingCounts counts =
      Filled(4, {{.bin = 0, .seconds = 50.0, .found = 50},
                 {.bin = 1, .seconds = 50.0, .departures = 100, .found = 50}});
  const CrossingFit fit(counts, 4, kOnePerSecond);
  // Latency: 0.5 − 0.4 · 100/400 = 0.4. Failures: 0.5 − 0.4 · 16/400 = 0.484 = 0.6957².
  EXPECT_NEAR(fit.Look({.allowed = 0.5}).careful, std::log(2.0 * std::sqrt(0.4)), 1e-6);
  EXPECT_NEAR(fit.Look({.allowed = 0.5, .of_failures = true}).careful,
              std::log(2.0 * std::sqrt(0.484)), 1e-6);
  // A task that makes 10 of 100 arrivals: not 10 but at least 16 of its 40 requests count as a
  // batch: 0.5 − 0.4 · 16/40 = 0.34.
  const CrossingCounts task = Filled(4,
                                     {{.bin = 0, .seconds = 50.0, .found = 5},
                                      {.bin = 1, .seconds = 50.0, .departures = 100, .found = 5}},
                                     90);
  EXPECT_NEAR(CrossingFit(task, 4, kOnePerSecond).Look({.allowed = 0.5}).careful,
              std::log(2.0 * std::sqrt(0.34)), 1e-6);
}

TEST(CrossingFit, PoolsTheRatesOfTheStatesOnTop) {
  // 1540 departures, a twentieth is 77: states 4 and 3 have 40 together, with 2 it is 540.
  // 1: 1000/500 s = 2/s. Pooled: 540/135 s = 4/s, although apart they leave at 5, 1 and 2/s.
  const CrossingCounts counts = Filled(10, {{.bin = 0, .seconds = 10.0, .found = 10},
                                            {.bin = 1, .seconds = 50.0, .departures = 100},
                                            {.bin = 2, .seconds = 10.0, .departures = 50},
                                            {.bin = 3, .seconds = 3.0, .departures = 3},
                                            {.bin = 4, .seconds = 0.5, .departures = 1}});
  const CrossingFit fit(counts, 10, kOnePerSecond);
  // π ∝ 1, 1/2, 1/8, 1/32, 1/128 and the tail 1/2 · (1/4)⁴/(3/4) = 1/384; in all 5/3.
  EXPECT_NEAR(fit.Look({.allowed = 0.01}).share, (1.0 / 384.0) / (5.0 / 3.0), 1e-12);
  EXPECT_EQ(fit.most_in_flight(), 4u);
}

TEST(CrossingFit, KeepsTheRateOfAFullQueueApart) {
  // 3 in flight: the queue is full and sends requests away at 100/s. 1 and 2: 1/s.
  const CrossingCounts counts =
      Filled(10, {{.bin = 0, .seconds = 100.0, .found = 100},
                  {.bin = 1, .seconds = 100.0, .departures = 100},
                  {.bin = 2, .seconds = 1.5, .departures = 2, .found = 1, .late = 1},
                  {.bin = 3, .seconds = 0.01, .departures = 1}});
  const double below = 1020.0 / 1015.0;
  const double r = 0.5 / below;
  const double full = 0.5 / 100.0;
  // Late are those who find 2, 3 or (unseen) more.
  const double late = r * r * (1.0 + full / (1.0 - full));
  EXPECT_NEAR(CrossingFit(counts, 10, {.rate = 0.5}).Look({.allowed = 0.01}).share,
              late / (1.0 + r + late), 1e-9);
}

TEST(CrossingFit, BeginsAtTheLowestStateThatHasAWayBack) {
  // The backlog never emptied: only 5 and 6 in flight.
  const CrossingCounts counts =
      Filled(20, {{.bin = 5, .seconds = 8.0, .found = 8},
                  {.bin = 6, .seconds = 8.0, .departures = 16, .found = 8}});
  const CrossingLook look = CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.01});
  EXPECT_NEAR(look.share, 0.25, 1e-12);
  EXPECT_NEAR(look.log_ratio, std::log(0.2), 1e-6);
}

TEST(CrossingFit, LeavesOutWhatWasPassedOnceOnTheWayUp) {
  // The queue filled up once: from 5 nobody ever left downward.
  CrossingCounts counts(16, 1);
  FillBatch(counts, {{.bin = 2, .seconds = 0.5, .found = 8},
                     {.bin = 3, .seconds = 0.5, .departures = 1, .found = 8},
                     {.bin = 4, .seconds = 0.5}});
  for (int i = 0; i < 20; ++i) {
    FillBatch(counts, {{.bin = 5, .seconds = 8.0, .found = 8},
                       {.bin = 6, .seconds = 8.0, .departures = 16, .found = 8}});
  }
  counts.Arrive();
  EXPECT_NEAR(CrossingFit(counts, 21, kOnePerSecond).Look({.allowed = 0.01}).share, 0.25, 1e-12);
}

TEST(CrossingFit, KeepsALowerPartThatIsMoreThanABeginning) {
  // The same, but half of all departures were below: two levels, each of which counts.
  const CrossingCounts counts = Filled(20, {{.bin = 0, .seconds = 8.0, .found = 8},
                                            {.bin = 1, .seconds = 8.0, .departures = 16},
                                            {.bin = 2, .seconds = 8.0, .found = 8},
                                            {.bin = 3, .seconds = 8.0, .departures = 16}});
  // π ∝ 1, 1/2, then 2 with 160 s and (at least) one departure: 160 times as much, 80; 3: 40, and
  // the tail 20 + 10 + … = 40. Of 161.5 the last 40 are unseen.
  EXPECT_NEAR(CrossingFit(counts, 20, kOnePerSecond).Look({.allowed = 0.01}).share, 40.0 / 161.5,
              1e-9);
}

TEST(CrossingFit, JudgesTheShareItselfWhereNoLoadIsLowEnough) {
  // One request in ten is late, whatever it finds. r = 0.02/2 = 0.01: share = 0.1 + 0.9 r².
  const CrossingCounts counts =
      Filled(16, {{.bin = 0, .seconds = 10.0, .found = 10, .late = 1},
                  {.bin = 1, .seconds = 10.0, .departures = 20, .found = 10, .late = 1}});
  const CrossingFit fit(counts, 16, {.rate = 0.02});
  const CrossingLook look = fit.Look({.allowed = 0.05});
  EXPECT_TRUE(look.hopeless);
  EXPECT_NEAR(look.share, 0.10009, 1e-9);
  // Of 320 requests: √(0.1 · 0.9/320) = 0.01677; (0.10009 − 0.05)/0.01677 = 2.987.
  EXPECT_NEAR(look.share_sd, std::sqrt(0.09 / 320.0), 1e-5);
  EXPECT_NEAR(look.excess_z, 2.987, 0.005);
  EXPECT_NEAR(look.BrokenZ(), NormalFromStudent(look.excess_z, 15.0), 1e-12);
  EXPECT_LE(look.HeldZ(), 0.0);
  // Not so where that many may be late.
  EXPECT_FALSE(fit.Look({.allowed = 0.2}).hopeless);
}

TEST(CrossingFit, SaysHeldWhereTheShareWouldBeKeptAtAMuchHigherLoad) {
  // One in twenty is late, whatever it finds. At load · e^½: r² = 1e-4 · e, share 0.05 + 0.95 r².
  const CrossingCounts counts =
      Filled(16, {{.bin = 0, .seconds = 10.0, .found = 10, .late = 1},
                  {.bin = 1, .seconds = 10.0, .departures = 20, .found = 10}});
  const CrossingLook look = CrossingFit(counts, 16, {.rate = 0.02}).Look({.allowed = 0.2});
  const double share = 0.05 + 0.95 * 1e-4 * std::exp(1.0);
  // 0.4 · 20/320 = 0.025 may have gone unseen; variances: 0.05 · 0.95/320 (the fit pools both
  // states: 1 of 10 must not fall to 0 of 10) and 0.025/320.
  const double z = (0.2 - share - 0.025) / std::sqrt(0.05 * 0.95 / 320.0 + 0.025 / 320.0);
  EXPECT_NEAR(look.room_z, z, 0.01);
  EXPECT_GE(look.HeldZ(), NormalFromStudent(look.room_z, 15.0));
}

TEST(CrossingFit, ALoopOfUsersSeesWhatOneUserFewerWouldMake) {
  // Machine repair: 2 users, pauses of 1 s, from 1 and 2 in flight requests leave at 4/s. An
  // arrival finds what the other user makes: 1 with odds (1/1)/4, so 0.2 of them.
  const CrossingCounts counts =
      Filled(20, {{.bin = 0, .seconds = 12.0, .found = 16},
                  {.bin = 1, .seconds = 4.0, .departures = 16, .found = 4, .late = 4},
                  {.bin = 2, .seconds = 1.0, .departures = 4}});
  const CrossingFit fit(counts, 20, {.users = 2, .think = 1.0});
  // All who find 1 are late. At tilt x the odds are e^x / 4: 1/3 at e^x = 2.
  const CrossingLook third = fit.Look({.allowed = 1.0 / 3.0});
  EXPECT_NEAR(third.share, 0.2, 1e-12);
  EXPECT_NEAR(third.log_ratio, std::log(2.0), 1e-6);
  // Three users: of two others 0, 1, 2 wait as 1 : 2/4 : 2/4 · 1/4, so 0.625/1.625 find some.
  const CrossingLook three = fit.Look({.allowed = 0.625 / 1.625});
  EXPECT_NEAR(three.users_ratio, std::log(1.5), 1e-5);
  EXPECT_NEAR(three.log_ratio, std::log(2.5), 1e-6);
  EXPECT_TRUE(std::isfinite(three.users_ratio_sd));
}

TEST(Backlog, WeighsWhatLeavesWhileManyWaitAgainstWhatArrives) {
  // 2 in flight holds 30 of 40 departures. 120 leave in 200 s, 200 arrive.
  const std::vector<Cell> growing = {{.bin = 0, .seconds = 1.0, .found = 10},
                                     {.bin = 1, .seconds = 1.0, .departures = 10},
                                     {.bin = 2, .seconds = 50.0, .departures = 30}};
  const CrossingCounts counts = Filled(4, growing);
  const Backlog backlog = CrossingFit(counts, 4, kOnePerSecond).GetBacklog();
  EXPECT_NEAR(backlog.z, 80.0 / std::sqrt(200.0), 1e-9);
  EXPECT_NEAR(backlog.log_headroom, std::log(0.6), 1e-12);
  EXPECT_NEAR(backlog.log_headroom_sd, std::sqrt(200.0) / 120.0, 1e-12);
  // At 0.2/s only 40 arrive: it shrinks.
  const Backlog shrinking = CrossingFit(counts, 4, {.rate = 0.2}).GetBacklog();
  EXPECT_NEAR(shrinking.z, -80.0 / std::sqrt(120.0), 1e-9);
  EXPECT_NEAR(shrinking.log_headroom, std::log(3.0), 1e-12);
}

TEST(Backlog, IsNoSurerThanItsBatchesAgree) {
  CrossingCounts counts(10, 1);
  for (const int left : {10, 50, 10, 50}) {
    FillBatch(counts, {{.bin = 0, .seconds = 1.0, .found = 10},
                       {.bin = 1, .seconds = 1.0, .departures = 10},
                       {.bin = 2, .seconds = 50.0, .departures = left}});
  }
  counts.Arrive();
  // As above, but each batch is 20 off: 4 · 400 = 1600 is more than 200; 80/40.
  EXPECT_NEAR(CrossingFit(counts, 4, kOnePerSecond).GetBacklog().z, 2.0, 1e-9);
}

}  // namespace
}  // namespace loadline::search
