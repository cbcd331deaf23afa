// OtlpOptions: where metrics are sent and how, from the command line and from the environment
// variables that OpenTelemetry has standardised.
//
// Pure functions; safe from any thread.
// Source: OpenTelemetry, "OTLP exporter configuration" and "Environment variables".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "http/url.h"
#include "telemetry/metric.h"

namespace loadline::telemetry {

/// Reads an environment variable; empty: not set.
using Variables = std::function<std::string(std::string_view name)>;

struct OtlpOptions {
  http::Url url;                                             ///< With its path.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names and secret values.
  std::string ca_file;      ///< PEM; empty: the system's trusted roots.
  Duration interval = 10s;  ///< Between two exports.
  Duration timeout = 10s;   ///< Of one export; of the last one with all its repetitions.
  Labels resource;          ///< Added to, and stronger than, what we say of ourselves.
};

/// `endpoint`: a URL, to which `/v1/metrics` is added unless its path ends so; or `env`:
/// OTEL_EXPORTER_OTLP_METRICS_ENDPOINT as it is, else OTEL_EXPORTER_OTLP_ENDPOINT likewise with
/// `/v1/metrics`. `header_variable`: the environment variable that holds the headers; empty:
/// OTEL_EXPORTER_OTLP_METRICS_HEADERS, else OTEL_EXPORTER_OTLP_HEADERS.
///
/// Further taken from the environment: OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_TIMEOUT
/// and OTEL_METRIC_EXPORT_INTERVAL (both ms), OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME.
/// Errors: kInvalidArgument naming what is wrong; never the value of a header.
[[nodiscard]] Result<OtlpOptions> ReadOtlpOptions(std::string_view endpoint,
                                                  std::string_view header_variable,
                                                  const Variables& variables);

}  // namespace loadline::telemetry
