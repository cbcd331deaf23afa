#include "base/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace loadline {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Value of a hexadecimal digit, or -1.
int HexDigit(char c) {
  if (IsDigit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

// The four hexadecimal digits at `at`, or -1.
std::int32_t HexQuad(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) {
    return -1;
  }
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

// Length of the JSON number at the front of `text`; 0 if there is none.
std::size_t NumberLength(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < text.size() && IsDigit(text[i])) {
      ++i;
    }
    return i - begin;
  };
  if (i < text.size() && text[i] == '-') {
    ++i;
  }
  const std::size_t whole_begin = i;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[whole_begin] == '0')) {
    return 0;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) {
      return 0;
    }
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) {
      ++i;
    }
    if (digits() == 0) {
      return 0;
    }
  }
  return i;
}

std::size_t EncodeUtf8(std::uint32_t code, std::array<char, 4>& out) {
  const auto byte = [](std::uint32_t b) {
    return static_cast<char>(static_cast<unsigned char>(b));
  };
  if (code < 0x80) {
    out[0] = byte(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = byte(0xc0 | (code >> 6));
    out[1] = byte(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = byte(0xe0 | (code >> 12));
    out[1] = byte(0x80 | ((code >> 6) & 0x3f));
    out[2] = byte(0x80 | (code & 0x3f));
    return 3;
  }
  out[0] = byte(0xf0 | (code >> 18));
  out[1] = byte(0x80 | ((code >> 12) & 0x3f));
  out[2] = byte(0x80 | ((code >> 6) & 0x3f));
  out[3] = byte(0x80 | (code & 0x3f));
  return 4;
}

// Takes the next piece off the front of the inside of a string: a run without escapes as it lies,
// or one escape resolved into `buffer`.
std::string_view TakePiece(std::string_view& inside, std::array<char, 4>& buffer) {
  if (inside[0] != '\\' || inside.size() < 2) {
    const std::size_t end = std::min(inside.find('\\', 1), inside.size());
    const std::string_view piece = inside.substr(0, end);
    inside.remove_prefix(end);
    return piece;
  }
  const char c = inside[1];
  if (c == 'u') {
    std::int32_t code = HexQuad(inside, 2);
    inside.remove_prefix(code < 0 ? inside.size() : 6);
    if (code >= 0xd800 && code < 0xdc00 && inside.substr(0, 2) == "\\u") {
      const std::int32_t low = HexQuad(inside, 2);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        inside.remove_prefix(6);
      }
    }
    if (code < 0 || (code >= 0xd800 && code < 0xe000)) {
      code = 0xfffd;
    }
    return {buffer.data(), EncodeUtf8(static_cast<std::uint32_t>(code), buffer)};
  }
  inside.remove_prefix(2);
  constexpr std::string_view kFrom = "bfnrt";
  constexpr std::string_view kTo = "\b\f\n\r\t";
  const std::size_t which = kFrom.find(c);
  buffer[0] = which == std::string_view::npos ? c : kTo[which];
  return {buffer.data(), 1};
}

}  // namespace

void JsonReader::SkipSpace() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

bool JsonReader::Fail() {
  ok_ = false;
  return false;
}

bool JsonReader::Take(char c) {
  SkipSpace();
  if (!ok_ || at_ >= text_.size() || text_[at_] != c) {
    return Fail();
  }
  ++at_;
  return true;
}

JsonType JsonReader::Peek() {
  SkipSpace();
  if (!ok_ || at_ >= text_.size()) {
    return JsonType::kInvalid;
  }
  switch (text_[at_]) {
    case '{':
      return JsonType::kObject;
    case '[':
      return JsonType::kArray;
    case '"':
      return JsonType::kString;
    case 't':
      return JsonType::kTrue;
    case 'f':
      return JsonType::kFalse;
    case 'n':
      return JsonType::kNull;
    default:
      return text_[at_] == '-' || IsDigit(text_[at_]) ? JsonType::kNumber : JsonType::kInvalid;
  }
}

// At the opening quote. `inside` becomes the text between the quotes.
bool JsonReader::SkipString(std::string_view& inside) {
  if (!Take('"')) {
    return false;
  }
  const std::size_t begin = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      inside = text_.substr(begin, at_ - begin);
      ++at_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return Fail();
    }
    if (c != '\\') {
      ++at_;
      continue;
    }
    if (at_ + 1 >= text_.size()) {
      return Fail();
    }
    const char escaped = text_[at_ + 1];
    if (escaped == 'u') {
      if (HexQuad(text_, at_ + 2) < 0) {
        return Fail();
      }
      at_ += 6;
    } else if (std::string_view("\"\\/bfnrt").find(escaped) != std::string_view::npos) {
      at_ += 2;
    } else {
      return Fail();
    }
  }
  return Fail();
}

