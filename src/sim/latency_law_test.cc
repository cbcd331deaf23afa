#include "sim/latency_law.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace loadline::sim {
namespace {

using ::testing::HasSubstr;

/// Mean and squared coefficient of variation of 200,000 draws.
std::pair<double, double> Moments(const LatencyLaw& law) {
  Random random(7);
  double sum = 0.0;
  double squares = 0.0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double s = Seconds(law.Draw(random));
    sum += s;
    squares += s * s;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws / (mean * mean) - 1.0};
}

TEST(LatencyLaw, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseLatencyLaw("constant:50ms")->kind(), LatencyLaw::Kind::kConstant);
  EXPECT_EQ(ParseLatencyLaw("exponential:1.5s")->Mean(), 1500ms);
  EXPECT_EQ(ParseLatencyLaw("lognormal:50ms,cv=0.5")->Mean(), 50ms);
  EXPECT_DOUBLE_EQ(ParseLatencyLaw("lognormal:50ms,cv=0.5")->SquaredVariation(), 0.25);
  // 0.9 · 20 + 0.1 · 500 = 68 ms.
  EXPECT_EQ(ParseLatencyLaw("bimodal:20ms@0.9,500ms@0.1")->Mean(), 68ms);
  EXPECT_EQ(ParseLatencyLaw("bimodal:20ms@90%,500ms@10%")->Mean(), 68ms);
}

TEST(LatencyLaw, WritesWhatItReads) {
  for (const char* text : {"constant:50ms", "exponential:1500ms", "lognormal:50ms,cv=0.5",
                           "bimodal:20ms@0.75,500ms@0.25"}) {
    EXPECT_EQ(ParseLatencyLaw(text)->Text(), text);
  }
}

TEST(LatencyLaw, SaysWhatIsWrongAndWhatWouldBeRight) {
  const auto message = [](const char* text) { return ParseLatencyLaw(text).error().message; };
  EXPECT_THAT(message("50ms"), HasSubstr("lognormal:50ms,cv=0.5"));
  EXPECT_THAT(message("gamma:50ms"), HasSubstr("there is no law `gamma`"));
  EXPECT_THAT(message("constant:50"), HasSubstr("latency constant"));
  EXPECT_THAT(message("constant:2h"), HasSubstr("out of range"));
  EXPECT_THAT(message("exponential:0"), HasSubstr("above 0 to 1h"));
  EXPECT_THAT(message("lognormal:50ms"), HasSubstr("coefficient of variation is missing"));
  EXPECT_THAT(message("lognormal:50ms,cv=x"), HasSubstr("not a number"));
  EXPECT_THAT(message("lognormal:50ms,cv=0"), HasSubstr("cv=0 is out of range"));
  EXPECT_THAT(message("bimodal:20ms@0.9"), HasSubstr("two modes are needed"));
  EXPECT_THAT(message("bimodal:20ms@0.9,500ms"), HasSubstr("has no share"));
  EXPECT_THAT(message("bimodal:20ms@0.9,500ms@0.2"), HasSubstr("do not add up to 1"));
  EXPECT_THAT(message("bimodal:20ms@1,500ms@0"), HasSubstr("out of range"));
  EXPECT_THAT(message("bimodal:20ms@x,500ms@0.1"), HasSubstr("not a share"));
}

TEST(LatencyLaw, DrawsWithTheStatedMeanAndVariation) {
  // Standard errors of the mean, cv/√n: 0.22, 0.11 and 0.47 %; allowed is three and a half times
  // that.
  const auto [exponential, exponential_scv] = Moments(*ParseLatencyLaw("exponential:50ms"));
  EXPECT_NEAR(exponential, 0.050, 0.050 * 0.008);
  EXPECT_NEAR(exponential_scv, 1.0, 0.03);
  const auto [lognormal, lognormal_scv] = Moments(*ParseLatencyLaw("lognormal:50ms,cv=0.5"));
  EXPECT_NEAR(lognormal, 0.050, 0.050 * 0.004);
  EXPECT_NEAR(lognormal_scv, 0.25, 0.01);
  // Variance 0.9 · 0.1 · 480² = 20,736 ms²; over 68² = 4,624: scv 4.4844.
  const LatencyLaw bimodal = *ParseLatencyLaw("bimodal:20ms@0.9,500ms@0.1");
  EXPECT_NEAR(bimodal.SquaredVariation(), 4.4844, 0.0001);
  const auto [mean, scv] = Moments(bimodal);
  EXPECT_NEAR(mean, 0.068, 0.068 * 0.017);
  EXPECT_NEAR(scv, 4.4844, 0.1);
}

TEST(LatencyLaw, NeverDrawsBelowZeroOrBeyondItsLimit) {
  const LatencyLaw wild = *LatencyLaw::Lognormal(1h, 10.0);
  Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    const Duration draw = wild.Draw(random);
    ASSERT_GE(draw, Duration::zero());
    ASSERT_LE(draw, LatencyLaw::kLongest);
  }
}

}  // namespace
}  // namespace loadline::sim
