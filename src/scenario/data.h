// Reading CSV (RFC 4180) and JSON Lines into a DataSet.
//
// Pure functions of the text. Cells become JSON text: what looks like a JSON number, `true`,
// `false` or `null` and was not quoted keeps its type; everything else is a string.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/model.h"

namespace loadline::scenario {

/// Fills columns, rows and row_json of `data` from a CSV text: a header line, then one row a line.
///
/// Quotes with doubled quotes within, LF or CRLF, a byte order mark at the front, and empty lines
/// are understood; an empty unquoted cell is null. Errors (kInvalidArgument; the message says what
/// would be right: `3 cells as in the header, not 2 (line 7)`): no
/// header, an empty or doubled column name, a row with more or fewer cells than the header, a quote
/// that is not closed or stands in the middle of a cell, a NUL or broken UTF-8, no rows at all.
[[nodiscard]] Status ReadCsv(std::string_view text, DataSet& data);

/// A row as a JSON object: `cells` are JSON text.
[[nodiscard]] std::string RowJson(const std::vector<std::string>& columns,
                                  const std::vector<std::string>& cells);

/// The same from JSON Lines: one object a line, empty lines skipped. The columns are the keys of
/// the first object; a key that a later object lacks is null, one that the first lacks is only in
/// row_json. `text` may also be one JSON array of objects.
[[nodiscard]] Status ReadJsonLines(std::string_view text, DataSet& data);

}  // namespace loadline::scenario
