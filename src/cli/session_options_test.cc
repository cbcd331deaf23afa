#include "cli/session_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace loadline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Arguments Parsed(std::initializer_list<const char*> words) {
  const std::vector<std::string> all(words.begin(), words.end());
  Result<Arguments> arguments = ParseArguments(all);
  EXPECT_TRUE(arguments) << arguments.error().message;
  return arguments ? *std::move(arguments) : Arguments{};
}

SessionOptions OptionsOf(std::initializer_list<const char*> words) {
  std::vector<scenario::Fault> faults;
  SessionOptions options = ReadSessionOptions(Parsed(words), faults);
  EXPECT_THAT(faults, IsEmpty());
  return options;
}

std::vector<std::string> FaultsOf(std::initializer_list<const char*> words) {
  std::vector<scenario::Fault> faults;
  static_cast<void>(ReadSessionOptions(Parsed(words), faults));
  std::vector<std::string> lines;
  for (const scenario::Fault& fault : faults) {
    lines.push_back(fault.where + ": " + fault.found);
    EXPECT_FALSE(fault.expected.empty());
  }
  return lines;
}

TEST(ReadSessionOptions, HasTheDefaultsOfTheContract) {
  const SessionOptions options = OptionsOf({"run", "u"});
  EXPECT_EQ(options.engine.threads, 0);
  EXPECT_EQ(options.engine.pacing, load::Pacing::kAuto);
  EXPECT_EQ(options.engine.records, load::Records::kAll);
  EXPECT_EQ(options.engine.records_limit.count, 1'000'000'000);
  EXPECT_TRUE(options.preflight);
  EXPECT_FALSE(options.yes);
  EXPECT_FALSE(options.quiet);
}

TEST(ReadSessionOptions, ReadsEveryOption) {
  const SessionOptions options = OptionsOf(
      {"run", "u", "--threads", "3", "--pacing", "busy", "--records", "errors", "--records-limit",
       "512Mi", "--json", "-", "--db", "x.db", "-q", "-y", "--no-preflight"});
  EXPECT_EQ(options.engine.threads, 3);
  EXPECT_EQ(options.engine.pacing, load::Pacing::kBusy);
  EXPECT_EQ(options.engine.records, load::Records::kErrors);
  EXPECT_EQ(options.engine.records_limit.count, 512LL * 1024 * 1024);
  EXPECT_EQ(options.json, "-");
  EXPECT_EQ(options.db, "x.db");
  EXPECT_TRUE(options.quiet);
  EXPECT_TRUE(options.yes);
  EXPECT_FALSE(options.preflight);
  EXPECT_EQ(OptionsOf({"find", "--continue", "@last"}).continued, "@last");
}

TEST(ReadSessionOptions, ReportsAllFaultsAtOnce) {
  EXPECT_THAT(FaultsOf({"run", "u", "--threads", "many", "--pacing", "fast", "--records", "most",
                        "--records-limit", "lots", "--json", ""}),
              ElementsAre("--threads: \"many\"", "--pacing: \"fast\"", "--records: \"most\"",
                          "--records-limit: \"lots\"", "--json: \"\""));
}

TEST(ReadSessionOptions, RefusesThreadsOutOfRange) {
  EXPECT_THAT(FaultsOf({"run", "u", "--threads", "0"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"run", "u", "--threads", "-1"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"run", "u", "--threads", "1025"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"run", "u", "--threads", "2.5"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"run", "u", "--threads", "1024"}), IsEmpty());
}

// What the command line sets, as `path = value`.
std::vector<std::string> SettingsOf(std::initializer_list<const char*> words) {
  std::vector<scenario::Fault> faults;
  std::vector<std::string> lines;
  for (const scenario::Setting& setting : ReadSettings(Parsed(words), faults)) {
    lines.push_back(setting.path + " = " + setting.value);
  }
  EXPECT_THAT(faults, IsEmpty());
  return lines;
}

TEST(ReadSettings, TurnsOptionsIntoKeysOfTheScenario) {
  EXPECT_THAT(SettingsOf({"run", "u", "--rate", "5/s", "--threads", "2", "--p95", "200ms", "--slo",
                          "mean < 1s", "--set", "load.seed=7"}),
              ElementsAre("load.rate = 5/s", "objectives[] = p95 < 200ms",
                          "objectives[] = mean < 1s", "load.seed = 7"));
}

TEST(ReadSettings, CollectsWhatIsNoSetting) {
  std::vector<scenario::Fault> faults;
  static_cast<void>(
      ReadSettings(Parsed({"run", "u", "--set", "nothing", "-H", "nocolon"}), faults));
  EXPECT_THAT(faults, SizeIs(2));
}

TEST(Invocation, QuotesForAShell) {
  EXPECT_EQ(Invocation({"run", "http://h:1/a", "--slo", "p95 < 200ms", "--body", "it's", ""}),
            "loadline run http://h:1/a --slo 'p95 < 200ms' --body 'it'\\''s' ''");
}

}  // namespace
}  // namespace loadline::cli
