// Outputs: a run's way to pipelines and monitoring, beside the text for people and the store.
//
// While it runs: /metrics and OTLP, fed once a second. At its end: JUnit, GitHub's summary and
// annotations, the Prometheus file, the last OTLP export. Belongs to the main thread. Where nothing
// was asked for, nothing is made.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/output_options.h"
#include "report/github.h"
#include "report/run_report.h"
#include "telemetry/metrics_server.h"
#include "telemetry/otlp_exporter.h"
#include "telemetry/run_book.h"

namespace loadline::cli {

/// Appends the summary to GitHub's file (or prints it) and prints the annotations, as the options
/// say. A file that cannot be written is told on standard error.
void TellGithub(const OutputOptions& options, const std::string& summary,
                const std::vector<report::Annotation>& annotations, std::FILE* out);

class Outputs {
 public:
  Outputs() = default;
  explicit Outputs(OutputOptions options) : options_(std::move(options)) {}

  /// Whether all files can be written: asked before anything is sent.
  /// Errors: kInvalidArgument naming the option.
  [[nodiscard]] Status Check() const;

  /// Listens and prepares to push. The text says where, for people; it may be empty.
  /// Errors: the port is taken, the CA file does not read.
  [[nodiscard]] Result<std::string> Start(telemetry::RunFacts facts);

  void BeginStep(int step, std::string_view purpose, const measure::Load& load);
  void AddSecond(const measure::Second& second);

  /// Writes and sends everything that is due at the end. `out`: where annotations go. The text says
  /// what became of pushes, for people. What could not be delivered is told on standard error.
  /// Errors: kIo for the first file that could not be written; the others are.
  [[nodiscard]] Result<std::string> Finish(const report::RunReport& report, std::FILE* out);

  /// Keeps /metrics until somebody has read the final figures, the time for that is over, or
  /// `enough` says so.
  void Linger(const std::function<bool()>& enough);

 private:
  [[nodiscard]] Status WriteFiles(const report::RunReport& report);
  [[nodiscard]] std::string FinishOtlp();

  OutputOptions options_;
  // The book is read by the threads of the two below it: they go first.
  std::unique_ptr<telemetry::RunBook> book_;
  std::unique_ptr<telemetry::MetricsServer> server_;
  std::unique_ptr<telemetry::OtlpExporter> exporter_;
  std::int64_t scrapes_before_end_ = 0;
};

}  // namespace loadline::cli
