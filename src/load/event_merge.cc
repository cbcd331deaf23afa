#include "load/event_merge.h"

#include <algorithm>
#include <iterator>

namespace loadline::load {
namespace {

using measure::Event;
using measure::EventKind;

bool Before(const Event& a, const Event& b) {
  return a.at != b.at ? a.at < b.at : a.kind < b.kind;
}
static_assert(EventKind::kArrival < EventKind::kDeparture);

}  // namespace

EventMerge EventMerge::Numbered(int sources) {
  return EventMerge(sources, false, 0);
}

EventMerge EventMerge::ByUser(int sources, std::int64_t users) {
  return EventMerge(sources, true, users);
}

std::span<const Event> EventMerge::TakeUntil(Duration watermark) {
  merged_.clear();
  run_ends_.clear();
  for (Source& source : sources_) {
    TakeRun(source.arrivals, watermark);
    TakeRun(source.departures, watermark);
  }
  MergeRuns();
  if (by_user_) {
    Number();
  }
  return merged_;
}

void EventMerge::TakeRun(std::vector<Event>& from, Duration watermark) {
  if (from.empty()) {
    return;
  }
  if (!std::is_sorted(from.begin(), from.end(), Before)) {
    std::stable_sort(from.begin(), from.end(), Before);
  }
  const auto end = std::partition_point(from.begin(), from.end(),
                                        [&](const Event& e) { return e.at <= watermark; });
  if (end != from.begin()) {
    merged_.insert(merged_.end(), from.begin(), end);
    run_ends_.push_back(merged_.size());
    from.erase(from.begin(), end);
  }
}

void EventMerge::MergeRuns() {
  while (run_ends_.size() > 1) {
    scratch_.clear();
    scratch_.reserve(merged_.size());
    std::vector<std::size_t> ends;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < run_ends_.size(); i += 2) {
      const auto at = [&](std::size_t index) {
        return merged_.begin() + static_cast<std::ptrdiff_t>(index);
      };
      const std::size_t middle = run_ends_[i];
      const std::size_t end = i + 1 < run_ends_.size() ? run_ends_[i + 1] : middle;
      std::merge(at(begin), at(middle), at(middle), at(end), std::back_inserter(scratch_), Before);
      ends.push_back(end);
      begin = end;
    }
    merged_.swap(scratch_);
    run_ends_.swap(ends);
  }
}

void EventMerge::Number() {
  for (Event& event : merged_) {
    std::uint32_t& number = number_of_[event.request];
    if (event.kind == EventKind::kArrival) {
      number = next_number_++;
    }
    event.request = number;
  }
}

}  // namespace loadline::load
