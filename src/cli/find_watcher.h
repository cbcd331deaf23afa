// FindWatcher: shows and stores a search while it goes on, whatever its strategy.
//
// Belongs to the main thread.
#pragma once

#include "cli/session.h"
#include "measure/measurement.h"
#include "measure/window.h"
#include "report/run_report.h"
#include "report/text.h"
#include "scenario/model.h"
#include "search/find.h"

namespace loadline::cli {

/// What a search is going to do, as far as the scenario says it.
[[nodiscard]] report::PlanFacts FindPlanOf(const scenario::Scenario& scenario);

class FindWatcher : public search::FindListener {
 public:
  /// `session` must outlive it.
  explicit FindWatcher(Session& session);

  /// The line above the first step. OnPlan() does it for a search that has a plan.
  void SayTableHeader();

  void OnPlan(const search::FindPlan& plan) override;
  void OnStepStart(const search::StepStart& start) override;
  measure::Decision OnLive(const search::StepLive& live) override;
  void OnSecond(const measure::Second& second) override;
  void OnStepEnd(const search::StepEnd& end) override;
  void OnRecovered(Duration waited, bool recovered) override;

 private:
  Session& session_;
  report::StepTable table_;
  int step_ = 0;
};

}  // namespace loadline::cli
