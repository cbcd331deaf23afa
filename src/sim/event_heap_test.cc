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

TEST(EventHeap, ReplacesTheEarliest) {
  EventHeap heap;
  for (std::uint32_t i = 0; i < 20; ++i) {
    heap.Push(std::int64_t{10} * i, i);
  }
  heap.ReplaceTop(55, 100);  // In place of item 0, between 5 and 6.
  heap.ReplaceTop(55, 101);  // In place of item 1, behind 100.
  std::vector<std::uint32_t> order;
  order.reserve(20);
  while (!heap.empty()) {
    order.push_back(heap.top().item);
    heap.Pop();
  }
  EXPECT_EQ(order, (std::vector<std::uint32_t>{2,  3,  4,  5,  100, 101, 6,  7,  8,  9,
                                               10, 11, 12, 13, 14,  15,  16, 17, 18, 19}));
}

}  // namespace
}  // namespace loadline::sim
