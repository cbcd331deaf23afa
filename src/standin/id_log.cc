#include "standin/id_log.h"

#include "base/json_text.h"

namespace loadline::standin {

std::string_view RequestId(std::string_view header, std::string_view body) {
  if (!header.empty()) {
    return header;
  }
  JsonReader in(body);
  if (in.Peek() != JsonType::kObject || !in.BeginObject()) {
    return {};
  }
  std::string_view key;
  std::string_view value;
  while (in.NextMember(key)) {
    const JsonType type = in.Peek();
    if (!in.Skip(value)) {
      return {};
    }
    if (!JsonStringIs(key, "id")) {
      continue;
    }
    if (type == JsonType::kString) {
      return value.substr(1, value.size() - 2);
    }
    return type == JsonType::kNumber ? value : std::string_view{};
  }
  return {};
}

}  // namespace loadline::standin
