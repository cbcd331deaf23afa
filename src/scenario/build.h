// Build: YAML file and command line become one validated Scenario, or the list of all faults.
//
// Pure but for the Surroundings it is given. A bounded amount of work: the file is at most 1 MiB,
// nesting at most 60 levels, nodes (aliases expanded) at most 200,000.
#pragma once

#include <string>
#include <vector>

#include "scenario/fault.h"
#include "scenario/flags.h"
#include "scenario/model.h"
#include "scenario/surroundings.h"

namespace loadline::scenario {

/// What the scenario is read for. Each has rules of its own beside those of all.
enum class Command {
  kShow,    ///< `scenario show`: only what is always true.
  kRun,     ///< Without a load: a smoke test.
  kFind,    ///< The search chooses the level; objectives must be testable.
  kVerify,  ///< Needs a load and at least one testable objective.
};

/// Everything the user wrote.
struct Input {
  Command command = Command::kRun;
  /// A URL (begins with `http://` or `https://`), else the path of a YAML file; empty: only
  /// `settings`.
  std::string subject;
  /// The YAML itself, for tests and editors; then `subject` only names it. Ignored if empty.
  std::string yaml;
  std::vector<Setting> settings;  ///< In the order given; later ones win.
  /// The load is applied in a simulator, where time costs next to nothing: a search that is given
  /// no budget gets a day.
  bool virtual_time = false;
};

/// A scenario, or why there is none.
struct Built {
  Scenario scenario;               ///< Valid only if ok().
  std::vector<Fault> faults;       ///< In the order of the file, then those of flags.
  std::vector<std::string> notes;  ///< What the user should know: `a smoke test: one user, 10 s`.
  std::string payload{};  ///< What a payload made of a model's metadata holds; empty: none is made.
  /// The only fault: a model server that was to be asked does not answer.
  bool unanswered = false;

  [[nodiscard]] bool ok() const { return faults.empty(); }
};

/// Reads, expands `${NAME}` from the environment, overlays the flags, validates, fills in defaults.
[[nodiscard]] Built Build(const Input& input, const Surroundings& surroundings);

}  // namespace loadline::scenario
