// Metric: one measured quantity with all its samples, before any wire format.
//
// Names and units are OpenTelemetry's (`loadline.response`, `s`); what Prometheus calls them
// follows by its own rules (prometheus_text.h), so that both ways lead to the same series. Plain
// values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stats/histogram.h"

namespace loadline::telemetry {

/// Label names are identifiers: letters, digits, `_`.
using Labels = std::vector<std::pair<std::string, std::string>>;

enum class MetricKind {
  kCounter,    ///< Only rises, from 0 at the run's start.
  kGauge,      ///< As it is now.
  kHistogram,  ///< Durations, counted since the run's start.
};

/// One value of a counter or gauge.
struct Sample {
  Labels labels;
  double value = 0.0;
};

/// The values of one histogram.
struct Distribution {
  Labels labels;
  stats::Histogram values;
};

struct Metric {
  std::string name;  ///< Dotted: `loadline.generator.lateness`.
  /// UCUM as OpenTelemetry uses it: `s`; `1` for a share; `{request}` for counts of something;
  /// `{request}/s`; empty: none.
  std::string unit;
  std::string help;  ///< One sentence.
  MetricKind kind = MetricKind::kGauge;
  std::vector<Sample> samples;              ///< kCounter, kGauge.
  std::vector<Distribution> distributions;  ///< kHistogram.
};

}  // namespace loadline::telemetry
