// Table `sizings`: what was sized from a run. Inside the store only.
//
// Functions belong to the thread of the database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/run_record.h"

namespace loadline::store {

/// Adds a sizing in a transaction of its own, as Store::AddSizing says.
[[nodiscard]] Status WriteSizing(Database& database, std::int64_t run, const SizingInfo& sizing,
                                 std::string_view document);

/// The newest first, without their documents; none of a file older than the table.
[[nodiscard]] Result<std::vector<SizingInfo>> ReadSizings(Database& database, std::int64_t run);

/// The document of the newest; empty: there is none.
[[nodiscard]] Result<std::string> ReadNewestSizing(Database& database, std::int64_t run);

}  // namespace loadline::store
