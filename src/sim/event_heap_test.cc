#include "sim/event_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace loadline::sim {
namespace {

TEST(EventHeap, GivesBackInOrderOfTime) {
  EventHeap heap;
  Random random(1);
  std::vector<std::int64_t> times;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    times.push_back(static_cast<std::int64_t>(random.Below(300)) - 100);
    heap.Push(times.back(), i);
  }
  std::sort(times.begin(), times.end());
  for (const std::int64_t at : times) {
    ASSERT_EQ(heap.top().at, at);
    heap.Pop();
  }
  EXPECT_TRUE(heap.empty());
}

TEST(EventHeap, KeepsTheOrderOfAdditionAtEqualTimes) {
  EventHeap heap;
  for (std::uint32_t i = 0; i < 100; ++i) {
    heap.Push(5, i);
  }
  for (std::uint32_t i = 0; i < 100; ++i) {
    ASSERT_EQ(heap.top().item, i);
    heap.Pop();
  }
}

TEST(EventHeap, MixesAddingAndTaking) {
  EventHeap heap;
  heap.Push(30, 3);
  heap.Push(10, 1);
  EXPECT_EQ(heap.top().item, 1U);
  heap.Pop();
  heap.Push(20, 2);
  EXPECT_EQ(heap.top().item, 2U);
  heap.Pop();
  EXPECT_EQ(heap.top().item, 3U);
  EXPECT_EQ(heap.size(), 1U);
}

}  // namespace
}  // namespace loadline::sim
