#include "sizing/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"

namespace loadline::sizing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr Duration kDay = std::chrono::hours(24);

// Hourly traffic of `weeks`: 100/s, growing by `growth` a year, twice as much at noon as at
// midnight (in the geometric mean), with a scatter of `scatter`.
std::vector<TrafficPoint> Traffic(int weeks, double growth, double scatter, std::uint64_t seed) {
  Random random(seed);
  std::vector<TrafficPoint> history;
  for (int hour = 0; hour < weeks * 168; ++hour) {
    const double day = std::cos(2 * std::numbers::pi * (hour % 24 - 12) / 24.0);
    const double years = hour / (365.25 * 24);
    const double ln = std::log(100) + std::log1p(growth) * years + 0.5 * std::log(2) * day +
                      scatter * random.Normal();
    history.push_back({std::chrono::hours(hour), {std::exp(ln)}});
  }
  return history;
}

TEST(GrowBy, CompoundsOverYears) {
  // 1000/s · 1.4^2 = 1960/s after two years of 365.25 days.
  EXPECT_NEAR(GrowBy({1000}, 0.4, std::chrono::hours(2 * 8766))->per_second, 1960, 1e-6);
  EXPECT_FALSE(GrowBy({1000}, -1, kDay));
  EXPECT_FALSE(GrowBy({0}, 0.4, kDay));
}

TEST(ForecastPeak, FindsTrendAndPeakWithoutScatter) {
  // 26 weeks of +40 % a year, noon at √2 · 100/s: half a year later √2 · 100 · 1.4^(length + half).
  const std::vector<TrafficPoint> history = Traffic(26, 0.4, 0, 1);
  const Duration half = std::chrono::hours(4383);
  const Forecast forecast = *ForecastPeak(history, half);
  EXPECT_NEAR(forecast.growth_per_year, 0.4, 1e-3);
  const double years = (26 * 168 - 1 + 4383) / 8766.0;
  EXPECT_NEAR(forecast.peak.per_second, std::sqrt(2) * 100 * std::pow(1.4, years), 0.2);
}

TEST(ForecastPeak, ItsIntervalHoldsTheTrueValueAsOftenAsItSays) {
  // One further noon, half a year ahead, scatters by 20 %: in 90 % of 200 histories within.
  int within = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Forecast forecast = *ForecastPeak(Traffic(26, 0.4, 0.2, seed), std::chrono::hours(4383));
    Random random(seed + 1000);
    const double years = (26 * 168 - 1 + 4383) / 8766.0;
    const double seen = std::sqrt(2) * 100 * std::pow(1.4, years) * std::exp(0.2 * random.Normal());
    within += seen >= forecast.low.per_second && seen <= forecast.high.per_second ? 1 : 0;
  }
  // 180 expected; the binomial's standard deviation is 4.2. The peak hour is the highest of several
  // near noon, by chance a little too high: some more than 90 % are within below, fewer above.
  EXPECT_GE(within, 165);
  EXPECT_LE(within, 196);
}

TEST(ForecastPeak, IsWiderFartherAhead) {
  const std::vector<TrafficPoint> history = Traffic(8, 0.4, 0.1, 5);
  const Forecast near = *ForecastPeak(history, kDay);
  const Forecast far = *ForecastPeak(history, 200 * kDay);
  EXPECT_GT(far.high / far.low, near.high / near.low);
}

TEST(ForecastPeak, RefusesWhatIsTooShort) {
  EXPECT_THAT(ForecastPeak(Traffic(1, 0.4, 0.1, 1), kDay).error().message, HasSubstr("14 days"));
  EXPECT_THAT(ForecastPeak(Traffic(3, 0.4, 0.1, 1), 365 * kDay).error().message,
              HasSubstr("four times"));
  EXPECT_THAT(ForecastPeak({}, kDay).error().message, HasSubstr("0 points"));
}

TEST(ForecastPeak, RefusesAHistoryOfCenturies) {
  // 222 years of it: four times that is more than nanoseconds in 64 bits hold.
  std::vector<TrafficPoint> history = Traffic(4, 0, 0.05, 1);
  history.push_back({history.front().at + 222 * 365 * kDay, {100}});
  EXPECT_THAT(ForecastPeak(history, kDay).error().message, HasSubstr("a history of 222 years"));
  history.back().at = history.front().at + 99 * 365 * kDay;
  EXPECT_TRUE(ForecastPeak(history, 100 * 365 * kDay));
}

TEST(ParseTraffic, ReadsRatesAndCounts) {
  const auto rates = *ParseTraffic(
      "time,region,rps\n"
      "2026-11-26T18:00:00Z,eu,120.5\n"
      "2026-11-26 19:00,eu,0\n"
      "1795726800,eu,90\n",
      "t.csv");
  ASSERT_THAT(rates, SizeIs(2));
  EXPECT_DOUBLE_EQ(rates[0].rate.per_second, 120.5);
  // 3600 requests in the hour before: 1/s; the first row's span is taken to be as long.
  const auto counts =
      *ParseTraffic("time,count\n2026-11-01T00:00,7200\n2026-11-01T01:00,3600\n", "t");
  EXPECT_DOUBLE_EQ(counts[0].rate.per_second, 2.0);
  EXPECT_DOUBLE_EQ(counts[1].rate.per_second, 1.0);
}

TEST(ParseTraffic, ReadsTimesAsOthersExportThem) {
  // Milliseconds since 1970, a zone, a fraction of a second, a day: an hour apart, at last a day.
  const auto history = *ParseTraffic(
      "time,rps\n"
      "1793484000000,1\n"
      "2026-11-01T01:00:00+02:00,2\n"
      "2026-11-01 00:00:00.000,3\n"
      "2026-11-02,4\n",
      "t");
  ASSERT_THAT(history, SizeIs(4));
  EXPECT_EQ(history[1].at - history[0].at, 1h);
  EXPECT_EQ(history[2].at - history[1].at, 1h);
  EXPECT_EQ(history[3].at - history[2].at, 24h);
}

TEST(ParseTraffic, SaysWhereAndWhatIsWrong) {
  const auto error = [](std::string_view csv) {
    return ParseTraffic(csv, "t.csv").error().message;
  };
  EXPECT_THAT(error("when,rps\n1,2\n2,3\n"), HasSubstr("t.csv:1: needs a header"));
  EXPECT_THAT(error("time,rps\nyesterday,3\n2026-11-03,3\n"),
              HasSubstr("t.csv:2: time: \"yesterday\""));
  EXPECT_THAT(error("time,rps\n2026-02-30,3\n2026-11-03,3\n"), HasSubstr("t.csv:2: time"));
  EXPECT_THAT(error("time,rps\n2026-11-02,3\n2026-11-01,3\n"), HasSubstr("t.csv:3: time"));
  EXPECT_THAT(error("time,rps\n2026-11-02,-3\n2026-11-03,3\n"), HasSubstr("t.csv:2: rps: \"-3\""));
  EXPECT_THAT(error("time,rps\n2026-11-02,3,4\n"), HasSubstr("3 cells"));
  EXPECT_THAT(error("time,rps,count\n1,2,3\n2,3,4\n"), HasSubstr("give one of them"));
  EXPECT_THAT(error("time,rps\n2026-11-02,3\n"), HasSubstr("two rows"));
}

}  // namespace
}  // namespace loadline::sizing
