#include "cli/output_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>

namespace loadline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Set = std::map<std::string, std::string>;

OutputOptions Read(std::initializer_list<const char*> words, std::vector<scenario::Fault>& faults,
                   const Set& set = {}) {
  const std::vector<std::string> all(words.begin(), words.end());
  const Result<Arguments> arguments = ParseArguments(all);
  EXPECT_TRUE(arguments) << arguments.error().message;
  return ReadOutputOptions(
      *arguments,
      [&set](std::string_view name) {
        const auto found = set.find(std::string(name));
        return found == set.end() ? std::string() : found->second;
      },
      faults);
}

OutputOptions OptionsOf(std::initializer_list<const char*> words, const Set& set = {}) {
  std::vector<scenario::Fault> faults;
  OutputOptions options = Read(words, faults, set);
  EXPECT_THAT(faults, IsEmpty());
  return options;
}

std::vector<std::string> FaultsOf(std::initializer_list<const char*> words, const Set& set = {}) {
  std::vector<scenario::Fault> faults;
  static_cast<void>(Read(words, faults, set));
  std::vector<std::string> names;
  names.reserve(faults.size());
  for (const scenario::Fault& fault : faults) {
    names.push_back(fault.where);
  }
  return names;
}

TEST(ReadOutputOptions, NothingIsAskedForByDefault) {
  const OutputOptions options = OptionsOf({"run", "u"});
  EXPECT_FALSE(options.wants_book());
  EXPECT_FALSE(options.annotations);
  EXPECT_FALSE(options.summary);
  EXPECT_TRUE(options.junit.empty());
  // A variable that other programs listen to sends nothing by itself.
  EXPECT_FALSE(OptionsOf({"run", "u"}, {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"}}).otlp);
}

TEST(ReadOutputOptions, ReadsEveryOption) {
  const OutputOptions options = OptionsOf(
      {"verify", "u", "--junit", "j.xml", "--junit-undecided", "failure", "--github",
       "--prometheus", "p.prom", "--metrics-listen", "0.0.0.0:9464", "--metrics-linger", "20s",
       "--otlp", "http://c:4318", "--otlp-header-env", "H", "--otlp-interval", "2s"},
      {{"H", "a=b"}});
  EXPECT_EQ(options.junit, "j.xml");
  EXPECT_EQ(options.undecided, report::Undecided::kFailure);
  EXPECT_TRUE(options.annotations);
  EXPECT_TRUE(options.summary);
  EXPECT_EQ(options.prometheus, "p.prom");
  EXPECT_EQ(options.metrics_listen->port, 9464);
  EXPECT_EQ(options.metrics_linger, 20s);
  EXPECT_EQ(options.otlp->url.Text(), "http://c:4318/v1/metrics");
  EXPECT_THAT(options.otlp->headers, SizeIs(1));
  EXPECT_EQ(options.otlp->interval, 2s);
  EXPECT_TRUE(options.wants_book());
}

TEST(ReadOutputOptions, SpeaksToGithubWhereItRuns) {
  const Set github = {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", "/tmp/s.md"}};
  const OutputOptions there = OptionsOf({"find", "u"}, github);
  EXPECT_TRUE(there.annotations);
  EXPECT_TRUE(there.summary);
  EXPECT_EQ(there.summary_file, "/tmp/s.md");
  const OutputOptions silenced = OptionsOf({"find", "u", "--no-github"}, github);
  EXPECT_FALSE(silenced.annotations);
  EXPECT_FALSE(silenced.summary);
  EXPECT_FALSE(OptionsOf({"run", "u"}, {{"GITHUB_ACTIONS", "false"}}).annotations);
}

TEST(ReadOutputOptions, ReportsAllFaultsAtOnce) {
  EXPECT_THAT(FaultsOf({"run", "u", "--junit", "-", "--prometheus", "", "--junit-undecided",
                        "maybe", "--github", "--no-github", "--metrics-listen", "here",
                        "--metrics-linger", "long", "--otlp", "nowhere", "--otlp-interval", "1ms"}),
              ElementsAre("--junit", "--prometheus", "--junit-undecided", "--github",
                          "--metrics-listen", "--metrics-linger", "--otlp"));
  EXPECT_THAT(FaultsOf({"run", "u", "--otlp", "http://c", "--otlp-interval", "1ms"}),
              ElementsAre("--otlp-interval"));
}

TEST(ReadOutputOptions, RefusesWhatWouldDoNothing) {
  EXPECT_THAT(
      FaultsOf({"run", "u", "--junit-undecided", "failure", "--metrics-linger", "1s",
                "--otlp-header-env", "H", "--otlp-interval", "5s"}),
      ElementsAre("--junit-undecided", "--metrics-linger", "--otlp-header-env", "--otlp-interval"));
}

}  // namespace
}  // namespace loadline::cli
