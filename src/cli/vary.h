// `loadline find --vary FIELD=V1,V2,…`: the latency table.
#pragma once

#include "cli/arguments.h"
#include "cli/exit_code.h"

namespace loadline::cli {

/// A search for each value of a field of the JSON body, and the table of what they achieved beside
/// what was calculated.
[[nodiscard]] ExitCode VaryField(const Arguments& arguments);

}  // namespace loadline::cli
