// `loadline runs ls|show|rm|export|tag|note|prune`.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"
#include "cli/interruption.h"
#include "cli/store_access.h"
#include "cli/stored_report.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"
#include "cli/write_to.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/size_page.h"
#include "report/table.h"
#include "report/text.h"
#include "store/export.h"
#include "telemetry/prometheus_text.h"
#include "telemetry/result_metrics.h"
#include "telemetry/run_book.h"

namespace loadline::cli {
namespace {

Status List(store::Store& store) {
  const std::vector<store::RunInfo> runs = TRY(store.ListRuns());
  if (runs.empty()) {
    fmt::print("no runs in {}\n", store.path());
    return {};
  }
  using report::Align;
  report::Table table({{"run", Align::kLeft},
                       {"started (UTC)", Align::kLeft},
                       {"command", Align::kLeft},
                       {"state", Align::kLeft},
                       {"exit", Align::kRight},
                       {"records", Align::kRight},
                       {"label", Align::kLeft},
                       {"result", Align::kLeft},
                       {"target", Align::kLeft}});
  for (const store::RunInfo& run : runs) {
    std::string started = FormatUtc(run.started).substr(0, 19);
    std::replace(started.begin(), started.end(), 'T', ' ');
    table.Add({run.id, std::move(started), run.start.command, std::string(Name(run.state)),
               run.exit_code ? std::to_string(*run.exit_code) : "",
               FormatCount(run.attempts_stored), run.start.label, run.summary, run.start.target});
  }
  fmt::print("{}", table.Render(60));
  return {};
}

Status WriteDocument(store::Store& store, const std::string& which, std::ostream& out) {
  const store::RunRecord record = TRY(store.ReadRun(which));
  if (record.document.empty()) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("run {} never came to its end and has no document; csv, series and "
                             "hlog have what was kept",
                             record.info.id)};
  }
  out << report::WithSizings(record.document, SizingsOf(record));
  return {};
}

Status Show(store::Store& store, const Arguments& arguments) {
  const std::string& which = arguments.positionals.front();
  if (arguments.Has("--json")) {
    return WriteTo(arguments.Value("--json"), "--json",
                   [&](std::ostream& out) { return WriteDocument(store, which, out); });
  }
  const store::RunRecord record = TRY(store.ReadRun(which));
  fmt::print("{}", HeaderText(record));
  fmt::print("{}{}", report::ReportText(ToReport(record), StyleFor(stdout)), SizingsText(record));
  return {};
}

/// Removes the runs, after a yes.
Status RemoveAll(store::Store& store, const std::vector<store::RunInfo>& runs,
                 const Arguments& arguments) {
  if (!arguments.Has("--yes")) {
    const Terminal terminal = DetectTerminal();
    if (!terminal.input || !terminal.error) {
      return Error{ErrorCode::kInvalidArgument, "nothing was removed; --yes says that it may be"};
    }
    for (const store::RunInfo& run : runs) {
      fmt::print(stderr, "{}  {}  {} {}\n", run.id, FormatUtc(run.started), run.start.command,
                 run.start.target);
    }
    const std::unique_ptr<Interruption> interruption = TRY(Interruption::Start());
    if (!TRY(AskYes(fmt::format("Remove {} run{}?", runs.size(), runs.size() == 1 ? "" : "s"),
                    *interruption))) {
      return Error{ErrorCode::kInvalidArgument, "nothing was removed"};
    }
  }
  for (const store::RunInfo& run : runs) {
    TRY(store.RemoveRun(run.id));
    fmt::print("removed {}\n", run.id);
  }
  return {};
}

Status Remove(store::Store& store, const Arguments& arguments) {
  std::vector<store::RunInfo> runs;
  for (const std::string& which : arguments.positionals) {
    runs.push_back(TRY(store.FindRun(which)));
  }
  return RemoveAll(store, runs, arguments);
}

