// `loadline report [RUN]`: a stored run as one HTML file.
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "cli/store_access.h"
#include "cli/stored_report.h"
#include "cli/subcommands.h"
#include "report/html.h"
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

Result<std::string> Page(store::Store& store, const store::RunRecord& record) {
  const report::PageFacts facts = FactsOf(record);
  report::Timeline timeline(facts.report.steps);
  TRY(store::ForEachSecond(store, record.info.id, [&](int step, const measure::Second& second) {
    timeline.Add(step, second);
    return true;
  }));
  return report::HtmlPage(facts, timeline);
}

Error CannotWrite(const std::string& path) {
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("--out: cannot write \"{}\": {}", path, std::strerror(errno))};
}

/// Nothing of the user's is lost: a file that is there must be a report, or empty, or `force`.
Status CheckTarget(const std::string& path, bool force) {
  std::error_code code;
  if (force || !fs::is_regular_file(path, code) || fs::file_size(path, code) == 0) {
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  std::string begin(report::kReportMark.size(), '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (file && begin == report::kReportMark) {
    return {};
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("--out: \"{}\" exists and is no report of loadline; another name, or "
                           "--force to replace it",
                           path)};
}

Status WriteWhole(const std::string& path, const std::string& page) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) {
    return CannotWrite(path);
  }
  file << page;
  file.close();
  return file ? Status() : Status(CannotWrite(path));
}

/// Beside its place first, so that a full disk leaves the earlier report as it was.
Status WritePage(const std::string& path, const std::string& page) {
  std::error_code code;
  if (fs::exists(path, code) && !fs::is_regular_file(path, code)) {
    return WriteWhole(path, page);  // A pipe or a device.
  }
  const std::string temporary = fmt::format("{}.{}.part", path, ::getpid());
  const Status written = WriteWhole(temporary, page);
  if (!written) {
    const int error = errno;
    std::remove(temporary.c_str());
    errno = error;
    return CannotWrite(path);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = CannotWrite(path);
    std::remove(temporary.c_str());
    return error;
  }
  return {};
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
    std::cout << TRY(Page(store, record));
    std::cout.flush();
    return std::cout ? Status()
                     : Status(Error{ErrorCode::kIo, "standard output cannot be written"});
  }
  std::error_code code;
  if (fs::is_directory(path, code)) {
    path = (fs::path(path) / name).string();
  }
  TRY(CheckTarget(path, arguments.Has("--force")));
  const std::string page = TRY(Page(store, record));
  TRY(WritePage(path, page));
  fmt::print("{}\n", path);
  return {};
}

}  // namespace

ExitCode ReportCommand(const Arguments& arguments) {
  const Status done = Report(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
