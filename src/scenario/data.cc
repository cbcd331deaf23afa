#include "scenario/data.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"

namespace loadline::scenario {
namespace {

Error At(std::size_t line, std::string_view what) {
  return {ErrorCode::kInvalidArgument, fmt::format("{} (line {})", what, line)};
}

std::string_view WithoutMark(std::string_view text) {
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

Status CheckText(std::string_view text) {
  if (text.find('\0') != std::string_view::npos || !IsUtf8(text)) {
    return Error{ErrorCode::kInvalidArgument, "text in UTF-8 without NUL bytes"};
  }
  return {};
}

Status CheckColumns(const std::vector<std::string>& columns, std::size_t line) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty()) {
      return At(line, fmt::format("a name for column {}", i + 1));
    }
    if (std::find(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(i), columns[i]) !=
        columns.begin() + static_cast<std::ptrdiff_t>(i)) {
      return At(line, fmt::format("the column '{}' once", columns[i]));
    }
  }
  return {};
}

struct CsvCell {
  std::string text;
  bool quoted = false;
};

// Takes one record after the other off a CSV text.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool AtEnd() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// Replaces `cells` by the next record and goes past its line end.
  Status Next(std::vector<CsvCell>& cells) {
    cells.clear();
    for (;;) {
      CsvCell cell;
      TRY(ReadCell(cell));
      cells.push_back(std::move(cell));
      if (AtEnd()) {
        return {};
      }
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      at_ += text_[at_] == '\r' ? 2 : 1;
      ++line_;
      return {};
    }
  }

 private:
  // True where a record ends: LF, CRLF or the end. A CR alone is text.
  [[nodiscard]] bool AtLineEnd() const {
    return AtEnd() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
  }

  Status ReadCell(CsvCell& cell) {
    if (AtEnd() || text_[at_] != '"') {
      while (!AtLineEnd() && text_[at_] != ',') {
        if (text_[at_] == '"') {
          return At(line_, "quotes around the whole cell, doubled within it");
        }
        cell.text += text_[at_++];
      }
      return {};
    }
    cell.quoted = true;
    const std::size_t opened = line_;
    ++at_;
    for (;;) {
      if (AtEnd()) {
        return At(opened, "the quote that opens here to be closed");
      }
      const char c = text_[at_++];
      if (c != '"') {
        line_ += c == '\n' ? 1 : 0;
        cell.text += c;
      } else if (!AtEnd() && text_[at_] == '"') {
        cell.text += '"';
        ++at_;
      } else {
        break;
      }
    }
    if (!AtLineEnd() && text_[at_] != ',') {
      return At(line_, "a comma or the end of the line after the closing quote");
    }
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// The cell as JSON: what was not quoted keeps the type it looks like.
std::string CellJson(const CsvCell& cell) {
  if (!cell.quoted) {
    if (cell.text.empty()) {
      return "null";
    }
    if (IsJsonNumber(cell.text) || cell.text == "true" || cell.text == "false" ||
        cell.text == "null") {
      return cell.text;
    }
  }
  std::string json;
  AppendJsonString(cell.text, json);
  return json;
}

bool IsEmptyLine(const std::vector<CsvCell>& cells) {
  return cells.size() == 1 && cells[0].text.empty() && !cells[0].quoted;
}

// An object of JSON Lines: its members in order. False if it is none.
using Members = std::vector<std::pair<std::string, std::string>>;

bool ReadObject(JsonReader& in, Members& members) {
  members.clear();
  std::string_view key;
  std::string_view value;
  if (in.Peek() != JsonType::kObject || !in.BeginObject()) {
    return false;
  }
  while (in.NextMember(key)) {
    if (!in.Skip(value)) {
      return false;
    }
    std::string name;
    AppendJsonUnescaped(key, name);
    members.emplace_back(std::move(name), std::string(value));
  }
  return in.ok();
}

// Adds one object as a row; the first one decides the columns.
Status AddObject(const Members& members, std::string_view raw, std::size_t line, DataSet& data) {
  if (data.rows.empty()) {
    for (const auto& [name, value] : members) {
      data.columns.push_back(name);
    }
    TRY(CheckColumns(data.columns, line));
  }
  std::vector<std::string> cells(data.columns.size(), "null");
  for (const auto& [name, value] : members) {
    const auto column = std::find(data.columns.begin(), data.columns.end(), name);
    if (column != data.columns.end()) {
      cells[static_cast<std::size_t>(column - data.columns.begin())] = value;
    }
  }
  data.rows.push_back(std::move(cells));
  data.row_json.emplace_back(raw);
  return {};
}

// One JSON array of objects.
Status ReadArray(std::string_view text, DataSet& data) {
  JsonReader in(text);
  Members members;
  in.BeginArray();
  while (in.NextElement()) {
    std::string_view raw;
    if (!in.Skip(raw)) {
      break;
    }
    const auto line = [&] {
      return 1 + static_cast<std::size_t>(std::count(text.data(), raw.data(), '\n'));
    };
    JsonReader object(raw);
    if (!ReadObject(object, members)) {
      return At(line(), "a list of JSON objects only");
    }
    TRY(AddObject(members, raw, data.rows.empty() ? line() : 0, data));
  }
  if (!in.AtEnd()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("a valid JSON array (fault at byte {})", in.offset())};
  }
  return {};
}

