// Trace: arrivals at recorded instants, replayed as they were, faster, slower, or again and again.
//
// Constant after construction, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"

namespace loadline::arrival {

class Trace {
 public:
  /// `offsets`: since the first arrival, at least one, ascending (else: aborts). `name`: of where
  /// they come from. `warp` > 0: so many times as fast as recorded. `loop`: begins again one mean
  /// gap after its last arrival.
  Trace(std::string name, std::vector<Duration> offsets, double warp, bool loop);

  /// When arrival `k` >= 0 is due, as an offset from the start; kNever behind the last of a trace
  /// that does not loop.
  [[nodiscard]] Duration Due(std::int64_t k) const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] double warp() const { return warp_; }
  [[nodiscard]] bool loops() const { return loop_; }
  /// Arrivals in one round.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(offsets_.size()); }
  /// Length of one round as replayed, a mean gap after its last arrival included.
  [[nodiscard]] Duration length() const;
  /// Mean rate of one round as replayed.
  [[nodiscard]] Rate rate() const;

  friend bool operator==(const Trace&, const Trace&) = default;

 private:
  std::string name_;
  std::vector<Duration> offsets_;
  double warp_;
  bool loop_;
  Duration recorded_;  // Length of a round as recorded.
};

}  // namespace loadline::arrival
