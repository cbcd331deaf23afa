// JSON (RFC 8259) read in place and written by hand: no tree, no allocation, no recursion.
//
// For bodies on the hot path and for text that must keep its numbers as written. A JsonReader
// belongs to one thread; the functions are pure. UTF-8 inside strings is not validated (IsUtf8).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace loadline {

enum class JsonType { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull, kInvalid };

/// Walks through a JSON text. Any call that finds a fault fails, and so do all later ones: ask ok()
/// once at the end. Time is linear in the text; memory constant; deeper nesting than kMaxDepth is
/// a fault.
///
///   JsonReader in(text);
///   std::string_view key, value;
///   if (in.BeginObject()) {
///     while (in.NextMember(key)) in.Skip(value);   // every value must be consumed
///   }
///   if (!in.AtEnd()) …                             // also false after a fault
class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 512;

  explicit JsonReader(std::string_view text) : text_(text) {}

  /// Type of the value that comes next, by its first byte; kInvalid at the end or after a fault.
  [[nodiscard]] JsonType Peek();

  /// Consumes one whole value of any type; `raw` is its text (a string with its quotes).
  bool Skip(std::string_view& raw);

  /// Consumes `{`. False if no object comes next: a fault.
  bool BeginObject();
  /// Goes to the next member of the object begun last; false after its end (`}` is consumed) or a
  /// fault. `raw_key` is the key without quotes, escapes unresolved (JsonStringIs compares).
  bool NextMember(std::string_view& raw_key);

  /// Consumes `[`. False if no array comes next: a fault.
  bool BeginArray();
  /// Goes to the next element; false after the end of the array or a fault.
  bool NextElement();

  [[nodiscard]] bool ok() const { return ok_; }
  /// True if all is well and only white space is left.
  [[nodiscard]] bool AtEnd();
  /// Where it stands, for messages.
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  void SkipSpace();
  bool Fail();
  bool Take(char c);
  bool SkipString(std::string_view& inside);
  bool SkipScalar();
  bool NextItem(char close);

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = false;  // The container begun last has had no item yet.
  bool ok_ = true;
};

/// True if `text` is one whole valid JSON value.
[[nodiscard]] bool IsJson(std::string_view text);

/// True if `text` is exactly a number of JSON's grammar: `-1.5e3`, not `+1`, `.5`, `01`, `NaN`.
[[nodiscard]] bool IsJsonNumber(std::string_view text);

/// The number, if `raw` is one and within the range of double.
[[nodiscard]] std::optional<double> JsonNumber(std::string_view raw);

/// True if the text between a string's quotes, escapes resolved, is `plain`. Does not allocate.
[[nodiscard]] bool JsonStringIs(std::string_view inside_quotes, std::string_view plain);

/// Appends the text between a string's quotes with escapes resolved (a lone surrogate as U+FFFD).
void AppendJsonUnescaped(std::string_view inside_quotes, std::string& out);

/// Appends `plain` with what JSON demands escaped (quote, backslash, control characters).
void AppendJsonEscaped(std::string_view plain, std::string& out);

/// Appends `plain` as a JSON string, with quotes.
void AppendJsonString(std::string_view plain, std::string& out);

/// True if `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] bool IsUtf8(std::string_view text);

}  // namespace loadline