Status CheckNotEmpty(const DataSet& data) {
  if (data.rows.empty()) {
    return Error{ErrorCode::kInvalidArgument, "at least one row"};
  }
  return {};
}

void Clear(DataSet& data) {
  data.columns.clear();
  data.rows.clear();
  data.row_json.clear();
}

}  // namespace

std::string RowJson(const std::vector<std::string>& columns,
                    const std::vector<std::string>& cells) {
  std::string json = "{";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    json += i == 0 ? "" : ",";
    AppendJsonString(columns[i], json);
    json += ':';
    json += cells[i];
  }
  json += '}';
  return json;
}

Status ReadCsv(std::string_view text, DataSet& data) {
  Clear(data);
  TRY(CheckText(text));
  CsvReader in(WithoutMark(text));
  std::vector<CsvCell> cells;
  if (in.AtEnd()) {
    return At(1, "a line with the names of the columns");
  }
  TRY(in.Next(cells));
  for (CsvCell& cell : cells) {
    data.columns.push_back(std::move(cell.text));
  }
  TRY(CheckColumns(data.columns, 1));
  while (!in.AtEnd()) {
    const std::size_t line = in.line();
    TRY(in.Next(cells));
    if (IsEmptyLine(cells)) {
      continue;
    }
    if (cells.size() != data.columns.size()) {
      return At(line, fmt::format("{} cells as in the header, not {}", data.columns.size(),
                                  cells.size()));
    }
    std::vector<std::string> row;
    row.reserve(cells.size());
    for (const CsvCell& cell : cells) {
      row.push_back(CellJson(cell));
    }
    data.row_json.push_back(RowJson(data.columns, row));
    data.rows.push_back(std::move(row));
  }
  return CheckNotEmpty(data);
}

Status ReadJsonLines(std::string_view text, DataSet& data) {
  Clear(data);
  TRY(CheckText(text));
  text = WithoutMark(text);
  if (JsonReader(text).Peek() == JsonType::kArray) {
    TRY(ReadArray(text, data));
    return CheckNotEmpty(data);
  }
  Members members;
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t begin = one.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) {
      continue;
    }
    one = one.substr(begin, one.find_last_not_of(" \t\r") - begin + 1);
    JsonReader in(one);
    if (!ReadObject(in, members) || !in.AtEnd()) {
      return At(line, "one JSON object");
    }
    TRY(AddObject(members, one, line, data));
  }
  return CheckNotEmpty(data);
}

}  // namespace loadline::scenario
