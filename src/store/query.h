// Query: one read-only SQL statement of the user's over the store, row by row.
//
// The file is opened read-only and an authorizer lets nothing but reading pass: no ATTACH, no
// PRAGMA that changes anything, no extension. Opens its own connection: any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::store {

/// One value of a result: NULL, INTEGER, REAL or TEXT. A blob is text: `x'0a1b…'`.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct QueryOptions {
  Duration time_limit = 5min;         ///< 0: none.
  std::function<bool()> interrupted;  ///< Asked now and then; true ends the query. May be empty.
  std::string run;  ///< Only this run (as FindRun takes it) in every table and view; empty: all.
};

/// Takes the rows of a query.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void OnColumns(const std::vector<std::string>& names) = 0;
  /// False: enough, the query ends well.
  virtual bool OnRow(const std::vector<Cell>& cells) = 0;
};

/// Runs one statement. Values are as SQLite gives them.
///
/// Errors: kInvalidArgument (not one statement that only reads; the message shows SQLite's words
/// and points at the place in the text), kInterrupted (time limit or `interrupted`), kNotFound and
/// others as Store::Open(kReadOnly).
[[nodiscard]] Status RunQuery(const std::string& path, std::string_view sql,
                              const QueryOptions& options, RowSink& sink);

}  // namespace loadline::store
