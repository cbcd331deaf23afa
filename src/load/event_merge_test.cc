#include "load/event_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.h"

namespace loadline::load {
namespace {

using measure::Event;
using measure::EventKind;

Event Arrival(std::int64_t at_ns, std::uint32_t request) {
  return {.at = Duration(at_ns), .request = request, .kind = EventKind::kArrival};
}
Event Departure(std::int64_t at_ns, std::uint32_t request) {
  return {.at = Duration(at_ns), .request = request, .kind = EventKind::kDeparture};
}

TEST(EventMerge, OrdersByTimeOverAllSources) {
  EventMerge merge = EventMerge::Numbered(3);
  merge.Add(0, Departure(30, 0));
  merge.Add(1, Departure(20, 1));
  merge.Add(2, Arrival(10, 0));
  merge.Add(2, Arrival(15, 1));
  const auto events = merge.TakeUntil(Duration(100));
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].at, Duration(10));
  EXPECT_EQ(events[1].at, Duration(15));
  EXPECT_EQ(events[2].request, 1U);
  EXPECT_EQ(events[3].request, 0U);
}

TEST(EventMerge, ArrivalsComeFirstAtEqualTimes) {
  EventMerge merge = EventMerge::Numbered(2);
  merge.Add(0, Departure(10, 0));
  merge.Add(1, Arrival(10, 1));
  const auto events = merge.TakeUntil(Duration(10));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::kArrival);
  EXPECT_EQ(events[1].kind, EventKind::kDeparture);
}

TEST(EventMerge, KeepsWhatLiesBehindTheWatermark) {
  EventMerge merge = EventMerge::Numbered(1);
  merge.Add(0, Departure(11, 1));
  merge.Add(0, Departure(10, 0));
  EXPECT_EQ(merge.TakeUntil(Duration(10)).size(), 1U);
  EXPECT_TRUE(merge.TakeUntil(Duration(10)).empty());
  ASSERT_EQ(merge.TakeUntil(Duration(11)).size(), 1U);
}

TEST(EventMerge, NumbersRequestsOfUsersInTimeOrder) {
  EventMerge merge = EventMerge::ByUser(2, 3);
  // Users 0 and 2 live on the first thread, user 1 on the second.
  merge.Add(0, Arrival(10, 0));
  merge.Add(1, Arrival(5, 1));
  merge.Add(0, Arrival(7, 2));
  merge.Add(0, Departure(12, 2));
  merge.Add(0, Arrival(13, 2));
  merge.Add(1, Departure(14, 1));
  merge.Add(0, Departure(15, 0));
  merge.Add(0, Departure(16, 2));
  const auto events = merge.TakeUntil(Duration(20));
  std::vector<std::uint32_t> numbers;
  numbers.reserve(events.size());
  for (const Event& event : events) {
    numbers.push_back(event.request);
  }
  // Arrivals at 5, 7, 10, 13 are 0, 1, 2, 3; the departures carry the number of their arrival.
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 1, 2, 1, 3, 0, 2, 3}));
}

TEST(EventMerge, LosesAndDoublesNothingWhateverTheCuts) {
  // 7 users on 3 threads, random times, taken in random windows: every arrival has its number once,
  // every departure comes after its arrival, nobody has two requests under way.
  Random random(7);
  EventMerge merge = EventMerge::ByUser(3, 7);
  std::vector<std::int64_t> clock(7, 0);
  std::map<std::uint32_t, int> balance;
  std::uint32_t next = 0;
  std::int64_t watermark = 0;
  Duration latest{};
  std::size_t taken = 0;
  for (int round = 0; round < 200; ++round) {
    for (std::uint32_t user = 0; user < 7; ++user) {
      while (clock[user] < watermark + 1000) {
        const std::int64_t arrival = clock[user] + 1 + static_cast<std::int64_t>(random.Below(300));
        const std::int64_t done = arrival + static_cast<std::int64_t>(random.Below(500));
        merge.Add(static_cast<int>(user % 3), Arrival(arrival, user));
        merge.Add(static_cast<int>(user % 3), Departure(done, user));
        clock[user] = done;
      }
    }
    watermark += static_cast<std::int64_t>(random.Below(1000));
    for (const Event& event : merge.TakeUntil(Duration(watermark))) {
      EXPECT_GE(event.at, latest);
      latest = event.at;
      ++taken;
      if (event.kind == EventKind::kArrival) {
        EXPECT_EQ(event.request, next++);
      }
      balance[event.request] += event.kind == EventKind::kArrival ? 1 : -1;
      EXPECT_GE(balance[event.request], 0);
    }
  }
  EXPECT_GT(taken, 1000U);
}

}  // namespace
}  // namespace loadline::load
