#include "cli/outputs.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"
#include "cli/file_output.h"
#include "cli/subcommands.h"
#include "telemetry/prometheus_text.h"
#include "telemetry/result_metrics.h"

namespace loadline::cli {
namespace {

constexpr Duration kLook = 20ms;

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data()
                                                                             : "localhost";
}

Status CheckFile(const char* flag, const std::string& path) {
  const Status writable = path.empty() ? Status() : CheckWritable(path);
  return writable ? Status()
                  : Status(Error{writable.error().code,
                                 fmt::format("{}: {}", flag, writable.error().message)});
}

/// Told, but no reason to call the run a failure.
void Warn(const std::string& message) {
  static_cast<void>(Fail({ErrorCode::kIo, message}));
}

}  // namespace

Status Outputs::Check() const {
  TRY(CheckFile("--junit", options_.junit));
  return CheckFile("--prometheus", options_.prometheus);
}

Result<std::string> Outputs::Start(telemetry::RunFacts facts) {
  std::string text;
  if (!options_.wants_book()) {
    return text;
  }
  book_ = std::make_unique<telemetry::RunBook>(std::move(facts));
  if (options_.metrics_listen) {
    Result<std::unique_ptr<telemetry::MetricsServer>> server =
        telemetry::MetricsServer::Start(*options_.metrics_listen, *book_);
    if (!server) {
      return Error{ErrorCode::kInvalidArgument, "--metrics-listen: " + server.error().message};
    }
    server_ = *std::move(server);
    text += fmt::format("metrics  {}\n", server_->url());
  }
  if (options_.otlp) {
    Result<std::unique_ptr<telemetry::OtlpExporter>> exporter =
        telemetry::OtlpExporter::Start(*options_.otlp, *book_);
    if (!exporter) {
      return Error{exporter.error().code, "--otlp: " + exporter.error().message};
    }
    exporter_ = *std::move(exporter);
    text += fmt::format("otlp     {} every {}\n", exporter_->receiver(),
                        FormatDuration(options_.otlp->interval));
  }
  return text;
}

void Outputs::BeginStep(int step, std::string_view purpose, const measure::Load& load) {
  if (book_ != nullptr) {
    book_->BeginStep(step, purpose, load);
  }
}

void Outputs::AddSecond(const measure::Second& second) {
  if (book_ != nullptr) {
    book_->AddSecond(second);
  }
}

Status Outputs::WriteFiles(const report::RunReport& report) {
  Status first;
  const auto keep = [&](const Status& written) {
    if (first) {
      first = written;
    }
  };
  if (!options_.junit.empty()) {
    report::JunitSuite suite = report::JunitSuiteOf(report, options_.undecided);
    suite.host = HostName();
    keep(WriteWhole(options_.junit, report::JunitDocument({suite})));
  }
  if (!options_.prometheus.empty()) {
    // Without a record there is no book; a file of last night must not stand for today all the
    // same.
    const std::vector<telemetry::Metric> metrics =
        book_ != nullptr ? book_->Metrics() : telemetry::ResultMetrics(report);
    keep(WriteWhole(options_.prometheus,
                    telemetry::PrometheusText(metrics, telemetry::CommonLabels(report.label))));
  }
  return first;
}

void TellGithub(const OutputOptions& options, const std::string& summary,
                const std::vector<report::Annotation>& annotations, std::FILE* out) {
  if (options.summary) {
    if (options.summary_file.empty()) {
      fmt::print(out, "{}", summary);
    } else if (const Status appended = AppendTo(options.summary_file, summary); !appended) {
      Warn("GITHUB_STEP_SUMMARY: " + appended.error().message);
    }
  }
  if (options.annotations) {
    for (const report::Annotation& annotation : annotations) {
      fmt::print(out, "{}", report::WorkflowCommand(annotation));
    }
  }
  std::fflush(out);
}

std::string Outputs::FinishOtlp() {
  const telemetry::Delivery delivery = exporter_->Finish();
  const std::int64_t all = delivery.delivered + delivery.failed;
  if (delivery.failed > 0) {
    Warn(fmt::format("otlp: {} of {} exports to {} failed ({}); {}", delivery.failed, all,
                     exporter_->receiver(), delivery.last_failure,
                     delivery.last_delivered ? "the last one did, with all figures"
                                             : "the final figures are not there"));
  }
  if (delivery.rejected_points > 0 || !delivery.rejection.empty()) {
    Warn(fmt::format("otlp: the receiver did not take {} data points: {}",
                     FormatCount(delivery.rejected_points), delivery.rejection));
  }
  return delivery.last_delivered
             ? fmt::format("otlp     {} export{} delivered\n", delivery.delivered,
                           delivery.delivered == 1 ? "" : "s")
             : "";
}

Result<std::string> Outputs::Finish(const report::RunReport& report, std::FILE* out) {
  if (server_ != nullptr) {
    scrapes_before_end_ = server_->scrapes();
  }
  if (book_ != nullptr) {
    book_->End(UtcNow(), telemetry::ResultMetrics(report));
  }
  Status written = WriteFiles(report);
  if (options_.summary || options_.annotations) {
    TellGithub(options_, report::SummaryMarkdown(report) + "\n", report::AnnotationsOf(report),
               out);
  }
  std::string text = exporter_ == nullptr ? "" : FinishOtlp();
  TRY(written);
  return text;
}

void Outputs::Linger(const std::function<bool()>& enough) {
  if (server_ == nullptr || options_.metrics_linger == Duration::zero()) {
    return;
  }
  const Instant end = Now() + options_.metrics_linger;
  while (Now() < end && server_->scrapes() == scrapes_before_end_ && !enough()) {
    SleepUntil(std::min(end, Now() + kLook));
  }
}

}  // namespace loadline::cli
