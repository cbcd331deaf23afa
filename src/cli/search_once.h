// One search from a command line to its record: what `find` does, once or for each value of a
// field.
#pragma once

#include <optional>
#include <string>

#include "base/units.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "report/run_report.h"

namespace loadline::cli {

/// What a search left behind.
struct Searched {
  ExitCode code = ExitCode::kBadInput;
  std::string run = {};  ///< Its id; empty: it never came to a record.
  /// Requests/s at the line, the saturation or the staircase's answer.
  std::optional<double> rate = {};
  Duration alone{};               ///< Wire time of a lone request.
  report::RunReport report = {};  ///< As it was recorded.
};

/// Whether the file of `--json` gets the search's document, or the caller writes it.
enum class DocumentBy { kSearch, kCaller };

[[nodiscard]] Searched SearchOnce(const Arguments& arguments,
                                  DocumentBy by = DocumentBy::kSearch);  // find.cc

}  // namespace loadline::cli
