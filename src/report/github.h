// GitHub Actions: a job summary in Markdown, and annotations that appear on the run's page.
//
// Whatever a target or a file may have supplied is escaped: it can neither end a workflow command
// nor a cell of a table. Pure functions; any thread.
// Source: docs.github.com, "Workflow commands for GitHub Actions".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/run_report.h"

namespace loadline::report {

enum class AnnotationLevel { kNotice, kWarning, kError };

/// One annotation.
struct Annotation {
  AnnotationLevel level = AnnotationLevel::kNotice;
  std::string title;    ///< `loadline: p95 < 200ms broken`
  std::string message;  ///< May have several lines.
};

/// `::error title=…::…` and a newline: what the runner reads from a step's output.
[[nodiscard]] std::string WorkflowCommand(const Annotation& annotation);

/// Text for a place within Markdown, a table's cell included: shown as it is, on one line.
[[nodiscard]] std::string MarkdownText(std::string_view text);

/// A table: header, alignment (`left` for the first column, `right` for the others), rows. The
/// cells are Markdown already.
[[nodiscard]] std::string MarkdownTable(const std::vector<std::string>& header,
                                        const std::vector<std::vector<std::string>>& rows);

/// What of a run deserves an annotation: an error for each broken objective, a refusal, silence; a
/// warning for what is not decided; a notice for what was found. At most ten: more are not shown.
[[nodiscard]] std::vector<Annotation> AnnotationsOf(const RunReport& report);

/// The run in Markdown, from its verdict to its generator's health; ends with a newline.
[[nodiscard]] std::string SummaryMarkdown(const RunReport& report);

}  // namespace loadline::report
