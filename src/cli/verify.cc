// `loadline verify`: does the target hold its objectives at this load?
#include "search/verify.h"

#include <optional>
#include <utility>

#include "cli/probe_watcher.h"
#include "cli/session.h"
#include "cli/subcommands.h"
#include "cli/verdict.h"

namespace loadline::cli {
namespace {

report::PlanFacts PlanOf(const scenario::Scenario& scenario) {
  report::PlanFacts plan;
  plan.load = measure::Describe(scenario.load);
  plan.time = scenario.find.budget;
  return plan;
}

search::VerifyOptions OptionsFor(const Session& session) {
  const scenario::Scenario& scenario = session.scenario();
  search::VerifyOptions options;
  options.objectives = scenario.objectives;
  options.tasks = session.TaskNames();
  options.load = scenario.load;
  options.budget = scenario.find.budget;
  options.confidence = scenario.find.confidence;
  options.covers = scenario.find.covers;
  options.alone = session.alone();
  return options;
}

}  // namespace

ExitCode VerifyCommand(const Arguments& arguments) {
  Session session(arguments, scenario::Command::kVerify);
  if (const std::optional<ExitCode> over = session.Open(PlanOf)) {
    return *over;
  }
  session.BeginStep(1, "probe", session.scenario().load);
  ProbeWatcher watcher(session, 1, session.scenario().find.budget);
  Result<search::VerifyResult> verified =
      search::Verify(session.prober(), OptionsFor(session), watcher);
  if (!verified) {
    return session.CloseWith(verified.error());
  }
  search::VerifyResult& result = *verified;
  session.report().objectives = result.objectives;
  session.report().verify = report::VerifyVerdict{
      result.state,   result.test,  result.backlog_grows, result.covers_periods_below,
      result.binding, result.cause,
  };
  const bool limited =
      result.measurement.generator_limited && result.state != measure::ObjectiveState::kHeld;
  const ExitCode code = Strongest({CodeOf(result.measurement), ForObjective(result.state),
                                   limited ? ExitCode::kRefused : ExitCode::kHeld});
  const measure::SearchStep step = StepOf(result.measurement, result.objectives, code);
  session.FinishStep({"probe", std::move(result.measurement), step});
  return session.Close(code, Summary(code, result.objectives));
}

}  // namespace loadline::cli
