// ExitCode: what `loadline` tells the shell, and which of several facts wins.
//
// Pure functions, safe from any thread. docs/exit-codes-and-json.md is the contract.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "measure/load_line.h"
#include "measure/objective.h"

namespace loadline::cli {

/// The exit codes of `run`, `find` and `verify`; the other subcommands use 0 and 2.
enum class ExitCode : int {
  kHeld = 0,           ///< Every objective held, or the load line was found; success elsewhere.
  kBroken = 1,         ///< An objective is broken, or the first reply failed its checks.
  kBadInput = 2,       ///< Command line, scenario or environment is wrong; nothing was sent.
  kRefused = 3,        ///< The measurement says something of the generator, not of the target.
  kInterrupted = 4,    ///< Ctrl-C or SIGTERM.
  kNeverAnswered = 5,  ///< The target never answered.
  kUndecided = 6,      ///< Not decided within the budget.
};

/// The code that wins where several facts are true: 2, 5, 4, 3, 1, 6, 0 in this order. None: 0.
[[nodiscard]] ExitCode Strongest(std::initializer_list<ExitCode> facts);

/// The code for an error that ended the program. A resource of this machine that ran out is the
/// generator's fault (3); whatever is not the user's, the target's or the generator's is 2 as well.
[[nodiscard]] ExitCode ForError(ErrorCode code);

/// The code for the state of one objective.
[[nodiscard]] ExitCode ForObjective(measure::ObjectiveState state);

/// The code for how a search ended. A budget that ended with a bracket is a success: the bracket is
/// the answer, only wider than asked; so is a ceiling that held. `bracketed` says whether both ends
/// were proved, `held` whether any level was.
[[nodiscard]] ExitCode ForSearchEnd(measure::SearchEnd end, bool held, bool bracketed);

/// The number for the shell.
[[nodiscard]] constexpr int ToInt(ExitCode code) {
  return static_cast<int>(code);
}

/// One word for messages and tests: `held`, `bad input`, …
[[nodiscard]] std::string_view Name(ExitCode code);

}  // namespace loadline::cli
