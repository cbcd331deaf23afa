#include "convert/schema_example.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/json_text.h"

namespace loadline::convert {
namespace {

constexpr int kDeepest = 12;          // Then only what is required…
constexpr int kGivenUp = 40;          // …and then nothing.
constexpr double kMostElements = 64;  // Of a made-up list or text, however much is asked for.

Value String(std::string text) {
  Value value;
  value.kind = Value::Kind::kString;
  value.text = std::move(text);
  return value;
}

Value Number(double number) {
  Value value;
  value.kind = Value::Kind::kNumber;
  value.text = fmt::format("{}", number);
  if (!IsJsonNumber(value.text)) {
    value.text.assign(1, '0');  // A literal here makes gcc 12 see an overlap.
  }
  return value;
}

std::optional<double> NumberOf(const Value& value) {
  return value.kind == Value::Kind::kNumber ? JsonNumber(value.text) : std::nullopt;
}

void Set(Value& map, const std::string& key, Value value) {
  const auto found = std::find(map.keys.begin(), map.keys.end(), key);
  if (found != map.keys.end()) {
    map.items[static_cast<std::size_t>(found - map.keys.begin())] = std::move(value);
    return;
  }
  map.kind = Value::Kind::kMap;
  map.keys.push_back(key);
  map.items.push_back(std::move(value));
}

bool Contains(const Value& list, std::string_view text) {
  return std::any_of(list.items.begin(), list.items.end(),
                     [&](const Value& item) { return item.text == text; });
}

// The schema's type; in 3.1 it may be a list, of which the first that is not null counts.
std::string TypeOf(const Value& schema) {
  const Value& type = schema.At("type");
  if (type.kind == Value::Kind::kString) {
    return type.text;
  }
  for (const Value& item : type.items) {
    if (item.kind == Value::Kind::kString && item.text != "null") {
      return item.text;
    }
  }
  if (schema.Has("properties") || schema.Has("additionalProperties")) {
    return "object";
  }
  return schema.Has("items") ? "array" : "";
}

// A piece of a JSON pointer (RFC 6901): `~1` is a slash, `~0` a tilde.
std::string Unescape(std::string_view piece) {
  std::string out;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char next = i + 1 < piece.size() ? piece[i + 1] : ' ';
    if (piece[i] == '~' && (next == '0' || next == '1')) {
      out += next == '1' ? '/' : '~';
      ++i;
    } else {
      out += piece[i];
    }
  }
  return out;
}

// A text for a `format` whose form is known; empty: any text will do.
std::string_view TextFor(std::string_view format) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTexts{{
      {"date", "2024-01-31"},
      {"date-time", "2024-01-31T12:00:00Z"},
      {"time", "12:00:00Z"},
      {"duration", "PT1H"},
      {"uuid", "3f2b8a52-6c1d-4e0f-9a37-5d4c2b1a0e98"},
      {"email", "user@example.com"},
      {"hostname", "example.com"},
      {"ipv4", "192.0.2.1"},
      {"ipv6", "2001:db8::1"},
      {"uri", "https://example.com/"},
      {"url", "https://example.com/"},
      {"byte", "dGV4dA=="},
      {"password", "REPLACE-ME"},
      {"regex", ".*"},
  }};
  for (const auto& [name, text] : kTexts) {
    if (name == format) {
      return text;
    }
  }
  return {};
}

}  // namespace

const Value& SchemaExample::Resolve(const Value& value) {
  const Value* at = &value;
  for (int hops = 0; at->At("$ref").kind == Value::Kind::kString; ++hops) {
    const std::string& reference = at->At("$ref").text;
    if (!reference.starts_with("#/") || hops > kGivenUp) {
      Note(fmt::format("the reference {} was not followed: only those within the file are",
                       reference));
      return Value().At("");
    }
    at = &root_;
    std::size_t begin = 2;
    while (begin <= reference.size()) {
      const std::size_t end = std::min(reference.find('/', begin), reference.size());
      const std::string key = Unescape(std::string_view(reference).substr(begin, end - begin));
      at = &at->At(key);
      begin = end + 1;
    }
    if (at->IsNull()) {
      Note(fmt::format("the reference {} leads nowhere", reference));
    }
  }
  return *at;
}

