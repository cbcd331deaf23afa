// What the program is connected to: a terminal or not, colours or not, and a question for the user.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/interruption.h"
#include "report/style.h"

namespace loadline::cli {

/// Reads an environment variable; empty: not set. Tests pass their own.
using Environment = std::function<std::string(std::string_view name)>;

/// The process's own.
[[nodiscard]] std::string ReadEnvironment(std::string_view name);

/// What standard input, output and error are.
struct Terminal {
  bool input = false;   ///< Standard input is a terminal: there is somebody to ask.
  bool output = false;  ///< Standard output is one: live view instead of plain lines.
  bool error = false;
  bool colour = false;  ///< Output is a terminal that shows colours, and NO_COLOR is not set.
  int columns = 80;     ///< Width of the output; 80 where it is not known.
};

/// Asks the system.
[[nodiscard]] Terminal DetectTerminal();

/// Whether to colour: NO_COLOR set to anything but the empty string says no, and so does TERM=dumb.
/// Source: no-color.org.
[[nodiscard]] bool WantsColour(bool output_is_terminal, const Environment& environment);

/// How text for `out` looks: colours if it is a terminal that wants them, its width, 40 at least.
[[nodiscard]] report::Style StyleFor(std::FILE* out);

/// Prints `question` to standard error and reads a line; true if it is y or yes.
/// Errors: kInterrupted when Ctrl-C comes first.
[[nodiscard]] Result<bool> AskYes(std::string_view question, const Interruption& interruption);

}  // namespace loadline::cli
