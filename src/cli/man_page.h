// Manual pages in man(7) markup, made from the tables of cli/command.h.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace loadline::cli {

/// The page's name: `loadline-runs-show`; in section 1.
[[nodiscard]] std::string ManName(const Command& command);

/// loadline(1): what it is for, the subcommands, exit codes, environment, files.
/// `date` stands in the page's foot: `2026-11-26`.
[[nodiscard]] std::string ManOverview(std::string_view date);

/// loadline-run(1) and its like: the help of one subcommand.
[[nodiscard]] std::string ManPage(const Command& command, std::string_view date);

}  // namespace loadline::cli
