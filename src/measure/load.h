// Load: what to apply to the target in one probe, as a plain value.
//
// Written by the command line or by a search, read by whatever applies it (load, fleet, sim).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <variant>

#include "arrival/profile.h"
#include "arrival/schedule.h"
#include "arrival/trace.h"
#include "base/units.h"

namespace loadline::measure {

/// When requests become due in an open loop.
enum class Arrivals {
  kPoisson,   ///< Independent arrivals, as many unrelated callers make them. The default of `find`.
  kConstant,  ///< Evenly spaced.
  kRecorded,  ///< At the times of a trace.
};

/// How a user's pause between an answer and the next request is distributed.
enum class ThinkLaw {
  kExponential,  ///< With the stated mean. The default: §3b of the level-crossing test needs it.
  kConstant,     ///< Always the stated length.
};

/// Open loop: requests become due whatever the target does.
struct OpenLoad {
  Rate rate;  ///< > 0; where it changes: its mean.
  Arrivals arrivals = Arrivals::kPoisson;
  std::shared_ptr<const arrival::Profile> profile =
      nullptr;                                            ///< How it changes; null: it does not.
  std::shared_ptr<const arrival::Trace> trace = nullptr;  ///< kRecorded: what is replayed.

  friend bool operator==(const OpenLoad& a, const OpenLoad& b);
};

/// Closed loop: each user sends, waits for the answer, thinks, and sends again.
struct ClosedLoad {
  int users = 1;                      ///< >= 1
  Rate spawn;                         ///< Users started per second; 0: all at once.
  Duration think = Duration::zero();  ///< Mean pause after an answer; 0: none.
  ThinkLaw law = ThinkLaw::kExponential;
  /// How many of `users` take part, over time; null: all of them, always.
  std::shared_ptr<const arrival::Profile> profile = nullptr;

  friend bool operator==(const ClosedLoad& a, const ClosedLoad& b);
};

/// One probe's load. Issuing stops at warmup + duration or after `requests`, whichever is first.
struct Load {
  std::variant<OpenLoad, ClosedLoad> shape = ClosedLoad{};
  Duration warmup = Duration::zero();  ///< At the beginning; recorded, flagged, not judged.
  Duration duration = 30s;             ///< After the warm-up; Duration::max(): until stopped.
  std::int64_t requests = 0;           ///< Total over all tasks, warm-up included; 0: no limit.
  std::uint64_t seed = 1;              ///< Replays arrivals, think times, tasks and data.
  /// The load in words, where the rest no longer says it: a replay that was read back from the
  /// store, which does not keep its times. Empty: Describe() makes them.
  std::string words = {};

  [[nodiscard]] bool open() const { return std::holds_alternative<OpenLoad>(shape); }
  /// Neither rate nor users change: what a steady state can be spoken of.
  [[nodiscard]] bool steady() const;

  friend bool operator==(const Load&, const Load&) = default;
};

/// When the requests of an open loop are due. Depends on load and seed only.
[[nodiscard]] arrival::Schedule ScheduleOf(const OpenLoad& load, std::uint64_t seed);

/// How many arrivals there are at all: as many as a trace has, else without limit.
[[nodiscard]] std::uint64_t ArrivalsOf(const OpenLoad& load);

/// When user `user` (0, 1, 2…) begins, as an offset from the start; arrival::kNever: not at all.
[[nodiscard]] Duration StartOf(const ClosedLoad& load, std::int64_t user);

/// How many users take part at an offset from the start.
[[nodiscard]] std::int64_t UsersAt(const ClosedLoad& load, Duration at);

/// A user who could go on `at` an offset from the start: when it does, which is later where its
/// part of the load pauses; arrival::kNever: it has ended.
[[nodiscard]] Duration GoesOnAt(const ClosedLoad& load, std::int64_t user, Duration at);

/// `202/s, Poisson` or `120 users, think 1 s`: the load in a few words.
[[nodiscard]] std::string Describe(const Load& load);

}  // namespace loadline::measure
