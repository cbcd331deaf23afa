// LeastLoads: which of very many pods has the fewest requests, without looking at all of them.
//
// A tree of minima, sixteen to a node: a change touches one node of each level at most, four with
// 150,000 pods. One thread.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace loadline::sim {

class LeastLoads {
 public:
  /// The load of a pod that is not to be found, as long as another one is.
  static constexpr int kNever = std::numeric_limits<int>::max();

  /// Begins anew with these; at least one.
  void Assign(std::span<const int> loads);
  [[nodiscard]] std::size_t size() const { return size_; }

  /// `pod` < size() has `load` requests now.
  void Set(std::size_t pod, int load);

  /// Of those with the fewest, the first at or after `from` < size(); if there is none, the first.
  [[nodiscard]] std::size_t FirstFrom(std::size_t from) const;

 private:
  static constexpr std::size_t kWays = 16;

  [[nodiscard]] std::size_t Descend(std::size_t level, std::size_t place, int least) const;

  // levels_[0] are the loads; each further level the least of every sixteen of the one below. Their
  // lengths are multiples of sixteen; the last has sixteen.
  std::vector<std::vector<int>> levels_;
  std::size_t size_ = 0;
};

}  // namespace loadline::sim
