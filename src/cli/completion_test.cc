#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace loadline::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Flag& FlagOf(CommandId command, std::string_view name) {
  const Flag* flag = Get(command).Find(name);
  EXPECT_NE(flag, nullptr) << name;
  return *flag;
}

TEST(Choices, AreThoseThatTheHelpNames) {
  int with_choices = 0;
  for (const Command& command : Commands()) {
    for (const FlagGroup& group : command.groups) {
      for (const Flag& flag : group.flags) {
        if (flag.value == "RUN") {
          continue;  // An id or a label would do as well.
        }
        for (const std::string_view word : Choices(command, flag)) {
          EXPECT_THAT(std::string(flag.help), HasSubstr(std::string(word)))
              << command.FullName() << " " << flag.name;
          ++with_choices;
        }
      }
    }
  }
  EXPECT_GT(with_choices, 20);
}

/// What the help calls a value of which there are few. Laws of latency have numbers in them.
bool IsOfFew(const Flag& flag) {
  for (const std::string_view name :
       {"HOW", "LAW", "WHICH", "AXIS", "SHAPE", "FORMAT", "WHAT", "ARCH", "RUN"}) {
    if (flag.value == name && flag.name != "--latency") {
      return true;
    }
  }
  return flag.name == "--provider" || flag.name == "--platform";
}

TEST(Choices, AreThereWhereverAFewWordsAreAllThatIsTaken) {
  int few = 0;
  for (const Command& command : Commands()) {
    for (const FlagGroup& group : command.groups) {
      for (const Flag& flag : group.flags) {
        if (IsOfFew(flag)) {
          EXPECT_FALSE(Choices(command, flag).empty()) << command.FullName() << " " << flag.name;
          ++few;
        }
      }
    }
  }
  EXPECT_GT(few, 20);
}

TEST(Choices, DependOnTheSubcommand) {
  EXPECT_THAT(Choices(Get(CommandId::kQuery), FlagOf(CommandId::kQuery, "--format")),
              ElementsAre("table", "csv", "json"));
  EXPECT_THAT(
      Choices(Get(CommandId::kRunsExport), FlagOf(CommandId::kRunsExport, "--format")),
      ElementsAre("csv", "series", "json", "hlog", "classic", "junit", "markdown", "prometheus"));
  EXPECT_THAT(Choices(Get(CommandId::kFind), FlagOf(CommandId::kFind, "--strategy")),
              ElementsAre("bisect", "staircase"));
  EXPECT_THAT(Choices(Get(CommandId::kRun), FlagOf(CommandId::kRun, "--arrivals")),
              ElementsAre("poisson", "constant"));
  EXPECT_THAT(Choices(Get(CommandId::kRun), FlagOf(CommandId::kRun, "--rate")), IsEmpty());
  // A simulated run keeps no rows; a sizing knows one queue for all pods.
  EXPECT_THAT(Choices(Get(CommandId::kSimulate), FlagOf(CommandId::kSimulate, "--records")),
              ElementsAre("none"));
  EXPECT_THAT(Choices(Get(CommandId::kAb), FlagOf(CommandId::kAb, "--records")),
              ElementsAre("all", "errors", "sample", "none"));
  EXPECT_THAT(Choices(Get(CommandId::kAb), FlagOf(CommandId::kAb, "--arrivals")),
              ElementsAre("poisson", "constant"));
  EXPECT_THAT(Choices(Get(CommandId::kSize), FlagOf(CommandId::kSize, "--balance")),
              ElementsAre("random", "round-robin", "p2c", "least", "central"));
  EXPECT_THAT(Choices(Get(CommandId::kSize), FlagOf(CommandId::kSize, "--survive")),
              ElementsAre("none", "node", "zone"));
}

TEST(TakesFile, IsWhatTheHelpCallsAFile) {
  EXPECT_TRUE(TakesFile(FlagOf(CommandId::kRun, "--db")));
  EXPECT_TRUE(TakesFile(FlagOf(CommandId::kHelp, "--out")));
  EXPECT_FALSE(TakesFile(FlagOf(CommandId::kRun, "--rate")));
}

TEST(CompletionScript, NamesEverySubcommandAndOption) {
  for (const std::string_view shell : {"bash", "zsh", "fish"}) {
    const std::optional<std::string> script = CompletionScript(shell);
    ASSERT_TRUE(script) << shell;
    for (const Command& command : Commands()) {
      EXPECT_THAT(*script, HasSubstr(std::string(command.name))) << shell;
      for (const FlagGroup& group : command.groups) {
        for (const Flag& flag : group.flags) {
          EXPECT_THAT(*script, HasSubstr(std::string(flag.name.substr(2)))) << shell;
        }
      }
    }
  }
}

TEST(CompletionScript, OffersFilesWhereAServiceIsOneAndKindsOfSources) {
  const std::string bash = *CompletionScript("bash");
  for (const std::string line : {"'simulate') options='", "'ab') options='"}) {
    const std::size_t at = bash.find(line);
    ASSERT_NE(at, std::string::npos) << line;
    EXPECT_THAT(bash.substr(at, bash.find('\n', at) - at), HasSubstr("files=yes"));
  }
  EXPECT_THAT(bash, HasSubstr("words='curl har openapi model'"));
  EXPECT_THAT(bash, HasSubstr("'simulate --records') words='none'"));
}

TEST(CompletionScript, KnowsThreeShells) {
  EXPECT_FALSE(CompletionScript("tcsh"));
  EXPECT_FALSE(CompletionScript(""));
}

}  // namespace
}  // namespace loadline::cli
