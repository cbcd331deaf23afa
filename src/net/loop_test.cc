#include "net/loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "base/clock.h"

namespace loadline::net {
namespace {

struct Pair {
  Fd ours;
  Fd theirs;
};

Pair MakePair() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  return {Fd(fds[0]), Fd(fds[1])};
}

void Write(const Fd& fd) {
  EXPECT_EQ(::write(fd.get(), "x", 1), 1);
}

std::vector<Event> Take(Loop& loop, Instant until) {
  loop.Wait(Now(), until);
  std::vector<Event> events;
  loop.Dispatch([&](const Event& e) { events.push_back(e); });
  return events;
}

// Everything holds for both ways of waiting.
class LoopTest : public testing::TestWithParam<WaitMethod> {
 protected:
  std::unique_ptr<Loop> loop_ = std::move(Loop::Create(GetParam())).value();
};

TEST_P(LoopTest, ReportsADescriptorWithItsOwner) {
  const Pair pair = MakePair();
  const Registration registration = *loop_->Add(pair.ours.get(), 42);
  EXPECT_NE(registration.generation, 0U);
  const std::vector<Event> first = Take(*loop_, Instant::max());
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].owner, 42U);
  EXPECT_FALSE(first[0].readable);
  EXPECT_TRUE(first[0].writable);

  Write(pair.theirs);
  const std::vector<Event> second = Take(*loop_, Instant::max());
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second[0].readable);
  EXPECT_FALSE(second[0].peer_closed);
}

TEST_P(LoopTest, ReportsAnEdgeOnlyOnce) {
  const Pair pair = MakePair();
  ASSERT_TRUE(loop_->Add(pair.ours.get(), 1).has_value());
  Write(pair.theirs);
  EXPECT_EQ(Take(*loop_, Instant::max()).size(), 1U);
  EXPECT_EQ(Take(*loop_, Instant::min()).size(), 0U);  // Not read, and yet silent.
  Write(pair.theirs);
  EXPECT_EQ(Take(*loop_, Instant::max()).size(), 1U);
}

TEST_P(LoopTest, ReportsThatThePeerClosed) {
  Pair pair = MakePair();
  ASSERT_TRUE(loop_->Add(pair.ours.get(), 1).has_value());
  pair.theirs.Close();
  const std::vector<Event> events = Take(*loop_, Instant::max());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].readable);
  EXPECT_TRUE(events[0].peer_closed);
}

TEST_P(LoopTest, DoesNotHandOverWhatWasRemovedDuringTheSameBatch) {
  const Pair a = MakePair();
  const Pair b = MakePair();
  Registration registrations[2] = {*loop_->Add(a.ours.get(), 0), *loop_->Add(b.ours.get(), 1)};
  ASSERT_EQ(loop_->Wait(Now(), Instant::max()).events, 2);
  int handed_over = 0;
  loop_->Dispatch([&](const Event& e) {
    ++handed_over;
    loop_->Remove(registrations[1 - e.owner]);
  });
  EXPECT_EQ(handed_over, 1);
  EXPECT_EQ(loop_->registered(), 1U);
}

TEST_P(LoopTest, DoesNotMistakeAReusedSlotForItsPredecessor) {
  const Pair a = MakePair();
  const Pair b = MakePair();
  const Pair fresh = MakePair();
  Registration registrations[2] = {*loop_->Add(a.ours.get(), 0), *loop_->Add(b.ours.get(), 1)};
  ASSERT_EQ(loop_->Wait(Now(), Instant::max()).events, 2);
  std::vector<std::uint64_t> owners;
  loop_->Dispatch([&](const Event& e) {
    owners.push_back(e.owner);
    const std::uint32_t slot = registrations[1 - e.owner].slot;
    loop_->Remove(registrations[1 - e.owner]);
    const Registration reused = *loop_->Add(fresh.ours.get(), 99);
    EXPECT_EQ(reused.slot, slot);
  });
  EXPECT_EQ(owners.size(), 1U);  // Not 99: its own first event belongs to the next turn.
  const std::vector<Event> next = Take(*loop_, Instant::max());
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].owner, 99U);
}

