// The keys of the scenario file: one table for validation, the JSON Schema and suggestions.
//
// Constant data, safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loadline::scenario {

/// The kinds of maps in the file.
enum class Section {
  kRoot,
  kTarget,
  kTls,
  kConnections,
  kSecret,
  kData,
  kTask,
  kStart,
  kBody,
  kCapture,
  kTimeout,
  kLoad,
  kFind,
};
inline constexpr int kSections = 13;

/// `target`, `tasks[]`, …: how messages and the schema call the section.
[[nodiscard]] std::string_view Name(Section section);

/// What may stand behind a key.
enum class KeyType {
  kVersion,    ///< The number 1.
  kText,       ///< One line of text; `${NAME}` is expanded.
  kTemplate,   ///< Text with `${…}` filled in per request.
  kBool,       ///< true or false.
  kCount,      ///< A whole number.
  kNumber,     ///< A number.
  kDuration,   ///< `250ms`.
  kRate,       ///< `200/s`; bare: per second.
  kShare,      ///< `95%`.
  kLevel,      ///< A rate or a number of users, by the search's axis.
  kLevels,     ///< A rate or a number of users, or stages of them: a text, or a list of texts.
  kChoice,     ///< One of Key::choices.
  kTexts,      ///< A list of texts, or one text.
  kDatatypes,  ///< A datatype, or a map of columns to datatypes.
  kAny,        ///< Any YAML: the body of a request.
  kHeaders,    ///< Names to templates, or to the source of a secret.
  kMap,        ///< A map of Key::of.
  kMapOrText,  ///< A map of Key::of, or text as its short form.
  kList,       ///< A list of maps of Key::of.
  kNamed,      ///< Names to maps of Key::of.
};

struct Key {
  Section in;
  std::string_view name;
  KeyType type;
  std::string_view help;           ///< One sentence.
  std::string_view fallback = {};  ///< The default as written; empty: none.
  Section of = Section::kRoot;     ///< kMap, kMapOrText, kList, kNamed.
  std::string_view choices = {};   ///< kChoice: `cycle|random`.
};

/// The whole table, by section, in the order of the documentation.
[[nodiscard]] std::span<const Key> Keys();

/// The keys of one section.
[[nodiscard]] std::vector<std::string_view> KeysOf(Section section);

/// The key `name` of `section`, or null.
[[nodiscard]] const Key* FindKey(Section section, std::string_view name);

/// The nearest of `known` to `word` by edit distance (Levenshtein, neighbours swapped count one),
/// if it is near enough to be meant; else empty. Case does not count.
[[nodiscard]] std::string_view Nearest(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace loadline::scenario
