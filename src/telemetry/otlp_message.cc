#include "telemetry/otlp_message.h"

#include "telemetry/exponential.h"
#include "telemetry/protobuf.h"

namespace loadline::telemetry {
namespace {

constexpr std::uint64_t kCumulative = 2;  // AggregationTemporality.

std::uint64_t UnixNano(UtcTime t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

/// KeyValue with a string.
void AddAttribute(ProtoWriter& out, int field, const std::string& key, const std::string& value) {
  ProtoWriter any;
  any.Bytes(1, value);
  ProtoWriter pair;
  pair.Bytes(1, key);
  pair.Message(2, any);
  out.Message(field, pair);
}

void AddAttributes(ProtoWriter& out, int field, const Labels& labels) {
  for (const auto& [key, value] : labels) {
    AddAttribute(out, field, key, value);
  }
}

/// NumberDataPoint. A gauge has no start.
ProtoWriter NumberPoint(const Sample& sample, bool counter, const OtlpContext& context) {
  ProtoWriter point;
  if (counter) {
    point.Fixed64(2, UnixNano(context.started));
  }
  point.Fixed64(3, UnixNano(context.now));
  point.Double(4, sample.value);
  AddAttributes(point, 7, context.common);
  AddAttributes(point, 7, sample.labels);
  return point;
}

/// ExponentialHistogramDataPoint.
ProtoWriter HistogramPoint(const Distribution& one, const OtlpContext& context) {
  const ExponentialHistogram histogram = ToExponential(one.values);
  ProtoWriter point;
  AddAttributes(point, 1, context.common);
  AddAttributes(point, 1, one.labels);
  point.Fixed64(2, UnixNano(context.started));
  point.Fixed64(3, UnixNano(context.now));
  point.Fixed64(4, histogram.count);
  point.Double(5, histogram.sum_s);
  point.ZigZag(6, histogram.scale);
  point.Fixed64(7, histogram.zero_count);
  if (!histogram.counts.empty()) {
    ProtoWriter buckets;
    buckets.ZigZag(1, histogram.offset);
    buckets.PackedVarints(2, histogram.counts);
    point.Message(8, buckets);
  }
  if (histogram.count > 0) {
    point.Double(12, histogram.min_s);
    point.Double(13, histogram.max_s);
  }
  point.Double(14, histogram.zero_threshold_s);
  return point;
}

ProtoWriter MetricMessage(const Metric& metric, const OtlpContext& context) {
  ProtoWriter message;
  message.Bytes(1, metric.name);
  message.Bytes(2, metric.help);
  message.Bytes(3, metric.unit);
  ProtoWriter data;
  for (const Sample& sample : metric.samples) {
    data.Message(1, NumberPoint(sample, metric.kind == MetricKind::kCounter, context));
  }
  for (const Distribution& one : metric.distributions) {
    data.Message(1, HistogramPoint(one, context));
  }
  switch (metric.kind) {
    case MetricKind::kGauge:
      message.Message(5, data);
      break;
    case MetricKind::kCounter:
      data.Varint(2, kCumulative);
      data.Varint(3, 1);  // Monotonic.
      message.Message(7, data);
      break;
    case MetricKind::kHistogram:
      data.Varint(2, kCumulative);
      message.Message(10, data);
      break;
  }
  return message;
}

}  // namespace

std::string OtlpRequest(std::span<const Metric> metrics, const OtlpContext& context) {
  ProtoWriter scope;
  scope.Bytes(1, "loadline");
  scope.Bytes(2, context.version);
  ProtoWriter scoped;
  scoped.Message(1, scope);
  for (const Metric& metric : metrics) {
    if (!metric.samples.empty() || !metric.distributions.empty()) {
      scoped.Message(2, MetricMessage(metric, context));
    }
  }
  ProtoWriter resource;
  AddAttributes(resource, 1, context.resource);
  ProtoWriter from_resource;
  from_resource.Message(1, resource);
  from_resource.Message(2, scoped);
  ProtoWriter request;
  request.Message(1, from_resource);
  return request.Take();
}

std::optional<PartialSuccess> ReadOtlpResponse(std::string_view body) {
  ProtoReader response(body);
  while (response.Next()) {
    if (response.field() != 1) {
      continue;
    }
    PartialSuccess partial;
    ProtoReader fields(response.bytes());
    while (fields.Next()) {
      if (fields.field() == 1) {
        partial.rejected = static_cast<std::int64_t>(fields.number());
      } else if (fields.field() == 2) {
        partial.reason = std::string(fields.bytes());
      }
    }
    // An empty reason and nothing rejected is how a receiver says "all well" at length.
    if (partial.rejected > 0 || !partial.reason.empty()) {
      return partial;
    }
  }
  return std::nullopt;
}

}  // namespace loadline::telemetry
