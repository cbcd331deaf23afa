#include "store/database.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/schema.h"

namespace loadline::store {
namespace {

constexpr int kBusyMillis =
    static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(kBusyTimeout).count());

/// `path` as a URI file name for SQLite, with `query` behind it.
std::string FileUri(const std::string& path, std::string_view query) {
  std::string uri = "file:";
  if (path.starts_with("//")) {
    uri += "//";  // An empty authority, or the path's own first part would be taken for one.
  }
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return fmt::format("{}?{}", uri, query);
}

Error IoError(const std::string& what, const std::error_code& code) {
  const bool full = code.value() == ENOSPC || code.value() == EDQUOT;
  return Error{full ? ErrorCode::kExhausted : ErrorCode::kIo,
               fmt::format("{}: {}", what, code.message())};
}

Status MakeParent(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code code;
  if (!parent.empty() && !std::filesystem::is_directory(parent, code)) {
    std::filesystem::create_directories(parent, code);
    if (code) {
      return IoError(fmt::format("cannot create the folder {}", parent.string()), code);
    }
  }
  return {};
}

/// True where a WAL with something in it lies beside the file: its newest rows are only there.
bool HasWal(const std::string& path) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path + "-wal", code);
  return !code && size > 0;
}

}  // namespace

Error SqliteError(sqlite3* db, int code, std::string_view path, std::string_view doing) {
  const int primary = code & 0xff;
  const std::string words = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const int system = db != nullptr ? sqlite3_system_errno(db) : 0;
  const bool full =
      primary == SQLITE_FULL || (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT));
  if (full) {
    return {ErrorCode::kExhausted,
            fmt::format("{}: the disk of {} is full; free some space, or use another place with "
                        "--db",
                        doing, path)};
  }
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kIo,
              fmt::format("{}: {} is locked by another process for more than {} s; end that "
                          "process, or try again",
                          doing, path, kBusyMillis / 1000)};
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt,
              fmt::format("{}: {} is not a database; name another file with --db, or move this one "
                          "away",
                          doing, path)};
    case SQLITE_CORRUPT:
      return {ErrorCode::kCorrupt,
              fmt::format("{}: {} is damaged ({}); move it away and begin a new one, `sqlite3 FILE "
                          ".recover` may save what is in it",
                          doing, path, words)};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
      return {ErrorCode::kIo,
              fmt::format("{}: {}: {}{}", doing, path, words,
                          system != 0 ? fmt::format(" ({})", std::strerror(system)) : "")};
    case SQLITE_INTERRUPT:
      return {ErrorCode::kInterrupted, fmt::format("{}: interrupted", doing)};
    default:
      return {ErrorCode::kInternal, fmt::format("{}: {}: {}", doing, path, words)};
  }
}

// Statement

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      statement_(std::exchange(other.statement_, nullptr)),
      path_(other.path_),
      bound_(other.bound_),
      column_(other.column_) {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::Bind(std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_, ++bound_, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(double value) {
  CHECK(sqlite3_bind_double(statement_, ++bound_, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(std::string_view text) {
  // An empty view may have a null pointer, which would be NULL instead of ''.
  const char* data = text.empty() ? "" : text.data();
  CHECK(sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::BindBlob(std::span<const std::uint8_t> bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  CHECK(sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_TRANSIENT) ==
        SQLITE_OK);
  return *this;
}

Statement& Statement::BindNull() {
  CHECK(sqlite3_bind_null(statement_, ++bound_) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(std::optional<double> value) {
  return value.has_value() ? Bind(*value) : BindNull();
}

Statement& Statement::Bind(std::optional<std::int64_t> value) {
  return value.has_value() ? Bind(*value) : BindNull();
}

Result<bool> Statement::Step() {
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  const int extended = sqlite3_extended_errcode(db_);
  return SqliteError(db_, extended == SQLITE_OK ? code : extended, *path_, "database");
}

Status Statement::Run() {
  const Result<bool> stepped = Step();
  Reset();
  if (!stepped.has_value()) {
    return stepped.error();
  }
  return {};
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  bound_ = 0;
}

std::int64_t Statement::Int() {
  return sqlite3_column_int64(statement_, column_++);
}

double Statement::Real() {
  return sqlite3_column_double(statement_, column_++);
}

std::string Statement::Text() {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column_));
  const int size = sqlite3_column_bytes(statement_, column_++);
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(size));
}

std::span<const std::uint8_t> Statement::Blob() {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column_));
  const int size = sqlite3_column_bytes(statement_, column_++);
  return {data, static_cast<std::size_t>(data == nullptr ? 0 : size)};
}

std::optional<double> Statement::OptionalReal() {
  if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return Real();
}

std::optional<std::int64_t> Statement::OptionalInt() {
  if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return Int();
}

// Database

Database::~Database() {
  sqlite3_close_v2(db_);
}

Result<std::unique_ptr<Database>> Database::OpenFile(const std::string& path,
                                                     const std::string& uri, OpenMode mode) {
  const int access = mode == OpenMode::kReadOnly ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(uri.c_str(), &db, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
  // SQLite hands out a handle even where it fails: it carries the message and must be closed.
  std::unique_ptr<Database> database(new Database(db, path));
  if (code != SQLITE_OK) {
    return SqliteError(db, code, path, "cannot open the database");
  }
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyMillis);
  if (const Status checked = database->Check(mode); !checked.has_value()) {
    return checked.error();
  }
  return database;
}

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, OpenMode mode) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return Error{ErrorCode::kInvalidArgument, "the database needs a file name (--db FILE)"};
  }
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} is a folder; --db takes the name of a file", path)};
  }
  if (mode == OpenMode::kReadWrite) {
    TRY(MakeParent(path));
    return OpenFile(path, FileUri(path, "mode=rwc"), mode);
  }
  if (!std::filesystem::exists(path, code)) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("there is no database {} yet: run something first, or name another "
                             "with --db",
                             path)};
  }
  auto opened = OpenFile(path, FileUri(path, "mode=ro"), mode);
  if (!opened.has_value() && opened.error().code == ErrorCode::kIo && !HasWal(path)) {
    // A folder that cannot be written has no place for the shared memory of WAL. Nobody can be
    // writing there, so the file may be read as one that never changes.
    auto fixed = OpenFile(path, FileUri(path, "mode=ro&immutable=1"), mode);
    if (fixed.has_value()) {
      return fixed;
    }
  }
  return opened;
}

