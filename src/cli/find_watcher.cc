#include "cli/find_watcher.h"

#include <fmt/core.h>

#include <utility>

#include "base/units_text.h"
#include "measure/load.h"

namespace loadline::cli {
namespace {

const char* PurposeOf(search::StepKind kind) {
  switch (kind) {
    case search::StepKind::kAlone:
      return "alone";
    case search::StepKind::kGlance:
      return "glance";
    case search::StepKind::kProof:
      return "proof";
    case search::StepKind::kRecovery:
      return "recovery";
    case search::StepKind::kOperating:
      return "operating";
    case search::StepKind::kStair:
      return "stair";
  }
  return "probe";
}

}  // namespace

report::PlanFacts FindPlanOf(const scenario::Scenario& scenario) {
  report::PlanFacts plan;
  plan.axis = scenario.find.by;
  plan.max = scenario.find.max;
  plan.time = scenario.find.budget;
  return plan;
}

FindWatcher::FindWatcher(Session& session) : session_(session) {
  table_.axis = session.scenario().find.by;
  table_.quantile = report::ShownQuantile(session.scenario().objectives);
}

void FindWatcher::OnPlan(const search::FindPlan& plan) {
  report::PlanFacts facts = FindPlanOf(session_.scenario());
  facts.expected_width = plan.expected_width;
  facts.precision = plan.precision;
  facts.precision_cost = plan.precision_cost;
  session_.Say(report::PlanText(facts, session_.style()));
  SayTableHeader();
}

void FindWatcher::SayTableHeader() {
  session_.Say(fmt::format("\n{}", report::StepTableHeader(table_, session_.style())));
}

void FindWatcher::OnStepStart(const search::StepStart& start) {
  step_ = start.number;
  session_.BeginStep(start.number, PurposeOf(start.kind), start.load);
  session_.display().Start(
      fmt::format("{} {}: {}", PurposeOf(start.kind), start.number, measure::Describe(start.load)),
      session_.scenario().find.budget, start.load.open());
}

measure::Decision FindWatcher::OnLive(const search::StepLive& live) {
  session_.display().SetBracket(live.held, live.broken);
  session_.display().SetElapsedBefore(live.spent - live.window.end);
  session_.display().OnWindow(live.window);
  return session_.interrupted() ? measure::Decision::kStop : measure::Decision::kContinue;
}

void FindWatcher::OnSecond(const measure::Second& second) {
  session_.display().OnSecond(second);
  session_.AddSecond(step_, second);
}

void FindWatcher::OnStepEnd(const search::StepEnd& end) {
  report::StepReport step{PurposeOf(end.start.kind), end.measurement, end.step};
  if (report::InStepTable(step)) {
    session_.Say(report::StepTableRow(table_, step, session_.style()));
  }
  session_.FinishStep(std::move(step));
}

void FindWatcher::OnRecovered(Duration waited, bool recovered) {
  if (!recovered) {
    session_.Say(fmt::format("           not well again after {}\n", FormatDuration(waited)));
  } else if (waited > 1s) {
    session_.Say(fmt::format("           well again after {}\n", FormatDuration(waited)));
  }
}

}  // namespace loadline::cli
