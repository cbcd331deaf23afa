#include "cli/comparison.h"

#include <fmt/core.h>

#include <string>

#include "base/units_text.h"
#include "cli/file_output.h"
#include "cli/outputs.h"

namespace loadline::cli {

Result<compare::CompareOptions> ReadCompareOptions(const Arguments& arguments) {
  compare::CompareOptions options;
  const auto share = [&](const char* flag, double low, double high, double& out) -> Status {
    if (arguments.Has(flag)) {
      const Result<double> value = ParseShare(arguments.Value(flag));
      if (!value || *value < low || *value > high) {
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("{}: found \"{}\"; expected a share from {} to {}", flag,
                                 arguments.Value(flag), FormatPercent(low), FormatPercent(high))};
      }
      out = *value;
    }
    return {};
  };
  TRY(share("--confidence", 0.5, 0.999, options.confidence));
  TRY(share("--tolerance", 0.0, 1.0, options.tolerated));
  return options;
}

ExitCode CodeOf(compare::Proof proof) {
  switch (proof) {
    case compare::Proof::kWorse:
      return ExitCode::kBroken;
    case compare::Proof::kUndecided:
      return ExitCode::kUndecided;
    case compare::Proof::kNoWorse:
    case compare::Proof::kBetter:
      return ExitCode::kHeld;
  }
  return ExitCode::kUndecided;
}

Status TellPipelines(const std::vector<report::ComparisonReport>& reports,
                     const OutputOptions& outputs, std::FILE* out) {
  std::vector<report::JunitSuite> suites;
  std::vector<report::Annotation> annotations;
  std::string summary;
  for (const report::ComparisonReport& report : reports) {
    suites.push_back(report::JunitSuiteOf(report, outputs.undecided));
    const std::vector<report::Annotation> some = report::AnnotationsOf(report);
    annotations.insert(annotations.end(), some.begin(), some.end());
    summary += report::SummaryMarkdown(report) + "\n";
  }
  TellGithub(outputs, summary, annotations, out);
  return outputs.junit.empty() ? Status()
                               : WriteWhole(outputs.junit, report::JunitDocument(suites));
}

}  // namespace loadline::cli
