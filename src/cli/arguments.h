// Arguments: a command line taken apart, nothing in it interpreted yet.
//
// Pure functions of the words given; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace loadline::cli {

/// One option as given; `value` is empty for a switch.
struct GivenFlag {
  const Flag* flag = nullptr;  ///< Never null.
  std::string value;
};

/// A command line that names a subcommand and uses only what that subcommand has.
struct Arguments {
  CommandId command = CommandId::kHelp;
  std::vector<std::string> words;  ///< As given.
  bool help = false;               ///< --help was given: print it and do nothing else.
  std::vector<std::string> positionals;
  std::vector<GivenFlag> flags;  ///< In the order given.

  [[nodiscard]] bool Has(std::string_view name) const;
  /// The option's value; `fallback` if it was not given.
  [[nodiscard]] std::string Value(std::string_view name, std::string_view fallback = {}) const;
  [[nodiscard]] std::vector<std::string> Values(std::string_view name) const;
};

/// Takes `words` (argv without the program's name) apart. No word: the general help.
///
/// Errors: kInvalidArgument: unknown subcommand or option (with the nearest known one), a missing
/// or superfluous argument, an option twice or without its value.
[[nodiscard]] Result<Arguments> ParseArguments(std::span<const std::string> words);

/// The known word that `word` was probably meant to be, or empty: at most 2 edits away (1 for words
/// of up to 4 letters).
[[nodiscard]] std::string_view Nearest(std::string_view word,
                                       std::span<const std::string_view> known);

/// True for what is meant as a URL, right or wrong: it has a `://`.
[[nodiscard]] bool HasScheme(std::string_view word);

}  // namespace loadline::cli
