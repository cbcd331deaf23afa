// Shell words: a command line as bash would split it, nothing in it run.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loadline::convert {

/// The words of one command, as template text: `$NAME` and `${NAME}` of the shell become `${NAME}`
/// of a scenario.
struct ShellCommand {
  std::vector<std::string> words;
  std::string left_out;  ///< What followed: `| …` or `> …`, by its operator alone; empty: nothing.
};

/// Splits `text` into commands: single and double quotes, `$'…'` (with every escape of bash), `\`
/// before a character or a line's end, variables, comments. Commands end at a line's end, `;`, `&`,
/// `&&` and `||`; a command behind `|` and the file behind `>` belong to what is left out.
///
/// Errors: kInvalidArgument, with line and column: an open quote, `$(…)` and backticks (their
/// output is not known), `<`, a here-document, Windows' `^` escapes.
[[nodiscard]] Result<std::vector<ShellCommand>> SplitShell(std::string_view text);

}  // namespace loadline::convert
