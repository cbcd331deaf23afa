#include "cli/program.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdio>
#include <string_view>

#include "cli/help.h"
#include "cli/subcommands.h"

namespace loadline::cli {
namespace {

ExitCode Dispatch(const Arguments& arguments) {
  switch (arguments.command) {
    case CommandId::kRun:
    case CommandId::kSimulate:
      return RunCommand(arguments);
    case CommandId::kFind:
      return FindCommand(arguments);
    case CommandId::kVerify:
      return VerifyCommand(arguments);
    case CommandId::kAb:
      return AbCommand(arguments);
    case CommandId::kStandin:
      return StandinCommand(arguments);
    case CommandId::kScenarioShow:
    case CommandId::kScenarioSchema:
    case CommandId::kScenarioCheck:
      return ScenarioCommand(arguments);
    case CommandId::kScenarioFrom:
      return ScenarioFromCommand(arguments);
    case CommandId::kRunsList:
    case CommandId::kRunsShow:
    case CommandId::kRunsRemove:
    case CommandId::kRunsExport:
    case CommandId::kRunsTag:
    case CommandId::kRunsNote:
    case CommandId::kRunsPrune:
      return RunsCommand(arguments);
    case CommandId::kReport:
      return ReportCommand(arguments);
    case CommandId::kRunsCurl:
      return RunsCurlCommand(arguments);
    case CommandId::kQuery:
      return QueryCommand(arguments);
    case CommandId::kCompare:
      return CompareCommand(arguments);
    case CommandId::kSize:
      return SizeCommand(arguments);
    case CommandId::kVersion:
      return VersionCommand();
    case CommandId::kCompletion:
      return CompletionCommand(arguments);
    case CommandId::kHelp:
      return HelpCommand(arguments);
  }
  return ExitCode::kBadInput;
}

}  // namespace

ExitCode Fail(const Error& error) {
  std::string_view rest = error.message;
  std::fflush(stdout);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    fmt::print(stderr, "loadline: {}\n", rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return ForError(error.code);
}

int Main(const std::vector<std::string>& words) {
  const Result<Arguments> arguments = ParseArguments(words);
  if (!arguments) {
    return ToInt(Fail(arguments.error()));
  }
  if (arguments->help) {
    fmt::print("{}", HelpFor(Get(arguments->command)));
    return ToInt(ExitCode::kHeld);
  }
  return ToInt(Dispatch(*arguments));
}

}  // namespace loadline::cli
