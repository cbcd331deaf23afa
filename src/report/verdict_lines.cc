#include "report/verdict_lines.h"

#include <cstddef>
#include <string_view>

#include "report/text.h"

namespace loadline::report {
namespace {

std::vector<ToneText> Pieces(std::string_view marked) {
  std::vector<ToneText> pieces;
  bool inside = false;
  while (true) {
    const std::size_t end = marked.find(kToneMark);
    std::string_view piece = marked.substr(0, end);
    ToneText one;
    if (inside && !piece.empty() && piece[0] >= '0' && piece[0] <= '3') {
      one.tone = static_cast<Tone>(piece[0] - '0');
      piece.remove_prefix(1);
    }
    one.text = piece;
    if (!one.text.empty()) {
      pieces.push_back(std::move(one));
    }
    if (end == std::string_view::npos) {
      return pieces;
    }
    marked.remove_prefix(end + 1);
    inside = !inside;
  }
}

}  // namespace

std::string VerdictLine::Words() const {
  std::string words;
  for (const ToneText& piece : text) {
    words += piece.text;
  }
  return words;
}

std::vector<VerdictLine> VerdictLines(const RunReport& report) {
  Style style;
  style.marked = true;
  const std::string text = VerdictText(report, style);
  std::vector<VerdictLine> lines;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view whole = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t mark = whole.find(kLabelEnd);
    if (mark == std::string_view::npos) {
      continue;  // A row of a table.
    }
    VerdictLine line;
    for (const ToneText& piece : Pieces(whole.substr(0, mark))) {
      line.label += piece.text;
      line.tone = piece.tone;
    }
    line.text = Pieces(whole.substr(mark + 1));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace loadline::report
