#include "net/deadline_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace loadline::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Instant kStart{1000s};

std::vector<std::uint32_t> Expired(DeadlineWheel& wheel, Duration since_start) {
  std::vector<std::uint32_t> slots;
  wheel.Expire(kStart + since_start, [&](std::uint32_t slot) { slots.push_back(slot); });
  return slots;
}

TEST(DeadlineWheel, IsEmptyAtFirst) {
  DeadlineWheel wheel(kStart);
  wheel.Reserve(3);
  EXPECT_EQ(wheel.NextCheck(), Instant::max());
  EXPECT_FALSE(wheel.IsArmed(2));
  EXPECT_THAT(Expired(wheel, 1h), IsEmpty());
}

TEST(DeadlineWheel, ReportsNeverEarlyAndAtMostATickLate) {
  DeadlineWheel wheel(kStart, 10ms);
  wheel.Reserve(2);
  wheel.Arm(0, kStart + 25ms);
  wheel.Arm(1, kStart + 30ms);
  EXPECT_EQ(wheel.NextCheck(), kStart + 30ms);
  EXPECT_THAT(Expired(wheel, 29ms), IsEmpty());
  EXPECT_THAT(Expired(wheel, 30ms), UnorderedElementsAre(0, 1));
  EXPECT_FALSE(wheel.IsArmed(0));
  EXPECT_EQ(wheel.NextCheck(), Instant::max());
}

TEST(DeadlineWheel, ForgetsADisarmedSlot) {
  DeadlineWheel wheel(kStart);
  wheel.Reserve(1);
  wheel.Arm(0, kStart + 5ms);
  wheel.Disarm(0);
  EXPECT_THAT(Expired(wheel, 10ms), IsEmpty());
}

TEST(DeadlineWheel, MovesADeadlineLaterAndEarlier) {
  DeadlineWheel wheel(kStart);
  wheel.Reserve(1);
  wheel.Arm(0, kStart + 50ms);
  wheel.Arm(0, kStart + 90ms);
  EXPECT_THAT(Expired(wheel, 60ms), IsEmpty());
  EXPECT_EQ(wheel.NextCheck(), kStart + 90ms);
  wheel.Arm(0, kStart + 70ms);
  EXPECT_EQ(wheel.NextCheck(), kStart + 70ms);
  EXPECT_THAT(Expired(wheel, 70ms), ElementsAre(0));
  EXPECT_THAT(Expired(wheel, 100ms), IsEmpty());
}

TEST(DeadlineWheel, HoldsDeadlinesFarBeyondOneTurn) {
  DeadlineWheel wheel(kStart);  // 1024 buckets of 1 ms.
  wheel.Reserve(1);
  wheel.Arm(0, kStart + 30s);
  int looks = 0;
  while (wheel.NextCheck() < kStart + 30s) {
    EXPECT_THAT(Expired(wheel, wheel.NextCheck() - kStart), IsEmpty());
    ++looks;
  }
  EXPECT_LE(looks, 31);  // About once per turn of 1.023 s.
  EXPECT_THAT(Expired(wheel, 30s), ElementsAre(0));
}

TEST(DeadlineWheel, SurvivesALongPause) {
  DeadlineWheel wheel(kStart);
  wheel.Reserve(3);
  wheel.Arm(0, kStart + 1ms);
  wheel.Arm(1, kStart + 900ms);
  wheel.Arm(2, kStart + 2h);
  EXPECT_THAT(Expired(wheel, 1h), UnorderedElementsAre(0, 1));
  EXPECT_THAT(Expired(wheel, 2h), ElementsAre(2));
}

TEST(DeadlineWheel, TakesADeadlineInThePast) {
  DeadlineWheel wheel(kStart);
  wheel.Reserve(1);
  EXPECT_THAT(Expired(wheel, 100ms), IsEmpty());
  wheel.Arm(0, kStart - 5s);
  EXPECT_LE(wheel.NextCheck(), kStart + 101ms);
  EXPECT_THAT(Expired(wheel, 101ms), ElementsAre(0));
}

TEST(DeadlineWheel, LetsTheCallbackArmAndDisarm) {
  DeadlineWheel wheel(kStart);
  wheel.Reserve(2);
  wheel.Arm(0, kStart + 1ms);
  wheel.Arm(1, kStart + 1ms);
  std::vector<std::uint32_t> expired;
  wheel.Expire(kStart + 2ms, [&](std::uint32_t slot) {
    expired.push_back(slot);
    wheel.Disarm(1 - slot);
    wheel.Reserve(100);
    wheel.Arm(slot, kStart + 5ms);
  });
  ASSERT_EQ(expired.size(), 1U);  // The first one disarmed the other.
  EXPECT_THAT(Expired(wheel, 5ms), ElementsAre(expired[0]));
}

TEST(DeadlineWheel, AgreesWithAPlainMapOverManyRandomSteps) {
  DeadlineWheel wheel(kStart);
  constexpr std::uint32_t kSlots = 50;
  wheel.Reserve(kSlots);
  std::map<std::uint32_t, Duration> expected;
  Random random(7);
  Duration now{};
  for (int step = 0; step < 50'000; ++step) {
    const auto slot = static_cast<std::uint32_t>(random.Below(kSlots));
    if (random.Below(4) == 0) {
      wheel.Disarm(slot);
      expected.erase(slot);
    } else {
      const Duration deadline = now + Duration(random.Below(3'000'000'000));
      wheel.Arm(slot, kStart + deadline);
      expected[slot] = deadline;
    }
    now += Duration(random.Below(20'000'000));
    for (const std::uint32_t expired : Expired(wheel, now)) {
      ASSERT_LE(expected.at(expired), now);
      expected.erase(expired);
    }
    for (const auto& [armed, deadline] : expected) {
      ASSERT_GT(deadline, now - 1ms) << "slot " << armed << " is more than a tick late";
      ASSERT_EQ(wheel.DeadlineOf(armed), kStart + deadline);
    }
  }
}

}  // namespace
}  // namespace loadline::net
