#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>

#include "cli/arguments.h"

namespace loadline::cli {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

TEST(HelpFor, ListsEveryOptionWithinTheWidthOfATerminal) {
  for (const Command& command : Commands()) {
    const std::string help = HelpFor(command);
    for (const FlagGroup& group : command.groups) {
      for (const Flag& flag : group.flags) {
        EXPECT_THAT(help, HasSubstr(std::string(flag.name)));
      }
    }
    for (const std::string& line : Lines(help)) {
      EXPECT_LE(line.size(), 100U) << command.FullName() << ": " << line;
    }
  }
}

TEST(HelpFor, ShowsExamplesThatParse) {
  // Quoting is the shell's; words in the examples with quotes are left out of this check.
  for (const Command& command : Commands()) {
    for (const std::string& line : Lines(command.examples)) {
      if (line.find('\'') != std::string::npos || line.find('\\') != std::string::npos ||
          line.starts_with(' ')) {
        continue;
      }
      std::vector<std::string> words;
      std::string word;
      for (const char letter : line.substr(0, line.find(" >")) + " ") {
        if (letter == ' ') {
          words.push_back(word);
          word.clear();
        } else {
          word.push_back(letter);
        }
      }
      ASSERT_GT(words.size(), 1U) << line;
      EXPECT_EQ(words[0], "loadline");
      words.erase(words.begin());
      const Result<Arguments> arguments = ParseArguments(words);
      ASSERT_TRUE(arguments) << line << ": " << arguments.error().message;
      EXPECT_EQ(arguments->command, command.id) << line;
    }
  }
}

TEST(GeneralHelp, NamesEverySubcommandAndExitCode) {
  const std::string help = GeneralHelp();
  for (const Command& command : Commands()) {
    EXPECT_THAT(help, HasSubstr("  " + command.FullName() + " "));
  }
  for (const char* meaning : {"0 held", "1 broken", "2 bad input", "3 refused", "4 interrupted",
                              "5 the target never answered", "6 not decided"}) {
    EXPECT_THAT(help, HasSubstr(meaning));
  }
}

}  // namespace
}  // namespace loadline::cli
