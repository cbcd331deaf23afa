// Units as people write them: `250ms`, `1.5s`, `500/s`, `30k/min`, `512Mi`, `0.1%`.
//
// Pure functions. Parsing is strict: no unit is guessed except where a function says so.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace loadline {

/// A duration: a number and `ns`, `us` (or `µs`), `ms`, `s`, `m`/`min`, `h`, `d`; several may
/// follow each other from large to small (`1m30s`). `0` needs no unit. Negative, empty, overflowing
/// or unitless text is kInvalidArgument and names what would be right.
[[nodiscard]] Result<Duration> ParseDuration(std::string_view text);

/// A rate: `500/s`, `30k/min`, `2/h`; a bare number is per second. >= 0 and finite.
[[nodiscard]] Result<Rate> ParseRate(std::string_view text);

/// Bytes: `512`, `512Mi` (2^20), `512MiB`, `1GB` (10^9), `64k` (10^3); >= 0, `1.1GB` rounded to a
/// whole byte. `64K` and `64KB` are refused: people mean 1,000 and 1,024 by them.
[[nodiscard]] Result<Bytes> ParseBytes(std::string_view text);

/// A share of one: `95%` is 0.95, `0.95` is 0.95. In [0, 1].
[[nodiscard]] Result<double> ParseShare(std::string_view text);

/// A finite decimal number with an optional SI suffix k, M, G (`30k`).
[[nodiscard]] Result<double> ParseNumber(std::string_view text);

/// About three significant digits with the unit that suits: `35 ms`, `1.25 s`, `2m 05s`, `640 µs`;
/// Duration::max(), the response time of a request that failed, is `∞`.
[[nodiscard]] std::string FormatDuration(Duration d);
/// Exact, and read back by ParseDuration: `250ms`, `1500us`, `1m30s` is `90s`.
[[nodiscard]] std::string FormatDurationExact(Duration d);
/// `202/s`, `1,250/s`, `0.5/s`: three significant digits below 1,000, whole above.
[[nodiscard]] std::string FormatRate(Rate r);
/// `187 B`, `1.5 KiB`, `512 MiB`.
[[nodiscard]] std::string FormatBytes(Bytes b);
/// Whole number with thousands separated by commas: `13,332`.
[[nodiscard]] std::string FormatCount(std::int64_t n);
/// `share` (0.156) as a percentage with up to three significant digits: `15.6 %`, `0 %`, `0.01 %`.
[[nodiscard]] std::string FormatPercent(double share);

}  // namespace loadline
