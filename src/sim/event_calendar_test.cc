#include "sim/event_calendar.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

#include "base/random.h"
#include "sim/event_heap.h"

namespace loadline::sim {
namespace {

using Span = std::function<std::int64_t(Random&)>;

/// Holds `pending` things, of which the earliest is replaced `steps` times by one that is due a
/// `span` later, and compares each with a heap that was told the same.
void SameAsTheHeap(std::size_t pending, int steps, const Span& span) {
  EventHeap heap;
  EventCalendar calendar;
  Random random(pending);
  std::uint32_t item = 0;
  const auto add = [&](std::int64_t at) {
    heap.Push(at, item);
    calendar.Push(at, item++);
  };
  const auto take = [&] {
    const EventHeap::Entry wanted = heap.top();
    ASSERT_EQ(calendar.top().at, wanted.at);
    ASSERT_EQ(calendar.top().item, wanted.item);
    heap.Pop();
    calendar.Pop();
  };
  for (std::size_t i = 0; i < pending; ++i) {
    add(span(random));
  }
  for (int step = 0; step < steps; ++step) {
    const std::int64_t now = heap.top().at;
    take();
    add(now + span(random));
    if (random.Below(64) == 0) {  // Before what comes next, as an arrival may be.
      add(now);
      take();
    }
  }
  ASSERT_EQ(calendar.size(), heap.size());
  while (!heap.empty()) {
    take();
  }
  EXPECT_TRUE(calendar.empty());
}

TEST(EventCalendar, OrdersAsTheHeapDoesWhateverIsPending) {
  for (const std::size_t pending : {1U, 2U, 12U, 63U, 64U, 65U, 130U, 1000U, 20'000U}) {
    SCOPED_TRACE(pending);
    SameAsTheHeap(pending, 50'000, [](Random& random) {
      return static_cast<std::int64_t>(1e8 * random.Exponential());
    });
  }
}

TEST(EventCalendar, KeepsTheOrderOfAdditionAtEqualTimes) {
  SameAsTheHeap(5000, 50'000, [](Random&) { return std::int64_t{1000}; });
  SameAsTheHeap(5000, 50'000,
                [](Random& random) { return static_cast<std::int64_t>(random.Below(4)) * 1000; });
  SameAsTheHeap(300, 5'000, [](Random&) { return std::int64_t{0}; });
}

TEST(EventCalendar, OrdersWhatIsDueInSecondsAmongWhatIsDueInYears) {
  // 1 in 100 in a year, and a few at the end of time.
  SameAsTheHeap(3000, 100'000, [](Random& random) {
    const std::uint64_t kind = random.Below(1000);
    const double scale = kind == 0 ? 4e18 : kind < 10 ? 3e16 : kind < 500 ? 1e9 : 1e3;
    return static_cast<std::int64_t>(scale * random.Uniform());
  });
}

TEST(EventCalendar, StaysInOrderWhenMuchMoreIsAddedThanTaken) {
  EventHeap heap;
  EventCalendar calendar;
  Random random(7);
  std::int64_t now = 0;
  for (std::uint32_t item = 0; item < 200'000; ++item) {
    const std::int64_t at = now + static_cast<std::int64_t>(random.Below(1'000'000));
    heap.Push(at, item);
    calendar.Push(at, item);
    if (item % 4 == 3) {
      ASSERT_EQ(calendar.top().item, heap.top().item);
      now = heap.top().at;
      heap.Pop();
      calendar.Pop();
    }
  }
  for (; !heap.empty(); heap.Pop(), calendar.Pop()) {
    ASSERT_EQ(calendar.top().item, heap.top().item);
  }
}

TEST(EventCalendar, KnowsWhatComesSoon) {
  EventCalendar calendar;
  for (std::uint32_t i = 0; i < 10; ++i) {
    calendar.Push(100 - std::int64_t{10} * i, i);  // The last added is due first.
  }
  EXPECT_EQ(calendar.Ahead(0, 77), 9U);
  EXPECT_EQ(calendar.Ahead(3, 77), 6U);
  EXPECT_EQ(calendar.Ahead(10, 77), 77U);  // There are only ten.
}

}  // namespace
}  // namespace loadline::sim
