// The run document: the JSON that `--json FILE`, `runs export --format json` and scripts read.
// docs/exit-codes-and-json.md explains every field. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/run_report.h"

namespace loadline::report {

/// Version of the format: rises when a field changes its meaning or goes, not when one comes.
inline constexpr int kDocumentFormat = 1;

/// The document: UTF-8, two spaces of indentation, keys always in the same order, a newline at the
/// end. What a refused or unfinished run cannot say is null.
[[nodiscard]] std::string RunDocument(const RunReport& report);

/// The document of a series of searches (`find --vary`): its table as `vary`, and in `runs` the
/// document of each search, without the table. `version` is the program's; `exit_code` that of the
/// whole series.
[[nodiscard]] std::string VaryDocument(const VaryReport& table, std::span<const RunReport> runs,
                                       std::string_view version, int exit_code);

}  // namespace loadline::report
