#include "measure/brake.h"

#include <gtest/gtest.h>

namespace loadline::measure {
namespace {

/// Feeds windows of 100 ms; what happens per window is added up.
class Feeder {
 public:
  std::optional<StopReason> Window(std::int64_t completed, std::int64_t failed,
                                   std::int64_t answered, std::int64_t in_flight = 1) {
    totals_.completed += completed;
    totals_.failed += failed;
    totals_.answered += answered;
    totals_.in_flight = in_flight;
    at_ += 100ms;
    return brake_.Look(at_, totals_, slowest);
  }
  Duration slowest{};

 private:
  Brake brake_;
  Brake::Totals totals_;
  Duration at_{};
};

TEST(Brake, LetsAGoodProbeRun) {
  Feeder feeder;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(feeder.Window(10, 5, 10));  // Exactly half failed: not more than half.
  }
}

TEST(Brake, StopsAfterTwoSecondsOfErrors) {
  Feeder feeder;
  for (int i = 0; i < 19; ++i) {
    EXPECT_FALSE(feeder.Window(10, 6, 10)) << i;
  }
  EXPECT_EQ(feeder.Window(10, 6, 10), StopReason::kErrors);  // The 20th window: 2 s.
}

TEST(Brake, ABurstOfErrorsWithinGoodSecondsIsNotTwoSecondsOfThem) {
  Feeder feeder;
  for (int i = 0; i < 19; ++i) {
    EXPECT_FALSE(feeder.Window(10, 0, 10));
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(feeder.Window(10'000, 10'000, 0));
  }
  for (int i = 0; i < 30; ++i) {
    EXPECT_FALSE(feeder.Window(10, 0, 10));
  }
}

TEST(Brake, FailuresWithoutAnyReplyMeanThatNobodyAnswers) {
  Feeder feeder;
  for (int i = 0; i < 19; ++i) {
    EXPECT_FALSE(feeder.Window(10, 10, 0));
  }
  EXPECT_EQ(feeder.Window(10, 10, 0), StopReason::kNoReply);
}

TEST(Brake, SilenceStopsAfterTwoAndAHalfSeconds) {
  Feeder feeder;
  EXPECT_FALSE(feeder.Window(10, 0, 10));
  // Silent from the window that ends at 200 ms on; 2.5 s later is the window at 2.7 s.
  for (int i = 0; i < 25; ++i) {
    EXPECT_FALSE(feeder.Window(0, 0, 0)) << i;
  }
  EXPECT_EQ(feeder.Window(0, 0, 0), StopReason::kNoReply);
}

TEST(Brake, ASlowTargetIsNotADeadOne) {
  Feeder feeder;
  feeder.slowest = 5s;  // Patience: 2 s and twice that.
  for (int i = 0; i < 120; ++i) {
    EXPECT_FALSE(feeder.Window(0, 0, 0)) << i;
  }
  EXPECT_EQ(feeder.Window(0, 0, 0), StopReason::kNoReply);
}

TEST(Brake, NobodyWaitingIsNoSilence) {
  Feeder feeder;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(feeder.Window(0, 0, 0, 0));
  }
}

}  // namespace
}  // namespace loadline::measure