std::optional<Value> SchemaExample::Given(const Value& schema) {
  if (schema.Has("example")) {
    return schema.At("example");
  }
  if (const Value& examples = schema.At("examples");
      examples.kind == Value::Kind::kList && !examples.items.empty()) {
    return examples.items[0];
  }
  for (const std::string_view key : {"const", "default"}) {
    if (schema.Has(key)) {
      return schema.At(key);
    }
  }
  if (const Value& choices = schema.At("enum"); !choices.items.empty()) {
    return choices.items[0];
  }
  return std::nullopt;
}

Value SchemaExample::Make(const Value& written, int depth) {
  if (depth > kGivenUp) {
    return {};
  }
  const Value& schema = Resolve(written);
  if (std::optional<Value> given = Given(schema)) {
    return *std::move(given);
  }
  if (schema.Has("allOf")) {
    return Make(Merge(schema, depth), depth + 1);
  }
  for (const std::string_view key : {"oneOf", "anyOf"}) {
    for (const Value& choice : schema.At(key).items) {
      if (TypeOf(Resolve(choice)) != "null" && Resolve(choice).At("type").text != "null") {
        // What stands beside the choice holds too.
        Value both = schema;
        Set(both, std::string(key), {});
        Value list;
        list.kind = Value::Kind::kList;
        list.items = {choice, std::move(both)};
        Value all;
        Set(all, "allOf", std::move(list));
        return Make(Merge(all, depth), depth + 1);
      }
    }
  }
  const std::string type = TypeOf(schema);
  if (type == "object") {
    return MakeObject(schema, depth);
  }
  if (type == "array") {
    return MakeArray(schema, depth);
  }
  if (type == "integer" || type == "number") {
    return MakeNumber(schema, type == "integer");
  }
  if (type == "boolean") {
    Value value;
    value.kind = Value::Kind::kBool;
    value.text = "true";
    return value;
  }
  return type == "null" ? Value() : MakeString(schema);
}

Value SchemaExample::Merge(const Value& schema, int depth) {
  Value merged;
  merged.kind = Value::Kind::kMap;
  const auto add = [&](const Value& part) {
    for (std::size_t i = 0; i < part.keys.size(); ++i) {
      const std::string& key = part.keys[i];
      if (key == "allOf" || part.items[i].IsNull()) {
        continue;
      }
      Value joined = merged.At(key);
      if (key == "properties" && part.items[i].IsMap()) {
        if (!joined.IsMap()) {
          joined = {};
          joined.kind = Value::Kind::kMap;
        }
        for (std::size_t j = 0; j < part.items[i].keys.size(); ++j) {
          Set(joined, part.items[i].keys[j], part.items[i].items[j]);
        }
      } else if (key == "required" && part.items[i].kind == Value::Kind::kList) {
        if (joined.kind != Value::Kind::kList) {
          joined = {};
          joined.kind = Value::Kind::kList;
        }
        joined.items.insert(joined.items.end(), part.items[i].items.begin(),
                            part.items[i].items.end());
      } else {
        joined = part.items[i];
      }
      Set(merged, key, std::move(joined));
    }
  };
  for (const Value& part : schema.At("allOf").items) {
    const Value& resolved = Resolve(part);
    add(resolved.Has("allOf") && depth < kGivenUp ? Merge(resolved, depth + 1) : resolved);
  }
  add(schema);
  return merged;
}

