#include "arrival/profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "arrival/profile_text.h"
#include "arrival/schedule.h"

namespace loadline::arrival {
namespace {

Profile Read(std::string_view text, LevelUnit unit = LevelUnit::kRate) {
  Result<Profile> profile = ParseProfile(text, unit);
  EXPECT_TRUE(profile.has_value()) << (profile.has_value() ? "" : profile.error().message);
  return std::move(profile).value();
}

std::string Fault(std::string_view text, LevelUnit unit = LevelUnit::kRate) {
  const Result<Profile> profile = ParseProfile(text, unit);
  EXPECT_FALSE(profile.has_value()) << text;
  return profile.has_value() ? "" : profile.error().message;
}

TEST(Profile, ARampReachesHalfItsAreaAtTheRootOfAHalf) {
  // 0 to 100/s over 10 s: level 10·t, area 5·t². All of it: 500; 125 of them after 5 s.
  const Profile ramp = Read("0 to 100/s over 10s");
  EXPECT_EQ(ramp.length(), 10s);
  EXPECT_DOUBLE_EQ(ramp.LevelAt(5s), 50.0);
  EXPECT_DOUBLE_EQ(ramp.AreaUntil(5s), 125.0);
  EXPECT_DOUBLE_EQ(ramp.AreaUntil(10s), 500.0);
  EXPECT_EQ(ramp.WhenArea(125.0), 5s);
  EXPECT_EQ(ramp.WhenArea(5.0), 1s);
  // The last level stays: 100 more a second.
  EXPECT_EQ(ramp.WhenArea(700.0), 12s);
  EXPECT_DOUBLE_EQ(ramp.AreaUntil(12s), 700.0);
}

TEST(Profile, ADownwardRampIsTheSameBackwards) {
  // 100/s to 0 over 10 s: area 100·t − 5·t². After 5 s: 500 − 125 = 375.
  const Profile ramp = Read("100/s to 0 over 10s");
  EXPECT_DOUBLE_EQ(ramp.AreaUntil(5s), 375.0);
  EXPECT_EQ(ramp.WhenArea(375.0), 5s);
  EXPECT_EQ(ramp.WhenArea(500.1), Duration::max());  // Never: its last level is 0.
}

TEST(Profile, StepsRiseAtTheirBeginnings) {
  const Profile steps = Read("100/s to 500/s over 4m in 4 steps");
  ASSERT_EQ(steps.stages().size(), 4U);
  EXPECT_DOUBLE_EQ(steps.LevelAt(0s), 200.0);
  EXPECT_DOUBLE_EQ(steps.LevelAt(59s), 200.0);
  EXPECT_DOUBLE_EQ(steps.LevelAt(60s), 300.0);
  EXPECT_DOUBLE_EQ(steps.LevelAt(239s), 500.0);
}

TEST(Profile, AWaveIsACosineFromLowToHighAndBack) {
  const Profile wave = Read("wave 100/s to 300/s every 60s");
  EXPECT_TRUE(wave.repeats());
  EXPECT_DOUBLE_EQ(wave.LevelAt(0s), 100.0);
  EXPECT_NEAR(wave.LevelAt(15s), 200.0, 1e-9);  // The middle after a quarter.
  EXPECT_NEAR(wave.LevelAt(30s), 300.0, 1e-9);
  EXPECT_NEAR(wave.LevelAt(10s), 200.0 - 100.0 * std::cos(std::numbers::pi / 3), 1e-9);  // 150
  // A whole wave has the mean of both: 200 · 60.
  EXPECT_NEAR(wave.AreaUntil(60s), 12'000.0, 1e-6);
  EXPECT_NEAR(wave.AreaUntil(150s), 2 * 12'000.0 + 6'000.0, 1e-6);
  EXPECT_NEAR(Seconds(wave.WhenArea(12'000.0)), 60.0, 1e-9);
}

TEST(Profile, BurstsStandAtTheEndOfTheirPeriod) {
  const Profile bursts = Read("50/s bursting to 400/s for 10s every 1m for 2m");
  EXPECT_FALSE(bursts.repeats());
  EXPECT_EQ(bursts.length(), 2min);
  EXPECT_DOUBLE_EQ(bursts.LevelAt(49s), 50.0);
  EXPECT_DOUBLE_EQ(bursts.LevelAt(50s), 400.0);
  EXPECT_DOUBLE_EQ(bursts.LevelAt(60s), 50.0);
  EXPECT_DOUBLE_EQ(bursts.AreaUntil(1min), 50.0 * 50 + 400.0 * 10);
}

TEST(Profile, StagesFollowEachOtherAndMayBeginAgain) {
  const Profile profile = Read("to 100/s over 10s, 100/s for 20s, to 0 over 10s, repeat");
  EXPECT_TRUE(profile.repeats());
  EXPECT_EQ(profile.length(), 40s);
  EXPECT_DOUBLE_EQ(profile.AreaUntil(40s), 500.0 + 2000.0 + 500.0);
  EXPECT_DOUBLE_EQ(profile.LevelAt(45s), 50.0);
  EXPECT_DOUBLE_EQ(profile.AreaUntil(45s), 3000.0 + 125.0);
  EXPECT_EQ(profile.WhenArea(3125.0), 45s);
}

TEST(Profile, WhenAreaUndoesAreaUntil) {
  for (const char* text :
       {"0 to 100/s over 10s, 100/s for 5s, 100/s to 3/s over 7s", "wave 1/s to 900/s every 13s",
        "wave 0 to 5/s every 100s for 200s, 5/s for 3s", "to 77/s over 9s in 5 steps, repeat"}) {
    const Profile profile = Read(text);
    for (int ms = 1; ms < 60'000; ms += 37) {
      const Duration t = std::chrono::milliseconds(ms);
      if (profile.LevelAt(t) < 1e-3) {
        continue;  // Where the level is nothing, time is ill-determined by the area.
      }
      const Duration back = profile.WhenArea(profile.AreaUntil(t));
      // A microsecond is a thousandth of the shortest gap here.
      EXPECT_LT(std::abs((back - t).count()), 1000) << text << " at " << ms << " ms";
    }
  }
}

TEST(Profile, AnArrivalAtTheEdgeOfSilenceComesBehindIt) {
  // 10 arrivals in the first second (k = 0…9), the one numbered 10 begins the third.
  const Profile profile = Read("10/s for 1s, 0 for 1s, 10/s for 1s");
  EXPECT_EQ(profile.WhenArea(9.0), 900ms);
  EXPECT_EQ(profile.WhenArea(10.0), 2s);
}

TEST(Profile, TellsWhenALevelIsReached) {
  const Profile users =
      Read("0 to 10 over 10s, 10 for 10s, to 0 over 10s, repeat", LevelUnit::kUsers);
  // User 4 takes part from level 4.5 on.
  EXPECT_EQ(users.NextAtLeast(4.5, 0s), 4500ms);
  EXPECT_EQ(users.NextAtLeast(4.5, 12s), 12s);       // Already.
  EXPECT_EQ(users.NextAtLeast(4.5, 25s), 25s);       // Level 5, falling.
  EXPECT_EQ(users.NextAtLeast(4.5, 26s), 34'500ms);  // Level 4: in the next round.
  EXPECT_EQ(users.NextAtLeast(4.5, 31s), 34'500ms);
  EXPECT_EQ(users.NextAtLeast(10.5, 0s), Duration::max());
  const Profile once = Read("0 to 10 over 10s, to 0 over 10s", LevelUnit::kUsers);
  EXPECT_EQ(once.NextAtLeast(4.5, 16s), Duration::max());
  EXPECT_EQ(once.NextAtLeast(4.5, 100s), Duration::max());
  const Profile wave = Read("wave 0 to 10 every 20s", LevelUnit::kUsers);
  EXPECT_NEAR(Seconds(wave.NextAtLeast(5.0, 0s)), 5.0, 1e-9);
  EXPECT_NEAR(Seconds(wave.NextAtLeast(5.0, 16s)), 25.0, 1e-9);
}

TEST(ShapedSchedule, CountsAsManyArrivalsAsTheAreaBelowTheLevel) {
  // 0 to 1000/s over 10 s: 5000 of them; the one numbered k at √(k/50) s.
  auto profile = std::make_shared<const Profile>(Read("0 to 1000/s over 10s"));
  Schedule constant = Schedule::Shaped(profile);
  EXPECT_EQ(constant.Due(0), 0s);
  EXPECT_EQ(constant.Due(200), 2s);
  EXPECT_EQ(constant.Due(1250), 5s);
  EXPECT_EQ(constant.Due(5000), 10s);
}

TEST(ShapedSchedule, APoissonOneIsPoissonInEverySecond) {
  // Counts in the seconds of a ramp are Poisson with its area; χ² of 100 rounds of 10 seconds:
  // Σ (n − m)²/m has 1000 degrees, so 99.9 % of it lie below 1000 + 3.09·√2000 ≈ 1143.
  auto profile = std::make_shared<const Profile>(Read("100/s to 300/s over 10s, repeat"));
  Schedule schedule = Schedule::ShapedPoisson(profile, 11);
  std::vector<double> counts(1000, 0.0);
  for (std::int64_t k = 0;; ++k) {
    const auto second = static_cast<std::size_t>(Seconds(schedule.Due(k)));
    if (second >= counts.size()) {
      break;
    }
    ++counts[second];
  }
  double chi = 0.0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    const double mean = 110.0 + 20.0 * static_cast<double>(s % 10);
    chi += (counts[s] - mean) * (counts[s] - mean) / mean;
  }
  EXPECT_LT(chi, 1143.0);
  EXPECT_GT(chi, 857.0);
}

TEST(ShapedSchedule, EndsWhereNothingMoreIsDue) {
  auto profile = std::make_shared<const Profile>(Read("10/s for 1s, 0 for 1s"));
  Schedule schedule = Schedule::Shaped(profile);
  EXPECT_EQ(schedule.Due(9), 900ms);
  EXPECT_EQ(schedule.Due(10), kNever);
}

TEST(ParseProfile, SaysWhatIsWrongAndWhatWouldBeRight) {
  EXPECT_NE(Fault("300/s").find("`for` should come at its end"), std::string::npos);
  EXPECT_NE(Fault("300/s for 5").find("'5' is not"), std::string::npos);
  EXPECT_NE(Fault("0 to 300 over 1m, 300 fro 5m").find("`300 fro 5m`"), std::string::npos)
      << Fault("0 to 300 over 1m, 300 fro 5m");
  EXPECT_NE(Fault("x to 300/s over 1m").find("'x' is not"), std::string::npos);
  EXPECT_NE(Fault("0 for 5m").find("level is 0 all the time"), std::string::npos);
  EXPECT_NE(Fault("").find("nothing to do"), std::string::npos);
  EXPECT_NE(Fault("repeat").find("nothing to do"), std::string::npos);
  EXPECT_NE(Fault("1/s to 2/s over 1m in 0 steps").find("number of steps"), std::string::npos);
  EXPECT_NE(Fault("1/s bursting to 2/s for 2m every 1m").find("does not fit"), std::string::npos);
  EXPECT_NE(Fault("wave 1/s to 2/s every 1m for 90s").find("1m or 2m is"), std::string::npos)
      << Fault("wave 1/s to 2/s every 1m for 90s");
  EXPECT_NE(Fault("1/s for 1m, wave 1/s to 2/s every 1m").find("add `for TIME`"),
            std::string::npos);
  EXPECT_NE(Fault("wave 1/s to 2/s every 1m, 1/s for 1m").find("never comes to this"),
            std::string::npos);
  EXPECT_NE(Fault("10.5 for 1m", LevelUnit::kUsers).find("number of users"), std::string::npos);
  EXPECT_NE(Fault("10 for 1m more", LevelUnit::kUsers).find("`more` is too much"),
            std::string::npos);
}

TEST(ParseProfile, ASingleLevelIsNoProfile) {
  EXPECT_FALSE(IsProfile("300/s"));
  EXPECT_FALSE(IsProfile("  300/s "));
  EXPECT_TRUE(IsProfile("300/s for 5m"));
}

}  // namespace
}  // namespace loadline::arrival
