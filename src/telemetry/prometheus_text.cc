#include "telemetry/prometheus_text.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/exposition.h"

namespace loadline::telemetry {
namespace {

std::string_view TypeOf(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return "counter";
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

/// What a unit adds to a name. Text in braces counts something and adds nothing.
std::string_view UnitSuffix(const Metric& metric) {
  const std::string_view unit = metric.unit;
  if (unit == "s") {
    return "_seconds";
  }
  if (unit == "1") {
    return metric.kind == MetricKind::kGauge ? "_ratio" : "";
  }
  return unit.ends_with("}/s") ? "_per_second" : "";
}

/// Divided, not multiplied by 1e-9: 0.0025 instead of 0.0025000000000000005.
double InSeconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

std::vector<MetricLabel> Views(const Labels& common, const Labels& own) {
  std::vector<MetricLabel> views(common.begin(), common.end());
  views.insert(views.end(), own.begin(), own.end());
  return views;
}

void WriteDistribution(Exposition& page, const Labels& common, const Distribution& one) {
  std::array<std::int64_t, kBucketEnds.size()> counts{};
  double sum = 0.0;
  one.values.ForEach([&](Duration lowest, Duration highest, std::int64_t count) {
    sum += static_cast<double>(count) * (InSeconds(lowest) + InSeconds(highest)) / 2;
    for (std::size_t i = kBucketEnds.size(); i > 0 && highest <= kBucketEnds.at(i - 1); --i) {
      counts.at(i - 1) += count;
    }
  });
  std::vector<MetricLabel> labels = Views(common, one.labels);
  labels.emplace_back("le", "");
  for (std::size_t i = 0; i < kBucketEnds.size(); ++i) {
    const std::string end = ExpositionNumber(InSeconds(kBucketEnds.at(i)));
    labels.back().second = end;
    page.Sample(labels, counts.at(i), "_bucket");
  }
  labels.back().second = "+Inf";
  page.Sample(labels, one.values.count(), "_bucket");
  labels.pop_back();
  page.Sample(labels, sum, "_sum");
  page.Sample(labels, one.values.count(), "_count");
}

}  // namespace

std::string PrometheusName(const Metric& metric) {
  std::string name = metric.name;
  for (char& c : name) {
    c = c == '.' ? '_' : c;
  }
  name += UnitSuffix(metric);
  return metric.kind == MetricKind::kCounter ? name + "_total" : name;
}

std::string PrometheusText(std::span<const Metric> metrics, const Labels& common) {
  std::string text;
  Exposition page(text);
  for (const Metric& metric : metrics) {
    if (metric.samples.empty() && metric.distributions.empty()) {
      continue;
    }
    page.Family(PrometheusName(metric), TypeOf(metric.kind), metric.help);
    for (const Sample& sample : metric.samples) {
      page.Sample(Views(common, sample.labels), sample.value);
    }
    for (const Distribution& one : metric.distributions) {
      WriteDistribution(page, common, one);
    }
  }
  return text;
}

}  // namespace loadline::telemetry
