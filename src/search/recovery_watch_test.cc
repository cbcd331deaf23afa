#include "search/recovery_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace loadline::search {
namespace {

using measure::Decision;
using measure::ErrorKind;
using measure::Event;
using measure::EventKind;

/// Sends one request after the other, 100 ms apart, alone in 10 ms.
class Trickle {
 public:
  explicit Trickle(FindListener& listener) : watch_(10ms, start_, 30s, listener) {}

  Decision Answer(Duration response, ErrorKind error = ErrorKind::kNone) {
    const Duration at = number_ * 100ms;
    const std::vector<Event> events = {
        {.at = at, .request = number_, .task = 0, .kind = EventKind::kArrival},
        {.at = at + response,
         .request = number_,
         .task = 0,
         .kind = EventKind::kDeparture,
         .error = error}};
    ++number_;
    const measure::Progress progress;
    return watch_.OnWindow(
        {.begin = at, .end = at + 100ms, .events = events, .progress = progress});
  }
  [[nodiscard]] const RecoveryWatch& watch() const { return watch_; }

 private:
  StepStart start_{.kind = StepKind::kRecovery, .number = 1, .level = 1.0, .load = {}};
  RecoveryWatch watch_;
  std::uint32_t number_ = 0;
};

TEST(RecoveryWatch, SeesATargetWellAfterFiveGoodAnswers) {
  FindListener quiet;
  Trickle trickle(quiet);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(trickle.Answer(10ms), Decision::kContinue);
    EXPECT_FALSE(trickle.watch().recovered());
  }
  EXPECT_EQ(trickle.Answer(10ms), Decision::kStop);
  EXPECT_TRUE(trickle.watch().recovered());
  EXPECT_EQ(trickle.watch().elapsed(), 500ms);
}

TEST(RecoveryWatch, BearsTwoSlowAnswersOfFive) {
  FindListener quiet;
  Trickle trickle(quiet);
  for (int i = 0; i < 10; ++i) {
    trickle.Answer(21ms);  // More than twice as long as alone.
  }
  trickle.Answer(20ms);
  trickle.Answer(20ms);
  EXPECT_FALSE(trickle.watch().recovered());  // Three of the last five are slow.
  trickle.Answer(20ms);
  EXPECT_TRUE(trickle.watch().recovered());
}

TEST(RecoveryWatch, BeginsAgainAfterAFailure) {
  FindListener quiet;
  Trickle trickle(quiet);
  for (int i = 0; i < 4; ++i) {
    trickle.Answer(10ms);
  }
  trickle.Answer(10ms, ErrorKind::kStatus);
  for (int i = 0; i < 4; ++i) {
    trickle.Answer(10ms);
    EXPECT_FALSE(trickle.watch().recovered());
  }
  trickle.Answer(10ms);
  EXPECT_TRUE(trickle.watch().recovered());
}

TEST(RecoveryWatch, TakesAnAnswerToNoRequestForNothing) {
  FindListener quiet;
  const StepStart start;
  RecoveryWatch watch(10ms, start, 0s, quiet);
  const measure::Progress progress;
  const std::vector<Event> events(
      6, {.at = 1ms, .request = 7, .task = 0, .kind = EventKind::kDeparture});
  watch.OnWindow({.begin = 0ms, .end = 100ms, .events = events, .progress = progress});
  EXPECT_FALSE(watch.recovered());
}

TEST(RecoveryWatch, IsInterruptedByTheListener) {
  struct Impatient : FindListener {
    Decision OnLive(const StepLive& live) override {
      spent = live.spent;
      return live.window.end >= 200ms ? Decision::kStop : Decision::kContinue;
    }
    Duration spent{};
  } listener;
  Trickle trickle(listener);
  EXPECT_EQ(trickle.Answer(10ms), Decision::kContinue);
  EXPECT_EQ(listener.spent, 30s + 100ms);
  EXPECT_EQ(trickle.Answer(10ms), Decision::kStop);
  EXPECT_TRUE(trickle.watch().interrupted());
  EXPECT_FALSE(trickle.watch().recovered());
}

}  // namespace
}  // namespace loadline::search
