// ProbeRun: one probe in virtual time: the generator's side of the simulation.
//
// An event loop over arrivals, dispatches, departures, rejections, time-outs and windows, in time
// order. At equal times: first the target's own events, then time-outs and rejections, then
// arrivals, then the end of the window (a window is (begin, end]). One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "arrival/schedule.h"
#include "arrival/task_mix.h"
#include "arrival/users.h"
#include "measure/prober.h"
#include "sim/probe_books.h"
#include "sim/ring.h"
#include "sim/sim_prober.h"
#include "sim/world.h"

namespace loadline::sim {

/// Errors: kInvalidArgument if `load` is impossible, or would never let time pass.
[[nodiscard]] Status CheckLoad(const SimOptions& options, const measure::Load& load);

class ProbeRun {
 public:
  /// The probe `rows.step` begins at `origin` of the world's time. `load` must have passed
  /// CheckLoad(). `slowest`: longest response time of earlier probes.
  ProbeRun(const SimOptions& options, World& world, Instant origin, const measure::Load& load,
           const RowOrder& rows, measure::Observer& observer, Duration slowest);

  [[nodiscard]] measure::Measurement Run();

  /// When it was over, since its origin.
  [[nodiscard]] Duration ended() const { return now_; }
  /// Longest response time so far, earlier probes included.
  [[nodiscard]] Duration slowest() const { return books_.slowest(); }

 private:
  /// A rejection on its way back.
  struct Rejection {
    Duration at{};
    std::uint32_t number = 0;
    Ending ending;
  };

  [[nodiscard]] Duration NextDue();
  void TakeArrival(Duration at);
  void TakeDepartures(Duration at);
  void TakeOthers(Duration at);
  void Tick(Duration at);
  void Send(Duration at, std::uint32_t number);
  void End(Duration at, std::uint32_t number, Ending ending);
  void StopIssuing(Duration at, measure::StopReason reason);
  void CutRest(Duration at);
  void RefreshOthers();
  [[nodiscard]] Duration NextDispatch() const;
  [[nodiscard]] Duration NextOfWorld() const;
  [[nodiscard]] std::uint32_t TotalArrivals() const { return outstanding_.end(); }

  // Constant after construction.
  const SimOptions& options_;
  World& world_;
  Instant origin_;
  const measure::Load& load_;
  std::uint64_t tag_base_;
  const measure::ClosedLoad* closed_;  // Null: open loop.
  Duration issue_limit_;
  Duration dispatch_gap_{};  // Generator's limit; 0: none.
  arrival::Schedule schedule_;
  std::uint64_t arrivals_;  // As many as the load has at all.
  arrival::ThinkTimes thinking_;
  arrival::TaskMix mix_;
  // Owner thread only.
  ProbeBooks books_;
  Ring<Outstanding> outstanding_;  // By number; the first is the oldest that has not ended.
  Ring<Rejection> rejections_;
  EventHeap ready_;                     // Closed loop: who will have thought, by user.
  std::vector<std::uint32_t> answers_;  // Closed loop: answers so far, by user.
  std::int64_t spawned_ = 0;
  Duration spawn_at_{};
  bool issuing_ = true;
  Duration due_{};      // Of the next arrival; max(): none.
  Duration others_{};   // Next time-out (or earlier), rejection or dispatch.
  Duration timeout_{};  // Lower bound of the next time-out.
  Duration boundary_;
  measure::PodFacts pods_before_;  // Of earlier probes.
  Duration drain_end_ = Duration::max();
  Duration last_dispatch_ = Duration::min();
  std::uint32_t undispatched_ = 0;  // Number of the first request that was not dispatched.
  Duration now_{};
  Duration last_end_{};  // Of a request.
};

}  // namespace loadline::sim
