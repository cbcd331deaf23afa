// Aligned tables of text. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loadline::report {

/// Columns that `text` takes on a terminal: code points of UTF-8, wide ones (CJK, emoji) twice,
/// combining ones not at all; ANSI colour sequences take none. Bytes that are not UTF-8 count one.
[[nodiscard]] int DisplayWidth(std::string_view text);

/// `text` with blanks to `width` columns, at the right (kLeft) or before it (kRight). Longer text
/// is left as it is.
enum class Align { kLeft, kRight };
[[nodiscard]] std::string Pad(std::string_view text, int width, Align align);

/// `text` without anything that moves a cursor or changes colours: control characters (newlines,
/// ESC, C1) become blanks, bytes that are not UTF-8 become `?`. For whatever a target sent.
[[nodiscard]] std::string Plain(std::string_view text);

/// `text` cut to at most `width` columns (>= 1), with `…` where something was cut; made
/// Plain first.
[[nodiscard]] std::string Shorten(std::string_view text, int width);

/// Lines of at most `width` columns, broken at blanks; words that are longer stay whole. All but
/// the first line begin with `indent` blanks, which count.
[[nodiscard]] std::vector<std::string> Wrap(std::string_view text, int width, int indent);

/// A table with a header, columns two blanks apart, no blank at a line's end.
class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns (else: aborts).
  void Add(std::vector<std::string> cells);
  /// Every line ended by a newline. A cell wider than `max_cell` columns is shortened; 0: never.
  [[nodiscard]] std::string Render(int max_cell = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace loadline::report
