// The help texts, made from the tables of cli/command.h.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>

#include "cli/command.h"

namespace loadline::cli {

/// `loadline --help`: what it is for, the subcommands, first steps.
[[nodiscard]] std::string GeneralHelp();

/// `loadline run --help`: usage, text, options by group, examples.
[[nodiscard]] std::string HelpFor(const Command& command);

}  // namespace loadline::cli
