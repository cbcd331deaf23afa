// The options of `run`, `find` and `verify` that are not part of the scenario, and the scenario's
// own as settings.
//
// Pure functions of the command line; faults are collected, never reported one at a time.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "load/engine.h"
#include "scenario/fault.h"
#include "scenario/flags.h"

namespace loadline::cli {

/// What a session does beside the load itself.
struct SessionOptions {
  load::EngineOptions engine;  ///< Threads, pacing, records; the rest is filled in by the session.
  std::string db;              ///< Empty: the default place.
  std::string json;            ///< File for the run document; `-`: standard output; empty: none.
  std::string continued;       ///< find: the run to go on from; empty: none.
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
