// EventCalendar: what is due next of very many things, with ties in the order of their addition.
//
// The same order as EventHeap's, at a cost that does not grow with their number. What is due soon
// lies in a small sorted array, what comes later in buckets of equal width of time, what comes
// after the last bucket in one heap of things. A bucket is sorted when its turn comes; after the
// last bucket new ones are laid out, as wide as what is pending asks for.
// Source: W. T. Tang, R. S. M. Goh, I. L.-J. Thng, "Ladder queue: An O(1) priority queue structure
// for large-scale discrete event simulation", ACM TOMACS 15(3), 2005 (with one rung).
//
// No allocation once it has grown. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/event_heap.h"

namespace loadline::sim {

class EventCalendar {
 public:
  using Entry = EventHeap::Entry;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The earliest. The calendar must not be empty.
  [[nodiscard]] const Entry& top() const { return near_[head_]; }

  void Push(std::int64_t at, std::uint32_t item) {
    const Entry entry{at, order_++, item};
    ++size_;
    if (at < near_end_) {
      InsertNear(entry);
      return;
    }
    const std::uint64_t bucket = static_cast<std::uint64_t>(at - begin_) >> shift_;
    (bucket < buckets_.size() ? buckets_[bucket] : far_).push_back(entry);
    if (head_ == near_.size()) {
      Refill();
    }
  }

  /// Removes the earliest. The calendar must not be empty.
  void Pop() {
    --size_;
    if (++head_ == near_.size() && size_ > 0) [[unlikely]] {
      Refill();
    }
  }

  /// The item that is due `places` after the earliest, if that is known already; else `otherwise`.
  /// A hint of what to fetch: an addition may still come before it.
  [[nodiscard]] std::uint32_t Ahead(std::size_t places, std::uint32_t otherwise) const {
    return head_ + places < near_.size() ? near_[head_ + places].item : otherwise;
  }

 private:
  void InsertNear(const Entry& entry);
  /// The next bucket that is not empty becomes the near future, which must be empty.
  void Refill();
  /// Lays out new buckets for `far_`, which must hold everything that is pending.
  void LayOut();
  /// Everything goes back to `far_`.
  void Gather();

  std::vector<Entry> near_;  // Sorted, from head_ on: all that is due before near_end_.
  std::size_t head_ = 0;
  std::int64_t near_end_ = std::numeric_limits<std::int64_t>::max();
  std::vector<std::vector<Entry>> buckets_;
  std::size_t cursor_ = 0;  // The first bucket that is not yet near.
  std::int64_t begin_ = 0;  // Of the first bucket.
  int shift_ = 0;           // log2 of a bucket's width.
  std::vector<Entry> far_;
  std::size_t size_ = 0;
  std::uint32_t order_ = 0;
};

}  // namespace loadline::sim
