#include "store/spool_import.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure/row.h"
#include "store/database.h"
#include "store/paths.h"
#include "store/schema.h"
#include "store/spool_file.h"

namespace loadline::store {
namespace {

using measure::Row;

/// Rows read at once, and rows per transaction: 320 KiB of buffer, some 1.3 MB of WAL, and a lock
/// that no other writer notices (about 30 ms).
constexpr std::size_t kBlockRows = 4096;
constexpr std::int64_t kTransactionRows = 4 * static_cast<std::int64_t>(kBlockRows);

constexpr const char* kInsert =
    "INSERT INTO attempts (id, run, step, task, request, attempt, shard, flags, status, kind, "
    "error_detail, scheduled_ns, dispatched_ns, sent_ns, first_byte_ns, done_ns, dns_us, "
    "connect_us, tls_us, bytes_out, bytes_in) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The hot loop of the import: binds by hand, since every call here is paid per row, and only what
/// differs from the row before, since SQLite keeps what was bound.
class RowInserter {
 public:
  /// `insert` is kInsert, prepared; must outlive this.
  RowInserter(sqlite3_stmt* insert, std::int64_t run) : insert_(insert) {
    sqlite3_bind_int64(insert_, 2, run);
    BindRare(Row());
  }

  /// SQLITE_DONE, or an error code.
  int Insert(std::int64_t id, const Row& row) {
    sqlite3_bind_int64(insert_, 1, id);
    sqlite3_bind_int64(insert_, 5, static_cast<std::int64_t>(row.request));
    sqlite3_bind_int64(insert_, 12, row.scheduled_ns);
    sqlite3_bind_int64(insert_, 13, row.dispatched_ns);
    sqlite3_bind_int64(insert_, 14, row.sent_ns);
    sqlite3_bind_int64(insert_, 15, row.first_byte_ns);
    sqlite3_bind_int64(insert_, 16, row.done_ns);
    // From dns_us on the members lie side by side and without gaps (80 bytes in all).
    static_assert(sizeof(Row) - offsetof(Row, dns_us) == 32);
    if (std::memcmp(&row.dns_us, &last_.dns_us, sizeof(Row) - offsetof(Row, dns_us)) != 0) {
      BindRare(row);
    }
    const int code = sqlite3_step(insert_);
    sqlite3_reset(insert_);
    return code;
  }

 private:
  void BindRare(const Row& row) {
    sqlite3_bind_int(insert_, 3, row.step);
    sqlite3_bind_int(insert_, 4, row.task);
    sqlite3_bind_int(insert_, 6, row.attempt);
    sqlite3_bind_int(insert_, 7, row.shard);
    sqlite3_bind_int(insert_, 8, row.flags);
    sqlite3_bind_int(insert_, 9, row.status);
    sqlite3_bind_int(insert_, 10, static_cast<int>(row.kind));
    sqlite3_bind_int(insert_, 11, row.error_detail);
    sqlite3_bind_int64(insert_, 17, row.dns_us);
    sqlite3_bind_int64(insert_, 18, row.connect_us);
    sqlite3_bind_int64(insert_, 19, row.tls_us);
    sqlite3_bind_int64(insert_, 20, row.bytes_out);
    sqlite3_bind_int64(insert_, 21, row.bytes_in);
    last_ = row;
  }

  sqlite3_stmt* insert_;
  Row last_;
};

/// Every attempt ended at some moment; a row without one was never written (a file that was made
/// longer in advance, or whose last blocks a crash of the machine left empty).
bool NeverWritten(const Row& row) {
  return row.done_ns == 0 && row.scheduled_ns == 0 && row.dispatched_ns == 0;
}

/// Imports the spool of one run.
class Importer {
 public:
  Importer(Store& store, std::int64_t run, std::string id, std::int64_t stored,
           const ImportProgress& progress)
      : database_(store.database()),
        run_(run),
        id_(std::move(id)),
        stored_(stored),
        progress_(progress) {}

  Status ImportFile(const std::filesystem::path& path, ImportResult& result) {
    SpoolFile file = TRY(SpoolFile::Open(path.string()));
    const std::optional<measure::RowFileHeader> header = TRY(file.ReadHeader(id_));
    if (header.has_value()) {
      const std::string name = path.filename().string();
      TRY(SetEpoch(*header));
      file.SeekTo(TRY(Position(name)));
      while (TRY(ImportSome(file, name, result))) {
      }
    }
    result.cut_bytes += file.CutBytes();
    ++result.files;
    result.read.push_back(path.string());
    return {};
  }

 private:
  /// One transaction; false once the file is read.
  Result<bool> ImportSome(SpoolFile& file, const std::string& name, ImportResult& result) {
    Transaction transaction = TRY(Transaction::Begin(database_));
    // Prepared per transaction, which costs nothing beside 16,384 rows.
    Statement insert = TRY(database_.Prepare(kInsert));
    RowInserter inserter(insert.raw(), run_);
    std::int64_t rows = 0;
    std::int64_t written = 0;
    while (rows < kTransactionRows) {
      const std::span<const Row> block = TRY(file.Next(kBlockRows));
      if (block.empty()) {
        break;
      }
      for (const Row& row : block) {
        if (NeverWritten(row)) {
          result.cut_bytes += static_cast<std::int64_t>(sizeof(Row));
          continue;
        }
        const std::int64_t id = (run_ << kAttemptIdBits) + stored_ + written;
        if (const int code = inserter.Insert(id, row); code != SQLITE_DONE) {
          return SqliteError(database_.raw(), sqlite3_extended_errcode(database_.raw()),
                             database_.path(), "importing records");
        }
        ++written;
      }
      rows += static_cast<std::int64_t>(block.size());
    }
    if (rows == 0) {
      return false;
    }
    TRY(StorePosition(name, file.position(), stored_ + written));
    TRY(transaction.Commit());
    stored_ += written;
    result.rows += written;
    if (progress_ && !progress_(result.rows)) {
      return Error{ErrorCode::kInterrupted, "importing records: interrupted"};
    }
    return true;
  }

