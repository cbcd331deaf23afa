#include "store/run_writer.h"

#include <utility>

#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "store/database.h"
#include "store/paths.h"
#include "store/run_rows.h"
#include "store/step_rows.h"

namespace loadline::store {
namespace {

/// Of SQLite's pages a run keeps only these: it writes a few rows a second and reads none, and the
/// default of 2 MB would fill while the load runs. An import, which only appends, is as fast.
constexpr const char* kSmallCache = "PRAGMA cache_size=-256";

/// Eight hex digits that no run of this machine is likely to have had; the database has the last
/// word.
std::string NewId(int attempt) {
  const auto now = static_cast<std::uint64_t>(UtcNow().time_since_epoch().count());
  const std::uint64_t bits =
      Mix(now ^ Mix(static_cast<std::uint64_t>(getpid())) ^ static_cast<std::uint64_t>(attempt));
  return fmt::format("{:08x}", static_cast<std::uint32_t>(bits >> 32));
}

}  // namespace

RunWriter::RunWriter(Store& store, std::int64_t number, std::string id, SpoolLock lock)
    : store_(&store), number_(number), id_(std::move(id)), lock_(std::move(lock)) {}

Result<RunWriter> RunWriter::Begin(Store& store, const RunStart& start) {
  TRY(store.database().Exec(kSmallCache));
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    const std::string id = NewId(i);
    if (TRY(store.database().Number("SELECT count(*) FROM runs WHERE id = ?", id)) > 0) {
      continue;
    }
    // The lock comes first: a run in the database without one is a dead run.
    Result<SpoolLock> lock = SpoolLock::Take(SpoolFolder(store.path(), id));
    if (!lock.has_value()) {
      if (lock.error().code == ErrorCode::kInvalidArgument) {
        continue;  // Another process has just taken the same id.
      }
      return lock.error();
    }
    const std::int64_t number =
        TRY(InsertRun(store.database(), id, start, UtcNow(), RunState::kRunning));
    return RunWriter(store, number, id, std::move(lock).value());
  }
  return Error{ErrorCode::kInternal, "no free run id found"};
}

Status RunWriter::BeginStep(int step, std::string_view purpose, const measure::Load& load) {
  return WriteStepStart(store_->database(), number_, step, purpose, load);
}

Status RunWriter::AddSecond(int step, const measure::Second& second) {
  Transaction transaction = TRY(Transaction::Begin(store_->database()));
  TRY(WriteSecond(store_->database(), number_, step, second));
  return transaction.Commit();
}

Status RunWriter::FinishStep(std::string_view purpose, const measure::Measurement& measurement,
                             const measure::SearchStep& verdict) {
  Transaction transaction = TRY(Transaction::Begin(store_->database()));
  TRY(WriteStep(store_->database(), number_, purpose, measurement, verdict));
  return transaction.Commit();
}

Status RunWriter::Finish(const RunEnd& end) {
  Database& database = store_->database();
  Transaction transaction = TRY(Transaction::Begin(database));
  if (end.load_line.has_value()) {
    TRY(WriteLoadLine(database, number_, *end.load_line));
  }
  {
    Statement update =
        TRY(database.Prepare("UPDATE runs SET state = ?, exit_code = ?, summary = ?, document = ?, "
                             "ended_utc_ns = ? WHERE run = ?"));
    update.Bind(Name(end.state)).Bind(end.exit_code).Bind(end.summary).Bind(end.document);
    TRY(update.Bind(UtcNow().time_since_epoch()).Bind(number_).Run());
  }
  return transaction.Commit();
}

}  // namespace loadline::store
