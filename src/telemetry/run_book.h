// RunBook: the running totals of a run, second by second, for whoever looks at it from outside
// while it goes on.
//
// The thread that calls Probe() writes, once a second; any thread reads. Both hold a lock for some
// tens of microseconds; the engine's threads never see it.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "measure/load.h"
#include "measure/window.h"
#include "telemetry/metric.h"

namespace loadline::telemetry {

/// What does not change while a run goes on.
struct RunFacts {
  std::string id;
  std::string command;  ///< `run`, `find`, `verify`
  std::string label;
  std::string version;
  std::string target;  ///< `POST http://…`, secrets redacted.
  UtcTime started{};
  std::vector<std::string> tasks;  ///< Names by index.
};

/// Labels of every sample of a run: its label, where it has one.
[[nodiscard]] Labels CommonLabels(const std::string& run_label);

class RunBook {
 public:
  explicit RunBook(RunFacts facts);

  /// A step begins: `purpose` as in the run document.
  void BeginStep(int step, std::string_view purpose, const measure::Load& load);
  /// A second of it is over, warm-up included.
  void AddSecond(const measure::Second& second);
  /// Nothing more will come; `results` (from ResultMetrics()) are shown from here on.
  void End(UtcTime when, std::vector<Metric> results);

  /// Everything as it is now: counts since the run's start, gauges of the latest second, and the
  /// results once it has ended. Metrics without any sample are left out.
  [[nodiscard]] std::vector<Metric> Metrics() const;

  [[nodiscard]] const RunFacts& facts() const { return facts_; }

 private:
  struct TaskTotals {
    stats::Histogram response;
    stats::Histogram wire;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::array<std::int64_t, measure::kErrorKinds> failures{};
  };
  /// A copy of what changes.
  struct State {
    std::vector<TaskTotals> tasks;
    std::int64_t scheduled = 0;
    std::int64_t dropped_records = 0;
    int step = -1;  // -1: none has begun.
    std::string purpose;
    double rate = 0.0;  // Of the step's load; 0: closed loop.
    // Of the latest second.
    bool any_second = false;
    double offered = 0.0;
    double achieved = 0.0;
    std::int64_t in_flight = 0;
    int users = 0;
    measure::Generator generator;
    // Of the end.
    bool ended = false;
    UtcTime end{};
    std::vector<Metric> results;
  };

  void AddCounts(const State& state, std::vector<Metric>& metrics) const;
  static void AddGauges(const State& state, std::vector<Metric>& metrics);

  // Constant after construction.
  RunFacts facts_;
  // Crosses threads.
  mutable std::mutex mutex_;
  State state_;  // Guarded by mutex_.
};

}  // namespace loadline::telemetry
