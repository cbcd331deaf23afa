// Completion scripts for bash, zsh and fish, made from the tables of cli/command.h.
//
// Pure functions, safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace loadline::cli {

/// The words that an option takes, where they are few: `--pacing` takes hybrid, busy, timer; and
/// the usual ones where there are more: `--continue` takes @last.
/// Empty: anything, or a file (TakesFile()).
[[nodiscard]] std::vector<std::string_view> Choices(const Command& command, const Flag& flag);

/// Whether the option's value is a file, or a folder.
[[nodiscard]] bool TakesFile(const Flag& flag);

/// The script for `bash`, `zsh` or `fish`; null for another shell.
[[nodiscard]] std::optional<std::string> CompletionScript(std::string_view shell);

}  // namespace loadline::cli
