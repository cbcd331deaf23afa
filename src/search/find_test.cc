// Brackets, estimates and books of searches on services whose line is known.
#include "search/find.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/sanitized.h"
#include "search/testing/sim_targets.h"
#include "search/testing/watched_queue.h"

namespace loadline::search {
namespace {

using measure::LoadLine;
using measure::SearchEnd;
using measure::StepResult;
using testing::Diary;
using testing::Errors;
using ::testing::HasSubstr;
using testing::Quantile;
using testing::Search;
using testing::Target;

// Mean service time 50 ms everywhere; lines in requests per service time from Erlang C, or from
// simulations of 40 million requests (docs/load-line.md).
constexpr double kService = 0.05;
constexpr double kLineOf4 = 3.42166058 / kService;  // p95 < 300ms

FindOptions Searching(std::vector<measure::Objective> objectives) {
  FindOptions find;
  find.objectives = std::move(objectives);
  return find;
}

struct Known {
  std::string name;
  sim::SimOptions target;
  std::vector<measure::Objective> objectives;
  double line = 0.0;
};

std::vector<Known> KnownServices() {
  std::vector<Known> known = {
      {"M/M/1", Target(1, 1, "exponential:50ms"), {Quantile(0.95, 300ms)}, 0.50071129},
      {"M/M/4", Target(1, 4, "exponential:50ms"), {Quantile(0.95, 300ms)}, 3.42166058},
      {"M/M/12", Target(1, 12, "exponential:50ms"), {Quantile(0.95, 200ms)}, 10.79134792},
      {"M/D/4", Target(1, 4, "constant:50ms"), {Quantile(0.95, 300ms)}, 3.719449},
      {"lognormal", Target(1, 4, "lognormal:50ms,cv=1.5"), {Quantile(0.95, 300ms)}, 3.078054},
  };
  // A random one of 12 pods: each is an M/M/1 with a twelfth of the load.
  Known random{
      "random pods", Target(12, 1, "exponential:50ms"), {Quantile(0.95, 300ms)}, 6.00853548};
  random.target.service.balance = sim::Balance::kRandom;
  known.push_back(random);
  // M/M/4/14: 1 % finds four served and ten waiting.
  Known rejecting{"503s", Target(1, 4, "exponential:50ms"), {Errors(0.01)}, 3.09845201};
  rejecting.target.service.queue = 10;
  known.push_back(rejecting);
  return known;
}

TEST(Find, BracketsTheKnownLine) {
  // Wrong with probability 5 % at most, each: of 42 searches more than 7 with 0.3 %.
  int wrong = 0;
  int brackets = 0;
  int searches = 0;
  for (const Known& known : KnownServices()) {
    const double line = known.line / kService;
    for (std::uint64_t seed = 1; seed <= (kSanitized ? 1 : 6); ++seed) {
      SCOPED_TRACE(known.name + ", seed " + std::to_string(seed));
      const LoadLine found = Search(known.target, Searching(known.objectives), seed);
      ++searches;
      const bool high = found.held && *found.held > line;
      const bool low = found.broken && *found.broken < line;
      wrong += high || low ? 1 : 0;
      brackets += found.held && found.broken ? 1 : 0;
      EXPECT_TRUE(found.held || found.broken);
      EXPECT_TRUE(found.has_objectives);
      if (found.held && found.broken) {
        EXPECT_LT(*found.held, *found.broken);
        EXPECT_TRUE(found.next_precision_cost);
        EXPECT_FALSE(found.binding.empty());
        EXPECT_FALSE(found.cause.empty());
      }
      if (found.held) {
        // The lower of what held and 70 % of the saturation.
        ASSERT_TRUE(found.operating);
        EXPECT_LE(*found.operating, *found.held);
      }
    }
  }
  EXPECT_LE(wrong, 7);
  EXPECT_GE(brackets, searches * 3 / 4);
}

TEST(Find, GivesAnEstimateWhoseIntervalMostlyHoldsTheLine) {
  int estimates = 0;
  int covered = 0;
  constexpr int kSeeds = kSanitized ? 3 : 12;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    FindOptions find = Searching({Quantile(0.95, 300ms)});
    find.budget = 20min;
    const LoadLine found = Search(Target(1, 4, "exponential:50ms"), find, seed);
    if (!found.estimate) {
      EXPECT_FALSE(found.estimate_low || found.estimate_high);
      continue;
    }
    ++estimates;
    EXPECT_LT(*found.estimate_low, *found.estimate);
    EXPECT_GT(*found.estimate_high, *found.estimate);
    EXPECT_NEAR(*found.estimate, kLineOf4, 0.08 * kLineOf4);
    if (found.held && found.broken) {
      EXPECT_GT(*found.estimate, *found.held);
      EXPECT_LT(*found.estimate, *found.broken);
    }
    covered += *found.estimate_low <= kLineOf4 && kLineOf4 <= *found.estimate_high ? 1 : 0;
  }
  EXPECT_GE(estimates, kSeeds / 2);
  EXPECT_GE(covered, estimates - 2);
}

TEST(Find, GivesTheSameAnswerForTheSameSeed) {
  const auto search = [](std::uint64_t seed) {
    return Search(Target(1, 4, "exponential:50ms"), Searching({Quantile(0.95, 300ms)}), seed);
  };
  const LoadLine first = search(7);
  const LoadLine again = search(7);
  EXPECT_EQ(first.held, again.held);
  EXPECT_EQ(first.broken, again.broken);
  EXPECT_EQ(first.estimate, again.estimate);
  EXPECT_EQ(first.spent, again.spent);
  EXPECT_EQ(first.steps.size(), again.steps.size());
  EXPECT_NE(first.spent, search(8).spent);
}

TEST(Find, WithoutObjectivesFindsWhereTheBacklogBeginsToGrow) {
  // Four servers of 50 ms: 80/s, whatever the law.
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const LoadLine found = Search(Target(1, 4, "exponential:50ms"), FindOptions{}, seed);
    EXPECT_FALSE(found.has_objectives);
    EXPECT_EQ(found.binding, "saturation");
    ASSERT_TRUE(found.held && found.broken);
    EXPECT_LT(*found.held, 80.0);
    EXPECT_GT(*found.broken, 78.0);  // Within what 5 % may err by.
    ASSERT_TRUE(found.saturation);
    // As what one probe's few hundred departures say, where no estimate is sure enough.
    EXPECT_NEAR(*found.saturation, 80.0, found.estimate ? 5.0 : 12.0);
    ASSERT_TRUE(found.operating);
    EXPECT_LE(*found.operating, 0.7 * *found.saturation + 0.1);
  }
}

