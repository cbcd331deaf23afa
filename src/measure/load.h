// Load: what to apply to the target in one probe, as a plain value.
//
// Written by the command line or by a search, read by whatever applies it (load, fleet, sim).
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/units.h"

namespace loadline::measure {

/// When requests become due in an open loop.
enum class Arrivals {
  kPoisson,   ///< Independent arrivals, as many unrelated callers make them. The default of `find`.
  kConstant,  ///< Evenly spaced.
};

/// How a user's pause between an answer and the next request is distributed.
enum class ThinkLaw {
  kExponential,  ///< With the stated mean. The default: §3b of the level-crossing test needs it.
  kConstant,     ///< Always the stated length.
};

/// Open loop: requests become due whatever the target does.
struct OpenLoad {
  Rate rate;  ///< > 0
  Arrivals arrivals = Arrivals::kPoisson;

  friend bool operator==(const OpenLoad&, const OpenLoad&) = default;
};

/// Closed loop: each user sends, waits for the answer, thinks, and sends again.
struct ClosedLoad {
  int users = 1;                      ///< >= 1
  Rate spawn;                         ///< Users started per second; 0: all at once.
  Duration think = Duration::zero();  ///< Mean pause after an answer; 0: none.
  ThinkLaw law = ThinkLaw::kExponential;

  friend bool operator==(const ClosedLoad&, const ClosedLoad&) = default;
};

/// One probe's load. Issuing stops at warmup + duration or after `requests`, whichever is first.
struct Load {
  std::variant<OpenLoad, ClosedLoad> shape = ClosedLoad{};
  Duration warmup = Duration::zero();  ///< At the beginning; recorded, flagged, not judged.
  Duration duration = 30s;             ///< After the warm-up; Duration::max(): until stopped.
  std::int64_t requests = 0;           ///< Total over all tasks, warm-up included; 0: no limit.
  std::uint64_t seed = 1;              ///< Replays arrivals, think times, tasks and data.

  [[nodiscard]] bool open() const { return std::holds_alternative<OpenLoad>(shape); }

  friend bool operator==(const Load&, const Load&) = default;
};

/// `202/s, Poisson` or `120 users, think 1 s`: the load in a few words.
[[nodiscard]] std::string Describe(const Load& load);

}  // namespace loadline::measure
