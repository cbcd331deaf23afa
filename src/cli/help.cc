#include "cli/help.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

namespace loadline::cli {
namespace {

constexpr std::size_t kIndent = 2;

std::string Left(const Flag& flag) {
  return fmt::format("{}{}{}{}{}", flag.brief.empty() ? "    " : flag.brief,
                     flag.brief.empty() ? "" : ", ", flag.name, flag.value.empty() ? "" : " ",
                     flag.value);
}

std::string Indented(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result.append(kIndent, ' ').append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string Usage(const Command& command) {
  std::string usage = "usage: loadline " + command.FullName();
  for (const Positional& positional : command.positionals) {
    usage += fmt::format(fmt::runtime(positional.required ? " {}{}" : " [{}{}]"), positional.name,
                         positional.many ? "…" : "");
  }
  return usage + (command.groups.empty() ? "" : " [options]") + "\n";
}

}  // namespace

std::string HelpFor(const Command& command) {
  std::string help = Usage(command) + "\n";
  help += command.text.empty() ? fmt::format("{}.\n", command.summary)
                               : std::string(command.text) + "\n";
  std::size_t width = 0;
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      width = std::max(width, Left(flag).size());
    }
  }
  for (const FlagGroup& group : command.groups) {
    help += fmt::format("\n{}\n", group.title);
    for (const Flag& flag : group.flags) {
      help += fmt::format("  {:<{}}  {}{}\n", Left(flag), width, flag.help,
                          flag.many ? "; repeatable" : "");
    }
  }
  if (!command.examples.empty()) {
    help += "\nExamples\n" + Indented(command.examples);
  }
  return help;
}

std::string_view Purpose() {
  return "loadline finds how much load an HTTP service carries while it keeps its promises,\n"
         "and says how sure it is.\n";
}

std::string_view FirstSteps() {
  return "loadline standin &                                       a service to practise on\n"
         "loadline run  http://127.0.0.1:8500/score                one user, 10 s\n"
         "loadline find http://127.0.0.1:8500/score --p95 200ms    its load line\n";
}

std::string_view ExitCodes() {
  return "0 held or found, 1 broken, 2 bad input, 3 refused (the generator was the bottleneck),\n"
         "4 interrupted, 5 the target never answered, 6 not decided within the budget.\n";
}

std::string GeneralHelp() {
  std::string help = std::string(Purpose()) +
                     "\n"
                     "usage: loadline COMMAND [arguments]\n"
                     "\n";
  for (const Command& command : Commands()) {
    help += fmt::format("  {:<16} {}\n", command.FullName(), command.summary);
  }
  help += "\nFirst steps\n" + Indented(FirstSteps());
  help +=
      "\n"
      "loadline COMMAND --help shows options and examples. Exit codes of run, find and verify:\n";
  return help.append(ExitCodes());
}

}  // namespace loadline::cli
