#include "convert/shell_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "scenario/template_text.h"

namespace loadline::convert {
namespace {

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsNameChar(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9');
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | (code >> 18 & 0x07));
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<ShellCommand>> Split() {
    while (at_ < text_.size()) {
      TRY(Step());
    }
    EndCommand();
    return std::move(commands_);
  }

 private:
  Status Step() {
    const char c = text_[at_];
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
        EndWord();
        ++at_;
        return {};
      case '\n':
      case ';':
        EndCommand();
        ++at_;
        return {};
      case '\\':
        return Backslash();
      case '\'':
        return SingleQuotes();
      case '"':
        return DoubleQuotes();
      case '$':
        return Dollar(/*quoted=*/false);
      case '#':
        if (!in_word_) {
          at_ = std::min(text_.find('\n', at_), text_.size());
          return {};
        }
        break;
      case '`':
        return Wrong("a command in backticks", "its output written out: nothing is run here");
      case '<':
        return Wrong("<", "the body after --data-binary, or in a file after @");
      case '|':
      case '&':
      case '>':
        return Operator();
      default:
        break;
    }
    if (c == '^' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\n')) {
      return Wrong("^, the escape of Windows' cmd",
                   "the command copied \"as cURL (bash)\" or \"(POSIX)\"");
    }
    Literal(c);
    ++at_;
    return {};
  }

  Status Backslash() {
    if (at_ + 1 == text_.size()) {
      return Wrong("a lone \\ at the end", "a character behind it");
    }
    std::size_t next = at_ + 1;
    if (text_[next] == '\r' && next + 1 < text_.size() && text_[next + 1] == '\n') {
      ++next;  // A line that Windows ended.
    }
    if (text_[next] != '\n') {
      Literal(text_[next]);
    }
    at_ = next + 1;
    return {};
  }

