#include "scenario/check_text.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/json_text.h"
#include "scenario/json_path.h"

namespace loadline::scenario {
namespace {

using Op = Check::Op;

Error Expected(std::string expected) {
  return {ErrorCode::kInvalidArgument, std::move(expected)};
}

void SkipSpace(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// The word at the front, cut off.
std::string_view TakeWord(std::string_view& text) {
  SkipSpace(text);
  const std::size_t end = std::min(text.find_first_of(" \t<>=!"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// The operator at the front, cut off; nothing if there is none.
std::optional<Op> TakeOperator(std::string_view& text) {
  struct Spelling {
    std::string_view text;
    Op op;
  };
  // Longer ones first: `<=` before `<`.
  constexpr std::array<Spelling, 6> kSymbols{{{"==", Op::kEqual},
                                              {"!=", Op::kNotEqual},
                                              {"<=", Op::kLessEqual},
                                              {">=", Op::kGreaterEqual},
                                              {"<", Op::kLess},
                                              {">", Op::kGreater}}};
  constexpr std::array<Spelling, 3> kWords{
      {{"exists", Op::kExists}, {"contains", Op::kContains}, {"matches", Op::kMatches}}};
  SkipSpace(text);
  for (const Spelling& symbol : kSymbols) {
    if (text.starts_with(symbol.text)) {
      text.remove_prefix(symbol.text.size());
      return symbol.op;
    }
  }
  std::string_view rest = text;
  const std::string_view word = TakeWord(rest);
  for (const Spelling& spelling : kWords) {
    if (word == spelling.text) {
      text = rest;
      return spelling.op;
    }
  }
  return std::nullopt;
}

// The operand as plain text: quotes ('…' or JSON's "…") are taken off where it has them.
Result<std::string> TextOperand(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return std::string(text.substr(1, text.size() - 2));
  }
  if (text.starts_with('"')) {
    if (!IsJson(text)) {
      return Expected("text in quotes that are closed");
    }
    std::string plain;
    AppendJsonUnescaped(text.substr(1, text.size() - 2), plain);
    return plain;
  }
  if (text.empty()) {
    return Expected("something after contains or matches");
  }
  return std::string(text);
}

Status CheckPattern(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 regex(pattern, options);
  if (!regex.ok()) {
    return Expected(fmt::format("a regular expression of RE2 ({})", regex.error()));
  }
  return {};
}

// What follows `contains` or `matches`.
Status ReadTextOperand(std::string_view rest, Check& check) {
  check.operand = TRY(TextOperand(rest));
  if (check.op == Op::kMatches) {
    TRY(CheckPattern(check.operand));
  }
  return {};
}

Status ReadStatus(std::string_view rest, Check& check) {
  check.kind = Check::Kind::kStatus;
  const std::optional<Op> op = TakeOperator(rest);
  SkipSpace(rest);
  int code = 0;
  const char* end = rest.data() + rest.size();
  const auto [stop, fault] = std::from_chars(rest.data(), end, code);
  if (!op.has_value() || *op == Op::kExists || *op == Op::kContains || *op == Op::kMatches ||
      fault != std::errc() || stop != end || code < 100 || code > 600) {
    return Expected("status compared with a code: status == 200, status < 400");
  }
  check.op = *op;
  check.operand = std::to_string(code);
  return {};
}

Status ReadHeader(std::string_view rest, Check& check) {
  check.kind = Check::Kind::kHeader;
  check.subject = std::string(TakeWord(rest));
  SkipSpace(rest);
  const std::optional<Op> op = rest.empty() ? Op::kExists : TakeOperator(rest);
  SkipSpace(rest);
  const bool ordered =
      op == Op::kLess || op == Op::kLessEqual || op == Op::kGreater || op == Op::kGreaterEqual;
  if (check.subject.empty() || !op.has_value() || ordered ||
      (*op == Op::kExists && !rest.empty())) {
    return Expected("header NAME exists, header NAME == text, … != …, … contains …, … matches …");
  }
  check.op = *op;
  return *op == Op::kExists ? Status() : ReadTextOperand(rest, check);
}

Status ReadBody(std::string_view rest, Check& check) {
  const std::optional<Op> op = TakeOperator(rest);
  SkipSpace(rest);
  if (op != Op::kContains && op != Op::kMatches) {
    return Expected("body contains TEXT or body matches REGEX");
  }
  check.op = *op;
  check.kind = *op == Op::kContains ? Check::Kind::kBodyContains : Check::Kind::kBodyRegex;
  return ReadTextOperand(rest, check);
}

Status ReadJson(std::string_view text, Check& check) {
  check.kind = Check::Kind::kJson;
  std::string_view rest = text;
  TRY(JsonPath::Parse(rest));
  check.subject = std::string(text.substr(0, text.size() - rest.size()));
  SkipSpace(rest);
  const std::optional<Op> op = rest.empty() ? Op::kExists : TakeOperator(rest);
  SkipSpace(rest);
  if (!op.has_value() || (*op == Op::kExists && !rest.empty())) {
    return Expected("exists, ==, !=, <, <=, >, >=, contains or matches after the JSON path");
  }
  check.op = *op;
  if (*op == Op::kExists) {
    return {};
  }
  if (*op == Op::kContains || *op == Op::kMatches) {
    return ReadTextOperand(rest, check);
  }
  if (*op != Op::kEqual && *op != Op::kNotEqual) {
    if (!JsonNumber(rest).has_value()) {
      return Expected("a number after <, <=, > or >=");
    }
    check.operand = std::string(rest);
    return {};
  }
  if (rest.starts_with('\'') && rest.size() >= 2 && rest.ends_with('\'')) {
    AppendJsonString(rest.substr(1, rest.size() - 2), check.operand);
    return {};
  }
  if (rest.starts_with('{') || rest.starts_with('[') || !IsJson(rest)) {
    return Expected("a number, true, false, null, or text in quotes after == or !=");
  }
  check.operand = std::string(rest);
  return {};
}

}  // namespace

Result<Check> ParseCheck(std::string_view text) {
  SkipSpace(text);
  text = text.substr(0, text.find_last_not_of(" \t") + 1);
  Check check;
  check.text = std::string(text);
  std::string_view rest = text;
  if (text.starts_with('$')) {
    TRY(ReadJson(text, check));
    return check;
  }
  const std::string_view subject = TakeWord(rest);
  if (subject == "status") {
    TRY(ReadStatus(rest, check));
  } else if (subject == "header") {
    TRY(ReadHeader(rest, check));
  } else if (subject == "body") {
    TRY(ReadBody(rest, check));
  } else {
    return Expected(
        "status == 200, header NAME contains TEXT, body contains TEXT, body matches REGEX or "
        "$.path >= 0");
  }
  return check;
}

}  // namespace loadline::scenario
