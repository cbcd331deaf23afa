// The only file of this module that includes yaml-cpp.
#include "convert/document.h"

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/json_text.h"
#include "convert/har.h"

namespace loadline::convert {
namespace {

constexpr std::size_t kMaxNodes = 2'000'000;
constexpr int kMaxDepth = 200;

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

// Builds the tree; stops with an error once a limit is passed.
class Builder {
 public:
  Status FromJson(std::string_view raw, int depth, Value& out) {
    TRY(Count(depth));
    JsonReader in(raw);
    std::string_view key;
    std::string_view value;
    switch (in.Peek()) {
      case JsonType::kObject:
        out.kind = Value::Kind::kMap;
        in.BeginObject();
        while (in.NextMember(key) && in.Skip(value)) {
          out.keys.emplace_back();
          AppendJsonUnescaped(key, out.keys.back());
          out.items.emplace_back();
          TRY(FromJson(value, depth + 1, out.items.back()));
        }
        return {};
      case JsonType::kArray:
        out.kind = Value::Kind::kList;
        in.BeginArray();
        while (in.NextElement() && in.Skip(value)) {
          out.items.emplace_back();
          TRY(FromJson(value, depth + 1, out.items.back()));
        }
        return {};
      case JsonType::kString:
        in.Skip(value);
        out.kind = Value::Kind::kString;
        AppendJsonUnescaped(value.substr(1, value.size() - 2), out.text);
        return {};
      default:
        in.Skip(value);
        Plain(std::string(value), out);
        return {};
    }
  }

  Status FromYaml(const YAML::Node& node, int depth, Value& out) {
    TRY(Count(depth));
    switch (node.Type()) {
      case YAML::NodeType::Map:
        out.kind = Value::Kind::kMap;
        for (const auto& member : node) {
          out.keys.push_back(member.first.IsScalar() ? member.first.Scalar() : std::string());
          out.items.emplace_back();
          TRY(FromYaml(member.second, depth + 1, out.items.back()));
        }
        return {};
      case YAML::NodeType::Sequence:
        out.kind = Value::Kind::kList;
        for (const YAML::Node& item : node) {
          out.items.emplace_back();
          TRY(FromYaml(item, depth + 1, out.items.back()));
        }
        return {};
      case YAML::NodeType::Scalar:
        if (node.Tag() == "!") {  // In quotes, or a block.
          out.kind = Value::Kind::kString;
          out.text = node.Scalar();
        } else {
          Plain(node.Scalar(), out);
        }
        return {};
      default:
        return {};
    }
  }

 private:
  Status Count(int depth) {
    if (depth > kMaxDepth) {
      return Wrong(fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    if (++nodes_ > kMaxNodes) {
      return Wrong(fmt::format("more than {} values", kMaxNodes));
    }
    return {};
  }

  static void Plain(std::string text, Value& out) {
    if (text == "null" || text == "~" || text.empty()) {
      return;
    }
    const bool boolean = text == "true" || text == "false";
    out.kind = boolean              ? Value::Kind::kBool
               : IsJsonNumber(text) ? Value::Kind::kNumber
                                    : Value::Kind::kString;
    out.text = std::move(text);
  }

  std::size_t nodes_ = 0;
};

void AppendJson(const Value& value, std::string& out) {
  const char* between = "";
  switch (value.kind) {
    case Value::Kind::kNull:
      out += "null";
      break;
    case Value::Kind::kBool:
    case Value::Kind::kNumber:
      out += value.text;
      break;
    case Value::Kind::kString:
      AppendJsonString(value.text, out);
      break;
    case Value::Kind::kList:
      out += '[';
      for (const Value& item : value.items) {
        out += std::exchange(between, ",");
        AppendJson(item, out);
      }
      out += ']';
      break;
    case Value::Kind::kMap:
      out += '{';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        out += std::exchange(between, ",");
        AppendJsonString(value.keys[i], out);
        out += ':';
        AppendJson(value.items[i], out);
      }
      out += '}';
      break;
  }
}

}  // namespace

const Value& Value::At(std::string_view key) const {
  static const Value kNone;
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? kNone : items[static_cast<std::size_t>(found - keys.begin())];
}

std::string Value::Json() const {
  std::string out;
  AppendJson(*this, out);
  return out;
}

Result<Value> ReadDocument(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) {
    return Wrong(fmt::format("{} bytes, more than the 64 MiB that are read", text.size()));
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    text.remove_prefix(3);
  }
  Value root;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '{') {
    JsonReader whole(text);
    std::string_view raw;
    if (!whole.Skip(raw) || !whole.AtEnd()) {
      return Wrong(fmt::format("no valid JSON at {}", Position(text, whole.offset())));
    }
    TRY(Builder().FromJson(raw, 0, root));
    return root;
  }
  try {
    TRY(Builder().FromYaml(YAML::Load(std::string(text)), 0, root));
  } catch (const YAML::Exception& fault) {
    return Wrong(fmt::format("no valid YAML at line {}, column {}: {}", fault.mark.line + 1,
                             fault.mark.column + 1, fault.msg));
  } catch (const std::exception& fault) {
    return Wrong(fmt::format("no valid YAML: {}", fault.what()));
  }
  return root;
}

}  // namespace loadline::convert
