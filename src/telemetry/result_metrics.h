// The figures of a finished run as metrics: what the run document says, for monitoring.
//
// Pure function; safe from any thread.
#pragma once

#include <vector>

#include "report/run_report.h"
#include "telemetry/metric.h"

namespace loadline::telemetry {

/// `loadline.exit_code`, `loadline.valid`, the objectives with their states, the headline step's
/// figures (`loadline.result.…`: those at the top of the run document) and the load line. What a
/// refused or unfinished run cannot say is left out.
[[nodiscard]] std::vector<Metric> ResultMetrics(const report::RunReport& report);

}  // namespace loadline::telemetry
