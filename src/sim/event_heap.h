// EventHeap: what is due next, with ties in the order in which things were added.
//
// A 4-ary heap in one array: no allocation once it has grown. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace loadline::sim {

class EventHeap {
 public:
  /// Something due at `at` (any unit that orders); `item` is the owner's index.
  struct Entry {
    std::int64_t at;
    std::uint32_t order;  ///< Later additions have higher numbers (modulo 2^32).
    std::uint32_t item;
  };

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// The earliest. The heap must not be empty.
  [[nodiscard]] const Entry& top() const { return entries_.front(); }

  void Push(std::int64_t at, std::uint32_t item) {
    const Entry entry{at, order_++, item};
    std::size_t hole = entries_.size();
    entries_.push_back(entry);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kWays;
      if (!Before(entry, entries_[parent])) {
        break;
      }
      entries_[hole] = entries_[parent];
      hole = parent;
    }
    entries_[hole] = entry;
  }

  /// Removes the earliest. The heap must not be empty.
  void Pop() {
    CHECK(!entries_.empty());
    const Entry last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) {
      SinkFromTop(last);
    }
  }

  /// Pop() and Push() in one: half of the work of both. The heap must not be empty.
  void ReplaceTop(std::int64_t at, std::uint32_t item) {
    CHECK(!entries_.empty());
    SinkFromTop(Entry{at, order_++, item});
  }

  void Clear() { entries_.clear(); }

 private:
  static constexpr std::size_t kWays = 4;

  static bool Before(const Entry& a, const Entry& b) {
    // The difference of two running numbers orders them even after they have wrapped round.
    return a.at != b.at ? a.at < b.at : static_cast<std::int32_t>(a.order - b.order) < 0;
  }

  /// Puts `entry` in its place, beginning with a hole at the top.
  void SinkFromTop(const Entry& entry) {
    const std::size_t size = entries_.size();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * kWays + 1;
      if (first >= size) {
        break;
      }
      const std::size_t end = std::min(first + kWays, size);
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (Before(entries_[child], entries_[least])) {
          least = child;
        }
      }
      if (!Before(entries_[least], entry)) {
        break;
      }
      entries_[hole] = entries_[least];
      hole = least;
    }
    entries_[hole] = entry;
  }

  std::vector<Entry> entries_;
  std::uint32_t order_ = 0;
};

}  // namespace loadline::sim
