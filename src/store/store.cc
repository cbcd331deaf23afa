#include "store/store.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "store/database.h"
#include "store/partial_step.h"
#include "store/paths.h"
#include "store/schema.h"
#include "store/sizing_rows.h"
#include "store/spool_lock.h"
#include "store/step_rows.h"

namespace loadline::store {
namespace {

constexpr std::string_view kRunColumns =
    "run, id, command, invocation, target, scenario, label, note, client, version, seed, "
    "machine_cpu, machine_cores, machine_kernel, machine_memory_bytes, machine_id, "
    "started_utc_ns, ended_utc_ns, state, exit_code, summary, attempts_stored";

RunInfo ReadInfo(Statement& row) {
  RunInfo info;
  info.number = row.Int();
  info.id = row.Text();
  info.start.command = row.Text();
  info.start.invocation = row.Text();
  info.start.target = row.Text();
  info.start.scenario = row.Text();
  info.start.label = row.Text();
  info.note = row.Text();
  info.start.client = row.Text();
  info.start.version = row.Text();
  info.start.seed = static_cast<std::uint64_t>(row.Int());
  info.start.machine.cpu_model = row.Text();
  info.start.machine.cores = static_cast<int>(row.Int());
  info.start.machine.kernel = row.Text();
  info.start.machine.memory = Bytes{row.Int()};
  info.start.machine.id = row.Text();
  info.started = UtcTime(row.Nanoseconds());
  if (const std::optional<std::int64_t> ended = row.OptionalInt(); ended.has_value()) {
    info.ended = UtcTime(Duration(*ended));
  }
  info.state = FromName(row.Text(), RunState::kFailed, RunState::kFailed);
  if (const std::optional<std::int64_t> code = row.OptionalInt(); code.has_value()) {
    info.exit_code = static_cast<int>(*code);
  }
  info.summary = row.Text();
  info.attempts_stored = row.Int();
  return info;
}

/// The runs that `condition` (with one `?`, bound to `value`) selects, newest first.
template <typename Value>
Result<std::vector<RunInfo>> Select(Database& database, std::string_view condition,
                                    const Value& value) {
  std::vector<RunInfo> runs;
  {
    Statement row =
        TRY(database.Prepare(fmt::format("SELECT {} FROM runs {}", kRunColumns, condition)));
    row.Bind(value);
    while (TRY(row.Step())) {
      runs.push_back(ReadInfo(row));
    }
  }
  Statement task = TRY(database.Prepare("SELECT name FROM tasks WHERE run = ? ORDER BY task"));
  for (RunInfo& info : runs) {
    task.Reset();
    task.Bind(info.number);
    while (TRY(task.Step())) {
      info.start.tasks.push_back(task.Text());
    }
  }
  return runs;
}

Error NoSuchRun(std::string_view which) {
  return {ErrorCode::kNotFound,
          fmt::format("no run '{}': `loadline runs ls` lists them; @last, @last~1, a label or the "
                      "beginning of an id name one",
                      which)};
}

/// The N of `@last~N` (0 for `@last`); -1 if `which` is something else.
std::int64_t StepsBack(std::string_view which) {
  constexpr std::string_view kLast = "@last";
  if (which == kLast) {
    return 0;
  }
  if (!which.starts_with("@last~")) {
    return -1;
  }
  const std::string_view digits = which.substr(kLast.size() + 1);
  std::int64_t n = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return error == std::errc() && end == digits.data() + digits.size() ? n : -1;
}

bool IsHex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Removes a run's attempts in pieces, so that nobody has to wait for one long transaction.
Status RemoveAttempts(Database& database, std::int64_t run) {
  constexpr std::int64_t kPiece = 200'000;
  const std::int64_t first = run << kAttemptIdBits;
  const std::int64_t past = (run + 1) << kAttemptIdBits;
  while (true) {
    const std::int64_t next = TRY(database.Number(
        fmt::format("SELECT min(id) FROM attempts WHERE id >= {} AND id < {}", first, past)));
    if (next < first) {
      return {};
    }
    TRY(database.Exec(fmt::format("DELETE FROM attempts WHERE id >= {} AND id < {}", next,
                                  std::min(next + kPiece, past))));
  }
}

}  // namespace

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::Open(const std::string& path, OpenMode mode) {
  return Store(TRY(Database::Open(path, mode)));
}

const std::string& Store::path() const {
  return database_->path();
}

Database& Store::database() {
  return *database_;
}

Result<std::vector<RunInfo>> Store::ListRuns(int limit) {
  return Select(*database_, "ORDER BY run DESC LIMIT ?", std::int64_t{limit <= 0 ? -1 : limit});
}

Result<RunInfo> Store::FindRun(std::string_view which) {
  if (const std::int64_t back = StepsBack(which); back >= 0) {
    auto runs = TRY(Select(*database_, "ORDER BY run DESC LIMIT 1 OFFSET ?", back));
    if (runs.empty()) {
      return Error{ErrorCode::kNotFound,
                   back == 0 ? std::string("there is no run yet: run something first")
                             : fmt::format("no run '{}': there are not so many runs", which)};
    }
    return std::move(runs.front());
  }
  for (const char* condition :
       {"WHERE id = ?", "WHERE label = ? AND label <> '' ORDER BY run DESC LIMIT 1"}) {
    auto runs = TRY(Select(*database_, condition, which));
    if (!runs.empty()) {
      return std::move(runs.front());
    }
  }
  if (!IsHex(which)) {
    return NoSuchRun(which);
  }
  // `which` holds nothing that GLOB would take for a pattern.
  auto runs = TRY(Select(*database_, "WHERE id GLOB ? || '*' ORDER BY run DESC LIMIT 6", which));
  if (runs.empty()) {
    return NoSuchRun(which);
  }
  if (runs.size() > 1) {
    std::string list;
    for (const RunInfo& info : runs) {
      list += (list.empty() ? "" : ", ") + info.id;
    }
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("'{}' fits several runs ({}): give one more digit", which, list)};
  }
  return std::move(runs.front());
}

