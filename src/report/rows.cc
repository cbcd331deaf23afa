#include "report/rows.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "base/json_text.h"
#include "base/units_text.h"
#include "report/table.h"

namespace loadline::report {
namespace {

/// Columns of a table's cell at most; what is longer is better read as CSV or JSON.
constexpr int kMaxCell = 80;

std::string TextOf(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    return fmt::format("{}", *number);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return NumberText(*real);
  }
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string() : *text;
}

std::string JsonOf(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    std::string quoted;
    // JSON is UTF-8; what is not must not make the whole output unreadable.
    AppendJsonString(IsUtf8(*text) ? *text : Plain(*text), quoted);
    return quoted;
  }
  const std::string number = TextOf(cell);
  return number.empty() ? "null" : number;
}

bool IsNumber(const Cell& cell) {
  return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell);
}

}  // namespace

Result<RowFormat> ParseRowFormat(std::string_view text) {
  if (text == "table") {
    return RowFormat::kTable;
  }
  if (text == "csv") {
    return RowFormat::kCsv;
  }
  if (text == "json") {
    return RowFormat::kJson;
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("format: found \"{}\"; expected table, csv or json", text)};
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += '"';
    }
  }
  return quoted + "\"";
}

std::string NumberText(double value) {
  if (!std::isfinite(value)) {
    return {};
  }
  return fmt::format("{}", value);
}

void RowPrinter::Columns(std::vector<std::string> names) {
  names_ = std::move(names);
  if (format_ == RowFormat::kCsv) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      out_ << (i == 0 ? "" : ",") << CsvField(names_[i]);
    }
    out_ << "\r\n";
  } else if (format_ == RowFormat::kJson) {
    out_ << "[";
  }
}

bool RowPrinter::Row(const std::vector<Cell>& cells) {
  if (format_ == RowFormat::kTable) {
    if (count_ == kTableRows) {
      more_ = true;
      return false;
    }
    rows_.push_back(cells);
  } else if (format_ == RowFormat::kCsv) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out_ << (i == 0 ? "" : ",") << CsvField(TextOf(cells[i]));
    }
    out_ << "\r\n";
  } else {
    out_ << (count_ == 0 ? "\n  {" : ",\n  {");
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out_ << (i == 0 ? "" : ", ") << JsonOf(Cell(names_[i])) << ": " << JsonOf(cells[i]);
    }
    out_ << "}";
  }
  ++count_;
  return static_cast<bool>(out_);
}

void RowPrinter::Finish() {
  if (format_ == RowFormat::kJson) {
    out_ << (count_ == 0 ? "]\n" : "\n]\n");
    return;
  }
  if (format_ == RowFormat::kCsv) {
    return;
  }
  std::vector<Table::Column> columns;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    // Numbers stand at the right, as far as the first row tells.
    const bool number = !rows_.empty() && IsNumber(rows_.front()[i]);
    columns.push_back({Plain(names_[i]), number ? Align::kRight : Align::kLeft});
  }
  Table table(std::move(columns));
  for (const auto& row : rows_) {
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const Cell& cell : row) {
      cells.push_back(TextOf(cell));
    }
    table.Add(std::move(cells));
  }
  out_ << table.Render(kMaxCell);
  if (more_) {
    out_ << fmt::format("… only the first {} rows; csv and json have no such limit\n",
                        FormatCount(kTableRows));
  }
}

}  // namespace loadline::report
