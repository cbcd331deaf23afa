// The options of `run`, `find` and `verify` that are not part of the scenario, and the scenario's
// own as settings.
//
// Pure functions of the command line; faults are collected, never reported one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "load/engine.h"
#include "scenario/fault.h"
#include "scenario/flags.h"

namespace loadline::cli {

/// `--overload`: beyond the load line of an earlier search, and back.
struct OverloadOptions {
  double factor = 1.5;  ///< Of the load line, above 1.
  Duration length = 30s;
  std::string after = "@last";  ///< The search.
};

/// What a session does beside the load itself.
struct SessionOptions {
  load::EngineOptions engine;  ///< Threads, pacing, records; the rest is filled in by the session.
  std::string db;              ///< Empty: the default place.
  std::string json;            ///< File for the run document; `-`: standard output; empty: none.
  std::string continued;       ///< find: the run to go on from; empty: none.
  std::optional<OverloadOptions> overload;  ///< run.
  bool quiet = false;
  bool yes = false;
  bool preflight = true;
};

/// Reads the session's options; what is wrong is appended to `faults`.
[[nodiscard]] SessionOptions ReadSessionOptions(const Arguments& arguments,
                                                std::vector<scenario::Fault>& faults);

/// The scenario's options as settings, in the order given; what is wrong is appended to `faults`.
[[nodiscard]] std::vector<scenario::Setting> ReadSettings(const Arguments& arguments,
                                                          std::vector<scenario::Fault>& faults);

/// The command line as it may be stored: words quoted for a shell where they need it.
[[nodiscard]] std::string Invocation(const std::vector<std::string>& words);

}  // namespace loadline::cli
