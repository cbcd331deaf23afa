#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>

namespace loadline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Arguments> Parse(std::initializer_list<const char*> words) {
  const std::vector<std::string> all(words.begin(), words.end());
  return ParseArguments(all);
}

std::string FaultOf(std::initializer_list<const char*> words) {
  const Result<Arguments> arguments = Parse(words);
  if (arguments) {
    return "no fault";
  }
  EXPECT_EQ(arguments.error().code, ErrorCode::kInvalidArgument);
  return arguments.error().message;
}

TEST(ParseArguments, KeepsOptionsInTheOrderGiven) {
  const Result<Arguments> arguments =
      Parse({"run", "--set", "a=1", "http://h/", "--rate=5/s", "--set", "b=2", "-q"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->command, CommandId::kRun);
  EXPECT_THAT(arguments->positionals, ElementsAre("http://h/"));
  std::vector<std::string> order;
  for (const GivenFlag& given : arguments->flags) {
    order.push_back(std::string(given.flag->name) + " " + given.value);
  }
  EXPECT_THAT(order, ElementsAre("--set a=1", "--rate 5/s", "--set b=2", "--quiet "));
  EXPECT_THAT(arguments->Values("--set"), ElementsAre("a=1", "b=2"));
  EXPECT_EQ(arguments->Value("--rate"), "5/s");
  EXPECT_EQ(arguments->Value("--users", "none"), "none");
  EXPECT_TRUE(arguments->Has("--quiet"));
  EXPECT_FALSE(arguments->Has("--yes"));
}

TEST(ParseArguments, LeavesValuesAlone) {
  // Brackets, commas, dashes, equals signs and spaces mean nothing to the parser.
  const Result<Arguments> arguments =
      Parse({"run", "u", "--body", "[1,2,3]", "--slo", "p95 < 200ms", "-H", "A: b=c", "--users",
             "-1", "--label=x=y"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->Value("--body"), "[1,2,3]");
  EXPECT_EQ(arguments->Value("--slo"), "p95 < 200ms");
  EXPECT_EQ(arguments->Value("--header"), "A: b=c");
  EXPECT_EQ(arguments->Value("--users"), "-1");
  EXPECT_EQ(arguments->Value("--label"), "x=y");
  EXPECT_THAT(arguments->positionals, ElementsAre("u"));
}

TEST(ParseArguments, TakesAnEmptyValueForWhatItIs) {
  const Result<Arguments> arguments = Parse({"run", "--label=", "u", "--client", ""});
  ASSERT_TRUE(arguments);
  EXPECT_TRUE(arguments->Has("--label"));
  EXPECT_EQ(arguments->Value("--label"), "");
  EXPECT_TRUE(arguments->Has("--client"));
  EXPECT_THAT(arguments->positionals, ElementsAre("u"));
}

TEST(ParseArguments, EverythingAfterTwoDashesIsAnArgument) {
  const Result<Arguments> arguments = Parse({"query", "--", "-- a comment"});
  ASSERT_TRUE(arguments);
  EXPECT_THAT(arguments->positionals, ElementsAre("-- a comment"));
}

TEST(ParseArguments, KnowsGroupsAndShortWaysToVersionAndHelp) {
  EXPECT_EQ(Parse({"runs", "show", "@last"})->command, CommandId::kRunsShow);
  EXPECT_EQ(Parse({"scenario", "schema"})->command, CommandId::kScenarioSchema);
  EXPECT_EQ(Parse({"--version"})->command, CommandId::kVersion);
  EXPECT_EQ(Parse({})->command, CommandId::kHelp);
  EXPECT_EQ(Parse({"runs", "--help"})->command, CommandId::kHelp);
  EXPECT_THAT(Parse({"runs"})->positionals, ElementsAre("runs"));
  EXPECT_THAT(Parse({"runs", "rm", "1", "2"})->positionals, ElementsAre("1", "2"));
}

TEST(ParseArguments, HelpWinsOverWhatIsMissing) {
  EXPECT_TRUE(Parse({"run", "--help"})->help);
  EXPECT_TRUE(Parse({"run", "--bogus", "-h"})->help);
}

TEST(ParseArguments, NamesTheNearestSubcommand) {
  EXPECT_EQ(FaultOf({"fnid", "u"}), "unknown subcommand \"fnid\"; did you mean \"find\"?");
  EXPECT_EQ(FaultOf({"runs", "shwo"}),
            "unknown subcommand \"runs shwo\"; did you mean \"runs show\"?");
  EXPECT_THAT(FaultOf({"measure"}), HasSubstr("there are run, find, verify"));
  EXPECT_EQ(FaultOf({"http://h/"}),
            "no subcommand before \"http://h/\"; try: loadline run http://h/");
}

TEST(ParseArguments, NamesTheNearestOption) {
  EXPECT_EQ(FaultOf({"run", "u", "--raet", "5"}), "run has no option --raet; did you mean --rate?");
  EXPECT_EQ(FaultOf({"run", "u", "-rate", "5"}), "run has no option -rate; did you mean --rate?");
  EXPECT_THAT(FaultOf({"run", "u", "--frobnicate"}), HasSubstr("loadline run --help lists them"));
}

TEST(ParseArguments, SaysWhereAnOptionBelongs) {
  EXPECT_EQ(FaultOf({"run", "u", "--covers", "10s"}),
            "run has no option --covers; it belongs to: find, verify");
  EXPECT_THAT(FaultOf({"find", "u", "--rate", "10"}), HasSubstr("--max-rate limits it"));
  EXPECT_THAT(FaultOf({"find", "u", "--users", "10"}), HasSubstr("--max-users limits them"));
}

TEST(ParseArguments, RefusesMissingAndSuperfluousWords) {
  EXPECT_THAT(FaultOf({"simulate"}), HasSubstr("simulate needs service.yaml"));
  EXPECT_EQ(FaultOf({"run", "u", "v"}), "run does not expect \"v\" after URL|scenario.yaml");
  EXPECT_EQ(FaultOf({"version", "v"}), "version does not expect \"v\"");
  EXPECT_EQ(FaultOf({"run", "u", "--rate"}), "--rate needs a value: --rate RATE");
  EXPECT_EQ(FaultOf({"run", "u", "--rate", "--yes"}), "--rate needs a value, but --yes follows");
  EXPECT_EQ(FaultOf({"run", "u", "--yes=maybe"}),
            "--yes is a switch and takes no value, found \"maybe\"");
  EXPECT_EQ(FaultOf({"run", "u", "--rate", "1", "--rate", "2"}),
            "--rate was given twice; it takes one value");
}

TEST(Nearest, ForgivesAFewEditsAndNoMore) {
  constexpr std::array<std::string_view, 3> kKnown = {"--rate", "--users", "--records"};
  EXPECT_EQ(Nearest("--rat", kKnown), "--rate");
  EXPECT_EQ(Nearest("--user", kKnown), "--users");
  EXPECT_EQ(Nearest("--recodrs", kKnown), "--records");
  EXPECT_THAT(Nearest("--velocity", kKnown), IsEmpty());
}

TEST(Commands, HaveNoOptionTwiceAndAHelpForEach) {
  for (const Command& command : Commands()) {
    std::vector<std::string_view> names;
    for (const FlagGroup& group : command.groups) {
      for (const Flag& flag : group.flags) {
        EXPECT_TRUE(flag.name.starts_with("--")) << flag.name;
        EXPECT_FALSE(flag.help.empty()) << flag.name;
        EXPECT_EQ(std::count(names.begin(), names.end(), flag.name), 0)
            << command.FullName() << " " << flag.name;
        names.push_back(flag.name);
      }
    }
    EXPECT_FALSE(command.summary.empty());
    EXPECT_FALSE(command.examples.empty());
  }
}

}  // namespace
}  // namespace loadline::cli
