// `loadline run --overload 1.5x`: the load that goes beyond an earlier search's line, and back.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/session_options.h"
#include "measure/load_line.h"
#include "scenario/flags.h"
#include "search/overload.h"

namespace loadline::cli {

/// The phases: the operating load, the overload, and the operating load until all is well again.
[[nodiscard]] search::OverloadPlan PlanFor(const OverloadOptions& overload);

/// Sets the load of a run: stages around the load line, or where none was found around the
/// saturation. Errors: kInvalidArgument if the search found nothing to go beyond.
[[nodiscard]] Status AddOverload(const OverloadOptions& overload, const measure::LoadLine& line,
                                 std::vector<scenario::Setting>& settings);

}  // namespace loadline::cli
