// Stored runs as data of a fit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/size_input.h"
#include "sizing/fit.h"
#include "store/run_record.h"

namespace loadline::cli {

/// What the fit of `input.from` found, and what the runs promise.
struct RunsFit {
  sizing::FittedService fitted;
  /// The balancer of the runs by the fit, where that is not the one to size for.
  std::optional<queueing::Balance> measured_behind;
  std::vector<measure::Objective> objectives;  ///< Of the last run that has any.
  std::vector<std::string> ids;
};

/// Reads and fits the runs. Errors: kInvalidArgument for runs that are refused, interrupted, too
/// short, or made with even arrivals, each with the way out; those of the store.
[[nodiscard]] Result<RunsFit> FitRuns(const Arguments& arguments, const SizeInput& input);

/// The probes of one run that a fit can use. Errors: as above.
[[nodiscard]] Result<sizing::FitRun> FitDataOf(const store::RunRecord& record, int pods);

}  // namespace loadline::cli
