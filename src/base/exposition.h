// Metrics as text, the way Prometheus scrapes them (text exposition format 0.0.4).
//
// Appends to a string of the caller's; belongs to one thread. The caller keeps to the format's
// rules of order: a family's samples follow its head, and no family comes twice.
// Source: prometheus.io, "Exposition formats".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace loadline {

/// One label of a sample: name (of letters, digits, `_`) and value (any UTF-8).
using MetricLabel = std::pair<std::string_view, std::string_view>;

class Exposition {
 public:
  /// The Content-Type of a page in this format.
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  /// `out` must outlive it; what it holds stays.
  explicit Exposition(std::string& out) : out_(out) {}

  /// Begins a family: its help and its type (`counter`, `gauge`, `histogram`, `summary`).
  void Family(std::string_view name, std::string_view type, std::string_view help);

  /// One sample of the family begun last: its name, then `suffix` (`_bucket`, `_sum`, …).
  void Sample(std::span<const MetricLabel> labels, double value, std::string_view suffix = {});
  void Sample(std::span<const MetricLabel> labels, std::int64_t value,
              std::string_view suffix = {});

 private:
  void Name(std::span<const MetricLabel> labels, std::string_view suffix);

  std::string& out_;
  std::string family_;
};

/// A number as the format writes it: the shortest text that reads back the same; `+Inf`, `NaN`.
[[nodiscard]] std::string ExpositionNumber(double value);

}  // namespace loadline
