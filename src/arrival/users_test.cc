#include "arrival/users.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace loadline::arrival {
namespace {

TEST(SpawnAt, StartsUsersOneByOneOrAllAtOnce) {
  EXPECT_EQ(SpawnAt(0, Rate{10}), 0ms);
  EXPECT_EQ(SpawnAt(7, Rate{10}), 700ms);
  EXPECT_EQ(SpawnAt(119, Rate{10}), 11'900ms);
  EXPECT_EQ(SpawnAt(119, Rate{0}), 0ms);
}

TEST(ThinkTimes, ConstantOnesAreTheirLength) {
  const ThinkTimes think = ThinkTimes::Constant(250ms);
  EXPECT_EQ(think.Of(0, 0), 250ms);
  EXPECT_EQ(think.Of(5, 17), 250ms);
}

TEST(ThinkTimes, ExponentialOnesHaveTheirMeanAndStandardDeviation) {
  const ThinkTimes think = ThinkTimes::Exponential(2s, 1);
  double sum = 0;
  double squares = 0;
  constexpr int kUsers = 400;
  constexpr int kAnswers = 250;
  for (int user = 0; user < kUsers; ++user) {
    for (int answer = 0; answer < kAnswers; ++answer) {
      const double s = Seconds(think.Of(user, answer));
      sum += s;
      squares += s * s;
    }
  }
  const double n = kUsers * kAnswers;  // 100,000: standard errors 2/316 and 4·sqrt(20)/316.
  EXPECT_NEAR(sum / n, 2, 4 * 2.0 / 316);
  EXPECT_NEAR(squares / n, 8, 4 * 17.9 / 316);
}

TEST(ThinkTimes, DifferBetweenUsersAndAnswersAndRepeatWithTheSeed) {
  const ThinkTimes a = ThinkTimes::Exponential(1s, 1);
  const ThinkTimes b = ThinkTimes::Exponential(1s, 1);
  const ThinkTimes c = ThinkTimes::Exponential(1s, 2);
  EXPECT_EQ(a.Of(3, 4), b.Of(3, 4));
  EXPECT_NE(a.Of(3, 4), a.Of(4, 3));
  EXPECT_NE(a.Of(3, 4), a.Of(3, 5));
  EXPECT_NE(a.Of(3, 4), c.Of(3, 4));
}

TEST(ThinkTimes, NoThinkingIsNoThinking) {
  EXPECT_EQ(ThinkTimes::Exponential(0s, 1).Of(1, 1), 0s);
}

}  // namespace
}  // namespace loadline::arrival
