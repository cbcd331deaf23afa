// `loadline completion SHELL`.
#include <fmt/core.h>

#include <optional>
#include <string>

#include "cli/completion.h"
#include "cli/subcommands.h"

namespace loadline::cli {

ExitCode CompletionCommand(const Arguments& arguments) {
  const std::string& shell = arguments.positionals.front();
  const std::optional<std::string> script = CompletionScript(shell);
  if (!script) {
    return Fail(
        {ErrorCode::kInvalidArgument,
         fmt::format("no completion for \"{}\"; there is one for bash, zsh and fish", shell)});
  }
  fmt::print("{}", *script);
  return ExitCode::kHeld;
}

}  // namespace loadline::cli
