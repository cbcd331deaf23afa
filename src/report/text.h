// The text of runs, searches and verdicts, for a tired engineer.
//
// Pure functions from values to lines, each line ended by a newline; any thread. A command prints
// the parts as they become known; `runs show` prints ReportText of a stored run.
#pragma once

#include <span>
#include <string>

#include "report/run_report.h"
#include "report/style.h"

namespace loadline::report {

// Before the first request that loads the target.

/// `target   POST https://… -> 10.4.7.21, 10.4.7.22 (TLS, connect 1.2 ms)`
[[nodiscard]] std::string TargetText(const TargetFacts& target, const Style& style);
/// `reply    200 in 35 ms, 187 B application/json: {"score":0.83,"label":…`; a line per task.
[[nodiscard]] std::string ReplyText(std::span<const ReplyFacts> replies, const Style& style,
                                    std::string_view target = {});
/// `plan     up to 2,000/s for 5 min; stops a probe at >50 % errors for 2 s`; once the expected
/// width is known, that alone: `budget   5 min should give a bracket about 12 % wide; …`.
[[nodiscard]] std::string PlanText(const PlanFacts& plan, const Style& style);

// The table of a search, a line whenever a step ends.

/// Fixed columns, so that lines can be printed one at a time.
struct StepTable {
  measure::SearchAxis axis = measure::SearchAxis::kRate;
  double quantile = 0.95;  ///< Shown beside the median: that of the first quantile objective.
};
[[nodiscard]] std::string StepTableHeader(const StepTable& table, const Style& style);
[[nodiscard]] std::string StepTableRow(const StepTable& table, const StepReport& step,
                                       const Style& style);
/// Whether a step belongs into the table (lone requests and recoveries do not).
[[nodiscard]] bool InStepTable(const StepReport& step);
/// The quantile that a report's objectives suggest; 0.95 without one.
[[nodiscard]] double ShownQuantile(std::span<const measure::Objective> objectives);

// Verdicts.

/// From `LOAD LINE` (or `SATURATION`, `REFUSED`) to `narrower`.
[[nodiscard]] std::string FindVerdictText(const RunReport& report, const Style& style);
/// What a staircase found: its rounds, whether they agree, and the throughput there.
[[nodiscard]] std::string StaircaseVerdictText(const RunReport& report, const Style& style);
/// A run's result: objectives, percentiles of response and wire, errors, generator.
[[nodiscard]] std::string RunVerdictText(const RunReport& report, const Style& style);
/// HELD, BROKEN or NOT DECIDED, why, what it covers; then percentiles, errors, generator.
[[nodiscard]] std::string VerifyVerdictText(const RunReport& report, const Style& style);

/// The verdict that fits the report's command.
[[nodiscard]] std::string VerdictText(const RunReport& report, const Style& style);

/// A stored run from its target to its verdict, the table included.
[[nodiscard]] std::string ReportText(const RunReport& report, const Style& style);

}  // namespace loadline::report
