// Measurement: what one probe found, complete; the value that search, store and report share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "measure/load.h"
#include "measure/window.h"
#include "stats/histogram.h"

namespace loadline::measure {

/// Why a probe ended.
enum class StopReason {
  kComplete,     ///< Duration or number of requests reached.
  kObserver,     ///< The observer said stop: it knew enough.
  kErrors,       ///< Brake: more than half failed for 2 s.
  kNoReply,      ///< Brake: no reply at all for 2 s.
  kInterrupted,  ///< Ctrl-C or SIGTERM.
  kDataEnded,    ///< Data of order `once` ran out.
};
[[nodiscard]] std::string_view Name(StopReason reason);

/// One task over a probe, warm-up excluded.
struct TaskMeasurement {
  std::string name;
  stats::Histogram response;  ///< Successes, scheduled → done.
  stats::Histogram wire;      ///< Successes, sent → done.
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
};

/// A reason to refuse a measurement: it says something of the generator, not of the target.
struct Refusal {
  std::string reason;  ///< `lateness p99 was 12 ms, allowed 4 ms`
  std::string remedy;  ///< `use --threads 2, or a lower --rate`
};

/// Where the books must balance, each count over the whole probe, warm-up and drain included.
struct Accounts {
  std::int64_t scheduled = 0;  ///< = dispatched + never_dispatched
  std::int64_t dispatched = 0;
  std::int64_t never_dispatched = 0;  ///< Due, but the probe ended first.
  std::int64_t attempts = 0;          ///< = stored + skipped + dropped; >= dispatched (retries).
  std::int64_t stored = 0;            ///< Rows written to the spool.
  std::int64_t skipped = 0;           ///< Rows left out by choice (`--records`).
  std::int64_t dropped = 0;           ///< Rows lost.
  std::int64_t cut = 0;               ///< Of attempts: still in flight when the drain ended.

  [[nodiscard]] bool Balanced() const {
    return scheduled == dispatched + never_dispatched && attempts == stored + skipped + dropped;
  }
};

/// What the pods say of themselves, over a whole probe. Known of simulated services only.
struct PodFacts {
  std::int64_t cpu_periods = 0;        ///< Of a CPU quota: those in which a pod ran.
  std::int64_t throttled_periods = 0;  ///< Of these: those in which it was stopped.
  std::int64_t failures = 0;           ///< Pods that failed…
  std::int64_t lost = 0;               ///< …and requests that were with them, or sent to them.

  void Add(const PodFacts& other) {
    cpu_periods += other.cpu_periods;
    throttled_periods += other.throttled_periods;
    failures += other.failures;
    lost += other.lost;
  }
  void Subtract(const PodFacts& other) {
    cpu_periods -= other.cpu_periods;
    throttled_periods -= other.throttled_periods;
    failures -= other.failures;
    lost -= other.lost;
  }
};

/// The outcome of one probe.
struct Measurement {
  int step = 0;  ///< Number of the probe within its run; 0: preflight.
  Load load;
  UtcTime started{};
  Duration started_after{};  ///< Probe's start, after the run's epoch (Row stamps).
  Duration warmup{};         ///< As done, not as asked.
  Duration measured{};  ///< Length of the judged part: from the warm-up's end to the last issue.
  StopReason stop = StopReason::kComplete;

  // Judged part (arrivals after the warm-up).
  std::int64_t requests = 0;  ///< Arrivals.
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t rejected = 0;  ///< Of failed: status 503.
  Rate offered;               ///< Scheduled per second.
  Rate achieved;              ///< Completed per second, successes or not.
  Rate goodput;               ///< Succeeded within the loosest latency threshold, per second.
  std::vector<TaskMeasurement> tasks;
  std::vector<ErrorTally> errors;
  std::int64_t in_flight_end = 0;  ///< In flight when issuing stopped.

  // Connections.
  std::vector<std::string> addresses;  ///< Where requests really went.
  std::int64_t connections_opened = 0;
  Duration connect_mean{};
  Duration tls_mean{};
  Duration connection_wait_mean{};  ///< dispatched → sent, mean over requests.

  std::optional<PodFacts> pods;

  // Generator.
  Generator generator;
  Accounts accounts;
  bool generator_limited = false;  ///< Closed loop without think time, our CPU at its limit.
  std::vector<Refusal> refusals;   ///< Empty: valid.

  [[nodiscard]] bool valid() const { return refusals.empty(); }
};

}  // namespace loadline::measure
