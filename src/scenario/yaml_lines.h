// YamlLines: YAML in block style, line by line. Plain value, one thread.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace loadline::scenario {

class YamlLines {
 public:
  /// `text` at an indentation of two blanks per level, ready as YAML.
  void Line(int level, std::string_view text) {
    out_.append(2 * static_cast<std::size_t>(level), ' ');
    out_ += text;
    out_ += '\n';
  }
  void Pair(int level, std::string_view key, std::string_view value) {
    Line(level, fmt::format("{}: {}", key, value));
  }

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace loadline::scenario
