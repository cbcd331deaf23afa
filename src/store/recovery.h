// Recovery: what runs whose process died left behind is imported when the store is next opened.
//
// Runs that are going on, in this process or another, are never touched (store/spool_lock.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/spool_import.h"
#include "store/store.h"

namespace loadline::store {

/// One run that was found dead.
struct RecoveredRun {
  std::string id;
  std::int64_t rows = 0;  ///< Imported now.
  std::string problem;    ///< Why its spool could not be imported (it stays); empty: all well.
};

/// Marks every run whose process is gone as interrupted and imports its spool. A spool whose run
/// the database does not know gets a run of its own (command `recovered`). A spool that fails does
/// not keep the others from being recovered.
///
/// Errors: those of the database itself.
[[nodiscard]] Result<std::vector<RecoveredRun>> Recover(Store& store,
                                                        const ImportProgress& progress = {});

}  // namespace loadline::store
