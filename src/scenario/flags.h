// The command-line flags that set something in a scenario, and what each of them sets.
//
// One table for the command line, its help and the reference: a flag is a short way to write a key
// of the YAML file, and goes through the same validation. Constant data, safe from any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::scenario {

/// One value given on the command line, as the key that it sets.
struct Setting {
  std::string path;   ///< `load.rate`, `objectives[]` (appends), `task.method` (the only task).
  std::string value;  ///< As written.
  std::string flag;   ///< What faults name: `--rate`.
  bool yaml = false;  ///< The value is read as YAML (`--set`); otherwise it is text as it stands.

  friend bool operator==(const Setting&, const Setting&) = default;
};

/// A flag of `run`, `find`, `verify` and `scenario show`.
struct Flag {
  std::string_view name;      ///< With its dashes: `--rate`; `-H`.
  std::string_view argument;  ///< Of the help: `RATE`; empty: a switch without a value.
  std::string_view path;      ///< The key it sets.
  std::string_view value;     ///< What is set; `{}` stands for the argument (`p95 < {}`).
  bool repeatable = false;
  std::string_view group;  ///< Heading in the help: `Load`, `Request`, …
  std::string_view help;   ///< One line.
};

/// All of them, in the order of the help. `--set PATH=VALUE` is among them (its path is empty).
[[nodiscard]] std::span<const Flag> Flags();

/// The setting that `flag` with `argument` means.
///
/// Errors: kInvalidArgument where the argument has no value to set: `--set` without `=`, `-H`
/// without a colon. The message does not repeat the argument (it may hold a secret).
[[nodiscard]] Result<Setting> MakeSetting(const Flag& flag, std::string_view argument);

}  // namespace loadline::scenario
