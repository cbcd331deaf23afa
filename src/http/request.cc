#include "http/request.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "http/chars.h"

namespace loadline::http {
namespace {

// Headers that say how the message is framed: written by SerializeRequest alone.
constexpr std::array<std::string_view, 3> kOurHeaders = {"content-length", "transfer-encoding",
                                                         "connection"};

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

// How a byte that must not be there is shown: `byte 0x0a at position 7`.
std::string Describe(std::string_view text, const char* at) {
  return fmt::format("byte 0x{:02x} at position {}", static_cast<unsigned char>(*at),
                     at - text.data() + 1);
}

void AppendHeader(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

Status AppendHeaders(const RequestView& request, std::string& out) {
  bool has_host = false;
  for (const HeaderView& header : request.headers) {
    if (EqualsIgnoreCase(header.name, "host")) {
      if (has_host) {
        return Invalid("the header \"Host\" is given twice");
      }
      has_host = true;
    }
  }
  if (!has_host) {
    TRY(CheckHeaderValue(request.host));
    AppendHeader(out, "Host", request.host);
  }
  for (const HeaderView& header : request.headers) {
    TRY(CheckHeaderName(header.name));
    TRY(CheckHeaderValue(header.value));
    AppendHeader(out, header.name, header.value);
  }
  return {};
}

bool UsuallyHasBody(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

Status SerializeRequest(const RequestView& request, std::string& out) {
  TRY(CheckMethod(request.method));
  TRY(CheckTarget(request.target));
  out.clear();
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  TRY(AppendHeaders(request, out));
  if (!request.body.empty() || UsuallyHasBody(request.method)) {
    std::array<char, 20> digits{};  // Enough for 2^64 - 1.
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), request.body.size());
    CHECK(error == std::errc{});
    AppendHeader(out, "Content-Length",
                 {digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  if (request.close) {
    AppendHeader(out, "Connection", "close");
  }
  out.append("\r\n").append(request.body);
  return {};
}

std::size_t HeadSize(std::string_view serialized) {
  const std::size_t end = serialized.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

Status CheckMethod(std::string_view method) {
  if (!IsToken(method)) {
    return Invalid(fmt::format("method \"{}\" should be a word such as GET or POST", method));
  }
  return {};
}

Status CheckHeaderName(std::string_view name) {
  if (!IsToken(name)) {
    return Invalid(fmt::format(
        "header name \"{}\" should be letters, digits and hyphens, such as X-Request-Id", name));
  }
  for (const std::string_view ours : kOurHeaders) {
    if (EqualsIgnoreCase(name, ours)) {
      return Invalid(fmt::format(
          "the header \"{}\" is written by loadline, because it says where a request ends", name));
    }
  }
  return {};
}

Status CheckHeaderValue(std::string_view value) {
  const char* end = value.data() + value.size();
  if (const char* at = FindForbiddenInValue(value.data(), end); at != end) {
    return Invalid(
        fmt::format("header value holds a control character ({}), which could end the "
                    "line and begin another header",
                    Describe(value, at)));
  }
  return {};
}

Status CheckTarget(std::string_view target) {
  if (!target.starts_with('/')) {
    return Invalid(fmt::format("request target \"{}\" should begin with /", target));
  }
  for (const char& c : target) {
    if (c <= ' ' || c >= 0x7f || c == '#') {
      return Invalid(fmt::format("request target holds {}, which must be percent-encoded",
                                 Describe(target, &c)));
    }
  }
  return {};
}

}  // namespace loadline::http
