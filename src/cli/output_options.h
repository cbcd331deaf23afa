// What a run gives to pipelines and monitoring, as asked for on the command line and by the
// environment (GitHub's and OpenTelemetry's variables).
//
// Pure functions; faults are collected, never reported one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "cli/arguments.h"
#include "cli/terminal.h"
#include "report/junit.h"
#include "scenario/fault.h"
#include "telemetry/metrics_server.h"
#include "telemetry/otlp_options.h"

namespace loadline::cli {

struct OutputOptions {
  std::string junit;  ///< File; empty: none.
  report::Undecided undecided = report::Undecided::kSkipped;
  bool annotations = false;  ///< Workflow commands for GitHub Actions.
  bool summary = false;      ///< A job summary in Markdown…
  std::string summary_file;  ///< …appended to this file; empty: printed.
  std::string prometheus;    ///< File for the textfile collector; empty: none.
  std::optional<telemetry::ListenAddress> metrics_listen;
  Duration metrics_linger{};  ///< How long /metrics waits for a last scrape.
  std::optional<telemetry::OtlpOptions> otlp;

  /// Whether somebody wants the run's totals second by second.
  [[nodiscard]] bool wants_book() const {
    return !prometheus.empty() || metrics_listen.has_value() || otlp.has_value();
  }
};

/// Reads them; what is wrong is appended to `faults`.
[[nodiscard]] OutputOptions ReadOutputOptions(const Arguments& arguments,
                                              const Environment& environment,
                                              std::vector<scenario::Fault>& faults);

}  // namespace loadline::cli
