// World: everything on the target's side of a simulated network: service, disturbances, its clock.
//
// Time is virtual and begins at Instant{}. It knows nothing of probes. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "sim/failure_plan.h"
#include "sim/service.h"
#include "sim/sim_prober.h"
#include "sim/token_bucket.h"
#include "sim/work_clock.h"

namespace loadline::sim {

/// What became of a request that was sent.
enum class Reception : std::uint8_t {
  kTaken,     ///< It will depart, unless the target is silent.
  kRejected,  ///< By the service: 503.
  kLimited,   ///< By the rate limiter: RateLimit::status.
  kRefused,   ///< No connection.
};

/// A request that leaves the target.
struct Leaving {
  Departure served;   ///< Its `at`, `tag` and, unless it is lost, all else.
  bool lost = false;  ///< Its pod has failed: Failures::status.
};

class World {
 public:
  World(const SimOptions& options, std::uint64_t seed);

  /// When something happens next of itself; Instant::max(): nothing will.
  [[nodiscard]] Instant next() const { return next_; }

  /// Goes on to `now` (never back), at most to the first departure: true, and it is in `out`, with
  /// the instants of this world.
  [[nodiscard]] bool Advance(Instant now, Leaving& out);

  /// A request arrives. Everything up to `now` must have been taken out with Advance().
  [[nodiscard]] Reception Send(Instant now, std::uint64_t tag, double size);

  /// Pods that exist now, ready or not.
  [[nodiscard]] const Service& service() const { return service_; }

 private:
  void Refresh();
  void TakeChange();
  [[nodiscard]] Instant NextChange() const;
  [[nodiscard]] Instant NextScaling() const;

  // Constant after construction.
  const SimOptions& options_;
  // Owner thread only.
  Service service_;
  WorkClock clock_;
  std::optional<TokenBucket> limiter_;
  FailurePlan failures_;
  std::vector<std::uint64_t> lost_;  // Tags of requests that failing pods had, not yet told.
  std::size_t lost_told_ = 0;
  Instant latest_loss_{};
  std::size_t scalings_done_ = 0;
  Instant next_ = Instant::max();
  Instant departure_ = Instant::max();  // Of the service, in this world's time.
  Instant change_ = Instant::max();     // Of speed or of the pods.
  Instant latest_work_{};
};

}  // namespace loadline::sim
