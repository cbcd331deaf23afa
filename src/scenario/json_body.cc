#include "scenario/json_body.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json_text.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

bool AllOf(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// A number to YAML that JSON cannot write as it stands: 0x1F, +1, .5, 007, .inf.
bool IsOtherNumber(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
  }
  if (text.starts_with("0x")) {
    return AllOf(text.substr(2), "0123456789abcdefABCDEF");
  }
  if (text.starts_with("0o")) {
    return AllOf(text.substr(2), "01234567");
  }
  for (const std::string_view word : {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
    if (text == word) {
      return true;
    }
  }
  const std::size_t exponent = std::min(text.find_first_of("eE"), text.size());
  std::string_view power = text.substr(exponent);
  if (!power.empty()) {
    power.remove_prefix(1);
    if (power.starts_with('+') || power.starts_with('-')) {
      power.remove_prefix(1);
    }
    if (!AllOf(power, "0123456789")) {
      return false;
    }
  }
  const std::string_view mantissa = text.substr(0, exponent);
  return AllOf(mantissa, "0123456789.") && mantissa != "." &&
         std::count(mantissa.begin(), mantissa.end(), '.') <= 1;
}

bool ReadScalar(Reading& reading, const Node& node, const std::string& path, Template& out) {
  if (node.quoted) {
    return ReadTemplate(reading, node, path, TemplatePart::Context::kJsonValue, out);
  }
  const std::string& text = node.text;
  if (text == "true" || text == "True" || text == "TRUE") {
    AppendLiteral("true", out);
    return true;
  }
  if (text == "false" || text == "False" || text == "FALSE") {
    AppendLiteral("false", out);
    return true;
  }
  if (IsJsonNumber(text)) {
    AppendLiteral(text, out);  // As written: neither digits nor a large integer get lost.
    return true;
  }
  if (IsOtherNumber(text)) {
    reading.Complain(node.place, path, Quote(text),
                     "a number as JSON writes it (31, -0.5, 1e9), or quotes around text");
    return false;
  }
  return ReadTemplate(reading, node, path, TemplatePart::Context::kJsonValue, out);
}

bool ReadKey(Reading& reading, const Node& map, std::size_t i, const std::string& path,
             Template& out) {
  Node key;
  key.kind = Node::Kind::kScalar;
  key.place = map.key_places[i];
  key.text = map.keys[i];
  return ReadTemplate(reading, key, path, TemplatePart::Context::kJsonString, out);
}

}  // namespace

bool ReadJsonBody(Reading& reading, const Node& node, const std::string& path, Template& out) {
  bool ok = true;
  switch (node.kind) {
    case Node::Kind::kNull:
      AppendLiteral("null", out);
      return true;
    case Node::Kind::kScalar:
      return ReadScalar(reading, node, path, out);
    case Node::Kind::kList:
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        AppendLiteral(i == 0 ? "[" : ",", out);
        ok = ReadJsonBody(reading, node.items[i], fmt::format("{}[{}]", path, i), out) && ok;
      }
      AppendLiteral(node.items.empty() ? "[]" : "]", out);
      return ok;
    case Node::Kind::kMap:
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        AppendLiteral(i == 0 ? "{" : ",", out);
        ok = ReadKey(reading, node, i, path, out) && ok;
        AppendLiteral(":", out);
        ok = ReadJsonBody(reading, node.items[i], fmt::format("{}.{}", path, node.keys[i]), out) &&
             ok;
      }
      AppendLiteral(node.items.empty() ? "{}" : "}", out);
      return ok;
  }
  return false;
}

std::string JsonBodyText(const Template& body, const Scenario& scenario) {
  // Each expression that stands alone gets the quotes that reading took off; the rest is as in
  // other templates.
  Template quoted;
  for (const TemplatePart& part : body.parts) {
    const bool alone = part.kind != TemplatePart::Kind::kLiteral &&
                       part.context == TemplatePart::Context::kJsonValue;
    AppendLiteral(alone ? "\"" : "", quoted);
    if (part.kind == TemplatePart::Kind::kLiteral) {
      AppendLiteral(part.text, quoted);
    } else {
      AppendPart(part, quoted);
    }
    AppendLiteral(alone ? "\"" : "", quoted);
  }
  return TemplateText(quoted, scenario);
}

}  // namespace loadline::scenario
