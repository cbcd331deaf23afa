// A bounded queue from one thread to one other thread: the only thing that crosses threads.
//
// Push is called by the producer thread alone, Pop by the consumer thread alone; neither ever
// blocks, allocates or takes a lock. A full mailbox refuses; the producer counts what it lost.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"

namespace loadline {

template <typename T>
class Mailbox {
 public:
  /// Holds at least `capacity` items (rounded up to a power of two). All memory is taken here.
  explicit Mailbox(std::size_t capacity)
      : slots_(std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity)), mask_(slots_.size() - 1) {}

  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Producer only. False when full: nothing was taken from `item`.
  [[nodiscard]] bool Push(T&& item) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ > mask_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ > mask_) {
        return false;
      }
    }
    slots_[tail & mask_] = std::move(item);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  [[nodiscard]] bool Push(const T& item) {
    T copy = item;
    return Push(std::move(copy));
  }

  /// Consumer only. False when empty: `item` is unchanged.
  [[nodiscard]] bool Pop(T& item) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) {
        return false;
      }
    }
    item = std::move(slots_[head & mask_]);
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }

 private:
  // Constant after construction.
  std::vector<T> slots_;
  std::size_t mask_;
  // Producer thread only (its own cache line).
  alignas(64) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;
  // Consumer thread only (its own cache line).
  alignas(64) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;
};

}  // namespace loadline
