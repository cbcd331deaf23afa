// Metrics as OTLP's protobuf, and what a receiver answers.
//
// Pure functions; safe from any thread.
// Source: opentelemetry-proto 1.x, metrics/v1/metrics.proto and collector/metrics/v1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "telemetry/metric.h"

namespace loadline::telemetry {

/// Who reports, and about which time.
struct OtlpContext {
  Labels resource;      ///< `service.name` and what else describes the sender.
  std::string version;  ///< Of loadline: the instrumentation scope's.
  Labels common;        ///< Attributes of every point.
  UtcTime started{};    ///< Counters and histograms count from here (cumulative temporality)…
  UtcTime now{};        ///< …to here.
};

/// An ExportMetricsServiceRequest. Counters become monotonic sums, histograms exponential ones.
[[nodiscard]] std::string OtlpRequest(std::span<const Metric> metrics, const OtlpContext& context);

/// What a receiver did not take, though it answered 200.
struct PartialSuccess {
  std::int64_t rejected = 0;  ///< Data points.
  std::string reason;
};

/// Reads an ExportMetricsServiceResponse; nothing if all was taken, or if it is none.
[[nodiscard]] std::optional<PartialSuccess> ReadOtlpResponse(std::string_view body);

}  // namespace loadline::telemetry
