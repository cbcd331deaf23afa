#include "scenario/reader.h"

#include <fmt/core.h>

#include <charconv>
#include <span>

#include "base/check.h"
#include "base/units_text.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

constexpr std::size_t kQuoted = 60;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

}  // namespace

std::string Quote(std::string_view text) {
  const bool cut = text.size() > kQuoted;
  std::size_t length = cut ? kQuoted : text.size();
  while (cut && length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) {
    --length;  // Not in the middle of a character.
  }
  std::string out = "\"";
  for (const char c : text.substr(0, length)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  out += cut ? "…\"" : "\"";
  return out;
}

std::string Describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return Quote(node.text);
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return {};
}

std::string OneOf(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string Reading::Where(const Place& place) const {
  if (!place.flag.empty()) {
    return place.flag;
  }
  return place.line > 0 ? fmt::format("{}:{}", file, place.line) : file;
}

void Reading::Complain(const Place& place, std::string path, std::string found,
                       std::string expected) {
  faults.push_back({Where(place), std::move(path), std::move(found), std::move(expected)});
}

std::string Reading::Resolve(const Place& place, const std::string& name) const {
  return name.starts_with('/') || !place.flag.empty() ? name : folder + name;
}

bool Reading::ReadFile(const Node& node, const std::string& path, const std::string& name,
                       std::string& content) {
  Result<std::string> read = outside.read_file(name);
  if (!read.has_value()) {
    Complain(node.place, path, Quote(name),
             fmt::format("a file that can be read ({})", read.error().message));
    return false;
  }
  content = *std::move(read);
  return true;
}

bool ReadText(Reading& reading, const Node& node, const std::string& path,
              std::string_view expected, std::string& out) {
  if (node.kind != Node::Kind::kScalar) {
    reading.Complain(node.place, path, Describe(node), std::string(expected));
    return false;
  }
  return ExpandVariables(reading, node, path, out);
}

MapReader::MapReader(Reading& reading, const Node* node, Section section, std::string path)
    : reading_(reading), node_(node), section_(section), path_(std::move(path)) {
  if (node == nullptr) {
    return;
  }
  place_ = node->place;
  const std::vector<std::string_view> known = KeysOf(section);
  if (node->kind != Node::Kind::kMap) {
    if (node->kind != Node::Kind::kNull) {
      // A scalar is not repeated: where a secret's source is due, it may be the secret.
      const bool hide = section == Section::kSecret || section == Section::kTarget;
      reading.Complain(place_, path_,
                       node->kind == Node::Kind::kScalar && hide ? "text" : Describe(*node),
                       fmt::format("a map with {}", OneOf(known)));
    }
    node_ = nullptr;
    return;
  }
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    if (FindKey(section, node->keys[i]) != nullptr) {
      continue;
    }
    const std::string_view near = Nearest(node->keys[i], known);
    reading.Complain(node->key_places[i], path_,
                     fmt::format("the unknown key {}", Quote(node->keys[i])),
                     near.empty() ? OneOf(known) : fmt::format("{}?", near));
  }
}

const Node* MapReader::Find(std::string_view key) const {
  CHECK(FindKey(section_, key) != nullptr);
  const Node* found = node_ == nullptr ? nullptr : node_->Find(key);
  return found == nullptr || found->kind == Node::Kind::kNull ? nullptr : found;
}

std::string MapReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

bool MapReader::ScalarText(std::string_view key, std::string_view expected, const Node*& node,
                           std::string& text) const {
  node = Find(key);
  return node != nullptr && ReadText(reading_, *node, PathOf(key), expected, text);
}

bool MapReader::Text(std::string_view key, std::string& out) const {
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, "text", node, text)) {
    if (text.find_first_of("\r\n") != std::string::npos) {
      reading_.Complain(node->place, PathOf(key), "several lines", "one line of text");
    } else {
      out = std::move(text);
    }
  }
  return node != nullptr;
}

bool MapReader::Path(std::string_view key, std::string& out) const {
  std::string name;
  if (!Text(key, name)) {
    return false;
  }
  if (!name.empty()) {
    out = reading_.Resolve(Find(key)->place, name);
  }
  return true;
}

