// The options of `run`, `find`, `verify`, `ab` and `scenario`: those of the scenario that make
// sense there, and those of the session (store, generator, output).
//
// Pure, safe from any thread.
#pragma once

#include <vector>

#include "cli/command.h"

namespace loadline::cli {

/// The options of one of those subcommands, by heading, in the order of the help.
[[nodiscard]] std::vector<FlagGroup> LoadFlagGroups(CommandId command);

}  // namespace loadline::cli
