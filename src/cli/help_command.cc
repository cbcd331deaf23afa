// `loadline help [COMMAND]`.
#include <fmt/core.h>

#include <string>

#include "cli/help.h"
#include "cli/subcommands.h"

namespace loadline::cli {

ExitCode HelpCommand(const Arguments& arguments) {
  if (arguments.positionals.empty()) {
    fmt::print("{}", GeneralHelp());
    return ExitCode::kHeld;
  }
  std::string topic;
  for (const std::string& word : arguments.positionals) {
    topic.append(topic.empty() ? "" : " ").append(word);
  }
  std::string help;
  for (const Command& command : Commands()) {
    if (command.FullName() == topic || command.group == topic) {
      help.append(help.empty() ? "" : "\n").append(HelpFor(command));
    }
  }
  if (help.empty()) {
    return Fail({ErrorCode::kInvalidArgument,
                 fmt::format("no subcommand \"{}\"; loadline --help lists them", topic)});
  }
  fmt::print("{}", help);
  return ExitCode::kHeld;
}

}  // namespace loadline::cli
