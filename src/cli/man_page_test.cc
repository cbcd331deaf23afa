#include "cli/man_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace loadline::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// An option as the page writes it: every hyphen is a minus sign that can be copied.
std::string Written(std::string_view name) {
  std::string text;
  for (const char c : name) {
    text += c == '-' ? std::string("\\-") : std::string(1, c);
  }
  return text;
}

TEST(ManPage, HasEveryOptionOfTheHelp) {
  for (const Command& command : Commands()) {
    const std::string page = ManPage(command, "2026-11-26");
    EXPECT_THAT(page, StartsWith(".TH LOADLINE")) << command.FullName();
    for (const FlagGroup& group : command.groups) {
      for (const Flag& flag : group.flags) {
        EXPECT_THAT(page, HasSubstr("\\fB" + Written(flag.name) + "\\fR")) << command.FullName();
      }
    }
  }
}

TEST(ManPage, EscapesWhatRoffWouldTakeForMarkup) {
  // The stand-in's examples end a line with a backslash; find's text has quotes.
  const std::string standin = ManPage(Get(CommandId::kStandin), "2026-11-26");
  EXPECT_THAT(standin, HasSubstr("\\-\\-overhead 0 \\e\n"));
  const std::string verify = ManPage(Get(CommandId::kVerify), "2026-11-26");
  EXPECT_THAT(verify, HasSubstr("\\(aqscore:p99 < 1s\\(aq"));
}

TEST(ManPage, HoldsNothingButAscii) {
  for (const Command& command : Commands()) {
    for (const char c : ManPage(command, "2026-11-26")) {
      ASSERT_GE(c, 0) << command.FullName();
    }
  }
  // U+2026 is the ellipsis of `query 'SELECT …'`.
  EXPECT_THAT(ManPage(Get(CommandId::kQuery), ""), HasSubstr("SELECT \\[u2026]"));
}

TEST(ManPage, StartsNoLineOfTextWithARequest) {
  // Requests of ours are a dot and capitals; a dot from a text would be followed by others.
  for (const Command& command : Commands()) {
    const std::string page = ManPage(command, "2026-11-26");
    for (std::size_t at = page.find("\n."); at != std::string::npos;
         at = page.find("\n.", at + 1)) {
      EXPECT_TRUE(page[at + 2] >= 'A' && page[at + 2] <= 'Z') << page.substr(at, 40);
    }
  }
}

TEST(ManPage, SaysTheExitCodesOfAVerdictOnly) {
  EXPECT_THAT(ManPage(Get(CommandId::kFind), ""), HasSubstr("6 not decided"));
  EXPECT_THAT(ManPage(Get(CommandId::kRunsList), ""), Not(HasSubstr("EXIT STATUS")));
}

TEST(ManOverview, LeadsToEveryPage) {
  const std::string page = ManOverview("2026-11-26");
  for (const Command& command : Commands()) {
    EXPECT_THAT(page, HasSubstr(Written(ManName(command)) + " (1)"));
  }
  EXPECT_THAT(page, HasSubstr("2026-11-26"));
  EXPECT_THAT(page, HasSubstr("XDG_DATA_HOME"));
}

TEST(ManName, JoinsGroupAndName) {
  EXPECT_EQ(ManName(Get(CommandId::kRunsShow)), "loadline-runs-show");
  EXPECT_EQ(ManName(Get(CommandId::kFind)), "loadline-find");
}

}  // namespace
}  // namespace loadline::cli
