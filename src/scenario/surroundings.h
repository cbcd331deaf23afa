// Surroundings: the world outside a scenario, as functions: environment variables and files.
//
// Injected, so that everything that reads a scenario is pure and tests need neither files nor
// variables. The functions must be safe from the thread that calls.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace loadline::scenario {

struct Surroundings {
  /// The value of an environment variable; nothing if it is not set.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// The whole content of a file. kNotFound or kIo with a message that names the path.
  std::function<Result<std::string>(const std::string& path)> read_file;
};

/// The process's environment and the file system. Files beyond 1 GiB are refused.
[[nodiscard]] Surroundings SystemSurroundings();

}  // namespace loadline::scenario
