// `loadline run`: one load, watched, judged, stored.
#include <optional>
#include <string>
#include <utility>

#include "cli/probe_watcher.h"
#include "cli/session.h"
#include "cli/subcommands.h"
#include "cli/verdict.h"
#include "search/judge.h"

namespace loadline::cli {
namespace {

report::PlanFacts PlanOf(const scenario::Scenario& scenario) {
  report::PlanFacts plan;
  plan.load = measure::Describe(scenario.load);
  if (scenario.load.duration != Duration::max()) {
    plan.time = scenario.load.warmup + scenario.load.duration;
  }
  plan.requests = scenario.load.requests;
  return plan;
}

search::JudgeOptions JudgeOptionsFor(const Session& session) {
  search::JudgeOptions options;
  options.objectives = session.scenario().objectives;
  options.tasks = session.TaskNames();
  options.load = session.scenario().load;
  options.alpha = 1.0 - session.scenario().find.confidence;
  options.alone = session.alone();
  options.stop_when_decided = false;
  return options;
}

}  // namespace

ExitCode RunCommand(const Arguments& arguments) {
  Session session(arguments, scenario::Command::kRun);
  if (const std::optional<ExitCode> over = session.Open(PlanOf)) {
    return *over;
  }
  const measure::Load& load = session.scenario().load;
  session.BeginStep(1, "probe", load);
  ProbeWatcher watcher(session, 1, PlanOf(session.scenario()).time);
  search::Judge judge(JudgeOptionsFor(session));
  search::Both both(judge, watcher);
  const bool judged = !session.scenario().objectives.empty();
  measure::Observer& observer = judged ? static_cast<measure::Observer&>(both) : watcher;
  Result<measure::Measurement> measurement = session.engine().Probe(load, observer);
  if (!measurement) {
    return session.CloseWith(measurement.error());
  }
  judge.Finish();
  session.report().objectives = judged ? judge.Results() : std::vector<measure::ObjectiveResult>{};
  const ExitCode code = CodeOf(*measurement, session.report().objectives);
  const measure::SearchStep step = StepOf(*measurement, session.report().objectives, code);
  session.FinishStep({"probe", *std::move(measurement), step});
  return session.Close(code, Summary(code, session.report().objectives));
}

}  // namespace loadline::cli
