// Command: what each subcommand accepts, as tables: parser, help and settings all read them.
//
// Constant data, safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/flags.h"

namespace loadline::cli {

enum class CommandId {
  kRun,
  kFind,
  kVerify,
  kAb,
  kSimulate,
  kStandin,
  kScenarioShow,
  kScenarioSchema,
  kScenarioCheck,
  kScenarioFrom,
  kRunsList,
  kRunsShow,
  kRunsRemove,
  kRunsExport,
  kRunsTag,
  kRunsNote,
  kRunsPrune,
  kReport,
  kRunsCurl,
  kQuery,
  kCompare,
  kSize,
  kVersion,
  kCompletion,
  kHelp,
};

/// One option of a subcommand.
struct Flag {
  std::string_view name;   ///< `--rate`
  std::string_view brief;  ///< `-y`, or empty.
  std::string_view value;  ///< What stands behind it in the help: `RATE`; empty: a switch.
  std::string_view help;   ///< A few words, default included.
  bool many = false;       ///< May be given more than once.
  const scenario::Flag* setting = nullptr;  ///< What it sets in the scenario; null: nothing there.
};

/// Options under one heading of the help.
struct FlagGroup {
  std::string_view title;
  std::vector<Flag> flags;
};

/// One argument that is not an option.
struct Positional {
  std::string_view name;  ///< `URL|scenario.yaml`
  bool required = true;
  bool many = false;
};

/// One subcommand.
struct Command {
  CommandId id;
  std::string_view group;  ///< `runs` of `runs show`, or empty.
  std::string_view name;
  std::string_view summary;
  std::vector<Positional> positionals;
  std::vector<FlagGroup> groups;
  std::string_view text;      ///< Paragraphs of the help.
  std::string_view examples;  ///< Lines of the help, each a command that works.

  /// `runs show`, `run`.
  [[nodiscard]] std::string FullName() const;
  /// The option of that long or brief name, or null.
  [[nodiscard]] const Flag* Find(std::string_view flag) const;
};

/// Every subcommand, in the order of the help.
[[nodiscard]] std::span<const Command> Commands();

/// The subcommand with that id.
[[nodiscard]] const Command& Get(CommandId id);

}  // namespace loadline::cli
