// What the tests of this module share: a world of files and variables in memory, and a way to give
// Build() what a user would type. Not used by the program.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "scenario/build.h"

namespace loadline::scenario {

using Texts = std::map<std::string, std::string>;

/// Surroundings that hold these files and variables, and nothing else.
inline Surroundings InMemory(const Texts& files, const Texts& variables = {}) {
  return {.variable = [variables](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .read_file = [files](const std::string& path) -> Result<std::string> {
            const auto found = files.find(path);
            if (found == files.end()) {
              return Error{ErrorCode::kNotFound, "cannot open " + path + ": no such file"};
            }
            return found->second;
          }};
}

/// The setting of a flag by its name; the test is wrong if there is no such flag.
inline Setting FlagSetting(std::string_view name, std::string_view argument = "") {
  for (const Flag& flag : Flags()) {
    if (flag.name == name) {
      Result<Setting> setting = MakeSetting(flag, argument);
      CHECK(setting.has_value());
      return *std::move(setting);
    }
  }
  CHECK(false && "no such flag");
}

/// Allocations of the test program so far, by operator new (allocations_test.cc).
[[nodiscard]] std::int64_t AllocationsSoFar();

using FlagTexts = std::vector<std::pair<const char*, const char*>>;

inline Input MakeInput(Command command, std::string subject, std::string yaml = "",
                       const FlagTexts& flags = {}) {
  Input input{
      .command = command, .subject = std::move(subject), .yaml = std::move(yaml), .settings = {}};
  for (const auto& [name, argument] : flags) {
    input.settings.push_back(FlagSetting(name, argument));
  }
  return input;
}

/// Something wrong that a user may write, and exactly what Build() says of it.
struct WrongCase {
  const char* title;
  Command command;
  const char* subject;
  const char* yaml;  ///< Empty: the subject is a URL or a path.
  FlagTexts flags;
  const char* faults;  ///< Format()ted.
};

/// The files that the wrong cases may name.
inline Texts WrongCaseFiles() {
  return {{"people.csv", "name,age\nann,30\nbob,4\n"},
          {"people.jsonl", "{\"name\":\"ann\",\"age\":30}\n"},
          {"ragged.csv", "a,b\n1,2\n3\n"},
          {"open.csv", "a,b\n1,\"2\n3,4\n"},
          {"broken.jsonl", "{\"a\":1}\n{\"a\":}\n"},
          {"header.csv", "a,b\n"},
          {"lines.jsonl", "{\"name\":\"a\\r\\nX: 1\"}\n"}};
}

}  // namespace loadline::scenario
