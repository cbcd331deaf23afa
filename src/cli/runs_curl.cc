// `loadline runs curl`: the request of a failing attempt as a curl command.
//
// The store keeps the scenario and each row its request's number; a request is a function of
// scenario, seed and number, so it is made again, byte for byte.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/fetching.h"
#include "cli/request_again.h"
#include "cli/store_access.h"
#include "cli/subcommands.h"
#include "scenario/build.h"
#include "store/export.h"

namespace loadline::cli {
namespace {

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

/// `status 503` and `status_503` are one.
std::string Plain(std::string_view kind) {
  std::string plain(kind);
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return plain;
}

const measure::Measurement* StepOf(const store::RunRecord& record, int step) {
  for (const store::StepRecord& one : record.steps) {
    if (one.measurement.step == step) {
      return &one.measurement;
    }
  }
  return nullptr;
}

std::string KindOf(const measure::Row& row, const store::RunRecord& record) {
  const measure::Measurement* step = StepOf(record, row.step);
  if (step != nullptr && row.error_detail < step->errors.size() &&
      step->errors[row.error_detail].kind == row.kind) {
    return step->errors[row.error_detail].name;
  }
  return std::string(Name(row.kind));
}

/// What to look for among the attempts.
struct Wanted {
  std::string kind;  ///< Plain(); empty: any failure.
  std::string task;  ///< Empty: any.
};

struct FoundAttempt {
  measure::Row row;
  std::string kind;
};

Result<FoundAttempt> FindAttempt(store::Store& store, const store::RunRecord& record,
                                 const Wanted& wanted) {
  std::optional<FoundAttempt> found;
  std::vector<std::string> kinds;
  const std::vector<std::string>& tasks = record.info.start.tasks;
  TRY(store::ForEachAttempt(store, record.info.id, [&](const measure::Row& row) {
    if (row.kind == measure::ErrorKind::kNone || (row.flags & measure::kRowOnStart) != 0) {
      return true;
    }
    std::string kind = KindOf(row, record);
    const bool task_fits =
        wanted.task.empty() || (row.task < tasks.size() && tasks[row.task] == wanted.task);
    const std::string plain = Plain(kind);
    if (std::find(kinds.begin(), kinds.end(), plain) == kinds.end()) {
      kinds.push_back(plain);
    }
    if (task_fits &&
        (wanted.kind.empty() || plain == wanted.kind || Plain(Name(row.kind)) == wanted.kind)) {
      found = FoundAttempt{row, std::move(kind)};
      return false;
    }
    return true;
  }));
  if (found.has_value()) {
    return *std::move(found);
  }
  std::string list;
  for (const std::string& kind : kinds) {
    list += (list.empty() ? "" : ", ") + kind;
  }
  return Error{
      ErrorCode::kNotFound,
      kinds.empty()
          ? fmt::format("run {} has no failed attempt among its records", record.info.id)
          : fmt::format("run {} has no failure like that; there are: {}", record.info.id, list)};
}

Result<scenario::Scenario> ReadStored(const store::RunRecord& record) {
  scenario::Input input;
  input.command = scenario::Command::kShow;
  input.subject = fmt::format("scenario of run {}", record.info.id);
  input.yaml = record.info.start.scenario;
  scenario::Built built = scenario::Build(input, FetchingSurroundings());
  if (!built.ok()) {
    return Wrong(
        "the run's scenario cannot be read again; files are looked for from the folder "
        "where the run was started:\n" +
        scenario::Format(built.faults));
  }
  return std::move(built.scenario);
}

Status Run(const Arguments& arguments) {
  const std::string path = TRY(StorePath(arguments));
  store::Store store = TRY(OpenForReading(path));
  const store::RunRecord record = TRY(store.ReadRun(arguments.positionals.front()));
  if (record.info.start.target.rfind("simulated ", 0) == 0) {
    return Wrong(fmt::format("run {} was simulated: nothing was sent that could be sent again",
                             record.info.id));
  }
  const FoundAttempt attempt = TRY(
      FindAttempt(store, record, {Plain(arguments.Value("--kind")), arguments.Value("--task")}));
  const scenario::Scenario scenario = TRY(ReadStored(record));
  const measure::Measurement* step = StepOf(record, attempt.row.step);
  const std::uint64_t seed =
      step == nullptr || attempt.row.step == 0 ? record.info.start.seed : step->load.seed;
  // The preflight sends request 0 of each task.
  const std::string curl = TRY(
      CurlOf(scenario, attempt.row.task, attempt.row.step == 0 ? 0 : attempt.row.request, seed));
  fmt::print("# run {}, step {}, request {}, task {}: {}\n{}", record.info.id, attempt.row.step,
             attempt.row.request, scenario.tasks[attempt.row.task].name, attempt.kind, curl);
  if (!scenario.captured.empty()) {
    fmt::print(stderr,
               "values that on_start captured are not kept: write them where CAPTURED-… "
               "stands\n");
  }
  return {};
}

}  // namespace

ExitCode RunsCurlCommand(const Arguments& arguments) {
  const Status done = Run(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
