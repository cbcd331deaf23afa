// Window: what an observer is told every 100 ms of probe time; Second: the timeline's bucket.
//
// Windows are the data of the sequential tests: arrivals and departures in time order, merged over
// threads (and machines), so that the number in flight is exact at every event.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "stats/histogram.h"

namespace loadline::measure {

enum class EventKind : std::uint8_t {
  kArrival,    ///< A request became due (open loop) or its user became ready (closed loop).
  kDeparture,  ///< It ended: answered, failed or cut.
};

/// One arrival or departure. In every window the events are in time order (arrivals before
/// departures at equal times); departures of requests that arrived in earlier windows are normal.
struct Event {
  Duration at{};              ///< Since the probe's start.
  std::uint32_t request = 0;  ///< Arrivals are numbered 0, 1, 2… in time order over the probe; a
                              ///< departure carries the number of its arrival.
  std::uint16_t task = 0;
  EventKind kind = EventKind::kArrival;
  ErrorKind error = ErrorKind::kNone;  ///< Departures only; kNone: it succeeded.
};
static_assert(sizeof(Event) == 16);

/// Running totals of a probe, warm-up included.
struct Progress {
  std::int64_t scheduled = 0;   ///< Requests that became due.
  std::int64_t dispatched = 0;  ///< Of them taken up by the engine.
  std::int64_t completed = 0;   ///< Of them ended, in whatever way.
  std::int64_t failed = 0;      ///< Of completed: with an error.
  std::int64_t rejected = 0;    ///< Of failed: status 503.
  std::int64_t in_flight = 0;   ///< scheduled − completed: the backlog, whoever causes it.
  int users = 0;                ///< Closed loop: users started so far.
  int connections = 0;          ///< Open connections now.
};

/// How the generator itself did, in one second or over a probe.
struct Generator {
  Duration lateness_p50{};  ///< dispatched − scheduled.
  Duration lateness_p99{};
  Duration lateness_max{};
  Duration send_error_p50{};  ///< sent − scheduled of requests that found a connection ready.
  Duration send_error_p99{};
  std::int64_t starved = 0;   ///< Requests that found no connection ready when due.
  Duration loop_lag_max{};    ///< Longest turn of an engine loop.
  double cpu_busiest = 0.0;   ///< Busiest engine thread: CPU without spinning, share of a core.
  double spin_busiest = 0.0;  ///< The same thread: share of a core spent on spinning.
  double think_overrun_p99_s = 0.0;  ///< Closed loop: how much later than asked users went on.
  Duration throttled{};              ///< Our own cgroup was throttled for so long.
  std::int64_t dropped_records = 0;  ///< Rows lost because the spool was full or the disk was.
  std::int64_t dropped_events = 0;   ///< Events lost on the way to the observer: no test may judge.
  std::int64_t descriptors_left = 0;  ///< −1: unknown.
  std::int64_t ports_left = 0;        ///< −1: unknown (there is no /proc).

  /// Takes over from `other`, a further second or probe, whatever is worse there; losses, starved
  /// requests and throttling are added.
  void Worsen(const Generator& other);
};

/// One task in one second: every departure in it, by done stamp. Successes only in the histograms.
struct TaskSecond {
  stats::Histogram response;  ///< scheduled → done
  stats::Histogram wire;      ///< sent → done
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::array<std::int64_t, kErrorKinds> failures{};  ///< `failed`, by kind of error.
};

/// One second of a probe, complete (every event before its end has been seen).
struct Second {
  std::int32_t index = 0;      ///< 0 is the first second of the probe.
  bool warmup = false;         ///< It began within the warm-up.
  std::int64_t scheduled = 0;  ///< In this second, as are the following.
  std::int64_t dispatched = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t rejected = 0;
  std::int64_t in_flight = 0;  ///< At its end.
  int users = 0;               ///< At its end.
  Generator generator;
  std::vector<TaskSecond> tasks;  ///< By index of the task.
};

/// The span (begin, end] of a probe, as far as every thread has reported it.
struct Window {
  Duration begin{};
  Duration end{};                 ///< The watermark: no event up to here is missing.
  std::span<const Event> events;  ///< Empty unless Observer::WantsEvents(). Valid during the call.
  const Progress& progress;       ///< At `end`.
};

}  // namespace loadline::measure
