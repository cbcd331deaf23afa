// The subcommands: one function each, in the file of that name.
//
// Each prints its result to standard output, what is wrong to standard error, and says how it went.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"

namespace loadline::cli {

[[nodiscard]] ExitCode RunCommand(const Arguments& arguments);           // run.cc
[[nodiscard]] ExitCode FindCommand(const Arguments& arguments);          // find.cc
[[nodiscard]] ExitCode VerifyCommand(const Arguments& arguments);        // verify.cc
[[nodiscard]] ExitCode AbCommand(const Arguments& arguments);            // ab.cc
[[nodiscard]] ExitCode StandinCommand(const Arguments& arguments);       // standin.cc
[[nodiscard]] ExitCode ScenarioCommand(const Arguments& arguments);      // scenario.cc
[[nodiscard]] ExitCode ScenarioFromCommand(const Arguments& arguments);  // scenario_from.cc
[[nodiscard]] ExitCode RunsCommand(const Arguments& arguments);          // runs.cc
[[nodiscard]] ExitCode RunsCurlCommand(const Arguments& arguments);      // runs_curl.cc
[[nodiscard]] ExitCode QueryCommand(const Arguments& arguments);         // query.cc
[[nodiscard]] ExitCode VersionCommand();                                 // version.cc
[[nodiscard]] ExitCode HelpCommand(const Arguments& arguments);          // help_command.cc
[[nodiscard]] ExitCode CompareCommand(const Arguments& arguments);       // compare.cc
[[nodiscard]] ExitCode SizeCommand(const Arguments& arguments);          // size.cc
[[nodiscard]] ExitCode CompletionCommand(const Arguments& arguments);    // completion_command.cc
[[nodiscard]] ExitCode ReportCommand(const Arguments& arguments);        // report.cc

/// Prints `loadline: MESSAGE` to standard error, one line per fault, and gives the exit code.
[[nodiscard]] ExitCode Fail(const Error& error);

}  // namespace loadline::cli
