// RowRing: rows on their way from an engine thread to the thread that writes them to disk.
//
// One producer, one consumer, neither ever waits. Rows are made in place and read in place: the
// consumer hands whole stretches of the ring to write(), so a row is copied once, by the kernel.
// Whenever the consumer has caught up the producer begins again at the first place: the ring takes
// only as much memory, and cache, as the rows between two visits of the consumer need.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "base/check.h"
#include "measure/row.h"

namespace loadline::load {

class RowRing {
 public:
  /// Holds `capacity` rows, rounded up to a power of two. Memory is touched as it is first used.
  explicit RowRing(std::size_t capacity)
      : capacity_(std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity)),
        rows_(static_cast<measure::Row*>(std::malloc(capacity_ * sizeof(measure::Row)))) {
    CHECK(rows_ != nullptr);
  }

  RowRing(const RowRing&) = delete;
  RowRing& operator=(const RowRing&) = delete;

  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  /// Producer: a place for one row, to be filled and then published; null when the ring is full.
  [[nodiscard]] measure::Row* Claim() {
    const std::size_t head = head_.load(std::memory_order_acquire);
    if (tail_local_ - head == capacity_) [[unlikely]] {
      return nullptr;
    }
    if (tail_local_ == head) [[unlikely]] {
      first_ = head;  // The consumer reads nothing now, and looks at first_ only behind a new tail.
    }
    return new (rows_.get() + Place(tail_local_)) measure::Row;
  }

  /// Producer: hands the claimed row over. True each time that another half of the ring has been
  /// filled: a good moment to wake the consumer.
  bool Publish() {
    ++tail_local_;
    tail_.store(tail_local_, std::memory_order_release);
    return (Place(tail_local_) & (capacity_ / 2 - 1)) == 0;
  }

  /// Consumer: the oldest rows, as far as they lie in one piece. Empty: there are none.
  [[nodiscard]] std::span<const measure::Row> Readable() const {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t count = tail_.load(std::memory_order_acquire) - head;
    if (count == 0) {
      return {};
    }
    const std::size_t place = Place(head);
    return {rows_.get() + place, std::min(count, capacity_ - place)};
  }

  /// Consumer: gives the oldest `count` rows back.
  void Consume(std::size_t count) {
    head_.store(head_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }

  /// Rows published so far. Any thread.
  [[nodiscard]] std::size_t published() const { return tail_.load(std::memory_order_acquire); }
  /// Rows consumed so far. Any thread.
  [[nodiscard]] std::size_t consumed() const { return head_.load(std::memory_order_acquire); }

 private:
  [[nodiscard]] std::size_t Place(std::size_t number) const {
    return (number - first_) & (capacity_ - 1);
  }

  struct Free {
    void operator()(measure::Row* rows) const { std::free(rows); }
  };

  // Constant after construction.
  std::size_t capacity_;
  std::unique_ptr<measure::Row[], Free> rows_;
  // Producer thread only.
  alignas(64) std::size_t tail_local_ = 0;
  // Written by the producer while the ring is empty, read by the consumer while it is not.
  std::size_t first_ = 0;  // The row that lies at the beginning of the memory.
  // Crosses threads.
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<std::size_t> head_{0};
};

}  // namespace loadline::load
