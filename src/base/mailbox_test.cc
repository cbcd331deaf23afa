#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <thread>

namespace loadline {
namespace {

TEST(Mailbox, HandsOverInOrder) {
  Mailbox<int> box(4);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(box.Push(i));
  }
  int item = -1;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(box.Pop(item));
    EXPECT_EQ(item, i);
  }
  EXPECT_FALSE(box.Pop(item));
  EXPECT_EQ(item, 3);  // unchanged
}

TEST(Mailbox, RefusesWhenFullAndTakesNothing) {
  Mailbox<std::unique_ptr<int>> box(2);
  EXPECT_TRUE(box.Push(std::make_unique<int>(1)));
  EXPECT_TRUE(box.Push(std::make_unique<int>(2)));
  std::unique_ptr<int> third = std::make_unique<int>(3);
  EXPECT_FALSE(box.Push(std::move(third)));
  ASSERT_NE(third, nullptr);  // NOLINT(bugprone-use-after-move): that is the promise.
  std::unique_ptr<int> first;
  ASSERT_TRUE(box.Pop(first));
  EXPECT_EQ(*first, 1);
  EXPECT_TRUE(box.Push(std::move(third)));
}

TEST(Mailbox, RoundsItsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(Mailbox<int>(0).capacity(), 2U);
  EXPECT_EQ(Mailbox<int>(5).capacity(), 8U);
  EXPECT_EQ(Mailbox<int>(8).capacity(), 8U);
}

TEST(Mailbox, LosesAndReordersNothingBetweenTwoThreads) {
  Mailbox<std::uint64_t> box(64);
  constexpr std::uint64_t kItems = 200'000;
  std::thread producer([&box] {
    for (std::uint64_t i = 0; i < kItems; ++i) {
      while (!box.Push(i)) {
        std::this_thread::yield();
      }
    }
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t expected = 0; expected < kItems; ++expected) {
    std::uint64_t item = 0;
    while (!box.Pop(item)) {
      std::this_thread::yield();
    }
    wrong += item != expected ? 1 : 0;
  }
  producer.join();
  EXPECT_EQ(wrong, 0U);
  std::uint64_t left = 0;
  EXPECT_FALSE(box.Pop(left));
}

}  // namespace
}  // namespace loadline
