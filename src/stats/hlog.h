// The `.hlog` interval log of HdrHistogram: one line per interval with its whole histogram as text,
// read by HistogramLogAnalyzer, hdr-plot and the ports of HdrHistogram.
//
// Values are nanoseconds; Interval_Max is printed in milliseconds, as jHiccup does.
// Pure functions; reading takes hostile input and holds one histogram at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "stats/histogram.h"

namespace loadline::stats {

/// The lines before the first interval: who wrote it, the format's version, when it began, the
/// legend. `start` is when the load began; interval lines count from it. `writer` must not hold a
/// line break.
[[nodiscard]] std::string HlogHeader(std::string_view writer, UtcTime start);

/// One interval's line. `begin` counts from the header's start; `tag` may be empty; commas and
/// white space in it, which the format cannot hold, become `_`.
[[nodiscard]] std::string HlogLine(std::string_view tag, Duration begin, Duration length,
                                   const Histogram& histogram);

/// One interval as read.
struct HlogInterval {
  std::string tag;  ///< Empty: none.
  UtcTime begin{};  ///< Base time and start time of the file applied.
  Duration length{};
  Histogram histogram;
};

/// Reads a whole log and calls `visit` for every interval, in the file's order.
///
/// A file without a base time holds absolute times, unless they lie more than a year before its
/// start time: the rule of HdrHistogram's own reader. Errors: kCorrupt with the number of the line.
/// `visit` has been called for the lines before it.
[[nodiscard]] Status ReadHlog(std::string_view text,
                              const std::function<void(const HlogInterval&)>& visit);

}  // namespace loadline::stats
