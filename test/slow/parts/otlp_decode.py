"""Prints an OTLP request, read by the protobuf classes that OpenTelemetry generates, as JSON.

Run by the Python of a virtual environment that has the package opentelemetry-proto.
"""
import json
import sys

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import \
    ExportMetricsServiceRequest

request = ExportMetricsServiceRequest()
request.ParseFromString(sys.stdin.buffer.read())
# What the schema does not know would be kept as unknown and lost on writing it anew.
known = ExportMetricsServiceRequest()
known.CopyFrom(request)
known.DiscardUnknownFields()
assert known.SerializeToString(deterministic=True) == request.SerializeToString(deterministic=True)
print(json.dumps(MessageToDict(request)))
