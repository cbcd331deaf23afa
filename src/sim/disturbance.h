// Disturbances: what real services do and textbook queues do not.
//
// Plain values, all off by default. Instants are counted from the simulated world's beginning (see
// SimOptions::carry_over).
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::sim {

/// From `at` on, all pods work at `speed` times their normal speed (0.5: half as fast).
struct SpeedChange {
  Duration at{};
  double speed = 1.0;  ///< > 0
};

/// All pods stand still for `length`, every `every`: garbage collection, a snapshot, a cron job.
struct Pauses {
  Duration every = 10s;
  Duration length = 300ms;  ///< < every
  Duration first = 10s;     ///< Beginning of the first one.
};

/// The speed of all pods jumps between 1 and `slow`; stays are exponential with mean `stay`: noisy
/// neighbours, changes of the clock frequency.
struct Wandering {
  double slow = 0.7;  ///< > 0
  Duration stay = 10s;
};

/// A token bucket before the pods: `rate` tokens/s, at most `burst`; without one: `status`.
struct RateLimit {
  Rate rate{100.0};
  double burst = 10.0;  ///< >= 1
  int status = 429;     ///< 429 or 503
};

/// From `at` on there are `pods` pods; new ones take requests after the service's cold start.
struct Scaling {
  Duration at{};
  int pods = 1;
};

/// At `at`, `pods` of those that run then fail together, drawn at random: a node, a zone.
struct Outage {
  Duration at{};
  int pods = 1;  ///< >= 1; all that run, if there are fewer.
};

/// Pods fail: what they had is lost, and they start again after a while.
struct Failures {
  /// Mean time between two failures of one running pod, exponential; 0: only the outages.
  Duration every = Duration::zero();
  std::vector<Outage> outages = {};  ///< In order of time.
  Duration restart = 10s;  ///< From the failure to the new start, which the cold start follows.
  /// So long the balancers go on sending requests to a failed pod, which are refused; <= restart.
  Duration unnoticed = Duration::zero();
  /// How its requests end, those in service and those that wait: 500 to 504, or 0: the connection
  /// is reset.
  int status = 0;
};

struct Disturbances {
  std::vector<SpeedChange> speed = {};  ///< In order of time.
  std::optional<Pauses> pauses = {};
  std::optional<Wandering> wandering = {};
  std::optional<RateLimit> limit = {};
  std::vector<Scaling> scaling = {};  ///< In order of time.
  std::optional<Failures> failures = {};
};

/// Errors: kInvalidArgument naming the first value out of its range.
[[nodiscard]] Status ValidateDisturbances(const Disturbances& disturbances);

}  // namespace loadline::sim
