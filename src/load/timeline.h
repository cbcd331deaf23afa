// Timeline: what all engine threads measured, merged into seconds and into the judged whole.
//
// Belongs to the coordinator's thread. Histograms are merged without loss.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "load/slab.h"
#include "measure/measurement.h"
#include "measure/window.h"
#include "stats/histogram.h"

namespace loadline::load {

class Timeline {
 public:
  /// `thinking`: users with a think time, whose lateness is the think time's overrun.
  Timeline(std::size_t tasks, Duration warmup, bool thinking);

  /// Adds what a thread measured to the second being built and to the whole.
  void Add(const SecondSlab& slab);

  /// Running totals at the end of a second.
  struct Totals {
    std::int64_t scheduled = 0;
    std::int64_t dispatched = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t rejected = 0;
    std::int64_t dropped_rows = 0;
    std::int64_t dropped_events = 0;
    int users = 0;
  };
  /// Completes the second being built; call Next() when done with it. `machine`: throttled (in this
  /// second), descriptors_left and ports_left are taken from it.
  [[nodiscard]] const measure::Second& Close(const Totals& totals,
                                             const measure::Generator& machine);
  /// Begins the next second.
  void Next() { Begin(second_.index + 1); }
  /// The index of the second being built.
  [[nodiscard]] std::int32_t index() const { return second_.index; }

  /// Judged counts and histograms by task.
  [[nodiscard]] const std::vector<TaskCounts>& judged() const { return judged_; }
  /// Lateness, send error, starved requests and the longest turn over the judged seconds (over all
  /// if there is none).
  [[nodiscard]] measure::Generator Lateness() const;
  /// The lateness that more than 1 % of all requests surely had (SurelyBeyond()), in those seconds.
  [[nodiscard]] Duration SurelyLate() const;

 private:
  /// How late requests were taken up.
  struct Late {
    stats::Histogram ready{kLatenessLayout};
    stats::Histogram starved{kLatenessLayout};
    Duration lag_max{};

    void Add(const SecondSlab& slab);
    void Reset();
    void Fill(bool thinking, measure::Generator& generator) const;
    [[nodiscard]] stats::Histogram All() const;
  };
  [[nodiscard]] const Late& Judged() const {
    return late_judged_.ready.count() + late_judged_.starved.count() > 0 ? late_judged_ : late_all_;
  }

  void Begin(std::int32_t index);

  Duration warmup_;
  bool thinking_;
  measure::Second second_;
  Late late_second_;
  Late late_judged_;
  Late late_all_;
  Totals before_;
  std::vector<TaskCounts> judged_;
};

}  // namespace loadline::load