Result<RunRecord> Store::ReadRun(std::string_view which) {
  RunRecord record;
  record.info = TRY(FindRun(which));
  const std::int64_t run = record.info.number;
  record.steps = TRY(ReadSteps(*database_, run));
  TRY(FillUnfinishedSteps(*this, record));
  record.load_line = TRY(ReadLoadLine(*database_, run));
  Statement document = TRY(database_->Prepare("SELECT document FROM runs WHERE run = ?"));
  document.Bind(run);
  if (TRY(document.Step())) {
    record.document = document.Text();
  }
  record.sizings = TRY(ReadSizings(*database_, run));
  return record;
}

Status Store::RemoveRun(std::string_view which) {
  const RunInfo info = TRY(FindRun(which));
  const std::string folder = SpoolFolder(path(), info.id);
  Result<SpoolLock> lock = SpoolLock::Take(folder);
  if (!lock.has_value()) {
    if (lock.error().code != ErrorCode::kInvalidArgument) {
      return lock.error();
    }
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("run {} is going on; end it first", info.id)};
  }
  TRY(RemoveAttempts(*database_, info.number));
  {
    Transaction transaction = TRY(Transaction::Begin(*database_));
    for (const char* table :
         {"tasks", "steps", "step_addresses", "step_refusals", "step_errors", "step_tasks",
          "objectives", "load_lines", "search_steps", "search_objectives", "seconds",
          "task_seconds", "spool_files", "sizings", "runs"}) {
      Statement clear = TRY(database_->Prepare(fmt::format("DELETE FROM {} WHERE run = ?", table)));
      TRY(clear.Bind(info.number).Run());
    }
    TRY(transaction.Commit());
  }
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    if (entry.path().extension() == ".spool") {
      std::filesystem::remove(entry.path(), code);
    }
  }
  // The run is gone. Giving back the space may wait where another process reads or writes.
  static_cast<void>(database_->Exec("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"));
  return {};
}

Status Store::SetLabel(std::string_view which, std::string_view label) {
  const RunInfo info = TRY(FindRun(which));
  Statement update = TRY(database_->Prepare("UPDATE runs SET label = ? WHERE run = ?"));
  return update.Bind(label).Bind(info.number).Run();
}

Status Store::SetNote(std::string_view which, std::string_view note) {
  const RunInfo info = TRY(FindRun(which));
  Statement update = TRY(database_->Prepare("UPDATE runs SET note = ? WHERE run = ?"));
  return update.Bind(note).Bind(info.number).Run();
}

Status Store::SetDocument(std::string_view which, std::string_view document) {
  const RunInfo info = TRY(FindRun(which));
  Statement update = TRY(database_->Prepare("UPDATE runs SET document = ? WHERE run = ?"));
  return update.Bind(document).Bind(info.number).Run();
}

Status Store::AddSizing(std::string_view id, const SizingInfo& sizing, std::string_view document) {
  const RunInfo info = TRY(FindRun(id));
  return WriteSizing(*database_, info.number, sizing, document);
}

Result<std::string> Store::NewestSizing(std::string_view which) {
  const RunInfo info = TRY(FindRun(which));
  return ReadNewestSizing(*database_, info.number);
}

}  // namespace loadline::store
