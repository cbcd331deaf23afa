// RunRecord: a run as the store keeps it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "measure/load_line.h"
#include "measure/measurement.h"

namespace loadline::store {

/// What became of a run. Names and numbers are stored and never change.
enum class RunState {
  kRunning = 0,
  kComplete = 1,
  kInterrupted = 2,  ///< Ctrl-C, or its process died.
  kRefused = 3,      ///< The generator was measured, not the target.
  kFailed = 4,       ///< It ended with an error.
};
[[nodiscard]] std::string_view Name(RunState state);

/// The machine that made the load, as far as it explains a result.
struct Machine {
  std::string cpu_model;
  int cores = 0;  ///< Usable by this process.
  std::string kernel;
  Bytes memory;
  std::string id;  ///< 16 hex digits, the same for the same machine; says nothing else about it.

  friend bool operator==(const Machine&, const Machine&) = default;
};

/// What is known of a run when it begins.
struct RunStart {
  std::string command;     ///< `run`, `find`, `verify`
  std::string invocation;  ///< The command line as typed (no secret can stand there).
  std::string target;      ///< `POST http://127.0.0.1:8500/score`
  std::string scenario;    ///< As `scenario show` prints it: secrets only as their sources.
  std::string label;
  std::string client;              ///< `--client NAME`; column Client of Throughput.
  std::vector<std::string> tasks;  ///< Names by index.
  std::string version;             ///< Of loadline.
  std::uint64_t seed = 1;
  Machine machine;
};

/// A run without its steps: a line of `runs ls`.
struct RunInfo {
  std::int64_t number = 0;  ///< `run` in every table of the database: 1, 2, 3…
  std::string id;           ///< Eight hex digits: what people type.
  RunStart start;
  std::string note;
  UtcTime started{};
  std::optional<UtcTime> ended;
  RunState state = RunState::kRunning;
  std::optional<int> exit_code;
  std::string summary;               ///< One line: `load line 202 to 228/s`, `held`.
  std::int64_t attempts_stored = 0;  ///< Rows in table attempts.
};

/// One step as stored.
struct StepRecord {
  std::string purpose;               ///< `preflight`, `probe`, `glance`, `operating`, …
  bool finished = false;             ///< false: the process died in the middle of it, and the
                                     ///< measurement is what its stored seconds tell.
  measure::Measurement measurement;  ///< Complete, histograms included.
  measure::SearchStep verdict;
};

/// A sizing made from a run: a line of what `runs show` tells of it.
struct SizingInfo {
  UtcTime made{};
  std::string version;                ///< Of loadline.
  std::string invocation;             ///< The command line as typed.
  std::string promise;                ///< `p95 < 200ms at 2,000/s, with one zone lost`
  std::optional<double> rate_rps;     ///< Sized for; nothing with users.
  std::optional<std::int64_t> users;  ///< Sized for, instead of a rate.
  std::int64_t pods = 0;              ///< To run.
  std::int64_t needed = 0;            ///< Of them, to keep the promise.
  std::optional<std::int64_t> nodes;  ///< Nothing: nodes were not asked for.
  std::optional<double> usd_per_month;
};

/// A whole run, without series and attempts (store/export.h reads those).
struct RunRecord {
  RunInfo info;
  std::vector<StepRecord> steps;  ///< By number.
  std::optional<measure::LoadLine> load_line;
  std::string
      document;  ///< The run document (JSON) as written at its end; empty if it never ended.
  std::vector<SizingInfo> sizings;  ///< Made from it, the newest first.
};

}  // namespace loadline::store
