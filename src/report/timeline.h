// Timeline: the seconds of a run on one time axis, in at most a few hundred columns.
//
// Filled a second at a time, so that memory depends on the number of columns and not on the length
// of the run. Belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/load_line.h"
#include "measure/window.h"
#include "report/run_report.h"
#include "stats/histogram.h"

namespace loadline::report {

/// A step on the axis.
struct TimelineStep {
  int number = 0;
  std::string label;     ///< `202/s`, `120 users`
  bool charted = false;  ///< Worth a label: a probe, glance, proof or the operating load.
  bool closed = false;   ///< Users, not arrivals.
  bool valid = true;
  measure::StepResult result = measure::StepResult::kUndecided;
  Duration begin{};   ///< Since the run's first step.
  Duration issued{};  ///< For so long requests were sent, warm-up included.
  Duration warmup{};
};

/// What happened in one column.
struct TimelineColumn {
  double offered_s = 0.0;   ///< Seconds of sending that `scheduled` and `failed` are of.
  double achieved_s = 0.0;  ///< Seconds that `completed` is of: whole ones, see Timeline::Add.
  std::int64_t scheduled = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t in_flight = 0;     ///< Most at the end of any of its seconds.
  int users = 0;                  ///< Most.
  bool any = false;               ///< A second fell into it.
  measure::Generator generator;   ///< At its worst.
  stats::Histogram response;      ///< Successes, all tasks.
  std::int64_t failures_all = 0;  ///< Beside the histogram: failed, the drain included.

  /// Requests/s; NaN where nothing says so.
  [[nodiscard]] double offered_rps() const;
  [[nodiscard]] double achieved_rps() const;
  [[nodiscard]] double failed_rps() const;
};

class Timeline {
 public:
  static constexpr int kMostColumns = 300;

  /// `steps` in order, the preflight left out.
  explicit Timeline(const std::vector<StepReport>& steps);

  /// Takes a second of step `step`; those of steps that it does not know (the preflight) are left
  /// out. The last second of a step, in which sending stopped, counts for the offered rate by the
  /// part in which requests were sent, and not at all for the achieved one, which the drain would
  /// blow up.
  void Add(int step, const measure::Second& second);

  /// Length of the axis [s]; > 0.
  [[nodiscard]] double seconds() const;
  /// Width of a column, a whole number of seconds.
  [[nodiscard]] int column_seconds() const { return column_s_; }
  [[nodiscard]] const std::vector<TimelineStep>& steps() const { return steps_; }
  [[nodiscard]] const std::vector<TimelineColumn>& columns() const { return columns_; }
  /// Whether any second was added.
  [[nodiscard]] bool empty() const { return columns_.empty(); }
  /// The step that the middle of column `index` lies in, or the last one before; null: none.
  [[nodiscard]] const TimelineStep* StepAt(std::size_t index) const;

 private:
  std::vector<TimelineStep> steps_;
  std::vector<TimelineColumn> columns_;
  int column_s_ = 1;
};

}  // namespace loadline::report
