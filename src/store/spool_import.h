// Importing spool files into table `attempts`.
//
// Rows and the position in the file are committed together, so an import that is cut anywhere goes
// on where it stopped, and none is ever stored twice. A row that was cut at the file's end is
// normal: the file is read up to its last whole row. Functions belong to the thread of the store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace loadline::store {

/// What an import did.
struct ImportResult {
  std::int64_t rows = 0;       ///< Stored by this call.
  int files = 0;               ///< Spool files read.
  std::int64_t cut_bytes = 0;  ///< At the ends of files: parts of rows that were never completed.
  std::vector<std::string> read;  ///< The files read to their ends: for DropSpool().
};

/// Called after every transaction with the rows stored so far; false stops after it.
using ImportProgress = std::function<bool(std::int64_t rows)>;

/// Imports what the spool files of run `run_id` hold and is not stored yet, and removes each file
/// once its rows are safely on disk. The caller holds the folder's SpoolLock, or knows that nobody
/// writes there.
///
/// Errors: kExhausted (disk full; everything not stored stays in the spool), kIo, kCorrupt (a file
/// that is no spool of this run; it stays, and the other files are imported first), kInterrupted
/// (progress said stop; call again to go on), kNotFound (no such run).
[[nodiscard]] Result<ImportResult> ImportSpool(Store& store, const std::string& run_id,
                                               const ImportProgress& progress = {});

/// The first half of ImportSpool(): leaves the files, and where their rows end, in place. For a
/// process about to close the store, whose closing has to reach the disk anyway: CopySpool(), the
/// last writes, DropSpool(), close. Errors as there, but a corrupt file leaves all of them.
[[nodiscard]] Result<ImportResult> CopySpool(Store& store, const std::string& run_id,
                                             const ImportProgress& progress = {});

/// Puts everything committed so far safely on disk, then removes the files that `copied` has read.
/// Errors: kIo, kExhausted: the files stay; the next import finds that it has their rows already.
[[nodiscard]] Status DropSpool(Store& store, const ImportResult& copied);

}  // namespace loadline::store
