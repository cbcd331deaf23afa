#include "report/table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/check.h"

namespace loadline::report {
namespace {

/// One character of UTF-8 text.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = true;
};

/// The character that begins at `text[0]`; a byte that begins none is invalid and one byte long.
Character Decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return {first, 1, true};
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) {
    return {first, 1, false};
  }
  char32_t code = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return {first, 1, false};
    }
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool overlong = code < kLeast[length];
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) {
    return {first, 1, false};
  }
  return {code, length, true};
}

struct Range {
  char32_t first;
  char32_t last;
};

bool In(char32_t code, std::initializer_list<Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& r) { return code >= r.first && code <= r.last; });
}

/// Columns of one character: the blocks of Unicode that terminals draw wide, or on top of the
/// character before. Source: Unicode 15, EastAsianWidth.txt and general categories Mn, Me, Cf.
int Columns(char32_t code) {
  if (In(code, {{0x0300, 0x036F},
                {0x0483, 0x0489},
                {0x1AB0, 0x1AFF},
                {0x1DC0, 0x1DFF},
                {0x200B, 0x200F},
                {0x202A, 0x202E},
                {0x2060, 0x2064},
                {0x20D0, 0x20FF},
                {0xFE00, 0xFE0F},
                {0xFE20, 0xFE2F},
                {0xFEFF, 0xFEFF}})) {
    return 0;
  }
  return In(code, {{0x1100, 0x115F},
                   {0x2E80, 0x303E},
                   {0x3041, 0xA4CF},
                   {0xAC00, 0xD7A3},
                   {0xF900, 0xFAFF},
                   {0xFE30, 0xFE6F},
                   {0xFF00, 0xFF60},
                   {0xFFE0, 0xFFE6},
                   {0x1F300, 0x1F64F},
                   {0x1F680, 0x1F6FF},
                   {0x1F900, 0x1F9FF},
                   {0x20000, 0x3FFFD}})
             ? 2
             : 1;
}

/// Length of the colour sequence (ESC [ … m) that begins at `text[0]`; 0 if none does.
std::size_t ColourLength(std::string_view text) {
  if (!text.starts_with("\x1b[")) {
    return 0;
  }
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    if (const std::size_t colour = ColourLength(text); colour > 0) {
      text.remove_prefix(colour);
      continue;
    }
    const Character c = Decode(text);
    width += c.valid ? Columns(c.code) : 1;
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string Pad(std::string_view text, int width, Align align) {
  const int missing = std::max(0, width - DisplayWidth(text));
  const std::string blanks(static_cast<std::size_t>(missing), ' ');
  return align == Align::kLeft ? std::string(text) + blanks : blanks + std::string(text);
}

std::string Plain(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const Character c = Decode(text);
    // Direction overrides can make a line read otherwise than it is.
    const bool moves = c.code < 0x20 || (c.code >= 0x7F && c.code < 0xA0) ||
                       In(c.code, {{0x202A, 0x202E}, {0x2066, 0x2069}, {0x2028, 0x2029}});
    if (!c.valid) {
      plain += '?';
    } else if (moves) {
      plain += ' ';
    } else {
      plain += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return plain;
}

std::string Shorten(std::string_view text, int width) {
  std::string plain = Plain(text);
  if (DisplayWidth(plain) <= width) {
    return plain;
  }
  std::string kept;
  int used = 0;
  std::string_view rest = plain;
  while (!rest.empty()) {
    const Character c = Decode(rest);
    const int columns = Columns(c.code);
    if (used + columns > width - 1) {
      break;
    }
    kept += rest.substr(0, c.bytes);
    used += columns;
    rest.remove_prefix(c.bytes);
  }
  return kept + "\u2026";
}

std::vector<std::string> Wrap(std::string_view text, int width, int indent) {
  std::vector<std::string> lines;
  std::string line;
  const std::string blanks(static_cast<std::size_t>(std::max(0, indent)), ' ');
  bool empty = true;  // Nothing but indentation in `line`.
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!empty && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
      line.erase(line.find_last_not_of(' ') + 1);
      lines.push_back(std::exchange(line, blanks));
      empty = true;
    }
    if (empty && word.empty() && !lines.empty()) {
      continue;  // Of several blanks where a line ends none is left.
    }
    if (!empty) {
      line += ' ';
    }
    line += word;
    empty = false;
  }
  lines.push_back(std::move(line));
  return lines;
}

void Table::Add(std::vector<std::string> cells) {
  CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Render(int max_cell) const {
  const auto shown = [&](const std::string& cell) {
    return max_cell > 0 ? Shorten(cell, max_cell) : cell;
  };
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) {
      width = std::max(width, DisplayWidth(shown(row[i])));
    }
    widths.push_back(width);
  }
  std::string text;
  const auto add = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += i == 0 ? "" : "  ";
      line += Pad(cell_of(i), widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    add([&](std::size_t i) { return shown(row[i]); });
  }
  return text;
}

}  // namespace loadline::report
