// FailurePlan: when which pods fail, are noticed to have failed, and start again.
//
// It lives in the world's time. Every running pod fails with the same probability in any instant
// (exponential times); of an outage the victims are drawn. The same seed gives the same failures
// whatever the load. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "sim/disturbance.h"
#include "sim/event_heap.h"
#include "sim/service.h"

namespace loadline::sim {

class FailurePlan {
 public:
  /// For `pods` pods from Instant{} on. `failures` must be valid; nothing: nothing ever fails.
  FailurePlan(const std::optional<Failures>& failures, std::uint64_t seed, int pods);

  /// When something happens next; Instant::max(): never again.
  [[nodiscard]] Instant next() const { return next_; }

  /// Does what happens at next(), to `service`, whose own time `work` is then. Requests that are
  /// lost are appended to `lost`.
  void Take(Instant work, Service& service, std::vector<std::uint64_t>& lost);

  /// From `now` on there are `pods` pods.
  void SetPods(Instant now, int pods);

 private:
  void Fail(Instant work, int pod, Service& service, std::vector<std::uint64_t>& lost);
  void DrawVictims(Instant work, int count, Service& service, std::vector<std::uint64_t>& lost);
  void DrawNext(Instant now);
  void Refresh();

  // Constant after construction.
  Failures failures_;
  // Owner thread only.
  Random random_;
  int pods_;
  Instant chance_ = Instant::max();  // When one fails by chance.
  std::size_t outages_done_ = 0;
  EventHeap healing_;  // What follows a failure, by 2 · pod: noticed, and + 1: started.
  Instant next_ = Instant::max();
};

}  // namespace loadline::sim
