#include "store/paths.h"

#include <cstdlib>

#include <fmt/core.h>

namespace loadline::store {

Result<std::string> DefaultDatabasePath() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && data[0] == '/') {
    return fmt::format("{}/loadline/loadline.db", data);
  }
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') {
    return fmt::format("{}/.local/share/loadline/loadline.db", home);
  }
  return Error{ErrorCode::kInvalidArgument,
               "no place for the database: HOME and XDG_DATA_HOME are not set; name one with --db"};
}

std::string SpoolRoot(std::string_view database) {
  return fmt::format("{}-spool", database);
}

std::string SpoolFolder(std::string_view database, std::string_view run_id) {
  return fmt::format("{}/{}", SpoolRoot(database), run_id);
}

}  // namespace loadline::store
