// VaryReport: a pool's rates at several latencies, beside what was calculated. A plain value.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "report/style.h"

namespace loadline::report {

/// One value of the varied field.
struct VaryRow {
  std::string value;
  Duration latency{};              ///< What a request takes by itself.
  Rate calculated;                 ///< pods · concurrency / latency
  std::optional<Rate> achieved;    ///< As the search found it; nothing: it found none.
  std::optional<double> residual;  ///< Achieved ÷ what the fitted overhead explains, − 1.
  std::string run;                 ///< Its id.
};

struct VaryReport {
  std::string field;
  int pods = 1;
  int concurrency = 1;
  bool nominal = true;  ///< The latency is the value itself; else a lone request's.
  std::vector<VaryRow> rows;
  std::optional<Duration> overhead;  ///< Fitted, per request…
  std::optional<Duration> overhead_low;
  std::optional<Duration> overhead_high;
};

/// What stands below the table, label and sentence: how the rates were calculated, and the overhead
/// if one was fitted.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> VarySentences(
    const VaryReport& report);

/// The table and what explains it.
[[nodiscard]] std::string VaryText(const VaryReport& report, const Style& style);

}  // namespace loadline::report
