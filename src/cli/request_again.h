// A request made again, as a curl command: it is a function of scenario, seed and number, so
// nothing of it has to be kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "report/run_report.h"
#include "scenario/model.h"

namespace loadline::cli {

/// Of so many errors the run document has the request; a search with many steps shall not be told
/// in megabytes.
inline constexpr std::size_t kMostCurls = 100;
/// A longer command (a large body) is left to `loadline runs curl`.
inline constexpr std::size_t kLongestCurl = 16'000;

/// Request `request_number` of task `task_index` under `seed`, byte for byte. Secrets stand there
/// as what a shell expands (`$SCORE_KEY`), values that on_start captured as CAPTURED-name.
///
/// Errors: kInvalidArgument (no such task, or the data file has become shorter).
[[nodiscard]] Result<std::string> CurlOf(const scenario::Scenario& scenario, std::size_t task_index,
                                         std::uint64_t request_number, std::uint64_t seed);

/// Gives the errors of `report` the request of their sample (ErrorTally::curl), as far as it can be
/// made and is short enough.
void AddCurls(const scenario::Scenario& scenario, report::RunReport& report);

}  // namespace loadline::cli
