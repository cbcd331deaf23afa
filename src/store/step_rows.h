// Steps, seconds, objectives and load lines as rows, and back. Inside the store only.
//
// What is written here is read back equal. Functions belong to the thread of the database; those
// that write expect to be inside a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/window.h"
#include "store/database.h"
#include "store/run_record.h"

namespace loadline::store {

/// The columns of measure::Generator, in the order in which the two functions below use them.
inline constexpr std::string_view kGeneratorColumns =
    "lateness_p50_ns, lateness_p99_ns, lateness_max_ns, send_error_p50_ns, send_error_p99_ns, "
    "starved, loop_lag_max_ns, cpu_busiest, spin_busiest, think_overrun_p99_s, throttled_ns, "
    "dropped_records, dropped_events, descriptors_left, ports_left";
void BindGenerator(Statement& statement, const measure::Generator& generator);
[[nodiscard]] measure::Generator ReadGenerator(Statement& statement);

/// A step that is about to start.
[[nodiscard]] Status WriteStepStart(Database& database, std::int64_t run, int step,
                                    std::string_view purpose, const measure::Load& load);
/// A step that is done; replaces what WriteStepStart wrote.
[[nodiscard]] Status WriteStep(Database& database, std::int64_t run, std::string_view purpose,
                               const measure::Measurement& measurement,
                               const measure::SearchStep& verdict);
[[nodiscard]] Result<std::vector<StepRecord>> ReadSteps(Database& database, std::int64_t run);

/// Replaces the objectives of one step; `table` is `objectives` or `search_objectives`.
[[nodiscard]] Status WriteObjectives(Database& database, std::string_view table, std::int64_t run,
                                     int step,
                                     const std::vector<measure::ObjectiveResult>& objectives);
[[nodiscard]] Result<std::vector<measure::ObjectiveResult>> ReadObjectives(Database& database,
                                                                           std::string_view table,
                                                                           std::int64_t run,
                                                                           int step);

[[nodiscard]] Status WriteLoadLine(Database& database, std::int64_t run,
                                   const measure::LoadLine& line);
[[nodiscard]] Result<std::optional<measure::LoadLine>> ReadLoadLine(Database& database,
                                                                    std::int64_t run);

[[nodiscard]] Status WriteSecond(Database& database, std::int64_t run, int step,
                                 const measure::Second& second);

/// A histogram as stored (zlib, V2 encoding), and back. Errors: kCorrupt.
Statement& BindHistogram(Statement& statement, const stats::Histogram& histogram);
[[nodiscard]] Result<stats::Histogram> ReadHistogram(Statement& statement);

/// `?, ?, …` for as many columns as `columns` names.
[[nodiscard]] std::string Placeholders(std::string_view columns);

/// The enumerator from 0 to `last` whose Name() is `text`; `fallback` for one that nobody knows.
template <typename Enum>
[[nodiscard]] Enum FromName(std::string_view text, Enum last, Enum fallback) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (Name(static_cast<Enum>(i)) == text) {
      return static_cast<Enum>(i);
    }
  }
  return fallback;
}

}  // namespace loadline::store
