// PlainTable: comma-separated text with a header, as people write it by hand: price lists, traffic.
//
// Cells hold no comma; quotes and blanks around one are taken off. Lines that begin with `#` and
// empty ones are skipped; lines end with LF or CRLF. Cells that may hold anything are
// scenario/data's.
// A plain value that points into the text it was read from; safe from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loadline {

struct PlainTable {
  struct Row {
    std::size_t line = 0;  ///< Of the file, from 1.
    std::vector<std::string_view> cells;
  };

  std::string name;  ///< Of the file, for errors.
  Row header;        ///< Line 0 and no cells: there was none.
  std::vector<Row> rows;

  /// Where in a row the column called `title` stands; nothing: there is no such column.
  [[nodiscard]] std::optional<std::size_t> Column(std::string_view title) const;

  /// An error (kInvalidArgument) about a row: `prices.csv:3: vcpu: "two" is no number`.
  [[nodiscard]] Error Wrong(const Row& row, std::string_view column, std::string_view what) const;
  /// An error about a row as a whole.
  [[nodiscard]] Error Wrong(const Row& row, std::string_view what) const;
};

/// Takes `text` apart; it must outlive the table.
///
/// Errors (kInvalidArgument, with name and line): a row with more or fewer cells than the header, a
/// column twice.
[[nodiscard]] Result<PlainTable> ReadPlainTable(std::string_view text, std::string_view name);

/// The whole file at `path`, called `what` in errors: `traffic history`.
/// Errors: kNotFound where it cannot be opened, kIo where it cannot be read.
[[nodiscard]] Result<std::string> ReadTextFile(const std::string& path, std::string_view what);

}  // namespace loadline
