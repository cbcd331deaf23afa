// The HTML report: one file that needs no network, for people who were not there.
//
// Pure functions; any thread. What stands where: docs/report.md; why it is made this way:
// docs/decisions/0008-report-without-libraries.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "report/run_report.h"
#include "report/size_page.h"
#include "report/timeline.h"

namespace loadline::report {

/// What was sized from the run.
struct Sizings {
  std::vector<SizingLine> all;     ///< The newest first; empty: nothing was.
  std::optional<SizePage> newest;  ///< Nothing: it cannot be drawn…
  std::string problem;             ///< …because of this.
};

/// What the page tells beyond the verdict and its figures.
struct PageFacts {
  RunReport report;             ///< Steps in whose middle the process died included.
  std::vector<int> unfinished;  ///< The numbers of those: they are what their seconds tell.
  std::string invocation;       ///< The command line as typed.
  std::string scenario;         ///< As `scenario show` prints it; secrets as their sources.
  std::string note;
  std::string client;
  std::optional<UtcTime> ended;
  std::string machine_cpu;  ///< Empty: the machine is not known.
  int machine_cores = 0;
  Bytes machine_memory;
  std::string machine_kernel;
  Sizings sizings;
};

/// How the file begins, by which a report of ours is known again.
inline constexpr std::string_view kReportMark =
    "<!doctype html>\n<html lang=\"en\">\n<!-- loadline report -->";

/// The whole page. `timeline` holds the seconds of the run's steps; it may be empty.
[[nodiscard]] std::string HtmlPage(const PageFacts& facts, const Timeline& timeline);

}  // namespace loadline::report
