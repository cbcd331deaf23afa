#include "report/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace loadline::report {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

std::vector<std::string> Labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> labels;
  labels.reserve(ticks.size());
  for (const Tick& tick : ticks) {
    labels.push_back(tick.label);
  }
  return labels;
}

TEST(Scale, LinearPutsTheMiddleInTheMiddle) {
  const Scale scale = Scale::Linear(100, 300);
  EXPECT_DOUBLE_EQ(scale.At(100), 0.0);
  EXPECT_DOUBLE_EQ(scale.At(200), 0.5);
  EXPECT_DOUBLE_EQ(scale.At(300), 1.0);
}

TEST(Scale, LogGivesEveryTenfoldTheSameRoom) {
  // 1 ms, 10 ms, 100 ms, 1 s: thirds.
  const Scale scale = Scale::Log(0.001, 1);
  EXPECT_NEAR(scale.At(0.01), 1.0 / 3, 1e-12);
  EXPECT_NEAR(scale.At(0.1), 2.0 / 3, 1e-12);
}

TEST(Scale, TailGivesEveryNineTheSameRoom) {
  // Up to 99.9 %: 3 units of −log10(1 − q). 90 % is 1 of them, 99 % is 2; 50 % is log10(2).
  const Scale scale = Scale::Tail(0.999);
  EXPECT_DOUBLE_EQ(scale.At(0), 0.0);
  EXPECT_NEAR(scale.At(0.5), 0.30103 / 3, 1e-6);
  EXPECT_NEAR(scale.At(0.9), 1.0 / 3, 1e-9);
  EXPECT_NEAR(scale.At(0.99), 2.0 / 3, 1e-9);
  EXPECT_NEAR(scale.At(0.999), 1.0, 1e-9);
  EXPECT_DOUBLE_EQ(scale.At(1.0), 1.0);
}

TEST(Scale, KeepsWhatLiesOutsideAtItsEnds) {
  EXPECT_DOUBLE_EQ(Scale::Linear(0, 1).At(7), 1.0);
  EXPECT_DOUBLE_EQ(Scale::Log(1, 10).At(0), 0.0);
  EXPECT_DOUBLE_EQ(Scale::Log(1, 10).At(std::numeric_limits<double>::infinity()), 1.0);
  EXPECT_TRUE(std::isnan(Scale::Linear(0, 1).At(std::numeric_limits<double>::quiet_NaN())));
}

TEST(Scale, WithoutAnyRangeStillHasOne) {
  for (const Scale& scale : {Scale::Linear(5, 5), Scale::Linear(0, 0), Scale::Log(0, 0),
                             Scale::Log(-1, -2), Scale::Tail(0), Scale::Tail(1)}) {
    EXPECT_LT(scale.low(), scale.high());
    EXPECT_TRUE(std::isfinite(scale.At(scale.high())));
  }
}

TEST(EvenTicks, AreRoundAndWithinTheEnds) {
  EXPECT_THAT(EvenTicks(0, 340, 5), ElementsAre(0, 100, 200, 300));
  EXPECT_THAT(EvenTicks(0, 1, 5),
              Pointwise(DoubleNear(1e-12), std::vector<double>{0, 0.2, 0.4, 0.6, 0.8, 1}));
  EXPECT_THAT(EvenTicks(130, 170, 4), ElementsAre(130, 140, 150, 160, 170));
}

TEST(EvenTicks, OfNoRangeAreOne) {
  EXPECT_THAT(EvenTicks(3, 3, 5), ElementsAre(3));
  EXPECT_EQ(EvenTicks(0, std::numeric_limits<double>::infinity(), 5).size(), 1u);
}

TEST(LogTicks, AreOneTwoFiveWhereThereIsRoom) {
  EXPECT_THAT(LogTicks(0.004, 0.2, 8),
              Pointwise(DoubleNear(1e-12), std::vector<double>{0.005, 0.01, 0.02, 0.05, 0.1, 0.2}));
}

TEST(LogTicks, AreTensWhereThereIsNot) {
  EXPECT_THAT(LogTicks(1e-4, 1, 6),
              Pointwise(DoubleNear(1e-12), std::vector<double>{1e-4, 1e-3, 1e-2, 1e-1, 1}));
  // Ten tens, at most five: every second.
  EXPECT_EQ(LogTicks(1e-9, 1, 5).size(), 5u);
}

TEST(LogTicks, OfANarrowRangeAreEven) {
  EXPECT_GE(LogTicks(6.1, 8.9, 6).size(), 2u);
}

TEST(TimeTicks, GoInStepsThatClocksKnow) {
  EXPECT_THAT(Labels(TimeTicks(65, 5)), ElementsAre("0", "15 s", "30 s", "45 s", "1 min"));
  EXPECT_THAT(Labels(TimeTicks(600, 5)),
              ElementsAre("0", "2 min", "4 min", "6 min", "8 min", "10 min"));
  EXPECT_THAT(Labels(TimeTicks(1, 5)), ElementsAre("0", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1 s"));
}

TEST(TimeTicks, OfDaysStayFew) {
  // 30 days in 5 steps: 6 days of 24 h each.
  EXPECT_THAT(Labels(TimeTicks(30 * 86'400.0, 5)),
              ElementsAre("0", "144 h", "288 h", "432 h", "576 h", "720 h"));
}

TEST(TailTicks, GoAsFarAsTheDataDoes) {
  EXPECT_THAT(Labels(TailTicks(0.9)), ElementsAre("0 %", "50 %", "90 %"));
  EXPECT_THAT(Labels(TailTicks(0.99995)),
              ElementsAre("0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"));
}

TEST(AxisText, IsShort) {
  EXPECT_EQ(MomentText(0.5), "0.5 s");
  EXPECT_EQ(MomentText(75), "1:15");
  EXPECT_EQ(MomentText(3725), "1:02:05");
  EXPECT_EQ(AxisNumber(0), "0");
  EXPECT_EQ(AxisNumber(0.1 + 0.2), "0.3");
  EXPECT_EQ(AxisNumber(1500), "1.5k");
  EXPECT_EQ(AxisNumber(2e6), "2M");
  EXPECT_EQ(AxisTime(0), "0");
  EXPECT_EQ(AxisTime(5e-5), "50 µs");
  EXPECT_EQ(AxisTime(0.001), "1 ms");
  EXPECT_EQ(AxisTime(1.5), "1.5 s");
}

}  // namespace
}  // namespace loadline::report
