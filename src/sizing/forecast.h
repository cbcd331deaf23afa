// Forecast: the traffic to size for, from a rate of growth or from its history.
//
// Pure but for ReadTraffic; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::sizing {

/// Traffic over one span of the history.
struct TrafficPoint {
  Duration at{};  ///< Since the epoch of the file's times, UTC.
  Rate rate;      ///< Mean over the span to the next point, > 0.
};

/// Reads CSV with a header: a column `time` (a day such as `2026-11-26`, or whatever
/// ParseTimestamp() takes) and one of `rate` or `rps` (requests per second) or
/// `count` or `requests` (since the previous row; the first row's span is taken as the second's).
/// Other columns are ignored; lines that begin with `#` are skipped.
///
/// Errors (kInvalidArgument, with name, line and column): no such columns, a time or number that is
/// none, times that do not increase, a negative rate. Points of no traffic are left out: nothing
/// can be said of their logarithm.
[[nodiscard]] Result<std::vector<TrafficPoint>> ParseTraffic(std::string_view csv,
                                                             std::string_view name);
[[nodiscard]] Result<std::vector<TrafficPoint>> ReadTraffic(const std::string& path);

/// What the traffic will be.
struct Forecast {
  Rate peak;                   ///< The highest hour of the week at the horizon, expected.
  Rate low;                    ///< Its prediction interval.
  Rate high;                   ///< Size for this.
  double growth_per_year = 0;  ///< 0.4: +40 %.
  double growth_low = 0;       ///< Confidence interval of the growth.
  double growth_high = 0;
  double confidence = 0;
  double scatter = 0;       ///< Standard deviation of the logarithm about the model.
  std::int64_t points = 0;  ///< That the model was fitted to.
  Duration history{};       ///< From the first point to the last.
  Rate highest_seen;        ///< Of the history.
  Rate lowest_seen;         ///< Likewise; spans without traffic left out.
};

/// The peak after `horizon` of growing by `per_year` (0.4: 40 %) from `now`: now · 1.4^years.
///
/// Errors (kInvalidArgument): no rate, a growth of −100 % or less, a negative horizon.
[[nodiscard]] Result<Rate> GrowBy(Rate now, double per_year, Duration horizon);

/// The week's highest hour at `horizon` after the last point, by regression of ln(rate) on time,
/// and the hour of the week as its mean deviation from the line: growth is in percent, and so are
/// weekdays and nights. The interval is a prediction interval for one further such point, its error
/// widened for the correlation of neighbours (effective sample size by the lag-one correlation).
///
/// Errors (kInvalidArgument): fewer than two weeks, fewer than 28 points, spans longer than a day;
/// a horizon that is negative or longer than four times the history, of which it can say nothing.
/// Source: Draper and Smith, "Applied Regression Analysis", chapter 1; for the sample size: R.
/// Thiébaux, F. Zwiers, "The interpretation and estimation of effective sample size", 1984.
[[nodiscard]] Result<Forecast> ForecastPeak(const std::vector<TrafficPoint>& history,
                                            Duration horizon, double confidence = 0.9);

}  // namespace loadline::sizing
