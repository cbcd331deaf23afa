// The two clocks. Everything is timed with Now(); UtcNow() is for what people read.
//
// Safe from any thread. Outside base and net nothing else may ask the system for the time.
#pragma once

#include <string>

#include "base/units.h"

namespace loadline {

/// The monotonic clock (CLOCK_MONOTONIC), about 25 ns a call.
[[nodiscard]] Instant Now();

/// Calendar time in UTC; may jump when the machine's clock is set.
[[nodiscard]] UtcTime UtcNow();

/// Sleeps until `when`; returns at once if it is past, and early when a signal arrives.
void SleepUntil(Instant when);

/// CPU time used so far by the calling thread (user and system).
[[nodiscard]] Duration ThreadCpuTime();
/// CPU time used so far by the whole process.
[[nodiscard]] Duration ProcessCpuTime();

/// ISO 8601 in UTC with milliseconds: `2026-11-22T07:49:22.123Z`.
[[nodiscard]] std::string FormatUtc(UtcTime t);

/// ISO 8601: `2026-11-22`.
[[nodiscard]] std::string FormatDay(std::chrono::sys_days day);

}  // namespace loadline