TEST_P(LoopTest, RemovesTwiceWithoutHarm) {
  const Pair pair = MakePair();
  Registration registration = *loop_->Add(pair.ours.get(), 1);
  Registration copy = registration;
  loop_->Remove(registration);
  EXPECT_EQ(registration.generation, 0U);
  loop_->Remove(registration);
  loop_->Remove(copy);  // Stale: its generation has passed.
  EXPECT_EQ(loop_->registered(), 0U);
}

TEST_P(LoopTest, RefusesWhatEpollRefuses) {
  EXPECT_FALSE(loop_->Add(-1, 1).has_value());
  EXPECT_EQ(loop_->registered(), 0U);
}

TEST_P(LoopTest, WaitsUntilTheGivenInstantAndNoLess) {
  for (const Duration span : {Duration(100us), Duration(2ms)}) {
    const Instant until = Now() + span;
    Turn turn;
    do {
      turn = loop_->Wait(turn.now, until);  // A signal may end a wait early.
      EXPECT_EQ(turn.events, 0);
    } while (turn.now < until);
    EXPECT_FALSE(turn.woken);
  }
  EXPECT_GT(loop_->counters().blocked, Duration::zero());
}

TEST_P(LoopTest, LooksOnlyWhenTheInstantIsPast) {
  const Instant before = Now();
  const Turn turn = loop_->Wait(before, before);
  EXPECT_EQ(turn.events, 0);
  EXPECT_EQ(loop_->counters().empty_polls, 1U);
  EXPECT_EQ(loop_->counters().spinning, turn.now - before);
  EXPECT_EQ(loop_->counters().blocked, Duration::zero());
}

TEST_P(LoopTest, HandsABurstOverInBatches) {
  std::vector<Pair> pairs;
  for (std::uint64_t i = 0; i < Loop::kMaxEvents + 10; ++i) {
    pairs.push_back(MakePair());
    ASSERT_TRUE(loop_->Add(pairs.back().ours.get(), i).has_value());
  }
  EXPECT_EQ(Take(*loop_, Instant::max()).size(), Loop::kMaxEvents);
  EXPECT_EQ(Take(*loop_, Instant::max()).size(), 10U);
  EXPECT_EQ(loop_->counters().full_batches, 1U);
  EXPECT_EQ(loop_->counters().events, Loop::kMaxEvents + 10);
}

TEST_P(LoopTest, IsWokenByAnotherThread) {
  std::thread other([&] { loop_->Wake(); });
  const Turn turn = loop_->Wait(Now(), Instant::max());
  other.join();
  EXPECT_TRUE(turn.woken);
  EXPECT_EQ(turn.events, 0);
}

TEST_P(LoopTest, IsWokenOnceForManyCallsAndAgainLater) {
  loop_->Wake();
  loop_->Wake();
  EXPECT_TRUE(loop_->Wait(Now(), Instant::max()).woken);
  EXPECT_FALSE(loop_->Wait(Now(), Instant::min()).woken);
  loop_->Wake();
  EXPECT_TRUE(loop_->Wait(Now(), Instant::max()).woken);
  EXPECT_EQ(loop_->counters().wakeups, 2U);
}

TEST_P(LoopTest, WaitsAgainAfterATimerThatWasOvertakenByAnEvent) {
  const Pair pair = MakePair();
  ASSERT_TRUE(loop_->Add(pair.ours.get(), 1).has_value());
  const Instant until = Now() + 1ms;
  EXPECT_EQ(Take(*loop_, until).size(), 1U);  // Writable at once, long before.
  Turn turn;
  do {
    turn = loop_->Wait(Now(), until);
  } while (turn.now < until);
  // The same instant again, now past, and a new one: neither hangs.
  loop_->Wait(Instant::min(), until);
  loop_->Wait(Now(), Now() + 100us);
}

INSTANTIATE_TEST_SUITE_P(BothWaits, LoopTest,
                         testing::Values(WaitMethod::kAutomatic, WaitMethod::kTimerFd));

}  // namespace
}  // namespace loadline::net
