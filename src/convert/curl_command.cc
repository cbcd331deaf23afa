#include "convert/curl_command.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json_text.h"
#include "base/units_text.h"

namespace loadline::convert {
namespace {

bool NeedsEscapes(std::string_view text) {
  return !IsUtf8(text) || std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

// `2500ms` as curl's seconds: `2.5`. Divided: 30 · 10^9 times 1e-9 is 30.000000000000004.
std::string Seconds(const std::string& duration) {
  const Result<Duration> span = ParseDuration(duration);
  return span.has_value() ? fmt::format("{}", static_cast<double>(span->count()) / 1e9) : duration;
}

}  // namespace

std::string ShellQuoted(std::string_view text) {
  if (NeedsEscapes(text)) {
    std::string out = "$'";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\'' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20 || byte >= 0x7f) {
        out += fmt::format("\\{:03o}", static_cast<unsigned>(byte));
      } else {
        out += c;
      }
    }
    return out + "'";
  }
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string CurlCommand(const CurlRequest& request) {
  std::string out = "curl ";
  const auto add = [&](std::string_view text) {
    out += " \\\n  ";
    out += text;
  };
  const std::string usual = request.has_body ? "POST" : "GET";
  if (request.method == "HEAD") {
    out += "--head ";
  } else if (request.method != usual) {
    out += fmt::format("-X {} ", request.method);
  }
  out += ShellQuoted(request.url);
  if (!request.secret_user.empty()) {
    add(fmt::format("--user \"{}\"", request.secret_user));
  }
  for (const Header& header : request.secret_headers) {
    add(fmt::format("-H \"{}: {}\"", header.name, header.value));
  }
  for (const Header& header : request.headers) {
    // A header without a value ends in a semicolon, or curl would leave it out.
    add("-H " +
        ShellQuoted(header.value.empty() ? header.name + ";" : header.name + ": " + header.value));
  }
  const Transport& transport = request.transport;
  if (transport.insecure) {
    add("--insecure");
  }
  if (!transport.ca_file.empty()) {
    add("--cacert " + ShellQuoted(transport.ca_file));
  }
  if (!transport.cert_file.empty()) {
    add("--cert " + ShellQuoted(transport.cert_file));
    add("--key " + ShellQuoted(transport.key_file));
  }
  for (const std::string& entry : transport.resolve) {
    add("--resolve " + ShellQuoted(entry));
  }
  if (!transport.connect_timeout.empty()) {
    add("--connect-timeout " + Seconds(transport.connect_timeout));
  }
  if (!transport.timeout.empty()) {
    add("--max-time " + Seconds(transport.timeout));
  }
  if (request.has_body) {
    add("--data-raw " + ShellQuoted(request.body));
  }
  return out + "\n";
}

}  // namespace loadline::convert
