#include "store/query.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include <fmt/core.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/units_text.h"
#include "store/database.h"
#include "store/schema.h"
#include "store/store.h"

namespace loadline::store {
namespace {

/// Steps of SQLite's machine between two looks at clock and interruption: well below 1 ms.
constexpr int kProgressSteps = 10'000;

struct Watch {
  Instant deadline{};
  bool limited = false;
  const std::function<bool()>* interrupted = nullptr;
  bool timed_out = false;
};

int OnProgress(void* argument) {
  auto* watch = static_cast<Watch*>(argument);
  if (watch->limited && Now() >= watch->deadline) {
    watch->timed_out = true;
    return 1;
  }
  return *watch->interrupted && (*watch->interrupted)() ? 1 : 0;
}

/// Lets reading pass and nothing else. What it denies SQLite reports as "not authorized".
int Authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  const std::string_view subject = first == nullptr ? "" : first;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && std::string_view(second) == "load_extension" ? SQLITE_DENY
                                                                               : SQLITE_OK;
    case SQLITE_PRAGMA:
      // Those that describe tables; none of them can change anything.
      return subject == "table_info" || subject == "table_xinfo" || subject == "table_list" ||
                     subject == "index_list" || subject == "index_info"
                 ? SQLITE_OK
                 : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

/// The line of `sql` around byte `offset`, with a mark below the place.
std::string PointAt(std::string_view sql, int offset) {
  if (offset < 0 || static_cast<std::size_t>(offset) > sql.size()) {
    return {};
  }
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t before = at == 0 ? std::string_view::npos : sql.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view line = sql.substr(begin, sql.find('\n', at) - begin);
  std::string mark;
  for (const char c : line.substr(0, at - begin)) {
    if (c == '\t') {
      mark += '\t';
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {  // Not inside a character.
      mark += ' ';
    }
  }
  return fmt::format("\n  {}\n  {}^", line, mark);
}

/// Words for a statement that SQLite does not take.
Error BadQuery(sqlite3* db, int code, std::string_view sql, const std::string& path) {
  const int primary = code & 0xff;
  if (primary == SQLITE_AUTH) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("the query may only read: SELECT, WITH, VALUES and EXPLAIN ({})",
                        sqlite3_errmsg(db))};
  }
  if (primary == SQLITE_ERROR || primary == SQLITE_TOOBIG || primary == SQLITE_MISMATCH ||
      primary == SQLITE_RANGE) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("query: {}{}", sqlite3_errmsg(db), PointAt(sql, sqlite3_error_offset(db)))};
  }
  return SqliteError(db, code, path, "query");
}

Cell ReadCell(sqlite3_stmt* row, int column) {
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(row, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(row, column);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
    }
    case SQLITE_BLOB: {
      const auto* data = static_cast<const unsigned char*>(sqlite3_column_blob(row, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
      constexpr std::string_view kDigits = "0123456789abcdef";
      std::string text = "x'";
      text.reserve(2 * size + 3);
      for (std::size_t i = 0; i < size; ++i) {
        text += kDigits[data[i] >> 4];
        text += kDigits[data[i] & 15];
      }
      return text + "'";
    }
    default:
      return std::monostate();
  }
}

/// Puts views of one run in the place of all tables and views: temporary names come first.
Status NarrowTo(Database& database, std::int64_t run) {
  std::vector<std::string> tables;
  std::string throughput;
  {
    Statement row = TRY(
        database.Prepare("SELECT m.name FROM main.sqlite_schema m JOIN pragma_table_info(m.name) c "
                         "WHERE m.type = 'table' AND c.name = 'run'"));
    while (TRY(row.Step())) {
      tables.push_back(row.Text());
    }
    Statement view =
        TRY(database.Prepare("SELECT sql FROM main.sqlite_schema WHERE name = 'Throughput'"));
    if (TRY(view.Step())) {
      throughput = view.Text();
    }
  }
  for (const std::string& table : tables) {
    const std::string condition = table == "attempts"
                                      ? fmt::format("id >= {} AND id < {}", run << kAttemptIdBits,
                                                    (run + 1) << kAttemptIdBits)
                                      : fmt::format("run = {}", run);
    TRY(database.Exec(fmt::format("CREATE TEMP VIEW {} AS SELECT * FROM main.{} WHERE {}", table,
                                  table, condition)));
  }
  constexpr std::string_view kCreate = "CREATE VIEW";
  if (throughput.starts_with(kCreate)) {
    TRY(database.Exec("CREATE TEMP VIEW" + throughput.substr(kCreate.size())));
  }
  return {};
}

bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0 || c == ';';
  });
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalize>;

/// Compiles the one statement of `sql`.
Result<StatementHandle> Compile(Database& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v2(database.raw(), sql.c_str(), -1, &raw, &tail);
  StatementHandle statement(raw);
  if (code != SQLITE_OK) {
    return BadQuery(database.raw(), code, sql, database.path());
  }
  if (statement == nullptr) {
    return Error{ErrorCode::kInvalidArgument,
                 "the query is empty: give one statement, as in 'SELECT * FROM runs'"};
  }
  if (!IsBlank(tail)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("one statement at a time: what is '{}' for?",
                             std::string_view(tail).substr(0, 40))};
  }
  return statement;
}

}  // namespace

Status RunQuery(const std::string& path, std::string_view sql, const QueryOptions& options,
                RowSink& sink) {
  Store store = TRY(Store::Open(path, OpenMode::kReadOnly));
  Database& database = store.database();
  if (!options.run.empty()) {
    const RunInfo info = TRY(store.FindRun(options.run));
    TRY(NarrowTo(database, info.number));
  }
  TRY(database.Exec("PRAGMA query_only=1"));
  sqlite3_set_authorizer(database.raw(), Authorize, nullptr);
  Watch watch;
  watch.limited = options.time_limit > Duration::zero();
  watch.deadline = Now() + options.time_limit;
  watch.interrupted = &options.interrupted;
  sqlite3_progress_handler(database.raw(), kProgressSteps, OnProgress, &watch);

  const std::string text(sql);
  const StatementHandle statement = TRY(Compile(database, text));
  const int columns = sqlite3_column_count(statement.get());
  std::vector<std::string> names;
  for (int i = 0; i < columns; ++i) {
    const char* name = sqlite3_column_name(statement.get(), i);
    names.emplace_back(name == nullptr ? "" : name);
  }
  sink.OnColumns(names);
  std::vector<Cell> cells(static_cast<std::size_t>(columns));
  while (true) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) {
      return {};
    }
    if (code != SQLITE_ROW) {
      if ((code & 0xff) == SQLITE_INTERRUPT) {
        return Error{ErrorCode::kInterrupted, watch.timed_out
                                                  ? fmt::format("the query was stopped after {}",
                                                                FormatDuration(options.time_limit))
                                                  : std::string("the query was interrupted")};
      }
      return BadQuery(database.raw(), code, text, path);
    }
    for (int i = 0; i < columns; ++i) {
      cells[static_cast<std::size_t>(i)] = ReadCell(statement.get(), i);
    }
    if (!sink.OnRow(cells)) {
      return {};
    }
  }
}

}  // namespace loadline::store
