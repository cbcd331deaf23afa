// RowPrinter: rows of a query as an aligned table, CSV or JSON. Belongs to one thread.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace loadline::report {

/// One value: NULL, whole number, number or text (the same type as store::Cell).
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

enum class RowFormat { kTable, kCsv, kJson };

/// `table`, `csv` or `json`. Errors: kInvalidArgument.
[[nodiscard]] Result<RowFormat> ParseRowFormat(std::string_view text);

/// Prints rows as they come (CSV and JSON), or at the end (a table needs its widths first).
class RowPrinter {
 public:
  /// How many rows a table holds; what comes after is counted and told below it.
  static constexpr std::int64_t kTableRows = 10'000;

  /// `out` must outlive the printer.
  RowPrinter(RowFormat format, std::ostream& out) : format_(format), out_(out) {}

  void Columns(std::vector<std::string> names);
  /// False if `out` failed or, for a table, is full: nothing more needs to be read.
  bool Row(const std::vector<Cell>& cells);
  /// Prints what is left. Call once, after the last row.
  void Finish();

 private:
  // Constant after construction.
  RowFormat format_;
  std::ostream& out_;

  std::vector<std::string> names_;
  std::vector<std::vector<Cell>> rows_;  // kTable alone.
  std::int64_t count_ = 0;
  bool more_ = false;
};

/// `text` as a CSV field (RFC 4180): quoted where it must be.
[[nodiscard]] std::string CsvField(std::string_view text);

/// A number as JSON and CSV write it: shortest text that reads back the same; empty: not finite.
[[nodiscard]] std::string NumberText(double value);

}  // namespace loadline::report
