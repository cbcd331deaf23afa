// Ring: a queue whose items keep their running numbers 0, 1, 2… for life. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace loadline::sim {

template <typename T>
class Ring {
 public:
  Ring() : items_(64) {}

  /// Numbers in use: [begin(), end()).
  [[nodiscard]] std::uint32_t begin() const { return begin_; }
  [[nodiscard]] std::uint32_t end() const { return end_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  /// The item with this number, which must be in use.
  [[nodiscard]] T& operator[](std::uint32_t number) { return items_[number & Mask()]; }
  [[nodiscard]] const T& operator[](std::uint32_t number) const { return items_[number & Mask()]; }
  /// Any number will do, in use or not.
  void Prefetch(std::uint32_t number) const { __builtin_prefetch(&items_[number & Mask()]); }
  [[nodiscard]] T& front() { return (*this)[begin_]; }
  [[nodiscard]] const T& front() const { return (*this)[begin_]; }

  /// Adds an item with the number end(). Allocates only when it holds more than ever before.
  void Push(const T& item) {
    CHECK(end_ != UINT32_MAX);
    if (end_ - begin_ == items_.size()) {
      Grow();
    }
    items_[end_ & Mask()] = item;
    ++end_;
  }

  void Pop() { ++begin_; }

 private:
  [[nodiscard]] std::uint32_t Mask() const { return static_cast<std::uint32_t>(items_.size() - 1); }

  void Grow() {
    std::vector<T> larger(items_.size() * 2);
    const std::uint32_t mask = static_cast<std::uint32_t>(larger.size() - 1);
    for (std::uint32_t number = begin_; number != end_; ++number) {
      larger[number & mask] = items_[number & Mask()];
    }
    items_.swap(larger);
  }

  std::vector<T> items_;  // Its size is a power of two.
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace loadline::sim
