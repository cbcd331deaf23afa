#include "cli/store_access.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "store/paths.h"
#include "store/recovery.h"

namespace loadline::cli {
namespace {

Status RecoverAndTell(store::Store& store) {
  for (const store::RecoveredRun& run : TRY(store::Recover(store))) {
    if (run.problem.empty()) {
      fmt::print(stderr, "recovered run {}: its process died; {} more records kept\n", run.id,
                 FormatCount(run.rows));
    } else {
      fmt::print(stderr, "run {} was left unfinished, and its records could not be kept: {}\n",
                 run.id, run.problem);
    }
  }
  return {};
}

}  // namespace

Result<std::string> StorePath(const Arguments& arguments) {
  if (arguments.Has("--db")) {
    std::string path = arguments.Value("--db");
    if (path.empty()) {
      return Error{ErrorCode::kInvalidArgument, "--db: found \"\"; expected a file"};
    }
    return path;
  }
  return store::DefaultDatabasePath();
}

Result<store::Store> OpenForWriting(const std::string& path) {
  store::Store store = TRY(store::Store::Open(path));
  TRY(RecoverAndTell(store));
  return store;
}

Result<store::Store> OpenForReading(const std::string& path) {
  if (::access(path.c_str(), W_OK) != 0) {
    return store::Store::Open(path, store::OpenMode::kReadOnly);
  }
  return OpenForWriting(path);
}

}  // namespace loadline::cli
