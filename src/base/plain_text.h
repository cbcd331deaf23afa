// Plain text in pieces: blanks at the ends, cells of a line, numbers. For what people write by
// hand; quoted CSV is scenario/data's.
//
// Pure functions, safe from any thread. What they give points into what they got.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace loadline {

/// `text` without `blanks` at either end.
[[nodiscard]] std::string_view Trimmed(std::string_view text, std::string_view blanks = " \t");

/// The cells between the commas of `line`, each without `blanks` at its ends; one at least.
[[nodiscard]] std::vector<std::string_view> Cells(std::string_view line, std::string_view blanks);

/// The finite number that `text` is, and nothing else beside it: `1.5`, `-2e3`; no suffix.
[[nodiscard]] std::optional<double> PlainNumber(std::string_view text);

}  // namespace loadline
