// Document: a JSON or YAML file as a tree, for descriptions that refer to their own parts.
//
// Plain values and pure functions; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loadline::convert {

/// One node. A missing one is a kNull, so that chains of At() need no checks.
struct Value {
  enum class Kind { kNull, kBool, kNumber, kString, kList, kMap };

  Kind kind = Kind::kNull;
  std::string text;               ///< kBool, kNumber: as JSON; kString: the text itself.
  std::vector<std::string> keys;  ///< kMap: in order; as many as `items`.
  std::vector<Value> items;       ///< kList: elements; kMap: values.

  [[nodiscard]] bool IsNull() const { return kind == Kind::kNull; }
  [[nodiscard]] bool IsMap() const { return kind == Kind::kMap; }
  [[nodiscard]] bool IsTrue() const { return kind == Kind::kBool && text == "true"; }
  /// The member `key`; a kNull if there is none, or this is no map.
  [[nodiscard]] const Value& At(std::string_view key) const;
  [[nodiscard]] bool Has(std::string_view key) const { return !At(key).IsNull(); }
  /// As JSON.
  [[nodiscard]] std::string Json() const;
};

inline constexpr std::size_t kMaxDocumentBytes = std::size_t{64} << 20;

/// Reads JSON if `text` begins with `{`, else YAML.
///
/// Errors: kInvalidArgument, with line and column: broken, too deep (200), more than 2 million
/// nodes once aliases are expanded, larger than 64 MiB.
[[nodiscard]] Result<Value> ReadDocument(std::string_view text);

}  // namespace loadline::convert
