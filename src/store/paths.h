// Where runs are kept: the database, and the spool folders beside it.
//
//   <database>                              SQLite, with -wal and -shm beside it while in use
//   <database>-spool/<run id>/owner         locked by the process whose run it is
//   <database>-spool/<run id>/<shard>.spool rows that are not in the database yet (measure/row.h)
//
// Pure functions of their arguments, except DefaultDatabasePath, which reads the environment.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::store {

/// `$XDG_DATA_HOME/loadline/loadline.db`, else `~/.local/share/loadline/loadline.db`.
///
/// Errors: kInvalidArgument if neither XDG_DATA_HOME (absolute, as the XDG rules demand) nor HOME
/// is set.
[[nodiscard]] Result<std::string> DefaultDatabasePath();

/// The folder of all spool folders of a database: `<database>-spool`.
[[nodiscard]] std::string SpoolRoot(std::string_view database);

/// The spool folder of one run.
[[nodiscard]] std::string SpoolFolder(std::string_view database, std::string_view run_id);

}  // namespace loadline::store
