// EventMerge: arrivals and departures of all engine threads in one exact order, numbered.
//
// Each thread delivers its events nearly in time order; up to the watermark (the instant that every
// thread has passed) they are complete and can be put in order for good. Pure: no clock, no locks;
// belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "measure/window.h"

namespace loadline::load {

class EventMerge {
 public:
  /// Open loop: events carry the number of their arrival already.
  [[nodiscard]] static EventMerge Numbered(int sources);
  /// Closed loop: Event::request of what is added is the user (below `users`), who has at most one
  /// request under way; the merge replaces it by the arrival's number in time order.
  [[nodiscard]] static EventMerge ByUser(int sources, std::int64_t users);

  /// One event of `source`, in any order.
  void Add(int source, const measure::Event& event) {
    Source& from = sources_[static_cast<std::size_t>(source)];
    (event.kind == measure::EventKind::kArrival ? from.arrivals : from.departures).push_back(event);
  }

  /// Every event added and not yet taken with `at` <= `watermark`: by time, arrivals before
  /// departures at equal times. Valid until the next call.
  [[nodiscard]] std::span<const measure::Event> TakeUntil(Duration watermark);

 private:
  struct Source {
    std::vector<measure::Event> arrivals;
    std::vector<measure::Event> departures;
  };

  EventMerge(int sources, bool by_user, std::int64_t users)
      : by_user_(by_user),
        sources_(static_cast<std::size_t>(sources)),
        number_of_(static_cast<std::size_t>(users)) {}

  void TakeRun(std::vector<measure::Event>& from, Duration watermark);
  void MergeRuns();
  void Number();

  bool by_user_;
  std::vector<Source> sources_;
  std::vector<std::uint32_t> number_of_;  // By user: the number of the request under way.
  std::uint32_t next_number_ = 0;
  std::vector<measure::Event> merged_;
  std::vector<measure::Event> scratch_;
  std::vector<std::size_t> run_ends_;  // Of the sorted runs that lie in merged_ one after another.
};

}  // namespace loadline::load
