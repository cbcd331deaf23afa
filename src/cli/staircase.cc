#include "cli/staircase.h"

#include <fmt/core.h>

#include <string>
#include <utility>
#include <variant>

#include "cli/find_watcher.h"
#include "search/staircase.h"

namespace loadline::cli {
namespace {

constexpr std::int64_t kRequestsPerStep = 1000;

search::StaircaseOptions OptionsFor(const Session& session) {
  const scenario::Scenario& scenario = session.scenario();
  search::StaircaseOptions options;
  options.start = scenario.find.start;
  options.step = scenario.find.step;
  options.max = static_cast<int>(scenario.find.max);
  options.repeat = scenario.find.repeat;
  options.budget = scenario.find.budget;
  options.requests = scenario.load.requests > 0 ? scenario.load.requests : kRequestsPerStep;
  const auto& closed = std::get<measure::ClosedLoad>(scenario.load.shape);
  options.think = closed.think;
  options.think_law = closed.law;
  options.objectives = scenario.objectives;
  options.tasks = session.TaskNames();
  options.seed = scenario.load.seed;
  return options;
}

ExitCode CodeOf(measure::StaircaseEnd end) {
  using measure::StaircaseEnd;
  switch (end) {
    case StaircaseEnd::kAgreed:
    case StaircaseEnd::kCeiling:
      return ExitCode::kHeld;
    case StaircaseEnd::kFloor:
      return ExitCode::kBroken;
    case StaircaseEnd::kNotAgreed:
    case StaircaseEnd::kBudget:
      return ExitCode::kUndecided;
    case StaircaseEnd::kGeneratorLimited:
      return ExitCode::kRefused;
    case StaircaseEnd::kInterrupted:
      return ExitCode::kInterrupted;
    case StaircaseEnd::kNeverAnswered:
      return ExitCode::kNeverAnswered;
  }
  return ExitCode::kUndecided;
}

std::string Summary(const measure::Staircase& staircase) {
  if (const std::optional<int> users = staircase.Users()) {
    return fmt::format("{}{} users without errors",
                       staircase.end == measure::StaircaseEnd::kCeiling ? "at least " : "", *users);
  }
  return fmt::format("staircase: {}", measure::Name(staircase.end));
}

}  // namespace

ExitCode ClimbStaircase(Session& session) {
  FindWatcher watcher(session);
  watcher.SayTableHeader();
  Result<search::StaircaseResult> climbed =
      search::Climb(session.prober(), OptionsFor(session), watcher);
  if (!climbed) {
    return session.CloseWith(climbed.error());
  }
  session.Say("\n");
  ExitCode code = CodeOf(climbed->staircase.end);
  if (session.interrupted()) {
    code = Strongest({code, ExitCode::kInterrupted});
  }
  const std::string summary = Summary(climbed->staircase);
  session.report().staircase = std::move(climbed->staircase);
  return session.Close(code, summary);
}

}  // namespace loadline::cli