bool MapReader::Bool(std::string_view key, bool& out) const {
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, "true or false", node, text)) {
    if (text == "true" || text == "false") {
      out = text == "true";
    } else {
      reading_.Complain(node->place, PathOf(key), Quote(node->text), "true or false");
    }
  }
  return node != nullptr;
}

bool MapReader::Count(std::string_view key, std::int64_t low, std::int64_t high,
                      std::int64_t& out) const {
  const std::string expected =
      high == std::numeric_limits<std::int64_t>::max()
          ? fmt::format("a whole number, {} or more", low)
          : fmt::format("a whole number from {} to {}", low, FormatCount(high));
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, expected, node, text)) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc() || stop != end || value < low || value > high) {
      reading_.Complain(node->place, PathOf(key), Quote(node->text), expected);
    } else {
      out = value;
    }
  }
  return node != nullptr;
}

bool MapReader::Number(std::string_view key, double& out) const {
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, "a number", node, text)) {
    const Result<double> value = ParseNumber(text);
    if (!value.has_value() || !(*value > 0.0)) {
      reading_.Complain(node->place, PathOf(key), Quote(node->text), "a number above 0");
    } else {
      out = *value;
    }
  }
  return node != nullptr;
}

bool MapReader::TimeSpan(std::string_view key, Duration low, Duration& out) const {
  const std::string bound = low <= Duration::zero() ? ""
                            : low == 1ns            ? " above 0"
                                         : fmt::format(" of at least {}", FormatDurationExact(low));
  const std::string expected = fmt::format("a duration{} such as 250ms or 1m30s", bound);
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, expected, node, text)) {
    const Result<Duration> value = ParseDuration(text);
    if (!value.has_value() || *value < low) {
      reading_.Complain(node->place, PathOf(key), Quote(node->text), expected);
    } else {
      out = *value;
    }
  }
  return node != nullptr;
}

bool MapReader::PerSecond(std::string_view key, bool zero_allowed, Rate& out) const {
  constexpr double kHighest = 1e8;
  const std::string expected =
      zero_allowed ? "a rate such as 10/s" : "a rate above 0 such as 200/s or 30k/min";
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, expected, node, text)) {
    const Result<Rate> value = ParseRate(text);
    if (!value.has_value() || value->per_second > kHighest ||
        (!zero_allowed && !(value->per_second > 0.0))) {
      reading_.Complain(node->place, PathOf(key), Quote(node->text), expected);
    } else {
      out = *value;
    }
  }
  return node != nullptr;
}

bool MapReader::Share(std::string_view key, double low, double high, double& out) const {
  const std::string expected =
      fmt::format("a share from {:.12g}% to {:.12g}%", low * 100.0, high * 100.0);
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, expected, node, text)) {
    const Result<double> value = ParseShare(text);
    if (!value.has_value() || *value < low || *value > high) {
      reading_.Complain(node->place, PathOf(key), Quote(node->text), expected);
    } else {
      out = *value;
    }
  }
  return node != nullptr;
}

bool MapReader::Choice(std::string_view key, int& out) const {
  const std::vector<std::string_view> choices = Split(FindKey(section_, key)->choices, '|');
  const Node* node = nullptr;
  std::string text;
  if (ScalarText(key, OneOf(choices), node, text)) {
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (text == choices[i]) {
        out = static_cast<int>(i);
        return true;
      }
    }
    reading_.Complain(node->place, PathOf(key), Quote(node->text), OneOf(choices));
  }
  return node != nullptr;
}

std::vector<std::pair<const Node*, std::string>> MapReader::Texts(std::string_view key) const {
  std::vector<std::pair<const Node*, std::string>> texts;
  const Node* node = Find(key);
  if (node == nullptr) {
    return texts;
  }
  if (node->kind == Node::Kind::kScalar) {
    texts.emplace_back(node, PathOf(key));
  } else if (node->kind == Node::Kind::kMap) {
    reading_.Complain(node->place, PathOf(key), "a map", "a list of texts");
  } else {
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      texts.emplace_back(&node->items[i], fmt::format("{}[{}]", PathOf(key), i));
    }
  }
  return texts;
}

}  // namespace loadline::scenario
