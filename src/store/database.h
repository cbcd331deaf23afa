// Database, Statement, Transaction: SQLite as values and Results. Inside the store only.
//
// A Database and everything made from it belong to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace loadline::store {

/// The Error for what SQLite last reported on `db`: "<doing>: <what is wrong and what to do>".
[[nodiscard]] Error SqliteError(sqlite3* db, int code, std::string_view path,
                                std::string_view doing);

/// A prepared statement. Values are bound in the order of the question marks, from the first again
/// after every Run() or Reset(). One that stands at a row keeps what it sees of the database from
/// changing, and a write that comes then fails: finish or destroy it first.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* statement, const std::string* path)
      : db_(db), statement_(statement), path_(path) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& Bind(std::int64_t value);
  Statement& Bind(double value);  ///< NaN is stored as NULL.
  Statement& Bind(std::string_view text);
  Statement& BindBlob(std::span<const std::uint8_t> bytes);
  Statement& BindNull();
  Statement& Bind(std::optional<double> value);
  Statement& Bind(std::optional<std::int64_t> value);
  Statement& Bind(Duration value) { return Bind(std::int64_t{value.count()}); }
  Statement& Bind(int value) { return Bind(std::int64_t{value}); }
  Statement& Bind(bool value) { return Bind(std::int64_t{value ? 1 : 0}); }
  Statement& Bind(const char* text) { return Bind(std::string_view(text)); }
  Statement& Bind(const std::string& text) { return Bind(std::string_view(text)); }

  /// The next row is there (true), or there is none.
  [[nodiscard]] Result<bool> Step();
  /// Runs a statement that yields nothing, and makes it ready for the next values.
  [[nodiscard]] Status Run();
  /// Ready for the next values.
  void Reset();

  // The current row; columns are read from left to right, each call takes the next one.
  [[nodiscard]] std::int64_t Int();
  [[nodiscard]] double Real();
  [[nodiscard]] std::string Text();
  [[nodiscard]] std::span<const std::uint8_t> Blob();  ///< Valid until the next Step().
  [[nodiscard]] Duration Nanoseconds() { return Duration(Int()); }
  [[nodiscard]] bool Bool() { return Int() != 0; }
  [[nodiscard]] std::optional<double> OptionalReal();
  [[nodiscard]] std::optional<std::int64_t> OptionalInt();
  void Skip(int columns = 1) { column_ += columns; }

  /// For the import loop, which binds by hand.
  [[nodiscard]] sqlite3_stmt* raw() { return statement_; }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
  const std::string* path_;
  int bound_ = 0;   // Values bound so far.
  int column_ = 0;  // Next column to read.
};

class Database {
 public:
  /// Opens the file and checks that it is ours; creates or upgrades it in kReadWrite.
  [[nodiscard]] static Result<std::unique_ptr<Database>> Open(const std::string& path,
                                                              OpenMode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs one or more statements that yield nothing.
  [[nodiscard]] Status Exec(const std::string& sql);
  [[nodiscard]] Result<Statement> Prepare(std::string_view sql);
  /// The single number that `sql` yields; 0 where it yields none.
  [[nodiscard]] Result<std::int64_t> Number(std::string_view sql);
  /// The same with `text` in the place of its one question mark.
  [[nodiscard]] Result<std::int64_t> Number(std::string_view sql, std::string_view text);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Version of its tables when it was opened: of an older file that is only read, an older one.
  [[nodiscard]] int schema() const { return schema_; }
  [[nodiscard]] sqlite3* raw() { return db_; }

 private:
  Database(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

  [[nodiscard]] static Result<std::unique_ptr<Database>> OpenFile(const std::string& path,
                                                                  const std::string& uri,
                                                                  OpenMode mode);
  [[nodiscard]] Status Check(OpenMode mode);
  [[nodiscard]] Status UseWal();
  [[nodiscard]] Status Migrate();

  sqlite3* db_;
  std::string path_;
  int schema_ = 0;
};

/// A write transaction; rolled back unless committed.
class Transaction {
 public:
  /// Waits for another writer up to kBusyTimeout.
  [[nodiscard]] static Result<Transaction> Begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  [[nodiscard]] Status Commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}

  Database* database_;  // Null once committed or moved from.
};

}  // namespace loadline::store
