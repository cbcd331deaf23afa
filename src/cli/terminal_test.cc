#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace loadline::cli {
namespace {

Environment With(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
}

TEST(WantsColour, OnlyOnATerminalThatMayAndCan) {
  EXPECT_TRUE(WantsColour(true, With({{"TERM", "xterm"}})));
  EXPECT_TRUE(WantsColour(true, With({{"TERM", "xterm"}, {"NO_COLOR", ""}})));
  EXPECT_FALSE(WantsColour(false, With({{"TERM", "xterm"}})));
  EXPECT_FALSE(WantsColour(true, With({{"TERM", "xterm"}, {"NO_COLOR", "1"}})));
  EXPECT_FALSE(WantsColour(true, With({{"TERM", "dumb"}})));
  EXPECT_FALSE(WantsColour(true, With({})));
}

}  // namespace
}  // namespace loadline::cli