// A value that is neither object nor array.
bool JsonReader::SkipScalar() {
  const auto word = [this](std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) {
      return Fail();
    }
    at_ += expected.size();
    return true;
  };
  std::string_view unused;
  switch (Peek()) {
    case JsonType::kString:
      return SkipString(unused);
    case JsonType::kTrue:
      return word("true");
    case JsonType::kFalse:
      return word("false");
    case JsonType::kNull:
      return word("null");
    case JsonType::kNumber: {
      const std::size_t length = NumberLength(text_.substr(at_));
      at_ += length;
      return length > 0 || Fail();
    }
    default:
      return Fail();
  }
}

bool JsonReader::Skip(std::string_view& raw) {
  SkipSpace();
  const std::size_t begin = at_;
  // One bit per open container: set for an object.
  std::array<std::uint64_t, kMaxDepth / 64> is_object{};
  std::size_t depth = 0;
  std::string_view key;
  for (;;) {
    const JsonType type = Peek();
    if (type == JsonType::kObject || type == JsonType::kArray) {
      if (depth == kMaxDepth) {
        return Fail();
      }
      const std::uint64_t bit = std::uint64_t{1} << (depth % 64);
      if (type == JsonType::kObject) {
        is_object[depth / 64] |= bit;
      } else {
        is_object[depth / 64] &= ~bit;
      }
      ++depth;
      ++at_;
      first_ = true;
    } else if (!SkipScalar()) {
      return false;
    } else {
      first_ = false;
    }
    // On to the next value, closing what ends here.
    while (depth > 0) {
      const bool object = (is_object[(depth - 1) / 64] >> ((depth - 1) % 64) & 1) != 0;
      if (object ? NextMember(key) : NextElement()) {
        break;
      }
      if (!ok_) {
        return false;
      }
      --depth;
    }
    if (depth == 0) {
      first_ = false;  // The container around it has had an item now.
      raw = text_.substr(begin, at_ - begin);
      return ok_;
    }
  }
}

bool JsonReader::BeginObject() {
  first_ = true;
  return Take('{');
}

bool JsonReader::BeginArray() {
  first_ = true;
  return Take('[');
}

// Over the comma, or over `close`. An item is always consumed before the next is asked for, and
// once a container has ended, the one around it has had an item: one flag serves all levels.
bool JsonReader::NextItem(char close) {
  SkipSpace();
  if (!ok_ || at_ >= text_.size()) {
    return Fail();
  }
  const bool first = first_;
  first_ = false;
  if (text_[at_] == close) {
    ++at_;
    return false;
  }
  return first || Take(',');
}

bool JsonReader::NextMember(std::string_view& raw_key) {
  return NextItem('}') && SkipString(raw_key) && Take(':');
}

bool JsonReader::NextElement() {
  return NextItem(']');
}

bool JsonReader::AtEnd() {
  SkipSpace();
  return ok_ && at_ == text_.size();
}

bool IsJson(std::string_view text) {
  JsonReader in(text);
  std::string_view raw;
  return in.Skip(raw) && in.AtEnd();
}

bool IsJsonNumber(std::string_view text) {
  return !text.empty() && NumberLength(text) == text.size();
}

std::optional<double> JsonNumber(std::string_view raw) {
  if (!IsJsonNumber(raw)) {
    return std::nullopt;
  }
  double value = 0;
  const char* end = raw.data() + raw.size();
  const auto [stop, fault] = std::from_chars(raw.data(), end, value);
  if (fault != std::errc() || stop != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

bool JsonStringIs(std::string_view inside_quotes, std::string_view plain) {
  std::array<char, 4> buffer{};
  while (!inside_quotes.empty()) {
    const std::string_view piece = TakePiece(inside_quotes, buffer);
    if (plain.substr(0, piece.size()) != piece) {
      return false;
    }
    plain.remove_prefix(piece.size());
  }
  return plain.empty();
}

void AppendJsonUnescaped(std::string_view inside_quotes, std::string& out) {
  std::array<char, 4> buffer{};
  while (!inside_quotes.empty()) {
    out.append(TakePiece(inside_quotes, buffer));
  }
}

void AppendJsonEscaped(std::string_view plain, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : plain) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte >= 0x20) {
      out.push_back(c);
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '\r') {
      out.append("\\r");
    } else if (c == '\t') {
      out.append("\\t");
    } else {
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

void AppendJsonString(std::string_view plain, std::string& out) {
  out.push_back('"');
  AppendJsonEscaped(plain, out);
  out.push_back('"');
}

bool IsUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) {
      return false;
    }
    for (std::size_t j = 1; j < length; ++j) {
      if ((byte(i + j) & 0xc0) != 0x80) {
        return false;
      }
    }
    // Overlong forms, surrogates, and beyond U+10FFFF show in the second byte.
    const unsigned second = byte(i + 1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace loadline
