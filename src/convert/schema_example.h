// SchemaExample: a value that a JSON Schema of OpenAPI allows, made up where no example is given.
//
// Pure functions; safe from any thread.
// Source: OpenAPI 3.1.0, https://spec.openapis.org/oas/v3.1.0 (Schema Object), and JSON Schema
// 2020-12, https://json-schema.org/draft/2020-12/json-schema-validation
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convert/document.h"

namespace loadline::convert {

class SchemaExample {
 public:
  /// `root` is what `$ref` points into, and must outlive it.
  explicit SchemaExample(const Value& root) : root_(root) {}

  /// What `$ref` leads to (others as they are); a kNull where it leads nowhere, which is noted.
  [[nodiscard]] const Value& Resolve(const Value& value);

  /// A value of `schema`: its example, default, constant or first choice; else one made up from
  /// type, format, limits, properties. Properties that are read only are left out, optional ones
  /// of a recursive schema too.
  [[nodiscard]] Value Make(const Value& schema) { return Make(schema, 0); }

  /// The example that `schema` itself gives, if it gives one.
  [[nodiscard]] static std::optional<Value> Given(const Value& schema);

  /// What could not be met, each once: a reference that leads nowhere, a pattern.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  Value Make(const Value& schema, int depth);
  Value MakeObject(const Value& schema, int depth);
  Value MakeArray(const Value& schema, int depth);
  Value MakeNumber(const Value& schema, bool integer);
  Value MakeString(const Value& schema);
  /// `allOf` and what stands beside it as one schema.
  Value Merge(const Value& schema, int depth);
  void Note(std::string note);

  const Value& root_;
  std::vector<std::string> notes_;
};

}  // namespace loadline::convert
