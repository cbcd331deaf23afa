// `loadline report [RUN]`: a stored run as one HTML file.
#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/html_file.h"
#include "cli/store_access.h"
#include "cli/stored_report.h"
#include "cli/subcommands.h"
#include "report/html.h"
#include "report/size_page.h"
#include "report/timeline.h"
#include "store/export.h"

namespace loadline::cli {
namespace {

namespace fs = std::filesystem;

report::PageFacts FactsOf(const store::RunRecord& record) {
  report::PageFacts facts;
  facts.report = ToReport(record);
  for (const store::StepRecord& step : record.steps) {
    if (!step.finished) {
      facts.unfinished.push_back(step.measurement.step);
      facts.report.steps.push_back({step.purpose, step.measurement, step.verdict});
    }
  }
  const store::RunInfo& info = record.info;
  facts.invocation = info.start.invocation;
  facts.scenario = info.start.scenario;
  facts.note = info.note;
  facts.client = info.start.client;
  facts.ended = info.ended;
  facts.machine_cpu = info.start.machine.cpu_model;
  facts.machine_cores = info.start.machine.cores;
  facts.machine_memory = info.start.machine.memory;
  facts.machine_kernel = info.start.machine.kernel;
  return facts;
}

/// What was sized from the run; a sizing that cannot be drawn leaves the rest of the page whole.
Result<report::Sizings> ReadSizings(store::Store& store, const store::RunRecord& record) {
  report::Sizings sizings;
  sizings.all = SizingsOf(record);
  if (!sizings.all.empty()) {
    const std::string document = TRY(store.NewestSizing(record.info.id));
    Result<report::SizePage> newest = report::ReadSizePage(document);
    if (newest) {
      sizings.newest = std::move(*newest);
    } else {
      sizings.problem = newest.error().message;
    }
  }
  return sizings;
}

Result<std::string> Page(store::Store& store, const store::RunRecord& record) {
  report::PageFacts facts = FactsOf(record);
  facts.sizings = TRY(ReadSizings(store, record));
  report::Timeline timeline(facts.report.steps);
  TRY(store::ForEachSecond(store, record.info.id, [&](int step, const measure::Second& second) {
    timeline.Add(step, second);
    return true;
  }));
  return report::HtmlPage(facts, timeline);
}

Status Report(const Arguments& arguments) {
  const std::string which =
      arguments.positionals.empty() ? std::string("@last") : arguments.positionals.front();
  const std::string database = TRY(StorePath(arguments));
  store::Store store = TRY(OpenForReading(database));
  const store::RunRecord record = TRY(store.ReadRun(which));
  const std::string name = fmt::format("loadline-{}.html", record.info.id);
  std::string path = arguments.Value("--out", name);
  if (arguments.Has("--out") && path.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "--out: found \"\"; expected a file, a folder, or - for standard output"};
  }
  if (path == "-") {
    return WriteHtml(path, "--out", TRY(Page(store, record)));
  }
  std::error_code code;
  if (fs::is_directory(path, code)) {
    path = (fs::path(path) / name).string();
  }
  if (!arguments.Has("--force")) {
    TRY(CheckHtmlTarget(path, "--out", "another name, or --force to replace it"));
  }
  const std::string page = TRY(Page(store, record));
  TRY(WriteHtml(path, "--out", page));
  fmt::print("{}\n", path);
  return {};
}

}  // namespace

ExitCode ReportCommand(const Arguments& arguments) {
  const Status done = Report(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