  Status StorePosition(const std::string& name, std::int64_t position, std::int64_t stored) {
    Statement where = TRY(database_.Prepare("INSERT OR REPLACE INTO spool_files VALUES (?, ?, ?)"));
    TRY(where.Bind(run_).Bind(name).Bind(position).Run());
    Statement count = TRY(database_.Prepare("UPDATE runs SET attempts_stored = ? WHERE run = ?"));
    return count.Bind(stored).Bind(run_).Run();
  }

  Result<std::int64_t> Position(const std::string& name) {
    Statement where =
        TRY(database_.Prepare("SELECT position FROM spool_files WHERE run = ? AND file = ?"));
    where.Bind(run_).Bind(name);
    const bool known = TRY(where.Step());
    return known ? where.Int() : std::int64_t{sizeof(measure::RowFileHeader)};
  }

  Status SetEpoch(const measure::RowFileHeader& header) {
    Statement update = TRY(database_.Prepare(
        "UPDATE runs SET epoch_utc_ns = ? WHERE run = ? AND epoch_utc_ns IS NULL"));
    return update.Bind(header.epoch_utc_ns).Bind(run_).Run();
  }

  Database& database_;
  const std::int64_t run_;
  const std::string id_;
  std::int64_t stored_;
  const ImportProgress& progress_;
};

/// Commits of a WAL are safe from a dying process, but not from a power cut until they are synced.
Status MakeDurable(Database& database) {
  // A whole checkpoint syncs the WAL and the database, and leaves nothing to do for the close.
  {
    Statement checkpoint = TRY(database.Prepare("PRAGMA wal_checkpoint(PASSIVE)"));
    if (TRY(checkpoint.Step())) {
      const bool busy = checkpoint.Int() != 0;
      const std::int64_t frames = checkpoint.Int();
      if (!busy && frames == checkpoint.Int()) {
        return {};
      }
    }
  }
  // Another process is reading or writing: sync the WAL, by a commit of its own.
  TRY(database.Exec("PRAGMA synchronous=FULL"));
  Status synced = database.Exec(
      "BEGIN IMMEDIATE; UPDATE runs SET run = run WHERE run = (SELECT max(run) FROM runs); COMMIT");
  TRY(database.Exec("PRAGMA synchronous=NORMAL"));
  return synced;
}

/// What a reader must know when an import stops: nothing is lost.
Error Explain(Error error, const std::string& folder) {
  if (error.code == ErrorCode::kExhausted || error.code == ErrorCode::kInterrupted) {
    error.message += fmt::format(
        "; what is not stored yet stays in {} and is imported when the database is next opened",
        folder);
  }
  return error;
}

/// Imports all files of a run into `result`; a damaged one after the others.
Status CopyFiles(Store& store, const RunInfo& info, const ImportProgress& progress,
                 ImportResult& result) {
  const std::string folder = SpoolFolder(store.path(), info.id);
  Importer importer(store, info.number, info.id, info.attempts_stored, progress);
  std::optional<Error> damaged;
  for (const std::filesystem::path& path : TRY(SpoolFilesIn(folder))) {
    const Status imported = importer.ImportFile(path, result);
    if (imported.has_value()) {
      continue;
    }
    if (imported.error().code != ErrorCode::kCorrupt) {
      return Explain(imported.error(), folder);
    }
    damaged = imported.error();
  }
  if (damaged.has_value()) {
    return *damaged;
  }
  return {};
}

}  // namespace

Result<std::vector<std::filesystem::path>> SpoolFilesIn(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (auto it = std::filesystem::directory_iterator(folder, code);
       !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    std::error_code ignored;
    if (it->path().extension() == ".spool" && it->is_regular_file(ignored)) {
      files.push_back(it->path());
    }
  }
  if (code && code.value() != ENOENT) {
    return Error{ErrorCode::kIo, fmt::format("cannot read {}: {}", folder, code.message())};
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<ImportResult> CopySpool(Store& store, const std::string& run_id,
                               const ImportProgress& progress) {
  const RunInfo info = TRY(store.FindRun(run_id));
  ImportResult result;
  TRY(CopyFiles(store, info, progress, result));
  return result;
}

Status DropSpool(Store& store, const ImportResult& copied) {
  if (copied.read.empty()) {
    return {};
  }
  TRY(MakeDurable(store.database()));
  for (const std::string& path : copied.read) {
    std::error_code code;
    std::filesystem::remove(path, code);  // Left over it does no harm: its position is stored.
  }
  return {};
}

Result<ImportResult> ImportSpool(Store& store, const std::string& run_id,
                                 const ImportProgress& progress) {
  const RunInfo info = TRY(store.FindRun(run_id));
  ImportResult result;
  Status copied = CopyFiles(store, info, progress, result);
  TRY(DropSpool(store, result));
  TRY(std::move(copied));
  // No file is left: neither are positions needed.
  Statement clear = TRY(store.database().Prepare("DELETE FROM spool_files WHERE run = ?"));
  TRY(clear.Bind(info.number).Run());
  return result;
}

}  // namespace loadline::store
