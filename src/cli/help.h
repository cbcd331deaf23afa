// The help texts, made from the tables of cli/command.h.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace loadline::cli {

/// `loadline --help`: what it is for, the subcommands, first steps.
[[nodiscard]] std::string GeneralHelp();

/// The parts of it that the manual pages have too; lines, each with its end.
[[nodiscard]] std::string_view Purpose();
[[nodiscard]] std::string_view FirstSteps();
[[nodiscard]] std::string_view ExitCodes();

/// `loadline run --help`: usage, text, options by group, examples.
[[nodiscard]] std::string HelpFor(const Command& command);

}  // namespace loadline::cli
