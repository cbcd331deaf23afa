#include "report/markup.h"

#include <fmt/core.h>

#include <cmath>
#include <cstddef>

#include "report/table.h"

namespace loadline::report {
namespace {

/// Plain(), but newlines stay.
std::string PlainLines(std::string_view text) {
  std::string plain;
  while (true) {
    const std::size_t end = text.find('\n');
    plain += Plain(text.substr(0, end));
    if (end == std::string_view::npos) {
      return plain;
    }
    plain += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string Escaped(std::string_view text) {
  const std::string plain = PlainLines(text);
  std::string out;
  out.reserve(plain.size() + plain.size() / 8);
  for (const char c : plain) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string ScriptString(std::string_view text) {
  const std::string plain = PlainLines(text);
  std::string out = "\"";
  for (const char c : plain) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '<' || c == '>' || c == '&' || c == '\n') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Coordinate(double value) {
  if (!std::isfinite(value)) {
    return "0";
  }
  const double rounded = std::round(value * 10) / 10;
  if (rounded == std::round(rounded)) {
    return fmt::format("{}", static_cast<std::int64_t>(rounded));
  }
  return fmt::format("{:.1f}", rounded);
}

}  // namespace loadline::report
