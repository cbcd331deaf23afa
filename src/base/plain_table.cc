#include "base/plain_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/plain_text.h"

namespace loadline {
namespace {

constexpr std::string_view kBlanks = " \t\v\f\r\"";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::optional<std::size_t> PlainTable::Column(std::string_view title) const {
  const auto at = std::ranges::find(header.cells, title);
  return at == header.cells.end()
             ? std::nullopt
             : std::optional(static_cast<std::size_t>(at - header.cells.begin()));
}

Error PlainTable::Wrong(const Row& row, std::string_view column, std::string_view what) const {
  return {ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}: {}", name, row.line, column, what)};
}

Error PlainTable::Wrong(const Row& row, std::string_view what) const {
  return {ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", name, row.line, what)};
}

Result<PlainTable> ReadPlainTable(std::string_view text, std::string_view name) {
  PlainTable table{.name = std::string(name), .header = {}, .rows = {}};
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end), " \t\v\f\r");
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    PlainTable::Row row{.line = number, .cells = Cells(line, kBlanks)};
    if (table.header.line == 0) {
      for (auto cell = row.cells.begin(); cell != row.cells.end(); ++cell) {
        if (std::find(row.cells.begin(), cell, *cell) != cell) {
          return table.Wrong(row, fmt::format("column \"{}\" is there twice", *cell));
        }
      }
      table.header = std::move(row);
    } else if (row.cells.size() != table.header.cells.size()) {
      return table.Wrong(row, fmt::format("{} cells, where the header has {}", row.cells.size(),
                                          table.header.cells.size()));
    } else {
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Result<std::string> ReadTextFile(const std::string& path, std::string_view what) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}: cannot open this {}: {}", path, what, std::strerror(errno))};
  }
  std::ostringstream text;
  text << file.rdbuf();
  // An empty file fails too: there is nothing to copy. A folder opens, and cannot be read.
  if (text.fail() && file.peek() == std::ifstream::traits_type::eof() && file.bad()) {
    return Error{ErrorCode::kIo, fmt::format("{}: cannot read this {}", path, what)};
  }
  return text.str();
}

}  // namespace loadline
