// Store: the SQLite database of all runs.
//
// One Store belongs to one thread; any number of them, in any number of processes, may be open on
// one file at once (WAL; a writer waits for the other up to kBusyTimeout).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "store/run_record.h"

namespace loadline::store {

class Database;

/// How long a writer waits for another one before it gives up.
inline constexpr Duration kBusyTimeout = 10s;

/// Sizings of a run that are kept.
inline constexpr int kMostSizings = 100;

enum class OpenMode {
  kReadWrite,  ///< Creates file and folder where missing; brings an older schema up to date.
  kReadOnly,   ///< Changes nothing, works on a read-only folder; a missing file is an error.
};

class Store {
 public:
  /// Opens `path`.
  ///
  /// Errors: kNotFound (kReadOnly and no such file), kIo (folder or file not accessible), kCorrupt
  /// (damaged, or not a database), kInvalidArgument (another program's database, or one of a newer
  /// loadline), kExhausted (disk full). Every message says what to do.
  [[nodiscard]] static Result<Store> Open(const std::string& path,
                                          OpenMode mode = OpenMode::kReadWrite);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] const std::string& path() const;

  /// The newest `limit` runs (0: all), newest first.
  [[nodiscard]] Result<std::vector<RunInfo>> ListRuns(int limit = 0);

  /// The run that `which` names: `@last`, `@last~1` (the one before), an id, a label (the newest
  /// run with it), or the beginning of an id; the first of these that fits.
  ///
  /// Errors: kNotFound; kInvalidArgument where a prefix fits several (the message lists them).
  [[nodiscard]] Result<RunInfo> FindRun(std::string_view which);

  /// Everything but series, attempts and the documents of sizings.
  [[nodiscard]] Result<RunRecord> ReadRun(std::string_view which);

  /// Removes a run with its steps, series, attempts and spool, and gives the space back.
  ///
  /// Errors: kInvalidArgument while the run is going on; those of FindRun.
  [[nodiscard]] Status RemoveRun(std::string_view which);

  /// Replaces label or note of a run.
  [[nodiscard]] Status SetLabel(std::string_view which, std::string_view label);
  [[nodiscard]] Status SetNote(std::string_view which, std::string_view note);

  /// Replaces the run document of a run that has come to its end.
  [[nodiscard]] Status SetDocument(std::string_view which, std::string_view document);

  /// Keeps a sizing made from the run `id`, with what it takes to draw it again. One of the same
  /// command line is replaced; of more than kMostSizings the oldest go.
  [[nodiscard]] Status AddSizing(std::string_view id, const SizingInfo& sizing,
                                 std::string_view document);

  /// The document of a run's newest sizing; empty: it has none.
  [[nodiscard]] Result<std::string> NewestSizing(std::string_view which);

  /// For the other files of this module.
  [[nodiscard]] Database& database();

 private:
  explicit Store(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

}  // namespace loadline::store
