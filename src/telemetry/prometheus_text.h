// Metrics as Prometheus' text: the page /metrics and the file of the textfile collector.
//
// Pure functions; safe from any thread.
#pragma once

#include <array>
#include <span>
#include <string>

#include "base/units.h"
#include "telemetry/metric.h"

namespace loadline::telemetry {

/// Upper ends of the buckets of every histogram. Fixed, so that series of different runs and tasks
/// can be added and compared.
inline constexpr std::array<Duration, 20> kBucketEnds = {
    100us, 250us, 500us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms,
    250ms, 500ms, 1s,    2s,  5s,     10s, 20s,  30s,  60s,  120s};

/// The metric's name for Prometheus: dots as `_`, then the unit (`_seconds`, `_ratio`,
/// `_per_second`), then `_total` for a counter. The rules of OpenTelemetry's "Prometheus and
/// OpenMetrics compatibility", which Prometheus itself follows for what it gets over OTLP.
[[nodiscard]] std::string PrometheusName(const Metric& metric);

/// All metrics, each sample with `common` before its own labels. A bucket counts what surely is at
/// most its end: values within 0.1 % below it may be counted one bucket further up.
[[nodiscard]] std::string PrometheusText(std::span<const Metric> metrics, const Labels& common);

}  // namespace loadline::telemetry
