// QuotaPod: a pod under a CPU limit, as Linux enforces one (CFS bandwidth control).
//
// Every 100 ms the pod gets limit · 100 ms of CPU time. Its n running threads burn it n times as
// fast as time passes; when it is gone all of them stop until the next period. Periods are those of
// the pod, not of the clock on the wall. Left out: slices (a thread takes 5 ms at a time from the
// pool, so the kernel may stop it a little sooner or later) and cores of the node that are busy.
// Source: P. Turner, B. B. Rao, N. Rao, "CPU bandwidth control for CFS", Linux Symposium 2010.
//
// No clock, one thread. Whole nanoseconds throughout: nothing is rounded but a quota that n does
// not divide.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "sim/event_heap.h"

namespace loadline::sim {

class QuotaPod {
 public:
  static constexpr Duration kPeriod = 100ms;

  /// `limit` > 0 [cores]. A period ends at `phase` in (0, kPeriod].
  QuotaPod(double limit, Duration phase);

  /// A request that needs `work` of CPU time begins, on a thread of its own. `now` never goes back.
  void Join(Instant now, std::uint32_t item, Duration work);

  /// When the first of those present will be done, if nobody joins; Instant::max() if empty.
  [[nodiscard]] Instant next() const { return next_; }

  /// Takes out the one that is done at next(). The pod must not be empty.
  [[nodiscard]] std::uint32_t Leave();

  /// All requests are gone, unfinished; the periods go on.
  void Clear(Instant now);

  /// Periods in which something ran, and those of them in which it was stopped: cgroup's
  /// nr_periods and nr_throttled.
  [[nodiscard]] std::int64_t periods() const { return periods_; }
  [[nodiscard]] std::int64_t throttled() const { return throttled_; }

 private:
  void AdvanceTo(Instant now);
  void EndPeriod();
  void Refresh();

  // Constant after construction.
  std::int64_t quota_ns_;
  // Owner thread only.
  EventHeap marks_;               // Finish marks, in ns of CPU time per thread.
  std::int64_t attained_ns_ = 0;  // CPU time that each thread has had, at `updated_`.
  std::int64_t left_ns_;          // Of this period's quota.
  Instant updated_{};
  Instant period_end_;
  Instant next_ = Instant::max();
  bool ran_ = false;
  bool stopped_ = false;
  std::int64_t periods_ = 0;
  std::int64_t throttled_ = 0;
};

}  // namespace loadline::sim
