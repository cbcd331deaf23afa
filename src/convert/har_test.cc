#include "convert/har.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/draft.h"

namespace loadline::convert {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Get(std::string_view url, std::string_view kind = "xhr") {
  return fmt::format(
      R"({{"_resourceType":"{}","request":{{"method":"GET","url":"{}","headers":[]}}}})", kind,
      url);
}

std::string Log(std::initializer_list<std::string> entries) {
  std::string list;
  for (const std::string& entry : entries) {
    list.append(list.empty() ? "" : ",\n").append(entry);
  }
  return fmt::format(R"({{"log": {{"entries": [{}]}}}})", list);
}

TEST(Har, SameRequestsAreOneTaskWithTheirNumberAsWeight) {
  const Result<Found> found =
      ReadHar(Log({Get("http://h/a"), Get("http://h/b"), Get("http://h/a#part")}), {});
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->requests.size(), 2U);
  EXPECT_EQ(found->requests[0].url, "http://h/a");
  EXPECT_EQ(found->requests[0].weight, 2.0);
  EXPECT_EQ(found->requests[1].weight, 1.0);
  EXPECT_TRUE(found->notes.empty());
}

TEST(Har, AssetsAndOtherOriginsAreLeftOutAndSaid) {
  const Result<Found> found = ReadHar(
      Log({Get("http://h/a"), Get("http://h/a.css", "stylesheet"), Get("http://h/x.png", ""),
           Get("https://t.example/beacon"), Get("data:text/plain,x")}),
      {});
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->requests.size(), 1U);
  EXPECT_THAT(found->notes, ElementsAre(HasSubstr("2 of 5 requests: images"),
                                        HasSubstr("1 of 5 requests: not of"),
                                        HasSubstr("https://t.example (1)")));
}

TEST(Har, TheOriginWithMostRequestsWinsUnlessOneIsChosen) {
  const std::string log = Log({Get("http://h/a"), Get("http://i/a"), Get("http://i/b")});
  EXPECT_EQ(ReadHar(log, {})->requests[0].url, "http://i/a");
  EXPECT_EQ(ReadHar(log, {.origin = "http://h/"})->requests[0].url, "http://h/a");
  EXPECT_THAT(ReadHar(log, {.origin = "http://j"}).error().message,
              HasSubstr("no request goes to http://j; there are http://h (1), http://i (2)"));
  EXPECT_THAT(ReadHar(log, {.origin = "j"}).error().message, HasSubstr("--origin"));
}

TEST(Har, OnlyTheMostFrequentAreKept) {
  const Result<Found> found =
      ReadHar(Log({Get("http://h/a"), Get("http://h/b"), Get("http://h/c"), Get("http://h/c")}),
              {.max_tasks = 2});
  ASSERT_EQ(found->requests.size(), 2U);
  EXPECT_EQ(found->requests[0].url, "http://h/a");
  EXPECT_EQ(found->requests[1].url, "http://h/c");
  EXPECT_THAT(found->notes, ElementsAre(HasSubstr("2 most frequent of 3")));
}

TEST(Har, BrokenFilesAreRefusedWithThePlace) {
  EXPECT_THAT(ReadHar("{\"log\":\n {\"entries\": [", {}).error().message,
              HasSubstr("no valid JSON at line 2, column 15"));
  EXPECT_THAT(ReadHar("{\"a\": 1}", {}).error().message, HasSubstr("no HAR"));
  EXPECT_THAT(ReadHar(Log({}), {}).error().message, HasSubstr("none of its 0 requests"));
  EXPECT_FALSE(ReadHar("", {}).has_value());
  EXPECT_FALSE(ReadHar("{\"log\": {\"entries\": [1, null, {\"request\": 5}]}}", {}).has_value());
}

TEST(Har, UserAndPasswordOfAUrlDoNotStay) {
  Result<Found> found = ReadHar(Log({Get("http://ann:url-secret@h/a")}), {});
  ASSERT_TRUE(found.has_value());
  const Result<Draft> draft = MakeDraft(*std::move(found));
  ASSERT_TRUE(draft.has_value());
  EXPECT_EQ(draft->url, "http://h");
  ASSERT_EQ(draft->secrets.size(), 1U);
  EXPECT_EQ(draft->secrets[0].variable, "BASIC_LOGIN");
}

}  // namespace
}  // namespace loadline::convert