Value SchemaExample::MakeObject(const Value& schema, int depth) {
  Value object;
  object.kind = Value::Kind::kMap;
  const Value& properties = schema.At("properties");
  const Value& required = schema.At("required");
  for (std::size_t i = 0; i < properties.keys.size(); ++i) {
    const std::string& name = properties.keys[i];
    const bool needed = Contains(required, name);
    const Value& property = Resolve(properties.items[i]);
    if (property.At("readOnly").IsTrue() || (!needed && property.At("deprecated").IsTrue()) ||
        (!needed && depth > kDeepest)) {
      continue;
    }
    Set(object, name, Make(property, depth + 1));
  }
  if (properties.items.empty() && schema.At("additionalProperties").IsMap() && depth < kDeepest) {
    Set(object, "key", Make(schema.At("additionalProperties"), depth + 1));
  }
  return object;
}

Value SchemaExample::MakeArray(const Value& schema, int depth) {
  Value list;
  list.kind = Value::Kind::kList;
  if (const Value& fixed = schema.At("prefixItems"); !fixed.items.empty()) {
    for (const Value& item : fixed.items) {
      list.items.push_back(Make(item, depth + 1));
    }
    return list;
  }
  const double least = NumberOf(schema.At("minItems")).value_or(depth > kDeepest ? 0.0 : 1.0);
  const double most = NumberOf(schema.At("maxItems")).value_or(kMostElements);
  const double count =
      std::min({std::max(least, depth > kDeepest ? 0.0 : 1.0), most, kMostElements});
  for (int i = 0; i < static_cast<int>(count); ++i) {
    list.items.push_back(Make(schema.At("items"), depth + 1));
  }
  return list;
}

Value SchemaExample::MakeNumber(const Value& schema, bool integer) {
  // exclusiveMinimum is a flag in 3.0 and a limit in 3.1; the next allowed value is one step on.
  const double step = NumberOf(schema.At("multipleOf")).value_or(integer ? 1.0 : 0.0);
  const double aside = step > 0.0 ? step : 0.5;
  std::optional<double> low = NumberOf(schema.At("minimum"));
  if (low && schema.At("exclusiveMinimum").IsTrue()) {
    *low += aside;
  }
  if (const std::optional<double> above = NumberOf(schema.At("exclusiveMinimum"))) {
    low = *above + aside;
  }
  std::optional<double> high = NumberOf(schema.At("maximum"));
  if (high && schema.At("exclusiveMaximum").IsTrue()) {
    *high -= aside;
  }
  if (const std::optional<double> below = NumberOf(schema.At("exclusiveMaximum"))) {
    high = *below - aside;
  }
  double number = integer ? 1.0 : 0.5;
  if (step > 0.0 && std::fmod(number, step) != 0.0) {
    number = step;
  }
  if (low && number < *low) {
    number = step > 0.0 ? std::ceil(*low / step) * step : *low;
  }
  if (high && number > *high) {
    number = step > 0.0 ? std::floor(*high / step) * step : *high;
  }
  // Exclusive limits closer than the step aside: the middle is between them.
  if (step <= 0.0 && low && high && (number < *low || *low > *high)) {
    number = (*low + *high) / 2.0;
  }
  return Number(number);
}

Value SchemaExample::MakeString(const Value& schema) {
  if (const std::string_view known = TextFor(schema.At("format").text); !known.empty()) {
    return String(std::string(known));
  }
  if (schema.Has("pattern")) {
    Note(fmt::format("a text for the pattern {} was not made up: look at the value \"text\"",
                     schema.At("pattern").text));
  }
  std::string text = "text";
  const double least = NumberOf(schema.At("minLength")).value_or(0.0);
  const double most = NumberOf(schema.At("maxLength")).value_or(1e6);
  const double size = std::min(std::max(least, std::min(most, 4.0)), 1e4);
  text.resize(static_cast<std::size_t>(size), 't');
  return String(std::move(text));
}

void SchemaExample::Note(std::string note) {
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
    notes_.push_back(std::move(note));
  }
}

}  // namespace loadline::convert
