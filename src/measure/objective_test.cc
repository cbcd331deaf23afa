#include "measure/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace loadline::measure {
namespace {

using ::testing::HasSubstr;

Objective Quantile(double quantile, Duration threshold, std::string task = "") {
  Objective objective;
  objective.task = std::move(task);
  objective.quantile = quantile;
  objective.threshold = threshold;
  return objective;
}

TEST(ParseObjective, ReadsQuantiles) {
  EXPECT_EQ(*ParseObjective("p95 < 200ms"), Quantile(0.95, 200ms));
  EXPECT_EQ(*ParseObjective("p99.9<=1.5s"), Quantile(0.999, 1500ms));
  EXPECT_EQ(*ParseObjective("  median < 50ms "), Quantile(0.5, 50ms));
  EXPECT_EQ(*ParseObjective("p50 < 50ms"), Quantile(0.5, 50ms));
  EXPECT_EQ(*ParseObjective("score:p95 < 1s"), Quantile(0.95, 1s, "score"));
  EXPECT_EQ(*ParseObjective("a:b : p95 < 1s"), Quantile(0.95, 1s, "a:b"));
}

TEST(ParseObjective, ReadsTheOtherMetrics) {
  const Objective errors = *ParseObjective("errors < 0.1%");
  EXPECT_EQ(errors.metric, Metric::kErrors);
  EXPECT_DOUBLE_EQ(errors.limit, 0.001);
  EXPECT_DOUBLE_EQ(errors.AllowedShare(), 0.001);
  EXPECT_TRUE(errors.Testable());
  const Objective goodput = *ParseObjective("goodput >= 30k/min");  // 30,000 / 60 s
  EXPECT_EQ(goodput.metric, Metric::kGoodput);
  EXPECT_DOUBLE_EQ(goodput.limit, 500.0);
  EXPECT_FALSE(goodput.Testable());
  EXPECT_EQ(ParseObjective("mean < 80ms")->metric, Metric::kMean);
  EXPECT_EQ(ParseObjective("max < 2s")->threshold, 2s);
}

TEST(ParseObjective, SaysWhatIsWrong) {
  struct Case {
    const char* text;
    const char* message;
  };
  const std::array<Case, 14> cases{{
      {"", "it compares nothing"},
      {"p95 200ms", "it compares nothing"},
      {"p95 <", "the limit is missing"},
      {"p95 < fast", "its limit: 'fast' is not"},
      {"p95 < 200", "its limit: '200' is not"},
      {"p95 < 0s", "must be more than 0"},
      {"p95 > 200ms", "p95 takes < or <=, not '>'"},
      {"p95 == 200ms", "p95 takes < or <=, not '=='"},
      {"p100 < 1s", "'p100' is no quantile"},
      {"p0 < 1s", "'p0' is no quantile"},
      {"p9k < 1s", "'p9k' is no quantile"},
      {"latency < 1s", "'latency' is not known"},
      {"errors < 0%", "between 0 and 100 %"},
      {"goodput < 5/s", "goodput takes > or >="},
  }};
  for (const Case& c : cases) {
    const Result<Objective> parsed = ParseObjective(c.text);
    ASSERT_FALSE(parsed.has_value()) << c.text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr(c.message)) << c.text;
  }
  EXPECT_FALSE(ParseObjective(": p95 < 1s").has_value());
}

TEST(FormatObjective, IsReadBack) {
  for (const char* text : {"p95 < 200ms", "p99.9 < 1500ms", "score:p50 < 1s", "errors < 0.1%",
                           "a:errors < 5%", "mean < 80ms", "max < 2s", "goodput > 180/s"}) {
    const Objective objective = *ParseObjective(text);
    EXPECT_EQ(*ParseObjective(Format(objective)), objective) << Format(objective);
  }
  EXPECT_EQ(Format(*ParseObjective("score:p99.9<=1s")), "score:p99.9 < 1s");
  EXPECT_EQ(Format(*ParseObjective("errors<0.001")), "errors < 0.1%");
}

}  // namespace
}  // namespace loadline::measure
