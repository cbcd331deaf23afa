// The preflight as the values that report and store take.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "load/engine.h"
#include "measure/measurement.h"
#include "report/run_report.h"
#include "scenario/model.h"

namespace loadline::cli {

/// Step 0 of the run: a reply per task, counts, errors, no load to speak of.
[[nodiscard]] measure::Measurement ToMeasurement(const load::Preflight& preflight,
                                                 const scenario::Scenario& scenario);

/// What is shown of the replies.
[[nodiscard]] std::vector<report::ReplyFacts> ToReplies(const load::Preflight& preflight);

/// What is wrong first, with the task's name where there are several; empty: nothing.
[[nodiscard]] std::string FirstFault(const load::Preflight& preflight);

/// The longest time that a task's lone request took, connecting left out; 0: none succeeded.
[[nodiscard]] Duration LoneResponse(const load::Preflight& preflight);

}  // namespace loadline::cli
