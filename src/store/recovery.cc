#include "store/recovery.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "store/database.h"
#include "store/paths.h"
#include "store/run_rows.h"
#include "store/spool_file.h"
#include "store/spool_lock.h"

namespace loadline::store {
namespace {

/// Runs that the database believes to be going on although nobody holds their spool folder: their
/// process is dead (RunWriter takes the lock before it registers the run).
Status MarkDead(Store& store, std::vector<RecoveredRun>& recovered) {
  std::vector<std::pair<std::int64_t, std::string>> running;
  {
    Statement row =
        TRY(store.database().Prepare("SELECT run, id FROM runs WHERE state = 'running'"));
    while (TRY(row.Step())) {
      const std::int64_t run = row.Int();
      running.emplace_back(run, row.Text());
    }
  }
  for (const auto& [run, id] : running) {
    if (!IsLocked(SpoolFolder(store.path(), id))) {
      TRY(MarkInterrupted(store.database(), run));
      recovered.push_back({id, 0, {}});
    }
  }
  return {};
}

/// The names of the spool folders that could be a run's.
std::vector<std::string> SpoolFolders(const std::string& root) {
  std::vector<std::string> ids;
  std::error_code code;
  for (auto it = std::filesystem::directory_iterator(root, code);
       !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    const std::string name = it->path().filename().string();
    if (!name.empty() && name.size() <= measure::RowFileHeader{}.run.size() &&
        name.find_first_not_of("0123456789abcdef") == std::string::npos) {
      ids.push_back(name);
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// Registers a run that only its spool knows of: the database is a new one.
Status Register(Store& store, const std::string& id, const std::filesystem::path& spool) {
  UtcTime started = UtcNow();
  SpoolFile file = TRY(SpoolFile::Open(spool.string()));
  const std::optional<measure::RowFileHeader> header = TRY(file.ReadHeader(id));
  if (header.has_value()) {
    started = UtcTime(Duration(header->epoch_utc_ns));
  }
  RunStart start;
  start.command = "recovered";
  const Result<std::int64_t> run =
      InsertRun(store.database(), id, start, started, RunState::kInterrupted);
  if (!run.has_value()) {
    return run.error();
  }
  return {};
}

/// Imports one folder that nobody holds.
Result<std::int64_t> RecoverFolder(Store& store, const std::string& id,
                                   const ImportProgress& progress) {
  const auto files = TRY(SpoolFilesIn(SpoolFolder(store.path(), id)));
  if (files.empty()) {
    return std::int64_t{0};
  }
  if (TRY(store.database().Number("SELECT count(*) FROM runs WHERE id = ?", id)) == 0) {
    TRY(Register(store, id, files.front()));
  }
  return TRY(ImportSpool(store, id, progress)).rows;
}

}  // namespace

Result<std::vector<RecoveredRun>> Recover(Store& store, const ImportProgress& progress) {
  std::vector<RecoveredRun> recovered;
  TRY(MarkDead(store, recovered));
  for (const std::string& id : SpoolFolders(SpoolRoot(store.path()))) {
    const std::string folder = SpoolFolder(store.path(), id);
    if (IsLocked(folder)) {
      continue;
    }
    Result<SpoolLock> lock = SpoolLock::Take(folder);
    if (!lock.has_value() && lock.error().code == ErrorCode::kInvalidArgument) {
      continue;  // Somebody has taken it since.
    }
    RecoveredRun run{id, 0, {}};
    if (!lock.has_value()) {
      run.problem = lock.error().message;
    } else if (const Result<std::int64_t> rows = RecoverFolder(store, id, progress);
               rows.has_value()) {
      run.rows = *rows;
    } else {
      run.problem = rows.error().message;
    }
    const auto marked = std::find_if(recovered.begin(), recovered.end(),
                                     [&](const RecoveredRun& one) { return one.id == id; });
    if (marked != recovered.end()) {
      *marked = run;
    } else if (run.rows > 0 || !run.problem.empty()) {
      recovered.push_back(run);
    }
  }
  return recovered;
}

}  // namespace loadline::store
