// Pacing: how many threads, and how they wait for the next due time.
//
// The choice is a pure function of what the machine offers; only MachineCpus() looks at it.
#pragma once

#include <optional>
#include <string_view>

#include "base/units.h"
#include "load/engine.h"

namespace loadline::load {

/// What the machine offers this process.
struct Cpus {
  int usable = 1;               ///< CPUs that the process may run on (affinity).
  std::optional<double> limit;  ///< CPUs at a time that its cgroup allows; nothing: all.

  /// The CPUs that can really be used at a time.
  [[nodiscard]] double effective() const {
    return limit && *limit < usable ? *limit : static_cast<double>(usable);
  }
};
[[nodiscard]] Cpus MachineCpus();

/// How the engine runs.
struct PacingChoice {
  int threads = 1;
  Pacing pacing = Pacing::kTimer;  ///< Never kAuto.
  std::string_view reason;         ///< Why, where kAuto was asked for; empty otherwise.
};

/// Resolves what was asked (`threads` 0 and kAuto: we choose).
///
/// Threads: one per usable CPU but one, at least 1; 1 against a loopback target, which needs the
/// rest. Pacing: spinning takes a whole CPU per thread, so timer where that would starve somebody:
/// below two whole CPUs, under a cgroup's CPU limit (spinning uses the quota up), or beside a
/// loopback target unless there is a CPU for every thread, one for the target and one for the rest.
[[nodiscard]] PacingChoice ChoosePacing(int threads, Pacing pacing, const Cpus& cpus,
                                        bool loopback_target);

/// Asks the scheduler to run the calling thread in short turns: it then gets the CPU sooner when it
/// wakes up beside busy neighbours, and not more of it (Linux 6.12 and later; elsewhere: nothing).
/// Beside two busy loops on two CPUs it took a third off the lateness p99 of a timer at 1,000/s.
void AskForShortTurns();

/// When a thread that has nothing to do until `due` should wake up: `due` itself, or early enough
/// to spin the rest of the way. Instant::max() stays.
[[nodiscard]] inline Instant WakeFor(Pacing pacing, Instant now, Instant due) {
  /// Sleeping overshoots by 20 to 70 us (p50 to p99) on the machines measured; this covers it.
  constexpr Duration kSpin = 100us;
  if (pacing == Pacing::kTimer || due == Instant::max()) {
    return pacing == Pacing::kBusy ? now : due;
  }
  return pacing == Pacing::kBusy || due - now <= kSpin ? now : due - kSpin;
}

}  // namespace loadline::load
