#include "base/exposition.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace loadline {
namespace {

/// Backslash and newline escaped; in label values the quote too.
void AppendEscaped(std::string_view text, bool quote, std::string& out) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quote) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string ExpositionNumber(double value) {
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  return fmt::format("{}", value);
}

void Exposition::Family(std::string_view name, std::string_view type, std::string_view help) {
  family_ = name;
  fmt::format_to(std::back_inserter(out_), "# HELP {} ", name);
  AppendEscaped(help, false, out_);
  fmt::format_to(std::back_inserter(out_), "\n# TYPE {} {}\n", name, type);
}

void Exposition::Name(std::span<const MetricLabel> labels, std::string_view suffix) {
  out_.append(family_).append(suffix);
  char before = '{';
  for (const auto& [name, value] : labels) {
    out_ += before;
    out_.append(name).append("=\"");
    AppendEscaped(value, true, out_);
    out_ += '"';
    before = ',';
  }
  out_ += labels.empty() ? " " : "} ";
}

void Exposition::Sample(std::span<const MetricLabel> labels, double value,
                        std::string_view suffix) {
  Name(labels, suffix);
  out_.append(ExpositionNumber(value)).append("\n");
}

void Exposition::Sample(std::span<const MetricLabel> labels, std::int64_t value,
                        std::string_view suffix) {
  Name(labels, suffix);
  fmt::format_to(std::back_inserter(out_), "{}\n", value);
}

}  // namespace loadline
