#include "scenario/access_log.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/timestamp.h"
#include "scenario/data.h"

namespace loadline::scenario {
namespace {

constexpr std::string_view kColumns[] = {"time",  "method",  "path", "status",
                                         "bytes", "referer", "agent"};

/// One line's fields as written.
struct Line {
  std::string_view time;
  std::string_view request;  // `GET /path HTTP/1.1`, escapes as they stand.
  std::string_view status;
  std::string_view bytes;
  std::string_view referer = "-";
  std::string_view agent = "-";
};

/// Takes what is before `end` off the front, and `end` with it.
std::optional<std::string_view> TakeUntil(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

/// A field in quotes; within them a backslash takes the next character with it.
std::optional<std::string_view> TakeQuoted(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '"') {
      const std::string_view taken = rest.substr(1, i - 1);
      rest.remove_prefix(i + 1);
      rest.remove_prefix(rest.starts_with(' ') ? 1 : 0);
      return taken;
    }
  }
  return std::nullopt;
}

std::string_view TakeWord(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

/// `host ident user [time] "request" status bytes ["referer" "agent"]`, and whatever follows.
std::optional<Line> ParseLine(std::string_view rest) {
  // A user's name may hold spaces, so the bracket is what ends it.
  Line line;
  if (!TakeUntil(rest, '[')) {
    return std::nullopt;
  }
  const std::optional<std::string_view> time = TakeUntil(rest, ']');
  if (!time || !rest.starts_with(' ')) {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  const std::optional<std::string_view> request = TakeQuoted(rest);
  if (!request) {
    return std::nullopt;
  }
  line.time = *time;
  line.request = *request;
  line.status = TakeWord(rest);
  line.bytes = TakeWord(rest);
  if (!IsJsonNumber(line.status)) {
    return std::nullopt;
  }
  line.referer = TakeQuoted(rest).value_or("-");
  line.agent = TakeQuoted(rest).value_or("-");
  return line;
}

/// A path that can be sent as it stands.
bool IsPath(std::string_view path) {
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char c) {
           return c > 0x20 && c < 0x7f && c != '#' && c != '\\' && c != '"';
         });
}

std::string Cell(std::string_view text) {
  if (text == "-" || text.empty()) {
    return "null";
  }
  std::string json;
  AppendJsonString(text, json);
  return json;
}

/// Rows and their times, brought into the order of time.
void SortByTime(const std::vector<Duration>& times, DataSet& data) {
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  std::vector<std::vector<std::string>> rows;
  rows.reserve(order.size());
  for (const std::size_t i : order) {
    rows.push_back(std::move(data.rows[i]));
  }
  data.rows = std::move(rows);
}

}  // namespace

Status ReadAccessLog(std::string_view text, DataSet& data, LeftOut& left_out) {
  data.columns.assign(std::begin(kColumns), std::end(kColumns));
  data.rows.clear();
  data.row_json.clear();
  left_out = {};
  std::vector<Duration> times;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    one.remove_suffix(one.ends_with('\r') ? 1 : 0);
    if (one.empty()) {
      continue;
    }
    const std::optional<Line> line = ParseLine(one);
    const Result<Duration> time = ParseTimestamp(line ? line->time : std::string_view());
    std::string_view rest = line ? line->request : std::string_view();
    const std::string_view method = TakeWord(rest);
    const std::string_view path = TakeWord(rest);
    if (!line || !time || !IsPath(path) || !IsUtf8(one)) {
      ++left_out.broken;
      continue;
    }
    if (method != "GET") {
      ++left_out.not_get;
      continue;
    }
    times.push_back(*time);
    data.rows.push_back({Cell(line->time), Cell(method), Cell(path), std::string(line->status),
                         IsJsonNumber(line->bytes) ? std::string(line->bytes) : "null",
                         Cell(line->referer), Cell(line->agent)});
  }
  if (data.rows.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "an access log in the common or combined format, with at least one GET request"};
  }
  SortByTime(times, data);
  for (const std::vector<std::string>& row : data.rows) {
    data.row_json.push_back(RowJson(data.columns, row));
  }
  return {};
}

}  // namespace loadline::scenario
