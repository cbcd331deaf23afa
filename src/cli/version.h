// What this program is: its version and the facts of its build.
#pragma once

#include <string>
#include <string_view>

namespace loadline::cli {

/// `0.1.0`
[[nodiscard]] std::string_view Version();

/// Several lines: version, compiler, build type, libraries as linked now, processor.
[[nodiscard]] std::string BuildFacts();

}  // namespace loadline::cli
