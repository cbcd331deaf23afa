#include "scenario/template_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/plain_text.h"

namespace loadline::scenario {
namespace {

using Context = TemplatePart::Context;
using Kind = TemplatePart::Kind;

constexpr std::int64_t kMaxBatch = 1'000'000;

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsVariableName(std::string_view name) {
  return !name.empty() && IsLetter(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return IsLetter(c) || (c >= '0' && c <= '9');
  });
}

}  // namespace

bool SoundsSecret(std::string_view name) {
  constexpr std::array<std::string_view, 13> kWords{
      "KEY",        "APIKEY", "TOKEN",      "SECRET",      "PASSWORD", "PASSWD", "PASS",
      "PASSPHRASE", "PWD",    "CREDENTIAL", "CREDENTIALS", "BEARER",   "AUTH"};
  std::string word;
  const auto is_secret = [&] {
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
  };
  for (const char c : name) {
    if (c == '_') {
      if (is_secret()) {
        return true;
      }
      word.clear();
    } else {
      word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return is_secret();
}

bool SoundsSigned(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return lower == "sig" || lower.ends_with("signature");
}

namespace {

// A piece of text: literal, or the inside of `${…}`.
struct Piece {
  bool is_expression = false;
  std::string text;
};

// Splits at `${…}`. A run of m dollars before a brace is m/2 literal dollars, and an odd one opens
// an expression. Nothing if an expression is not closed.
std::optional<std::vector<Piece>> Split(std::string_view text) {
  std::vector<Piece> pieces;
  std::string literal;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t dollar = std::min(text.find('$', i), text.size());
    literal += text.substr(i, dollar - i);
    const std::size_t after = std::min(text.find_first_not_of('$', dollar), text.size());
    const std::size_t run = after - dollar;
    if (after >= text.size() || text[after] != '{') {
      literal.append(run, '$');
      i = after;
      continue;
    }
    literal.append(run / 2, '$');
    i = after;
    if (run % 2 == 0) {
      continue;  // The brace itself is literal, too: taken with the next round.
    }
    const std::size_t close = text.find('}', after);
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    if (!literal.empty()) {
      pieces.push_back({false, std::exchange(literal, {})});
    }
    pieces.push_back({true, std::string(text.substr(after + 1, close - after - 1))});
    i = close + 1;
  }
  if (!literal.empty()) {
    pieces.push_back({false, std::move(literal)});
  }
  return pieces;
}

std::optional<std::int64_t> Whole(std::string_view text) {
  text = Trimmed(text, " ");
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  return fault == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

// The numbers between the parentheses of `name(…)`; nothing if `text` is no such call.
std::optional<std::vector<std::int64_t>> Arguments(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.ends_with(')') || text.size() < name.size() + 2 ||
      text[name.size()] != '(') {
    return std::nullopt;
  }
  text = text.substr(name.size() + 1, text.size() - name.size() - 2);
  std::vector<std::int64_t> numbers;
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::optional<std::int64_t> number = Whole(text.substr(0, comma));
    if (!number.has_value()) {
      return std::nullopt;
    }
    numbers.push_back(*number);
    if (comma == std::string_view::npos) {
      return numbers;
    }
    text.remove_prefix(comma + 1);
  }
}

// Understands the expressions of one scalar.
class ExpressionReader {
 public:
  ExpressionReader(Reading& reading, const Node& node, const std::string& path)
      : reading_(reading), node_(node), path_(path) {}

  [[nodiscard]] static bool IsTemplate(std::string_view expression, const Scenario& scenario) {
    return expression.find_first_of(".(") != std::string_view::npos || expression == "uuid" ||
           expression == "counter" ||
           std::find(scenario.captured.begin(), scenario.captured.end(), expression) !=
               scenario.captured.end();
  }

  // The value of an environment variable. False after a fault.
  bool Variable(const std::string& name, std::string& value) {
    if (!IsVariableName(name)) {
      return Fail(Inside(name),
                  "an environment variable, ${data.column}, ${data.row}, ${data.rows(n)}, ${uuid}, "
                  "${counter}, ${random.int(low,high)} or a captured value; $${ is a literal ${");
    }
    if (SoundsSecret(name)) {
      return Fail(
          Inside(name),
          "a variable that does not sound like a secret: expanded text is printed and stored; "
          "secrets go into bearer: {env: …} or headers: {Name: {env: …}}");
    }
    const std::optional<std::string> found = reading_.outside.variable(name);
    if (!found.has_value()) {
      const bool is_data = DataIndex(name) >= 0;
      return Fail(Inside(name),
                  is_data
                      ? fmt::format("${{{0}.row}}, ${{{0}.rows(n)}} or a column of {0}", name)
                      : "an environment variable that is set, or a value that on_start captures");
    }
    value = *found;
    return true;
  }

  // A template part. False after a fault.
  bool Part(std::string_view expression, TemplatePart& part) {
    const Scenario& scenario = reading_.scenario;
    if (expression == "uuid") {
      part.kind = Kind::kUuid;
      return true;
    }
    if (expression == "counter") {
      part.kind = Kind::kCounter;
      return true;
    }
    if (expression.starts_with("random.")) {
      return RandomPart(expression, part);
    }
    const auto captured = std::find(scenario.captured.begin(), scenario.captured.end(), expression);
    if (captured != scenario.captured.end()) {
      part.kind = Kind::kCaptured;
      part.text = expression;
      part.capture = static_cast<int>(captured - scenario.captured.begin());
      if (static_cast<std::size_t>(part.capture) >= reading_.captured_so_far) {
        return Fail(Inside(expression), "a value that an earlier on_start request captures");
      }
      return true;
    }
    const std::size_t dot = expression.find('.');
    if (dot == std::string_view::npos) {
      return Fail(Inside(expression), "${random.int(low,high)} or ${data.rows(n)}");
    }
    return DataPart(expression, dot, part);
  }

 private:
  static std::string Inside(std::string_view expression) {
    return Quote(fmt::format("${{{}}}", expression));
  }

  bool Fail(std::string found, std::string expected) {
    reading_.Complain(node_.place, path_, std::move(found), std::move(expected));
    return false;
  }

  bool RandomPart(std::string_view expression, TemplatePart& part) {
    const auto arguments = Arguments(expression, "random.int");
    if (!arguments.has_value() || arguments->size() != 2 || (*arguments)[0] > (*arguments)[1]) {
      return Fail(Inside(expression), "${random.int(low,high)} with whole numbers, low <= high");
    }
    part.kind = Kind::kRandomInt;
    part.low = (*arguments)[0];
    part.high = (*arguments)[1];
    return true;
  }

  [[nodiscard]] int DataIndex(std::string_view name) const {
    const std::vector<DataSet>& data = reading_.scenario.data;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (data[i].name == name) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  bool DataPart(std::string_view expression, std::size_t dot, TemplatePart& part) {
    const std::string_view name = expression.substr(0, dot);
    const std::string_view member = expression.substr(dot + 1);
    part.data = DataIndex(name);
    if (part.data < 0) {
      std::vector<std::string_view> names;
      for (const DataSet& set : reading_.scenario.data) {
        names.push_back(set.name);
      }
      return Fail(Inside(expression), names.empty()
                                          ? fmt::format("a data set '{}' under data:", name)
                                          : fmt::format("one of the data sets {}", OneOf(names)));
    }
    const DataSet& set = reading_.scenario.data[static_cast<std::size_t>(part.data)];
    if (member == "row") {
      part.kind = Kind::kRow;
      return true;
    }
    if (member.starts_with("rows(")) {
      const auto arguments = Arguments(member, "rows");
      if (!arguments.has_value() || arguments->size() != 1 || (*arguments)[0] < 1 ||
          (*arguments)[0] > kMaxBatch) {
        return Fail(Inside(expression),
                    fmt::format("${{{}.rows(n)}} with n from 1 to 1,000,000", name));
      }
      part.kind = Kind::kRows;
      part.low = (*arguments)[0];
      return true;
    }
    const auto column = std::find(set.columns.begin(), set.columns.end(), member);
    if (column == set.columns.end()) {
      std::vector<std::string_view> names(set.columns.begin(), set.columns.end());
      names.resize(std::min<std::size_t>(names.size(), 20));
      names.insert(names.end(), {"row", "rows(n)"});
      // A set that could not be read was complained of already.
      return !set.rows.empty() &&
             Fail(Inside(expression), fmt::format("{}. with {}", name, OneOf(names)));
    }
    part.kind = Kind::kColumn;
    part.text = member;
    part.column = static_cast<int>(column - set.columns.begin());
    return true;
  }

  Reading& reading_;
  const Node& node_;
  const std::string& path_;
};

// The pieces of a scalar with variables expanded: literals and template expressions.
bool Expand(Reading& reading, const Node& node, const std::string& path,
            std::vector<Piece>& pieces) {
  std::optional<std::vector<Piece>> split = Split(node.text);
  if (!split.has_value()) {
    reading.Complain(node.place, path, Quote(node.text), "a } after ${");
    return false;
  }
  ExpressionReader expressions(reading, node, path);
  bool ok = true;
  for (Piece& piece : *split) {
    if (piece.is_expression && !ExpressionReader::IsTemplate(piece.text, reading.scenario)) {
      std::string value;
      ok = expressions.Variable(piece.text, value) && ok;
      piece = {false, std::move(value)};
    }
  }
  pieces = std::move(*split);
  return ok;
}

}  // namespace

bool ExpandVariables(Reading& reading, const Node& node, const std::string& path,
                     std::string& out) {
  std::vector<Piece> pieces;
  if (!Expand(reading, node, path, pieces)) {
    return false;
  }
  out.clear();
  for (const Piece& piece : pieces) {
    if (piece.is_expression) {
      reading.Complain(
          node.place, path, Quote(fmt::format("${{{}}}", piece.text)),
          "the same text for every request: only path, headers and body are templates");
      return false;
    }
    out += piece.text;
  }
  return true;
}

bool ReadTemplate(Reading& reading, const Node& node, const std::string& path, Context context,
                  Template& out) {
  std::vector<Piece> pieces;
  if (!Expand(reading, node, path, pieces)) {
    return false;
  }
  ExpressionReader expressions(reading, node, path);
  const bool alone = pieces.size() == 1 && pieces[0].is_expression;
  const bool quotes = context == Context::kJsonString || (context == Context::kJsonValue && !alone);
  bool ok = true;
  if (quotes) {
    AppendLiteral("\"", out);
  }
  for (const Piece& piece : pieces) {
    if (piece.is_expression) {
      TemplatePart part;
      part.context = quotes ? Context::kJsonString : context;
      ok = expressions.Part(piece.text, part) && ok;
      AppendPart(std::move(part), out);
    } else if (quotes) {
      std::string escaped;
      AppendJsonEscaped(piece.text, escaped);
      AppendLiteral(escaped, out);
    } else {
      AppendLiteral(piece.text, out);
    }
  }
  if (quotes) {
    AppendLiteral("\"", out);
  }
  return ok;
}

void AppendLiteral(std::string_view text, Template& out) {
  if (text.empty()) {
    return;
  }
  if (out.parts.empty() || out.parts.back().kind != Kind::kLiteral) {
    out.parts.emplace_back();
  }
  out.parts.back().text += text;
}

void AppendPart(TemplatePart part, Template& out) {
  out.parts.push_back(std::move(part));
}

std::string EscapeText(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t after = std::min(text.find_first_not_of('$', i), text.size());
    const std::size_t run = after - i;
    if (run == 0) {
      out += text[i];
      continue;
    }
    out.append(after < text.size() && text[after] == '{' ? 2 * run : run, '$');
    i = after - 1;
  }
  return out;
}

