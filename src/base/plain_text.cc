#include "base/plain_text.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

namespace loadline {

std::string_view Trimmed(std::string_view text, std::string_view blanks) {
  const std::size_t from = text.find_first_not_of(blanks);
  return from == std::string_view::npos
             ? std::string_view()
             : text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

std::vector<std::string_view> Cells(std::string_view line, std::string_view blanks) {
  std::vector<std::string_view> cells;
  for (std::size_t from = 0;;) {
    const std::size_t comma = line.find(',', from);
    cells.push_back(Trimmed(line.substr(from, comma - from), blanks));
    if (comma == std::string_view::npos) {
      return cells;
    }
    from = comma + 1;
  }
}

std::optional<double> PlainNumber(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace loadline
