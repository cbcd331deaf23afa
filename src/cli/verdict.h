// From what was measured to an exit code and to the line of `runs ls`.
//
// Pure functions, safe from any thread. docs/exit-codes-and-json.md is the contract.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/objective.h"

namespace loadline::cli {

/// True if requests were sent and not one got as much as a status line back.
[[nodiscard]] bool NeverAnswered(const measure::Measurement& measurement);

/// What a probe says by itself, objectives left out: refused, interrupted, never answered, stopped
/// by the brake (broken), or nothing of that (held).
[[nodiscard]] ExitCode CodeOf(const measure::Measurement& measurement);

/// The strongest over all objectives; 0 without one.
[[nodiscard]] ExitCode CodeOf(const std::vector<measure::ObjectiveResult>& objectives);

/// A closed loop that the generator limits gives "at least X": what held there holds, what broke
/// there proves nothing. Without objectives a run is broken if not one request succeeded.
[[nodiscard]] ExitCode CodeOf(const measure::Measurement& measurement,
                              const std::vector<measure::ObjectiveResult>& objectives);

/// The exit code of a search.
[[nodiscard]] ExitCode CodeOf(const measure::LoadLine& line);

/// The step of a probe that has no search around it, as the store keeps it.
[[nodiscard]] measure::SearchStep StepOf(const measure::Measurement& measurement,
                                         const std::vector<measure::ObjectiveResult>& objectives,
                                         ExitCode code);

/// `held`, `p95 broken`, `not decided`, `refused`: the line of `runs ls` for run and verify.
[[nodiscard]] std::string Summary(ExitCode code,
                                  const std::vector<measure::ObjectiveResult>& objectives);
/// `load line 202 to 228 req/s`, `at least 2000 req/s`.
[[nodiscard]] std::string Summary(const measure::LoadLine& line);

}  // namespace loadline::cli
