// Table `runs`: a new row, and marking a dead run. Inside the store only.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "store/database.h"
#include "store/run_record.h"

namespace loadline::store {

/// Registers a run in a transaction of its own; the result is its number.
[[nodiscard]] Result<std::int64_t> InsertRun(Database& database, std::string_view id,
                                             const RunStart& start, UtcTime started,
                                             RunState state);

/// A running run becomes an interrupted one; others stay what they are.
[[nodiscard]] Status MarkInterrupted(Database& database, std::int64_t run);

}  // namespace loadline::store