  Status SingleQuotes() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) {
      return Wrong("a ' that is never closed", "another ' behind it");
    }
    in_word_ = true;
    literal_ += text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return {};
  }

  Status DoubleQuotes() {
    const std::size_t open = at_++;
    in_word_ = true;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_];
      if (c == '`') {
        return Wrong("a command in backticks", "its output written out: nothing is run here");
      }
      if (c == '$') {
        TRY(Dollar(/*quoted=*/true));
        continue;
      }
      if (c == '\\' && at_ + 1 < text_.size() &&
          std::string_view("$`\"\\\n").find(text_[at_ + 1]) != std::string_view::npos) {
        ++at_;
        if (text_[at_] != '\n') {
          literal_ += text_[at_];
        }
        ++at_;
        continue;
      }
      literal_ += c;
      ++at_;
    }
    if (at_ == text_.size()) {
      at_ = open;
      return Wrong("a \" that is never closed", "another \" behind it");
    }
    ++at_;
    return {};
  }

  Status Dollar(bool quoted) {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
    if (next == '(') {
      return Wrong("$(…)", "the command's output written out: nothing is run here");
    }
    if (next == '\'' && !quoted) {
      return AnsiQuotes();
    }
    if (next == '{') {
      const std::size_t close = text_.find('}', at_);
      const std::string_view name =
          close == std::string_view::npos ? "" : text_.substr(at_ + 2, close - at_ - 2);
      if (name.empty() || !IsNameStart(name[0]) ||
          !std::all_of(name.begin(), name.end(), IsNameChar)) {
        return Wrong("${…}", "${NAME} with a variable's name and nothing else");
      }
      Variable(name);
      at_ = close + 1;
      return {};
    }
    if (IsNameStart(next)) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && IsNameChar(text_[end])) {
        ++end;
      }
      Variable(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end;
      return {};
    }
    Literal('$');
    ++at_;
    return {};
  }

  // `$'…'`, as browsers copy bodies with quotes and line ends.
  Status AnsiQuotes() {
    const std::size_t open = at_;
    at_ += 2;
    in_word_ = true;
    while (at_ < text_.size() && text_[at_] != '\'') {
      if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
        literal_ += text_[at_++];
        continue;
      }
      ++at_;
      AnsiEscape();
    }
    if (at_ == text_.size()) {
      at_ = open;
      return Wrong("a $' that is never closed", "a ' behind it");
    }
    ++at_;
    return {};
  }

  void AnsiEscape() {
    constexpr std::string_view kFrom = "abeEfnrtv\\'\"?";
    constexpr std::string_view kTo = "\a\b\033\033\f\n\r\t\v\\'\"?";
    const char c = text_[at_++];
    if (const std::size_t known = kFrom.find(c); known != std::string_view::npos) {
      literal_ += kTo[known];
    } else if (c == 'x') {
      literal_ += static_cast<char>(Digits(16, 2));
    } else if (c == 'u') {
      std::uint32_t code = Digits(16, 4);
      if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
        // Chrome writes what lies beyond 16 bits as two halves.
        at_ += 2;
        code = 0x10000 + ((code - 0xd800) << 10) + ((Digits(16, 4) - 0xdc00) & 0x3ff);
      }
      AppendUtf8(code, literal_);
    } else if (c == 'U') {
      AppendUtf8(std::min<std::uint32_t>(Digits(16, 8), 0x10ffff), literal_);
    } else if (c == 'c' && at_ < text_.size()) {
      literal_ += static_cast<char>(text_[at_++] & 0x1f);
    } else if (c >= '0' && c <= '7') {
      --at_;
      literal_ += static_cast<char>(Digits(8, 3));
    } else {
      literal_ += '\\';
      literal_ += c;
    }
  }

  std::uint32_t Digits(int base, int most) {
    std::uint32_t value = 0;
    for (int i = 0; i < most && at_ < text_.size(); ++i, ++at_) {
      const int digit = HexDigit(text_[at_]);
      if (digit < 0 || digit >= base) {
        break;
      }
      value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  // `|` and `>` end what we can know of the command; `&`, `&&` and `||` end the command.
  Status Operator() {
    const char c = text_[at_];
    const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
    if (c == '&' && at_ + 1 < text_.size() && text_[at_ + 1] == '>') {
      return LeaveOut(">");
    }
    if (c == '&' || (c == '|' && doubled)) {
      EndCommand();
      at_ += doubled ? 2 : 1;
      return {};
    }
    if (c == '>' && in_word_ && (literal_ == "1" || literal_ == "2")) {
      literal_.clear();  // `2>` names a descriptor, no argument.
      in_word_ = false;
    }
    return LeaveOut(c == '|' ? "|" : ">");
  }

  // Skips to the end of the command, quotes observed, and keeps nothing of it.
  Status LeaveOut(std::string_view what) {
    EndWord();
    Splitter rest(text_);
    rest.at_ = text_.find_first_not_of(what == "|" ? "|" : "&>|", at_);
    rest.at_ = std::min(rest.at_, text_.size());
    while (rest.at_ < text_.size() && rest.commands_.empty() && !rest.ended_) {
      const char c = text_[rest.at_];
      if (what == ">" && rest.in_word_ && (c == ' ' || c == '\t')) {
        break;  // The file's name has ended, the command goes on.
      }
      if (c == '&' && what == ">" && !rest.in_word_) {
        ++rest.at_;  // `2>&1`
        continue;
      }
      if (c == '\n' || c == ';' || c == '&') {
        break;
      }
      if (c == '|' || c == '>' || c == '<' || c == '`' || c == '(' || c == ')') {
        ++rest.at_;
        continue;
      }
      if (c == '$' && text_.substr(rest.at_).starts_with("$(")) {
        rest.at_ += 2;
        continue;
      }
      TRY(rest.Step());
    }
    command_.left_out = std::string(what);
    at_ = rest.at_;
    return {};
  }

  void Literal(char c) {
    in_word_ = true;
    literal_ += c;
  }

  void Variable(std::string_view name) {
    in_word_ = true;
    FlushLiteral(/*before_variable=*/true);
    word_ += fmt::format("${{{}}}", name);
  }

  void FlushLiteral(bool before_variable) {
    word_ += scenario::EscapeText(literal_);
    if (before_variable) {
      // Dollars right before an expression are doubled, or they would close it up.
      const std::size_t last = literal_.find_last_not_of('$');
      word_.append(literal_.size() - (last == std::string::npos ? 0 : last + 1), '$');
    }
    literal_.clear();
  }

  void EndWord() {
    if (!std::exchange(in_word_, false)) {
      return;
    }
    FlushLiteral(/*before_variable=*/false);
    command_.words.push_back(std::move(word_));
    word_.clear();
  }

  void EndCommand() {
    EndWord();
    ended_ = true;
    if (!command_.words.empty()) {
      commands_.push_back(std::move(command_));
    }
    command_ = ShellCommand();
  }

  [[nodiscard]] Error Wrong(std::string_view found, std::string_view expected) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n');
    const std::size_t column = at_ - (start == std::string_view::npos ? 0 : start + 1) + 1;
    return {ErrorCode::kInvalidArgument, fmt::format("line {}, column {} of the command: found {}; "
                                                     "expected {}",
                                                     line, column, found, expected)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_word_ = false;
  bool ended_ = false;
  std::string literal_;  // Of the word, not yet escaped.
  std::string word_;
  ShellCommand command_;
  std::vector<ShellCommand> commands_;
};

}  // namespace

Result<std::vector<ShellCommand>> SplitShell(std::string_view text) {
  return Splitter(text).Split();
}

}  // namespace loadline::convert