std::string ExpressionText(const TemplatePart& part, const Scenario& scenario) {
  const auto data = [&]() -> const std::string& {
    return scenario.data[static_cast<std::size_t>(part.data)].name;
  };
  switch (part.kind) {
    case Kind::kLiteral:
      return part.text;
    case Kind::kRow:
      return fmt::format("${{{}.row}}", data());
    case Kind::kRows:
      return fmt::format("${{{}.rows({})}}", data(), part.low);
    case Kind::kColumn:
      return fmt::format("${{{}.{}}}", data(), part.text);
    case Kind::kUuid:
      return "${uuid}";
    case Kind::kCounter:
      return "${counter}";
    case Kind::kRandomInt:
      return fmt::format("${{random.int({},{})}}", part.low, part.high);
    case Kind::kCaptured:
      return fmt::format("${{{}}}", part.text);
  }
  return {};
}

std::string TemplateText(const Template& source, const Scenario& scenario) {
  std::string text;
  for (std::size_t i = 0; i < source.parts.size(); ++i) {
    const TemplatePart& part = source.parts[i];
    if (part.kind != Kind::kLiteral) {
      text += ExpressionText(part, scenario);
      continue;
    }
    text += EscapeText(part.text);
    if (i + 1 < source.parts.size()) {
      // Dollars right before an expression are doubled, or they would close it up.
      const std::size_t last = part.text.find_last_not_of('$');
      text.append(part.text.size() - (last == std::string::npos ? 0 : last + 1), '$');
    }
  }
  return text;
}

bool IsName(std::string_view name) {
  return !name.empty() && IsLetter(name[0]) && name != "random" && name != "uuid" &&
         name != "counter" && std::all_of(name.begin(), name.end(), [](char c) {
           return IsLetter(c) || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace loadline::scenario