TEST(Find, SpendsWhatItWasGivenAndLittleMore) {
  for (const Duration budget : {30s, 120s, 600s}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Diary diary;
      FindOptions find = Searching({Quantile(0.95, 300ms)});
      find.budget = budget;
      const LoadLine found = Search(Target(1, 4, "exponential:50ms"), find, seed, diary);
      EXPECT_EQ(found.spent, diary.spent());
      // The operating load runs in what was put aside (a twelfth, at least 5 s); a probe's drain
      // and the last recovery (10 s) may come on top.
      EXPECT_LE(found.spent, budget + std::max<Duration>(budget / 12, 5s) + 10s);
      EXPECT_GE(found.unspent_error, 0.0);
      EXPECT_LT(found.unspent_error, 0.05);
    }
  }
}

TEST(Find, TellsItsListenerEverythingInOrder) {
  Diary diary;  // Checks the order itself.
  const LoadLine found =
      Search(Target(1, 4, "exponential:50ms"), Searching({Quantile(0.95, 300ms)}), 3, diary);
  ASSERT_GE(diary.starts().size(), 4u);
  EXPECT_EQ(diary.starts().front().kind, StepKind::kAlone);
  EXPECT_EQ(diary.starts().back().kind, StepKind::kOperating);
  EXPECT_EQ(diary.Count(StepKind::kAlone), 1);
  EXPECT_EQ(diary.Count(StepKind::kOperating), 1);
  ASSERT_TRUE(diary.plan());
  EXPECT_GT(diary.plan()->expected_width, 0.0);
  EXPECT_GT(diary.plan()->precision_cost, 0s);
  EXPECT_NEAR(Millis(diary.plan()->alone), 35.0, 15.0);  // The median of 50 ms is 34.7 ms.
  ASSERT_TRUE(diary.narrowing());
  EXPECT_NEAR(diary.narrowing()->assumed_level, kLineOf4, 0.4 * kLineOf4);
  // Every broken probe is followed by a recovery.
  for (std::size_t i = 0; i + 1 < diary.starts().size(); ++i) {
    if (diary.ends()[i].result == StepResult::kBroken) {
      EXPECT_EQ(diary.starts()[i + 1].kind, StepKind::kRecovery);
    }
  }
  for (const bool recovered : diary.recoveries()) {
    EXPECT_TRUE(recovered);
  }
  // What the table shows is what was probed, lone requests and recoveries aside.
  EXPECT_EQ(static_cast<int>(found.steps.size()),
            static_cast<int>(diary.starts().size()) - 1 - diary.Count(StepKind::kRecovery));
}

