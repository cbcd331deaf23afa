// BacklogGrowth: does the backlog grow without end, whatever the arrivals?
//
// The number in flight is noted after each batch of arrivals. In a stable system its changes cancel
// (they are negatively correlated), so the t-test of a positive mean change errs on the safe side.
// For Poisson arrivals CrossingFit::BacklogZ() is quicker. One thread.
#pragma once

#include <cstdint>
#include <vector>

namespace loadline::search {

class BacklogGrowth {
 public:
  /// `arrivals_per_batch` >= 1 of the first batches; 32 to 63 batches are in use.
  explicit BacklogGrowth(std::int64_t arrivals_per_batch) : per_batch_(arrivals_per_batch) {}

  /// An arrival found `in_flight` requests.
  void Arrive(std::uint32_t in_flight);

  /// Evidence for growth in standard normal units; 0 while there are fewer than 16 batches.
  [[nodiscard]] double Z() const;

 private:
  std::int64_t per_batch_;
  std::int64_t in_batch_ = 0;
  std::vector<double> levels_;  // In flight at the start of each batch.
};

/// The bound for Z(): no wrong alarm was seen at the line with it (docs/load-line.md).
inline constexpr double kGrowthBound = 4.0;

}  // namespace loadline::search
