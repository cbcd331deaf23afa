#include "search/ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loadline::search {
namespace {

using measure::ErrorKind;
using measure::Event;
using measure::EventKind;

/// Writes down what it is told.
struct Scribe {
  std::vector<std::string> lines;
  void Stay(std::uint32_t, Duration) {}
  void Late(std::size_t objective, const LedgerEntry& entry) {
    lines.push_back("late " + std::to_string(objective) + " found " + std::to_string(entry.found));
  }
  void Arrive(LedgerEntry& entry) { lines.push_back("found " + std::to_string(entry.found)); }
  void Depart(std::uint32_t in_flight, const LedgerEntry&, Duration response, ErrorKind) {
    lines.push_back("left " + std::to_string(in_flight) + " after " +
                    std::to_string(response / 1ms));
  }
};

Event Arrival(Duration at, std::uint32_t request, std::uint16_t task = 0) {
  return {.at = at, .request = request, .task = task, .kind = EventKind::kArrival};
}
Event Departure(Duration at, std::uint32_t request, ErrorKind error = ErrorKind::kNone) {
  return {.at = at, .request = request, .task = 0, .kind = EventKind::kDeparture, .error = error};
}

std::vector<std::string> Take(Ledger& ledger, const std::vector<Event>& events) {
  Scribe scribe;
  for (const Event& event : events) {
    EXPECT_TRUE(ledger.Take(event, scribe));
  }
  return scribe.lines;
}

TEST(Ledger, CountsWhatIsInFlight) {
  Ledger ledger({{.threshold = 1s}});
  EXPECT_EQ(Take(ledger, {Arrival(1ms, 0), Arrival(2ms, 1), Departure(5ms, 1), Departure(6ms, 0)}),
            (std::vector<std::string>{"found 0", "found 1", "left 2 after 3", "left 1 after 5"}));
  EXPECT_EQ(ledger.in_flight(), 0u);
}

TEST(Ledger, ARequestIsLateAsSoonAsItsThresholdHasPassed) {
  Ledger ledger({{.threshold = 10ms}});
  // Exactly at the threshold it is in time; any event after it shows that it is not back.
  EXPECT_EQ(Take(ledger, {Arrival(0ms, 0), Departure(10ms, 0), Arrival(20ms, 1), Arrival(31ms, 2)}),
            (std::vector<std::string>{"found 0", "left 1 after 10", "found 0", "late 0 found 0",
                                      "found 1"}));
}

TEST(Ledger, AFailureIsLateAtOnceAndOnlyOnce) {
  Ledger ledger({{.threshold = 10ms}});
  EXPECT_EQ(Take(ledger, {Arrival(0ms, 0), Departure(1ms, 0, ErrorKind::kStatus), Arrival(2ms, 1),
                          Arrival(13ms, 2), Departure(14ms, 1, ErrorKind::kReset)}),
            (std::vector<std::string>{"found 0", "late 0 found 0", "left 1 after 1", "found 0",
                                      "late 0 found 0", "found 1", "left 2 after 12"}));
}

TEST(Ledger, AnErrorsObjectiveWaitsForTheDeparture) {
  Ledger ledger({{.threshold = Duration::max()}});
  EXPECT_EQ(Take(ledger, {Arrival(0ms, 0), Arrival(1h, 1), Departure(2h, 1)}).size(), 3u);
  EXPECT_EQ(ledger.decided_before(0), 0u);  // Request 0 is still open.
  EXPECT_EQ(Take(ledger, {Departure(3h, 0, ErrorKind::kStatus)}).front(), "late 0 found 0");
  Take(ledger, {Arrival(4h, 2)});
  EXPECT_EQ(ledger.decided_before(0), 2u);
}

TEST(Ledger, AnObjectiveOfOneTaskLeavesTheOthersAlone) {
  Ledger ledger({{.threshold = 10ms, .task = 1}});
  EXPECT_EQ(Take(ledger, {Arrival(0ms, 0, 0), Arrival(1ms, 1, 1), Arrival(1s, 2, 0)}),
            (std::vector<std::string>{"found 0", "found 1", "late 0 found 1", "found 2"}));
}

TEST(Ledger, HoldsAsManyRequestsAsAreInFlight) {
  Ledger ledger({{.threshold = 1ms}});
  std::vector<Event> events;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    events.push_back(Arrival(Duration(i), i));
  }
  for (std::uint32_t i = 5000; i-- > 0;) {
    events.push_back(Departure(10ms, i));
  }
  Take(ledger, events);
  EXPECT_EQ(ledger.in_flight(), 0u);
  EXPECT_EQ(ledger.Find(4999), nullptr);  // All forgotten.
}

TEST(Ledger, StopsWhenEventsAreMissing) {
  Scribe scribe;
  Ledger skipped({});
  EXPECT_FALSE(skipped.Take(Arrival(0ms, 1), scribe));  // Number 0 never came.
  Ledger unknown({});
  EXPECT_TRUE(unknown.Take(Arrival(0ms, 0), scribe));
  EXPECT_FALSE(unknown.Take(Departure(1ms, 7), scribe));
  EXPECT_FALSE(unknown.Take(Arrival(2ms, 1), scribe));  // And never goes on.
}

}  // namespace
}  // namespace loadline::search