TEST(Find, FindsHowManyUsersAreServedInTime) {
  // 12 servers and 277 users with pauses of 20 services: p95 is 6.04623078 services (product form).
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    FindOptions find = Searching({Quantile(0.95, FromSeconds(6.04623078 * kService))});
    find.axis = measure::SearchAxis::kUsers;
    find.think = 1s;
    const LoadLine found = Search(Target(1, 12, "exponential:50ms"), find, seed);
    EXPECT_EQ(found.axis, measure::SearchAxis::kUsers);
    ASSERT_TRUE(found.held && found.broken) << "seed " << seed;
    EXPECT_LE(*found.held, 277.0);
    EXPECT_GE(*found.broken, 277.0);
    EXPECT_EQ(*found.held, std::round(*found.held));
  }
}

TEST(FindOn, ContinuesWithoutWideningNorSpendingErrorTwice) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    FindOptions find = Searching({Quantile(0.95, 300ms)});
    find.budget = 2min;
    const sim::SimOptions target = Target(1, 4, "exponential:50ms");
    const LoadLine first = Search(target, find, seed);
    find.earlier = first;
    find.budget = 10min;
    const LoadLine second = Search(target, find, 100 + seed);
    if (second.end == SearchEnd::kNotMonotone) {
      continue;
    }
    if (first.held) {
      ASSERT_TRUE(second.held);
      EXPECT_GE(*second.held, *first.held);
    }
    if (first.broken) {
      ASSERT_TRUE(second.broken);
      EXPECT_LE(*second.broken, *first.broken);
    }
    EXPECT_LT(second.unspent_error, first.unspent_error);
    EXPECT_GE(second.steps.size(), first.steps.size());
    EXPECT_FALSE(second.held && *second.held > kLineOf4);
    EXPECT_FALSE(second.broken && *second.broken < kLineOf4);
  }
}

TEST(FindOn, NeedsTheSameKindOfLoad) {
  FindOptions find = Searching({Quantile(0.95, 300ms)});
  LoadLine earlier;
  earlier.axis = measure::SearchAxis::kUsers;
  find.earlier = earlier;
  sim::SimProber prober(Target(1, 4, "exponential:50ms"));
  FindListener quiet;
  const auto found = Find(prober, find, quiet);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(found.error().message, HasSubstr("--by"));
  EXPECT_EQ(prober.probes(), 0);
}

std::string Refused(const FindOptions& find) {
  sim::SimProber prober(Target(1, 4, "exponential:50ms"));
  FindListener quiet;
  const auto found = Find(prober, find, quiet);
  EXPECT_EQ(prober.probes(), 0);  // Nothing is sent for a search that cannot be.
  if (found) {
    return "";
  }
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  return found.error().message;
}

TEST(FindRefuses, ObjectivesThatNoTestCanJudge) {
  measure::Objective mean;
  mean.metric = measure::Metric::kMean;
  mean.threshold = 50ms;
  EXPECT_THAT(Refused(Searching({mean})), HasSubstr("`mean < 50ms` cannot be searched for"));
  EXPECT_THAT(Refused(Searching({Quantile(0.95, 1s, "score")})),
              HasSubstr("a task that does not exist"));
  EXPECT_THAT(Refused(Searching({Errors(0.0)})), HasSubstr("allows nothing"));
  EXPECT_THAT(Refused(Searching({Errors(1.0)})), HasSubstr("allows nothing, or everything"));
}

TEST(FindRefuses, NumbersOutOfRange) {
  const auto with = [](auto change) {
    FindOptions find = Searching({Quantile(0.95, 300ms)});
    change(find);
    return Refused(find);
  };
  EXPECT_THAT(with([](FindOptions& f) { f.confidence = 0.49; }), HasSubstr("confidence"));
  EXPECT_THAT(with([](FindOptions& f) { f.confidence = 1.0; }), HasSubstr("confidence"));
  EXPECT_THAT(with([](FindOptions& f) { f.precision = 0.0; }), HasSubstr("precision"));
  EXPECT_THAT(with([](FindOptions& f) { f.max = 0.0; }), HasSubstr("highest load"));
  EXPECT_THAT(with([](FindOptions& f) { f.start = -1.0; }), HasSubstr("first load"));
  EXPECT_THAT(with([](FindOptions& f) { f.budget = 0s; }), HasSubstr("budget"));
  EXPECT_THAT(with([](FindOptions& f) { f.covers = -1s; }), HasSubstr("durations"));
  EXPECT_THAT(with([](FindOptions& f) {
                f.axis = measure::SearchAxis::kUsers;
                f.max = 0.5;
              }),
              HasSubstr("users"));
}

}  // namespace
}  // namespace loadline::search
