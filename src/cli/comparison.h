// What `compare` and `ab` share: their options, exit codes and the ways to pipelines.
#pragma once

#include <cstdio>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/output_options.h"
#include "compare/difference.h"
#include "report/compare_report.h"

namespace loadline::cli {

/// What `--confidence` and `--tolerance` say. Errors: kInvalidArgument naming the option.
[[nodiscard]] Result<compare::CompareOptions> ReadCompareOptions(const Arguments& arguments);

/// 1 worse, 6 not decided, else 0.
[[nodiscard]] ExitCode CodeOf(compare::Proof proof);

/// JUnit, and GitHub's summary and annotations, as asked for. `out`: where annotations go.
/// Errors: kIo if the file cannot be written.
[[nodiscard]] Status TellPipelines(const std::vector<report::ComparisonReport>& reports,
                                   const OutputOptions& outputs, std::FILE* out);

}  // namespace loadline::cli
