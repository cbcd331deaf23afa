// `loadline find`: the load line of a target.
#include "search/find.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "cli/find_watcher.h"
#include "cli/search_once.h"
#include "cli/session.h"
#include "cli/staircase.h"
#include "cli/subcommands.h"
#include "cli/vary.h"
#include "cli/verdict.h"
#include "report/text.h"

namespace loadline::cli {
namespace {

search::FindOptions OptionsFor(const Session& session) {
  const scenario::Scenario& scenario = session.scenario();
  search::FindOptions options;
  options.axis = scenario.find.by;
  options.objectives = scenario.objectives;
  options.tasks = session.TaskNames();
  options.max = scenario.find.max;
  options.budget = scenario.find.budget;
  options.confidence = scenario.find.confidence;
  options.precision = scenario.find.precision;
  options.covers = scenario.find.covers;
  options.warmup = scenario.load.warmup;
  options.seed = scenario.load.seed;
  options.earlier = session.earlier();
  if (const auto* open = std::get_if<measure::OpenLoad>(&scenario.load.shape)) {
    options.arrivals = open->arrivals;
  } else {
    const auto& closed = std::get<measure::ClosedLoad>(scenario.load.shape);
    options.think = closed.think;
    options.think_law = closed.law;
  }
  return options;
}

/// Requests/s that the steps at so many users achieved, on average.
std::optional<double> AchievedAt(const report::RunReport& report, double level) {
  double sum = 0.0;
  int steps = 0;
  for (const report::StepReport& step : report.steps) {
    if (step.verdict.level == level && report::InStepTable(step)) {
      sum += step.measurement.achieved.per_second;
      ++steps;
    }
  }
  return steps > 0 ? std::optional(sum / steps) : std::nullopt;
}

/// The line, or without objectives the saturation, as requests/s.
std::optional<double> RateOf(const measure::LoadLine& line, const report::RunReport& report) {
  if (line.axis == measure::SearchAxis::kUsers) {
    return line.held ? AchievedAt(report, *line.held) : std::nullopt;
  }
  return line.Reached();
}

std::optional<double> CleanRate(const report::RunReport& report) {
  const std::optional<int> users =
      report.staircase ? report.staircase->Users() : std::optional<int>();
  return users ? AchievedAt(report, *users) : std::nullopt;
}

/// Finds the load line and closes the session with it.
ExitCode Bisect(Session& session) {
  FindWatcher watcher(session);
  Result<measure::LoadLine> line = search::Find(session.prober(), OptionsFor(session), watcher);
  if (!line) {
    return session.CloseWith(line.error());
  }
  session.Say("\n");
  ExitCode code = CodeOf(*line);
  if (session.interrupted()) {
    code = Strongest({code, ExitCode::kInterrupted});
  }
  const std::string summary = Summary(*line);
  session.report().load_line = *std::move(line);
  return session.Close(code, summary);
}

}  // namespace

Searched SearchOnce(const Arguments& arguments, DocumentBy by) {
  Session session(arguments, scenario::Command::kFind);
  if (by == DocumentBy::kCaller) {
    session.LeaveDocument();
  }
  if (const std::optional<ExitCode> over = session.Open(FindPlanOf)) {
    return {.code = *over};
  }
  Searched searched{.run = session.report().id, .alone = session.alone()};
  if (session.scenario().find.strategy == scenario::Strategy::kStaircase) {
    searched.code = ClimbStaircase(session);
    searched.rate = CleanRate(session.report());
  } else {
    searched.code = Bisect(session);
    if (const std::optional<measure::LoadLine>& line = session.report().load_line) {
      searched.rate = RateOf(*line, session.report());
    }
  }
  searched.report = std::move(session.report());
  return searched;
}

ExitCode FindCommand(const Arguments& arguments) {
  return arguments.Has("--vary") ? VaryField(arguments) : SearchOnce(arguments).code;
}

}  // namespace loadline::cli
