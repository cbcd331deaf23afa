#include "scenario/schema.h"

#include <fmt/core.h>

#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "scenario/keys.h"
#include "scenario/tensors.h"

namespace loadline::scenario {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

std::string_view DefinitionName(Section section) {
  switch (section) {
    case Section::kRoot:
      return "scenario";
    case Section::kTask:
      return "task";
    case Section::kStart:
      return "on_start";
    default:
      return Name(section);
  }
}

std::string Reference(Section section) {
  return fmt::format(R"("$ref": "#/$defs/{}")", DefinitionName(section));
}

// A number that may also be text: with a unit, or `${NAME}` from the environment.
constexpr std::string_view kNumberOrText = R"("type": ["number", "string"])";

std::string Choices(std::string_view choices) {
  std::string list;
  while (!choices.empty()) {
    const std::size_t end = std::min(choices.find('|'), choices.size());
    list += (list.empty() ? "" : ", ") + Quoted(choices.substr(0, end));
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return fmt::format(R"("enum": [{}])", list);
}

// The members of the schema of what stands behind a key.
std::string TypeOf(const Key& key) {
  switch (key.type) {
    case KeyType::kVersion:
      return R"("const": 1)";
    case KeyType::kText:
    case KeyType::kTemplate:
      return R"("type": ["string", "number", "boolean"])";
    case KeyType::kBool:
      return R"("type": ["boolean", "string"])";
    case KeyType::kCount:
      return R"("type": ["integer", "string"])";
    case KeyType::kNumber:
    case KeyType::kRate:
    case KeyType::kShare:
    case KeyType::kLevel:
    case KeyType::kDuration:  // A bare 0 is one, too.
      return std::string(kNumberOrText);
    case KeyType::kLevels:
      return R"("anyOf": [{"type": ["number", "string"]}, {"type": "array", "items": )"
             R"({"type": ["number", "string"]}}])";
    case KeyType::kChoice:
      return Choices(key.choices);
    case KeyType::kTexts:
      return R"("anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}])";
    case KeyType::kDatatypes: {
      std::string choices;
      for (const std::string_view datatype : Datatypes()) {
        choices.append(choices.empty() ? "" : "|").append(datatype);
      }
      return fmt::format(R"("anyOf": [{{"type": "string"}}, {{"type": "object", )"
                         R"("additionalProperties": {{{}}}}}])",
                         Choices(choices));
    }
    case KeyType::kAny:
      return "";
    case KeyType::kHeaders:
      return fmt::format(R"("type": "object", "additionalProperties": )"
                         R"({{"anyOf": [{{"type": ["string", "number", "boolean"]}}, {{{}}}]}})",
                         Reference(Section::kSecret));
    case KeyType::kMap:
      return Reference(key.of);
    case KeyType::kMapOrText:
      return fmt::format(R"("anyOf": [{{"type": ["string", "number"]}}, {{{}}}])",
                         Reference(key.of));
    case KeyType::kList:
      return fmt::format(R"("type": "array", "items": {{{}}})", Reference(key.of));
    case KeyType::kNamed:
      return key.of == Section::kCapture
                 ? fmt::format(R"("type": "object", "additionalProperties": )"
                               R"({{"anyOf": [{{"type": "string"}}, {{{}}}]}})",
                               Reference(key.of))
                 : fmt::format(R"("type": "object", "additionalProperties": {{{}}})",
                               Reference(key.of));
  }
  return "";
}

// The members of the schema of one section, each line indented by `indent`.
std::string SectionSchema(Section section, std::string_view indent) {
  std::string out =
      fmt::format("{0}\"type\": \"object\",\n{0}\"additionalProperties\": false,\n", indent);
  out += fmt::format("{}\"properties\": {{\n", indent);
  bool first = true;
  for (const Key& key : Keys()) {
    if (key.in != section) {
      continue;
    }
    std::string help(key.help);
    if (!key.fallback.empty()) {
      help += fmt::format(" (default: {})", key.fallback);
    }
    const std::string type = TypeOf(key);
    out += fmt::format("{}{}  {}: {{{}{}\"description\": {}}}", first ? "" : ",\n", indent,
                       Quoted(key.name), type, type.empty() ? "" : ", ", Quoted(help));
    first = false;
  }
  out += fmt::format("\n{}}}", indent);
  return out;
}

}  // namespace

std::string JsonSchema() {
  std::string out =
      "{\n"
      "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
      "  \"title\": \"Loadline scenario\",\n"
      "  \"$defs\": {\n";
  for (int i = 1; i < kSections; ++i) {
    const auto section = static_cast<Section>(i);
    out += fmt::format("    {}: {{\n{}\n    }}{}\n", Quoted(DefinitionName(section)),
                       SectionSchema(section, "      "), i + 1 < kSections ? "," : "");
  }
  out += "  },\n";
  out += SectionSchema(Section::kRoot, "  ");
  out += "\n}\n";
  return out;
}

}  // namespace loadline::scenario
