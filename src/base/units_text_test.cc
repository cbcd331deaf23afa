#include "base/units_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace loadline {
namespace {

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(*ParseDuration("7ns"), Duration(7));
  EXPECT_EQ(*ParseDuration("640us"), 640us);
  EXPECT_EQ(*ParseDuration("640\u00b5s"), 640us);
  EXPECT_EQ(*ParseDuration("640\u03bcs"), 640us);
  EXPECT_EQ(*ParseDuration("250ms"), 250ms);
  EXPECT_EQ(*ParseDuration("2s"), 2s);
  EXPECT_EQ(*ParseDuration("10m"), 10min);
  EXPECT_EQ(*ParseDuration("10min"), 10min);
  EXPECT_EQ(*ParseDuration("3h"), 3h);
  EXPECT_EQ(*ParseDuration("2d"), 48h);
  EXPECT_EQ(*ParseDuration("0"), 0s);
  EXPECT_EQ(*ParseDuration("0s"), 0s);
}

TEST(ParseDuration, ReadsFractionsToTheNanosecond) {
  EXPECT_EQ(*ParseDuration("1.5s"), 1500ms);
  EXPECT_EQ(*ParseDuration(".5s"), 500ms);
  EXPECT_EQ(*ParseDuration("0.1s"), 100ms);
  EXPECT_EQ(*ParseDuration("1.000000001s"), Duration(1'000'000'001));
  EXPECT_EQ(*ParseDuration("1e3ms"), 1s);
}

TEST(ParseDuration, AddsPartsFromLargeToSmall) {
  EXPECT_EQ(*ParseDuration("1m30s"), 90s);
  EXPECT_EQ(*ParseDuration("1h2m3s4ms"), 1h + 2min + 3s + 4ms);
  EXPECT_FALSE(ParseDuration("30s1m").has_value());
  EXPECT_FALSE(ParseDuration("1m1m").has_value());
}

TEST(ParseDuration, RefusesWhatItWouldHaveToGuess) {
  for (const char* text :
       {"",     "5",    "s",  "-1s", "+1s", "1 s",  " 1s",    "1s ",   "1x",  "1.s", "1..5s",
        "1,5s", "1sec", "1S", "nan", "inf", "infs", "1e999s", "0x10s", "1s5", "00"}) {
    const Result<Duration> result = ParseDuration(text);
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument) << text;
  }
}

TEST(ParseDuration, SaysWhatWouldBeRight) {
  EXPECT_EQ(ParseDuration("5").error().message,
            "'5' is not a duration: a number and ns, us, ms, s, m, h or d, as in 250ms, 1.5s or "
            "1m30s");
}

TEST(ParseDuration, RefusesOverflowAndLessThanANanosecond) {
  // 2^63 - 1 ns is 9,223,372,036.85… s.
  EXPECT_TRUE(ParseDuration("9223372036854775807ns").has_value());
  EXPECT_FALSE(ParseDuration("9223372036854775808ns").has_value());
  EXPECT_TRUE(ParseDuration("9223372036s").has_value());
  EXPECT_FALSE(ParseDuration("9223372037s").has_value());
  EXPECT_FALSE(ParseDuration("9223372036s999ms").has_value());
  EXPECT_FALSE(ParseDuration("99999999999999999999h").has_value());
  EXPECT_FALSE(ParseDuration("0.1ns").has_value());
}

TEST(ParseRate, IsPerSecondUnlessItSaysOtherwise) {
  EXPECT_DOUBLE_EQ(ParseRate("500")->per_second, 500);
  EXPECT_DOUBLE_EQ(ParseRate("500/s")->per_second, 500);
  EXPECT_DOUBLE_EQ(ParseRate("1.5k")->per_second, 1500);
  EXPECT_DOUBLE_EQ(ParseRate("30k/min")->per_second, 500);  // 30,000 / 60
  EXPECT_DOUBLE_EQ(ParseRate("30k/m")->per_second, 500);
  EXPECT_DOUBLE_EQ(ParseRate("1800/h")->per_second, 0.5);
  EXPECT_DOUBLE_EQ(ParseRate("86400/d")->per_second, 1);
  EXPECT_DOUBLE_EQ(ParseRate("0")->per_second, 0);
}

TEST(ParseRate, RefusesTheRest) {
  for (const char* text : {"", "/s", "5/", "5/ms", "5/x", "-1/s", "-1", "nan", "inf", "1e999",
                           "5 /s", "5//s", "5K/s", "5s"}) {
    EXPECT_FALSE(ParseRate(text).has_value()) << text;
  }
}

TEST(ParseBytes, TellsThousandsFrom1024) {
  EXPECT_EQ(ParseBytes("512")->count, 512);
  EXPECT_EQ(ParseBytes("512B")->count, 512);
  EXPECT_EQ(ParseBytes("64k")->count, 64'000);
  EXPECT_EQ(ParseBytes("64kB")->count, 64'000);
  EXPECT_EQ(ParseBytes("64Ki")->count, 65'536);
  EXPECT_EQ(ParseBytes("512Mi")->count, 536'870'912);
  EXPECT_EQ(ParseBytes("512MiB")->count, 536'870'912);
  EXPECT_EQ(ParseBytes("1GB")->count, 1'000'000'000);
  EXPECT_EQ(ParseBytes("1.5Gi")->count, 1'610'612'736);
  EXPECT_EQ(ParseBytes("1.1GiB")->count, 1'181'116'006);  // 1,181,116,006.4
  EXPECT_EQ(ParseBytes("2TiB")->count, 2'199'023'255'552);
  EXPECT_EQ(ParseBytes("0")->count, 0);
}

TEST(ParseBytes, RefusesAmbiguousPartialAndHugeOnes) {
  for (const char* text : {"", "k", "-1", "1.5", "0.5B", "64 k", "64K", "64KB", "1e30", "8388608Ti",
                           "64mb", "64kb", "0.0001k"}) {
    EXPECT_FALSE(ParseBytes(text).has_value()) << text;
  }
  EXPECT_EQ(ParseBytes("64K").error().message,
            "'64K' is ambiguous: write 64kB (1,000) or 64KiB (1,024)");
}

TEST(ParseShare, ReadsPercentAndFractionsAlike) {
  EXPECT_EQ(*ParseShare("95%"), 0.95);
  EXPECT_EQ(*ParseShare("0.95"), 0.95);
  EXPECT_EQ(*ParseShare("99.9%"), 0.999);
  EXPECT_EQ(*ParseShare("0.1%"), 0.001);
  EXPECT_EQ(*ParseShare("0%"), 0);
  EXPECT_EQ(*ParseShare("100%"), 1);
  EXPECT_EQ(*ParseShare("1"), 1);
}

TEST(ParseShare, RefusesWhatIsNotBetweenZeroAndOne) {
  for (const char* text : {"", "%", "95", "101%", "-1%", "1.01", "95 %", "nan", "95%%", "inf%"}) {
    EXPECT_FALSE(ParseShare(text).has_value()) << text;
  }
}

TEST(ParseNumber, ReadsDecimalsWithSiSuffix) {
  EXPECT_DOUBLE_EQ(*ParseNumber("30k"), 30'000);
  EXPECT_DOUBLE_EQ(*ParseNumber("1.5M"), 1'500'000);
  EXPECT_DOUBLE_EQ(*ParseNumber("2G"), 2e9);
  EXPECT_DOUBLE_EQ(*ParseNumber("-3.25"), -3.25);
  EXPECT_DOUBLE_EQ(*ParseNumber("+1e-3"), 1e-3);
}

TEST(ParseNumber, RefusesTheRest) {
  for (const char* text :
       {"", "-", "k", "--1", "+-1", "1kk", "1K", "0x1", "nan", "inf", "1e400", "1 "}) {
    EXPECT_FALSE(ParseNumber(text).has_value()) << text;
  }
}

TEST(FormatDuration, ShowsAboutThreeDigits) {
  EXPECT_EQ(FormatDuration(0s), "0 s");
  EXPECT_EQ(FormatDuration(Duration(7)), "7 ns");
  EXPECT_EQ(FormatDuration(640us), "640 \u00b5s");
  EXPECT_EQ(FormatDuration(35ms), "35 ms");
  EXPECT_EQ(FormatDuration(35'240us), "35.2 ms");
  EXPECT_EQ(FormatDuration(1250ms), "1.25 s");
  EXPECT_EQ(FormatDuration(59s), "59 s");
  EXPECT_EQ(FormatDuration(125s), "2m 05s");
  EXPECT_EQ(FormatDuration(3h + 7min), "3h 07m");
  EXPECT_EQ(FormatDuration(49h), "2d 01h");
  EXPECT_EQ(FormatDuration(-35ms), "-35 ms");
}

TEST(FormatDuration, MovesToTheNextUnitWhenItRoundsUp) {
  EXPECT_EQ(FormatDuration(Duration(999'600)), "1 ms");
  EXPECT_EQ(FormatDuration(Duration(999'400)), "999 \u00b5s");
  EXPECT_EQ(FormatDuration(59'960ms), "1m 00s");
  EXPECT_EQ(FormatDuration(59min + 59s + 600ms), "1h 00m");
}

TEST(FormatDuration, ShowsTheResponseTimeOfAFailureAsInfinite) {
  EXPECT_EQ(FormatDuration(Duration::max()), "\u221e");
  EXPECT_NE(FormatDuration(Duration::min()), "");
}

TEST(FormatDurationExact, IsReadBackUnchanged) {
  EXPECT_EQ(FormatDurationExact(250ms), "250ms");
  EXPECT_EQ(FormatDurationExact(1500us), "1500us");
  EXPECT_EQ(FormatDurationExact(90s), "90s");
  EXPECT_EQ(FormatDurationExact(2min), "2m");
  EXPECT_EQ(FormatDurationExact(0s), "0s");
  for (const std::int64_t ns : {1LL, 999LL, 86'400'000'000'000LL, 1'234'567'890'123'456'789LL,
                                std::numeric_limits<long long>::max()}) {
    EXPECT_EQ(*ParseDuration(FormatDurationExact(Duration(ns))), Duration(ns));
  }
}

TEST(FormatRate, ShowsThreeDigitsBelowAThousandAndWholeOnesAbove) {
  EXPECT_EQ(FormatRate(Rate{202.3}), "202/s");
  EXPECT_EQ(FormatRate(Rate{20.23}), "20.2/s");
  EXPECT_EQ(FormatRate(Rate{0.5}), "0.5/s");
  EXPECT_EQ(FormatRate(Rate{0}), "0/s");
  EXPECT_EQ(FormatRate(Rate{999.7}), "1,000/s");
  EXPECT_EQ(FormatRate(Rate{1250.4}), "1,250/s");
  EXPECT_EQ(FormatRate(Rate{1234567}), "1,234,567/s");
}

TEST(FormatBytes, UsesBinaryUnits) {
  EXPECT_EQ(FormatBytes(Bytes{187}), "187 B");
  EXPECT_EQ(FormatBytes(Bytes{1536}), "1.5 KiB");
  EXPECT_EQ(FormatBytes(Bytes{536'870'912}), "512 MiB");
  EXPECT_EQ(FormatBytes(Bytes{1'048'575}), "1 MiB");
  EXPECT_EQ(FormatBytes(Bytes{INT64_MAX}), "8 EiB");
}

TEST(FormatCount, SeparatesThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(13332), "13,332");
  EXPECT_EQ(FormatCount(-1234567), "-1,234,567");
  EXPECT_EQ(FormatCount(-123), "-123");
  EXPECT_EQ(FormatCount(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(FormatPercent, ShowsUpToThreeDigits) {
  EXPECT_EQ(FormatPercent(0.156), "15.6 %");
  EXPECT_EQ(FormatPercent(0), "0 %");
  EXPECT_EQ(FormatPercent(0.0001), "0.01 %");
  EXPECT_EQ(FormatPercent(1), "100 %");
  EXPECT_EQ(FormatPercent(0.9995), "100 %");  // 99.95: three digits
}

}  // namespace
}  // namespace loadline
