// ArrivalWalk: all arrivals of an open loop in time order, as the schedule alone gives them.
//
// The coordinator counts with it what became due, whether a thread took it up or not, and makes the
// arrival events, which therefore need no way from the threads. Belongs to one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "arrival/schedule.h"
#include "arrival/task_mix.h"
#include "base/units.h"
#include "measure/load.h"

namespace loadline::load {

class ArrivalWalk {
 public:
  /// `limit`: arrivals numbered below it exist.
  ArrivalWalk(const measure::OpenLoad& shape, std::uint64_t seed, std::uint64_t limit,
              const std::vector<double>& weights)
      : schedule_(measure::ScheduleOf(shape, seed)),
        mix_(weights, seed),
        limit_(std::min(limit, measure::ArrivalsOf(shape))),
        due_(schedule_.Due(0)) {}

  /// Goes on to `watermark` (included) but not to `stop`; calls `visit(k, due, mix)` for each
  /// arrival passed. Offsets from the probe's start.
  template <typename Visit>
  void Until(Duration watermark, Duration stop, Visit&& visit) {
    while (next_ < limit_ && due_ <= watermark && due_ < stop) {
      visit(static_cast<std::int64_t>(next_), due_, mix_);
      last_due_ = due_;
      ++next_;
      due_ = schedule_.Due(static_cast<std::int64_t>(next_));
    }
  }

  /// Arrivals passed so far.
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(next_); }
  /// When the latest of them was due.
  [[nodiscard]] Duration last_due() const { return last_due_; }
  /// All there are have been passed.
  [[nodiscard]] bool ended() const { return next_ >= limit_; }

 private:
  arrival::Schedule schedule_;
  arrival::TaskMix mix_;
  std::uint64_t limit_;
  std::uint64_t next_ = 0;
  Duration due_;
  Duration last_due_{};
};

}  // namespace loadline::load
