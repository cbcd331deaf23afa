// Export: the series and attempts of a run, one by one or as files.
//
// Reads only; memory does not grow with the run. Functions belong to the thread of the store.
#pragma once

#include <functional>
#include <ostream>
#include <string_view>

#include "base/result.h"
#include "measure/row.h"
#include "measure/window.h"
#include "store/store.h"

namespace loadline::store {

/// Visits every second of every step, in order. False stops.
[[nodiscard]] Status ForEachSecond(
    Store& store, std::string_view which,
    const std::function<bool(int step, const measure::Second& second)>& visit);

/// Visits every stored attempt, in the order in which they were stored. False stops.
[[nodiscard]] Status ForEachAttempt(Store& store, std::string_view which,
                                    const std::function<bool(const measure::Row& row)>& visit);

/// CSV (RFC 4180, with a header line), one line per attempt: every stamp and field, UTC included.
/// Errors: kIo if `out` fails; those of FindRun.
[[nodiscard]] Status ExportAttemptsCsv(Store& store, std::string_view which, std::ostream& out);

/// CSV, one line per second and task: counts, in flight, users, quantiles.
[[nodiscard]] Status ExportSeriesCsv(Store& store, std::string_view which, std::ostream& out);

/// HdrHistogram log (`.hlog`): one line per second and task, tags `<task>.response` and
/// `<task>.wire`.
[[nodiscard]] Status ExportHlog(Store& store, std::string_view which, std::ostream& out);

/// The tables that the classic single-client procedure writes, as CSV one below the other: history
/// (a row per step: test, users, records, failures, mean, total time, RPS, max, min), timing (its
/// percentiles) and scaling (a row per number of users). Latencies are wire times in ms.
[[nodiscard]] Status ExportClassic(Store& store, std::string_view which, std::ostream& out);

}  // namespace loadline::store