Status Database::Check(OpenMode mode) {
  // One snapshot: another process may be making the tables at this moment, and its half would look
  // like somebody else's file.
  TRY(Exec("BEGIN"));
  const std::int64_t version = TRY(Number("PRAGMA user_version"));
  const std::int64_t application = TRY(Number("PRAGMA application_id"));
  const std::int64_t objects = TRY(Number("SELECT count(*) FROM sqlite_schema"));
  TRY(Exec("COMMIT"));
  const auto current = static_cast<std::int64_t>(Migrations().size());
  const bool fresh = version == 0 && application == 0 && objects == 0;
  if (!fresh && application != kApplicationId) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{} is a database of another program; name another file with --db", path_)};
  }
  if (version > current) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} was written by a newer loadline (schema {}, this one knows {}); "
                             "use that one, or name another file with --db",
                             path_, version, current)};
  }
  if (mode == OpenMode::kReadOnly) {
    if (version < kOldestReadable) {
      return Error{fresh ? ErrorCode::kNotFound : ErrorCode::kInvalidArgument,
                   fresh ? fmt::format("the database {} is empty: run something first", path_)
                         : fmt::format("{} was written by an older loadline (schema {}, this one "
                                       "reads {}); `loadline runs ls` brings it up to date",
                                       path_, version, current)};
    }
    schema_ = static_cast<int>(version);
    return {};
  }
  if (fresh) {
    // Only before the first table. Pages are given back when runs are removed.
    TRY(Exec("PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL"));
  }
  TRY(UseWal());
  TRY(Exec("PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=OFF"));
  schema_ = static_cast<int>(current);
  return version < current ? Migrate() : Status{};
}

Status Database::UseWal() {
  // Where two processes switch at the same time SQLite says busy at once, without waiting.
  const Instant deadline = Now() + kBusyTimeout;
  while (true) {
    Status switched = Exec("PRAGMA journal_mode=WAL");
    if (switched.has_value() || (sqlite3_errcode(db_) & 0xff) != SQLITE_BUSY || Now() > deadline) {
      return switched;
    }
    SleepUntil(Now() + 20ms);
  }
}

Status Database::Migrate() {
  Transaction transaction = TRY(Transaction::Begin(*this));
  // Another process may have done it while we waited.
  const std::int64_t from = TRY(Number("PRAGMA user_version"));
  const auto migrations = Migrations();
  for (auto v = static_cast<std::size_t>(from); v < migrations.size(); ++v) {
    TRY(Exec(migrations[v]));
    TRY(Exec(fmt::format("PRAGMA user_version={}", v + 1)));
  }
  TRY(Exec(fmt::format("PRAGMA application_id={}", kApplicationId)));
  return transaction.Commit();
}

Status Database::Exec(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return SqliteError(db_, code, path_, "database");
  }
  return {};
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) {
    return SqliteError(db_, code, path_, "database");
  }
  return Statement(db_, statement, &path_);
}

Result<std::int64_t> Database::Number(std::string_view sql) {
  Statement statement = TRY(Prepare(sql));
  return TRY(statement.Step()) ? statement.Int() : 0;
}

Result<std::int64_t> Database::Number(std::string_view sql, std::string_view text) {
  Statement statement = TRY(Prepare(sql));
  statement.Bind(text);
  return TRY(statement.Step()) ? statement.Int() : 0;
}

// Transaction

Result<Transaction> Transaction::Begin(Database& database) {
  TRY(database.Exec("BEGIN IMMEDIATE"));
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr && sqlite3_get_autocommit(database_->raw()) == 0) {
    static_cast<void>(database_->Exec("ROLLBACK"));
  }
}

Status Transaction::Commit() {
  TRY(database_->Exec("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace loadline::store
