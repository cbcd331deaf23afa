// The columns of table `steps` in groups: writing and reading go through them in the same order.
// Inside the store only.
#pragma once

#include <string_view>

namespace loadline::store {

inline constexpr std::string_view kLoadColumns =
    "load, rate_rps, arrivals, users, spawn_rps, think_ns, think_law, asked_warmup_ns, "
    "asked_duration_ns, asked_requests, seed, profile";
inline constexpr std::string_view kCountColumns =
    "started_utc_ns, started_after_ns, warmup_ns, measured_ns, stop, requests, succeeded, failed, "
    "rejected, offered_rps, achieved_rps, goodput_rps, in_flight_end, connections_opened, "
    "connect_mean_ns, tls_mean_ns, connection_wait_mean_ns";
/// For people who write SQL; what is read back comes from the histograms.
inline constexpr std::string_view kSummaryColumns =
    "response_ms_p50, response_ms_p90, response_ms_p95, response_ms_p99, response_ms_p99_9, "
    "response_ms_mean, response_ms_max, wire_ms_p50, wire_ms_p90, wire_ms_p95, wire_ms_p99, "
    "wire_ms_p99_9, wire_ms_mean, wire_ms_max";
inline constexpr std::string_view kAccountColumns =
    "scheduled, dispatched, never_dispatched, attempts, stored, skipped, dropped, cut";
inline constexpr std::string_view kVerdictColumns =
    "level, result, reason, line_estimate, line_estimate_sd";

// The words for arrivals and think times.
inline constexpr const char* kPoisson = "poisson";
inline constexpr const char* kConstant = "constant";
inline constexpr const char* kRecorded = "recorded";
inline constexpr const char* kExponential = "exponential";

}  // namespace loadline::store
