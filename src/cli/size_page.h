// The page of a sizing: what other traffic and other limits would take, computed for its charts.
#pragma once

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/size_input.h"
#include "report/size.h"

namespace loadline::cli {

/// Writes the page of `--html`, where it was asked for; `-` is standard output.
/// Errors: kInvalidArgument: the file cannot be written, or is something else; those of the nodes.
[[nodiscard]] Status WriteSizePage(const Arguments& arguments, const SizeInput& input,
                                   const report::SizeReport& report);

}  // namespace loadline::cli
