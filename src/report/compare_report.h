// ComparisonReport: two runs side by side (or one beside several), as text and JSON show them. A
// plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "compare/difference.h"
#include "measure/load_line.h"
#include "report/ab_report.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/style.h"

namespace loadline::report {

/// One of the runs.
struct ComparedRun {
  std::string id;
  std::string label;
  UtcTime started{};
  std::string command;
  std::string load;    ///< In words.
  std::string target;  ///< `POST http://…`
  double seconds = 0.0;
  std::int64_t requests = 0;
  std::vector<std::string> notes;  ///< What is to be known of it: interrupted, other machine.
};

struct ComparisonReport {
  std::string version;
  double confidence = 0.95;
  double tolerated = 0.05;
  ComparedRun a;                      ///< The baseline; of several the newest.
  std::vector<ComparedRun> baseline;  ///< Where there are several: all of them, newest first.
  std::vector<std::string> left_out;  ///< Runs of that label that are not among them, and why.
  std::optional<TrialFacts> trial;    ///< ab: the figures are those of pairs of blocks.
  ComparedRun b;
  std::vector<std::string> differences;  ///< Of their scenarios, under --force.
  std::vector<compare::Compared> figures;
  measure::SearchAxis axis = measure::SearchAxis::kRate;  ///< Of the load lines among them.
  compare::Proof overall = compare::Proof::kUndecided;
};

/// Both runs, a table of the figures, and the verdict in words.
[[nodiscard]] std::string ComparisonText(const ComparisonReport& report, const Style& style);

/// `B is worse: p95 +12.1 %, mean +8 %`
[[nodiscard]] std::string VerdictSentence(const ComparisonReport& report);

/// The figure's change in a sentence: `p95: 48 ms to 62 ms, +29.2 % (+21 % to +37.9 %)`.
[[nodiscard]] std::string FigureLine(const ComparisonReport& report,
                                     const compare::Compared& figure);

// For pipelines (compare_pipelines.cc).

/// A test case for each figure: failed if it is proved worse.
[[nodiscard]] JunitSuite JunitSuiteOf(const ComparisonReport& report, Undecided undecided);
/// An error for each figure that is worse, a warning for each that is not decided, else a notice.
[[nodiscard]] std::vector<Annotation> AnnotationsOf(const ComparisonReport& report);
/// Both runs, the table and the verdict in Markdown.
[[nodiscard]] std::string SummaryMarkdown(const ComparisonReport& report);

/// The same as JSON (docs/exit-codes-and-json.md).
[[nodiscard]] std::string ComparisonDocument(const std::vector<ComparisonReport>& reports);

}  // namespace loadline::report
