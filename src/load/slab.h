// SecondSlab: everything one engine thread measured in one second, handed over as a whole.
//
// Each thread has two: it fills one while the coordinator reads the other. `lent` says whose it is.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "stats/histogram.h"

namespace loadline::load {

/// Lateness and send errors: from 16 ns on, two digits, 16 KiB.
inline constexpr stats::HistogramLayout kLatenessLayout{
    .lowest = Duration(16), .highest = std::chrono::hours(1), .digits = 2};

/// One task's departures of one kind (judged, or warm-up). Histograms hold successes.
struct TaskCounts {
  stats::Histogram response;
  stats::Histogram wire;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::array<std::int64_t, measure::kErrorKinds> failures{};  // `failed`, by kind of error.

  void Add(const TaskCounts& other) {
    response.Add(other.response);
    wire.Add(other.wire);
    succeeded += other.succeeded;
    failed += other.failed;
    for (std::size_t kind = 0; kind < failures.size(); ++kind) {
      failures[kind] += other.failures[kind];
    }
  }
  void Reset() {
    response.Reset();
    wire.Reset();
    succeeded = 0;
    failed = 0;
    failures.fill(0);
  }
};

struct SecondSlab {
  SecondSlab(std::size_t tasks, bool with_warmup)
      : judged(tasks), warmup(with_warmup ? tasks : 0) {}

  void Reset() {
    for (TaskCounts& counts : judged) {
      counts.Reset();
    }
    for (TaskCounts& counts : warmup) {
      counts.Reset();
    }
    ready_lateness.Reset();
    starved_lateness.Reset();
    loop_lag_max = Duration::zero();
    cpu = Duration::zero();
    spin = Duration::zero();
    covered = Duration::zero();
  }

  std::int32_t second = 0;         // The (first) second that it is about.
  std::vector<TaskCounts> judged;  // By task: requests that arrived after the warm-up.
  std::vector<TaskCounts> warmup;  // By task; empty if there is no warm-up.
  stats::Histogram ready_lateness{kLatenessLayout};    // A connection was ready: the send error.
  stats::Histogram starved_lateness{kLatenessLayout};  // None was.
  Duration loop_lag_max{};
  Duration cpu{};      // CPU time of the thread…
  Duration spin{};     // …and how much of it was spinning.
  Duration covered{};  // The time that both are about.

  // Crosses threads: true while the coordinator reads it.
  std::atomic<bool> lent{false};
};

}  // namespace loadline::load
