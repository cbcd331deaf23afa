#include "telemetry/otlp_options.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdint>

#include "base/plain_text.h"
#include "http/request.h"

namespace loadline::telemetry {
namespace {

constexpr std::string_view kPath = "/v1/metrics";

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Percent-encoding resolved; what is no encoding stays as it is.
std::string Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// `key1=value1,key2=value2`: W3C Baggage's form, which all these variables share.
Result<Labels> ReadPairs(std::string_view variable, std::string_view text) {
  Labels pairs;
  int number = 0;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view pair = Trimmed(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    ++number;
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      // The text may be a secret: it is counted, not shown.
      return Wrong(
          fmt::format("{}: entry {} is no pair; expected name=value,name=value", variable, number));
    }
    pairs.emplace_back(Trimmed(pair.substr(0, equals)), Decoded(Trimmed(pair.substr(equals + 1))));
  }
  return pairs;
}

Result<Duration> ReadMillis(std::string_view variable, const std::string& text) {
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error != std::errc() || end != text.data() + text.size() || ms < 1 || ms > 86'400'000) {
    return Wrong(
        fmt::format("{}: found \"{}\"; expected milliseconds, such as 10000", variable, text));
  }
  return Duration(std::chrono::milliseconds(ms));
}

Result<http::Url> Endpoint(std::string_view name, std::string_view text, bool complete) {
  Result<http::Url> url = http::ParseUrl(text);
  if (!url) {
    return Wrong(fmt::format("{}: {}", name, url.error().message));
  }
  const std::size_t query = url->target.find('?');
  const std::string rest = query == std::string::npos ? "" : url->target.substr(query);
  std::string path = url->target.substr(0, query);
  if (!complete && !path.ends_with(kPath)) {
    while (path.ends_with('/')) {
      path.pop_back();
    }
    path += kPath;
  }
  url->target = path + rest;
  return url;
}

Result<http::Url> EndpointFromEnvironment(const Variables& variables) {
  std::string protocol = variables("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL");
  if (protocol.empty()) {
    protocol = variables("OTEL_EXPORTER_OTLP_PROTOCOL");
  }
  if (!protocol.empty() && protocol != "http/protobuf") {
    return Wrong(
        fmt::format("--otlp env: OTEL_EXPORTER_OTLP_PROTOCOL is \"{}\"; loadline speaks "
                    "http/protobuf: give it a URL of that kind (usually port 4318)",
                    protocol));
  }
  if (const std::string own = variables("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"); !own.empty()) {
    return Endpoint("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", own, true);
  }
  if (const std::string base = variables("OTEL_EXPORTER_OTLP_ENDPOINT"); !base.empty()) {
    return Endpoint("OTEL_EXPORTER_OTLP_ENDPOINT", base, false);
  }
  return Wrong(
      "--otlp env: OTEL_EXPORTER_OTLP_ENDPOINT is not set; expected a URL there, such as "
      "http://127.0.0.1:4318");
}

/// The first of the two that is set.
std::pair<std::string, std::string> FirstSet(const Variables& variables, const std::string& first,
                                             const std::string& second) {
  std::string value = variables(first);
  return value.empty() ? std::pair(second, variables(second)) : std::pair(first, std::move(value));
}

Status ReadHeaders(std::string_view header_variable, const Variables& variables,
                   OtlpOptions& options) {
  auto [name, text] =
      FirstSet(variables, "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS");
  if (!header_variable.empty()) {
    name = header_variable;
    text = variables(header_variable);
    if (text.empty()) {
      return Wrong(
          fmt::format("--otlp-header-env: the environment variable {} is not set; "
                      "expected headers in it: Authorization=Bearer%20TOKEN",
                      header_variable));
    }
  }
  options.headers = TRY(ReadPairs(name, text));
  for (const auto& [header, value] : options.headers) {
    if (const Status right = http::CheckHeaderName(header); !right) {
      return Wrong(fmt::format("{}: {}", name, right.error().message));
    }
    if (!http::CheckHeaderValue(value)) {
      return Wrong(fmt::format("{}: the value of {} holds a control character", name, header));
    }
  }
  return {};
}

}  // namespace

Result<OtlpOptions> ReadOtlpOptions(std::string_view endpoint, std::string_view header_variable,
                                    const Variables& variables) {
  OtlpOptions options;
  options.url = endpoint == "env" ? TRY(EndpointFromEnvironment(variables))
                                  : TRY(Endpoint("--otlp", endpoint, false));
  TRY(ReadHeaders(header_variable, variables, options));
  options.ca_file = FirstSet(variables, "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE",
                             "OTEL_EXPORTER_OTLP_CERTIFICATE")
                        .second;
  const auto [timeout_name, timeout] =
      FirstSet(variables, "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT");
  if (!timeout.empty()) {
    options.timeout = TRY(ReadMillis(timeout_name, timeout));
  }
  const std::string interval = variables("OTEL_METRIC_EXPORT_INTERVAL");
  if (!interval.empty()) {
    options.interval = TRY(ReadMillis("OTEL_METRIC_EXPORT_INTERVAL", interval));
  }
  options.resource =
      TRY(ReadPairs("OTEL_RESOURCE_ATTRIBUTES", variables("OTEL_RESOURCE_ATTRIBUTES")));
  if (const std::string service = variables("OTEL_SERVICE_NAME"); !service.empty()) {
    std::erase_if(options.resource, [](const auto& pair) { return pair.first == "service.name"; });
    options.resource.emplace_back("service.name", service);
  }
  return options;
}

}  // namespace loadline::telemetry
