// `loadline scenario show|schema|check`.
#include <fmt/core.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/fetching.h"
#include "cli/session_options.h"
#include "cli/subcommands.h"
#include "scenario/build.h"
#include "scenario/schema.h"
#include "scenario/show.h"

namespace loadline::cli {
namespace {

std::string Counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

ExitCode ScenarioCommand(const Arguments& arguments) {
  if (arguments.command == CommandId::kScenarioSchema) {
    fmt::print("{}", scenario::JsonSchema());
    return ExitCode::kHeld;
  }
  std::vector<scenario::Fault> faults;
  scenario::Input input;
  input.command = scenario::Command::kShow;
  input.subject = arguments.positionals.front();
  input.settings = ReadSettings(arguments, faults);
  const scenario::Built built = scenario::Build(input, FetchingSurroundings());
  faults.insert(faults.end(), built.faults.begin(), built.faults.end());
  if (!faults.empty()) {
    return Fail({ErrorCode::kInvalidArgument, scenario::Format(faults)});
  }
  if (arguments.command == CommandId::kScenarioCheck) {
    fmt::print("{} is right: {}, {}, {}\n", built.scenario.source,
               Counted(built.scenario.tasks.size(), "task"),
               Counted(built.scenario.data.size(), "data set"),
               Counted(built.scenario.objectives.size(), "objective"));
  } else {
    fmt::print("{}", scenario::Show(built.scenario));
  }
  for (const std::string& note : built.notes) {
    fmt::print(stderr, "{}\n", note);
  }
  return ExitCode::kHeld;
}

}  // namespace loadline::cli
