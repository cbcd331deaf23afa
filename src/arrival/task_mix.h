// TaskMix: which task arrival k performs, by weight. Pure after construction, safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace loadline::arrival {

class TaskMix {
 public:
  /// `weights`: one per task, at least one; each >= 0 and finite, one of them > 0 (else: aborts).
  TaskMix(std::span<const double> weights, std::uint64_t seed);

  /// The index of the task of arrival `k` >= 0 (in a closed loop: of request k of the run). Depends
  /// on seed and k only; independent draws, so that in the long run each share is its weight.
  [[nodiscard]] int TaskOf(std::int64_t k) const;

 private:
  std::uint64_t stream_;
  std::vector<std::uint64_t>
      limits_;  // A draw below limits_[i], and not below an earlier one: task i.
  int last_;    // The last task of positive weight takes the rest.
};

}  // namespace loadline::arrival
