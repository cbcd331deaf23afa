// SharingPod: processor sharing on one pod, as a fluid: n requests each get min(1, c/n) of a core.
//
// Time inside runs in "attained service": the work that each request present has received since the
// pod was last empty. It passes at speed min(1, c/n), and a request of work w that comes at
// attained service v leaves at v + w, so departures are in the order of these finish marks whatever
// n does. No clock, one thread. Source: S. F. Yashkov, "Processor-sharing queues: some progress in
// analysis", Queueing Systems 2, 1987 (the egalitarian discipline and its virtual time).
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/units.h"
#include "sim/event_heap.h"

namespace loadline::sim {

class SharingPod {
 public:
  /// `cores` > 0: so many requests run at full speed; more share. A CPU limit may be a fraction.
  explicit SharingPod(double cores) : cores_(cores) {}
  /// `curve[n − 1]` > 0: cores' worth of work that n requests get done together; the last one
  /// stands for all beyond.
  explicit SharingPod(std::shared_ptr<const std::vector<double>> curve)
      : cores_(1.0), curve_(std::move(curve)) {}

  /// A request of `work` joins. `now` never goes back.
  void Join(Instant now, std::uint32_t item, Duration work);

  /// When the first of those present will be done, if nobody joins; Instant::max() if empty.
  [[nodiscard]] Instant next() const { return next_; }

  /// Takes out the one that is done at next(). The pod must not be empty.
  [[nodiscard]] std::uint32_t Leave();

  /// All requests are gone, unfinished.
  void Clear(Instant now);

 private:
  void AdvanceTo(Instant now);
  void Refresh();
  [[nodiscard]] double Speed() const;

  // Constant after construction.
  double cores_;
  std::shared_ptr<const std::vector<double>> curve_;  // Null: min(n, cores).
  // Owner thread only.
  EventHeap marks_;         // Finish marks, in ns of attained service.
  double attained_ns_ = 0;  // Attained service at `updated_`.
  Instant updated_{};
  Instant next_ = Instant::max();
};

}  // namespace loadline::sim
