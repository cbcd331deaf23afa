// WorkClock: how much work a pod's slot gets done, when its speed changes with time.
//
// The service's own time is work: w(t) = ∫ speed dt. A service that halves its speed, pauses or
// wanders is then the same state machine seen through this clock. All pods share it. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/random.h"
#include "base/units.h"
#include "sim/disturbance.h"

namespace loadline::sim {

class WorkClock {
 public:
  /// Both clocks begin at Instant{}. `disturbances` must be valid.
  WorkClock(const Disturbances& disturbances, std::uint64_t seed);

  /// When the speed changes next; Instant::max(): never again.
  [[nodiscard]] Instant next_change() const { return segment_end_; }
  /// Takes the next change.
  void Change();

  /// Speed in the present segment; 0: everything stands still.
  [[nodiscard]] double speed() const { return speed_; }

  /// The work done by `world`, which must lie in the present segment.
  [[nodiscard]] Instant WorkAt(Instant world) const;

  /// When the work will have been done: rounded up to a whole ns; Instant::max() if that is beyond
  /// the present segment.
  [[nodiscard]] Instant WorldAt(Instant work) const;

 private:
  void BeginSegment(Instant world);

  // Constant after construction.
  Disturbances disturbances_;
  bool steady_;  // Speed 1 for ever: both clocks are the same.
  // Owner thread only.
  Random random_;
  Instant segment_begin_{};
  Instant segment_end_{};
  Instant work_begin_{};
  Instant work_end_ = Instant::max();
  double speed_ = 1.0;
  std::size_t speeds_done_ = 0;  // Speed changes that lie behind us.
  double step_speed_ = 1.0;
  bool slow_ = false;  // Wandering.
  Instant next_wander_ = Instant::max();
};

}  // namespace loadline::sim
