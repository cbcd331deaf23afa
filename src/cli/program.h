// The program: from the words of a command line to an exit code.
#pragma once

#include <string>
#include <vector>

namespace loadline::cli {

/// Runs the subcommand that `words` (argv without the program's name) ask for; returns the exit
/// code. Results go to standard output, everything else to standard error.
[[nodiscard]] int Main(const std::vector<std::string>& words);

}  // namespace loadline::cli
