#include "cli/interruption.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace loadline::cli {
namespace {

// Waits for the watcher to have seen a signal: until its descriptor is readable.
void AwaitFirst(const Interruption& interruption) {
  pollfd fd{interruption.wake_fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&fd, 1, 10'000), 1);
}

TEST(Interruption, TheFirstSignalCallsTheActionAndNothingEnds) {
  const auto interruption = *Interruption::Start();
  std::atomic<int> calls = 0;
  interruption->OnFirst([&calls] { ++calls; });
  EXPECT_FALSE(interruption->Requested());
  ::kill(::getpid(), SIGINT);
  AwaitFirst(*interruption);
  EXPECT_TRUE(interruption->Requested());
  interruption->OnFirst({});  // Waits until the action is done.
  EXPECT_EQ(calls, 1);
}

TEST(Interruption, AnActionThatComesLateIsCalledAtOnce) {
  const auto interruption = *Interruption::Start();
  ::kill(::getpid(), SIGTERM);
  AwaitFirst(*interruption);
  int calls = 0;
  interruption->OnFirst([&calls] { ++calls; });
  EXPECT_EQ(calls, 1);
}

// Signals itself twice and would then wait for ever.
void SignalTwice() {
  const auto interruption = *Interruption::Start();
  ::kill(::getpid(), SIGINT);
  AwaitFirst(*interruption);
  ::kill(::getpid(), SIGINT);
  while (true) {
    ::pause();
  }
}

TEST(InterruptionDeathTest, TheSecondSignalLeavesAtOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(SignalTwice(), testing::ExitedWithCode(4), "Ctrl-C again leaves at once");
}

}  // namespace
}  // namespace loadline::cli
