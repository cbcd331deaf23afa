// Rolling: one item for each number of a range that moves on, kept in as many places as the range
// is long.
//
// A place is used again for a later number: whoever moves on leaves it as a new T would be. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace loadline::sim {

template <typename T>
class Rolling {
 public:
  Rolling() : places_(1) {}

  /// The item of a number >= 0, which must lie in the range.
  [[nodiscard]] T& operator[](std::int64_t number) {
    return places_[static_cast<std::size_t>(number) & mask_];
  }

  /// The range is from `first` to `last` now, of which the items up to where it went remain.
  void Cover(std::int64_t first, std::int64_t last) {
    if (last - first > static_cast<std::int64_t>(mask_)) [[unlikely]] {
      Grow(first, last);
    }
  }

 private:
  void Grow(std::int64_t first, std::int64_t last) {
    std::size_t size = places_.size();
    while (static_cast<std::int64_t>(size) <= last - first) {
      size *= 2;
    }
    std::vector<T> larger(size);
    for (std::int64_t i = first; i <= first + static_cast<std::int64_t>(mask_); ++i) {
      larger[static_cast<std::size_t>(i) & (size - 1)] = std::move((*this)[i]);
    }
    places_ = std::move(larger);
    mask_ = size - 1;
  }

  std::vector<T> places_;  // Their count is a power of two.
  std::size_t mask_ = 0;
};

}  // namespace loadline::sim
