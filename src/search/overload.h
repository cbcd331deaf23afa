// OverloadWatch: what happens beyond the load line and afterwards: goodput, rejections, recovery.
//
// Watches one probe whose load has three phases: the operating load, the overload, and the
// operating load again. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "measure/measurement.h"
#include "measure/objective.h"
#include "measure/prober.h"
#include "measure/window.h"
#include "stats/histogram.h"

namespace loadline::search {

/// The phases' lengths, whole seconds.
struct OverloadPlan {
  Duration before = 10s;
  Duration during = 30s;
  Duration after = 60s;
  std::vector<measure::Objective> objectives = {};  ///< Those on latency decide what well is.
};

/// What came back in one phase.
struct OverloadPhase {
  double seconds = 0.0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t rejected = 0;  ///< Of failed: status 503.
  stats::Histogram response;  ///< Successes.

  [[nodiscard]] double goodput() const {
    return seconds > 0.0 ? static_cast<double>(succeeded) / seconds : 0.0;
  }
};

struct OverloadFacts {
  OverloadPhase before;
  OverloadPhase during;
  OverloadPhase after;
  /// From the overload's end until the target was well again for kWellSeconds: no failures, and
  /// responses as the objectives ask (without one: as before the overload). To the second; nothing:
  /// it was not well again while it was watched.
  std::optional<Duration> recovery;
};

/// So many good seconds in a row are well.
inline constexpr int kWellSeconds = 3;

class OverloadWatch : public measure::Observer {
 public:
  explicit OverloadWatch(OverloadPlan plan);

  measure::Decision OnWindow(const measure::Window&) override {
    return measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override;

  /// After the probe.
  [[nodiscard]] const OverloadFacts& facts() const { return facts_; }

 private:
  [[nodiscard]] bool IsWell(const measure::Second& second) const;

  // Constant after construction.
  OverloadPlan plan_;
  double quantile_ = 0.95;  ///< That well is judged by…
  Duration limit_{};        ///< …and its limit; 0: as before the overload.
  // The state.
  OverloadFacts facts_;
  int well_ = 0;  ///< Good seconds in a row.
};

}  // namespace loadline::search
