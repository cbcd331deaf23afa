// ProbeWatch: sits between a probe of a search and its judge: passes windows on, tells the
// listener, and stops the probe when it has served its purpose. Internal to find. One thread.
#pragma once

#include "base/units.h"
#include "measure/measurement.h"
#include "measure/prober.h"
#include "measure/window.h"
#include "search/find.h"
#include "search/judge.h"

namespace loadline::search {

/// When a probe ends, verdict or not.
struct WatchPlan {
  StepKind kind = StepKind::kProof;
  Duration limit{};               ///< Longest time to issue requests…
  Duration last{};                ///< …or this long, where that is about to bring a verdict.
  double planned_requests = 0.0;  ///< Proofs: what it should cost…
  double distance = 0.0;          ///< …at this (logarithmic) distance from the line.
  Duration glance_least{};        ///< Glances: shortest time before `clear`.
};

/// Why the watch stopped the probe.
enum class WatchEnd {
  kNone,         ///< It did not.
  kJudged,       ///< The judge has decided.
  kClear,        ///< A glance saw nothing wrong.
  kNear,         ///< A glance is near the line: time for proofs.
  kTooDear,      ///< The load is so near the line that a verdict would cost far more than planned.
  kTime,         ///< The limit.
  kInterrupted,  ///< The listener said so.
};

class ProbeWatch : public measure::Observer {
 public:
  ProbeWatch(Judge& judge, FindListener& listener, const StepLive& live, const WatchPlan& plan)
      : judge_(judge), listener_(listener), live_(live), plan_(plan) {}

  measure::Decision OnWindow(const measure::Window& window) override;
  void OnSecond(const measure::Second& second) override;
  [[nodiscard]] bool WantsEvents() const override { return true; }

  [[nodiscard]] WatchEnd end() const { return end_; }
  /// Probe time so far, the drain included.
  [[nodiscard]] Duration elapsed() const { return elapsed_; }

 private:
  [[nodiscard]] WatchEnd Examine(const measure::Window& window) const;
  [[nodiscard]] WatchEnd Proof(const measure::Window& window) const;
  [[nodiscard]] WatchEnd Glance(const measure::Window& window) const;

  Judge& judge_;
  FindListener& listener_;
  const StepLive& live_;
  WatchPlan plan_;
  WatchEnd end_ = WatchEnd::kNone;
  Duration elapsed_{};
};

}  // namespace loadline::search
