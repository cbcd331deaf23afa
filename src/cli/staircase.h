// `loadline find --strategy staircase`: the classic by-hand procedure.
#pragma once

#include "cli/exit_code.h"
#include "cli/session.h"

namespace loadline::cli {

/// The subcommand's own work in a session that is open. Closes it.
[[nodiscard]] ExitCode ClimbStaircase(Session& session);

}  // namespace loadline::cli
