// Writing a result to the file that a flag names, or to standard output.
#pragma once

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::cli {

/// Writes what `write(std::ostream&)` (a Status) writes to `path`, or to standard output where it
/// is empty or `-`. Errors: kInvalidArgument (named by `flag`) if the file cannot be opened, kIo if
/// it cannot be written to its end; those of `write`.
template <typename Write>
[[nodiscard]] Status WriteTo(const std::string& path, std::string_view flag, const Write& write) {
  if (path.empty() || path == "-") {
    TRY(write(std::cout));
    std::cout.flush();
    return {};
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{}: cannot write \"{}\": {}", flag, path, std::strerror(errno))};
  }
  TRY(write(file));
  file.close();
  if (!file) {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot write \"{}\": {}", path, std::strerror(errno))};
  }
  return {};
}

}  // namespace loadline::cli
