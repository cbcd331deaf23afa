#include "scenario/json_path.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace loadline::scenario {
namespace {

Error Invalid(std::string_view why) {
  return {ErrorCode::kInvalidArgument, std::string(why)};
}

}  // namespace

Result<JsonPath> JsonPath::Parse(std::string_view& text) {
  if (!text.starts_with('$')) {
    return Invalid("a JSON path that begins with $");
  }
  text.remove_prefix(1);
  JsonPath path;
  while (!text.empty() && (text[0] == '.' || text[0] == '[')) {
    Step step;
    if (path.steps_.size() == kMaxSteps) {
      return Invalid("a JSON path of at most 32 steps");
    }
    if (text[0] == '.') {
      const std::size_t end = std::min(text.find_first_of(" \t.[]<>=!'\"", 1), text.size());
      if (end == 1) {
        return Invalid("a name after the dot of the JSON path ($.a.b); $['a b'] for odd ones");
      }
      step.key = text.substr(1, end - 1);
      step.kind = step.key == "*" ? Step::Kind::kAll : Step::Kind::kKey;
      text.remove_prefix(end);
    } else if (text.size() > 1 && (text[1] == '\'' || text[1] == '"')) {
      const std::size_t end = text.find(text[1], 2);
      if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != ']') {
        return Invalid("['name'] closed in the JSON path");
      }
      step.key = text.substr(2, end - 2);
      text.remove_prefix(end + 2);
    } else {
      const std::size_t end = text.find(']');
      const std::string_view inside = text.substr(1, end == text.npos ? 0 : end - 1);
      const char* stop = inside.data() + inside.size();
      const auto [parsed, fault] = std::from_chars(inside.data(), stop, step.index);
      step.kind = inside == "*" ? Step::Kind::kAll : Step::Kind::kIndex;
      if (step.kind == Step::Kind::kIndex && (fault != std::errc() || parsed != stop)) {
        return Invalid("[0], [*] or ['name'] in the JSON path");
      }
      text.remove_prefix(end + 1);
    }
    path.selects_many_ = path.selects_many_ || step.kind == Step::Kind::kAll;
    path.steps_.push_back(std::move(step));
  }
  return path;
}

}  // namespace loadline::scenario