Status Prune(store::Store& store, const Arguments& arguments) {
  if (!arguments.Has("--keep") && !arguments.Has("--older")) {
    return Error{ErrorCode::kInvalidArgument,
                 "nothing was removed: --keep N or --older TIME says which runs are old"};
  }
  std::size_t keep = 0;
  if (arguments.Has("--keep")) {
    const std::string text = arguments.Value("--keep");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), keep);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("--keep: found \"{}\"; expected a whole number", text)};
    }
  }
  UtcTime before = UtcTime::max();
  if (arguments.Has("--older")) {
    const Result<Duration> age = ParseDuration(arguments.Value("--older"));
    if (!age) {
      return Error{ErrorCode::kInvalidArgument, fmt::format("--older: {}", age.error().message)};
    }
    before = UtcNow() - *age;
  }
  std::vector<store::RunInfo> old;
  std::size_t newer = 0;
  for (store::RunInfo& run : TRY(store.ListRuns())) {
    const bool labelled = !run.start.label.empty() && !arguments.Has("--labelled");
    const bool goes = newer >= keep && run.started < before && !labelled &&
                      run.state != store::RunState::kRunning;
    ++newer;
    if (goes) {
      old.push_back(std::move(run));
    }
  }
  if (old.empty()) {
    fmt::print("nothing to remove\n");
    return {};
  }
  return RemoveAll(store, old, arguments);
}

/// The verdict of a stored run as `junit`, `markdown` or `prometheus`.
std::string PipelineText(const report::RunReport& report, std::string_view format) {
  if (format == "junit") {
    return report::JunitDocument({report::JunitSuiteOf(report, report::Undecided::kSkipped)});
  }
  if (format == "markdown") {
    return report::SummaryMarkdown(report);
  }
  return telemetry::PrometheusText(telemetry::ResultMetrics(report),
                                   telemetry::CommonLabels(report.label));
}

Status Export(store::Store& store, const Arguments& arguments) {
  const std::string which = TRY(store.FindRun(arguments.positionals.front())).id;
  const std::string format = arguments.Value("--format", "csv");
  const std::string path = arguments.Value("--out");
  if (format == "csv") {
    return WriteTo(path, "--out",
                   [&](std::ostream& out) { return ExportAttemptsCsv(store, which, out); });
  }
  if (format == "series") {
    return WriteTo(path, "--out",
                   [&](std::ostream& out) { return ExportSeriesCsv(store, which, out); });
  }
  if (format == "json") {
    return WriteTo(path, "--out",
                   [&](std::ostream& out) { return WriteDocument(store, which, out); });
  }
  if (format == "hlog") {
    return WriteTo(path, "--out", [&](std::ostream& out) { return ExportHlog(store, which, out); });
  }
  if (format == "classic") {
    return WriteTo(path, "--out",
                   [&](std::ostream& out) { return ExportClassic(store, which, out); });
  }
  if (format == "junit" || format == "markdown" || format == "prometheus") {
    const store::RunRecord record = TRY(store.ReadRun(which));
    const std::string text = PipelineText(ToReport(record), format);
    return WriteTo(path, "--out", [&](std::ostream& out) -> Status {
      out << text;
      return {};
    });
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("--format: found \"{}\"; expected csv, series, json, hlog, classic, "
                           "junit, markdown or prometheus",
                           format)};
}

Status Dispatch(const Arguments& arguments) {
  const std::string path = TRY(StorePath(arguments));
  store::Store store = TRY(OpenForReading(path));
  switch (arguments.command) {
    case CommandId::kRunsShow:
      return Show(store, arguments);
    case CommandId::kRunsRemove:
      return Remove(store, arguments);
    case CommandId::kRunsExport:
      return Export(store, arguments);
    case CommandId::kRunsTag:
      return store.SetLabel(arguments.positionals[0], arguments.positionals[1]);
    case CommandId::kRunsNote:
      return store.SetNote(arguments.positionals[0], arguments.positionals[1]);
    case CommandId::kRunsPrune:
      return Prune(store, arguments);
    default:
      return List(store);
  }
}

}  // namespace

ExitCode RunsCommand(const Arguments& arguments) {
  const Status done = Dispatch(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
