#include "scenario/json_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(std::string_view path, std::string_view json) {
  const Result<JsonPath> parsed = JsonPath::Parse(path);
  EXPECT_TRUE(parsed.has_value());
  std::vector<std::string> values;
  EXPECT_TRUE(parsed->Find(json, [&](std::string_view raw) {
    values.emplace_back(raw);
    return true;
  }));
  return values;
}

TEST(JsonPath, FindsMembersAndElements) {
  constexpr std::string_view kJson = R"({"a": {"b": [10, {"c d": null}]}, "x": "y"})";
  EXPECT_THAT(Found("$.a.b[0]", kJson), ElementsAre("10"));
  EXPECT_THAT(Found("$['a']['b'][1]['c d']", kJson), ElementsAre("null"));
  EXPECT_THAT(Found("$[\"x\"]", kJson), ElementsAre("\"y\""));
  EXPECT_THAT(Found("$", "7"), ElementsAre("7"));
  EXPECT_THAT(Found("$.a.b.c", kJson), IsEmpty());
  EXPECT_THAT(Found("$.a.b[2]", kJson), IsEmpty());
  EXPECT_THAT(Found("$[0]", kJson), IsEmpty());
}

TEST(JsonPath, FindsAllOfAContainer) {
  EXPECT_THAT(Found("$.p[*].s", R"({"p":[{"s":1},{"t":2},{"s":3}]})"), ElementsAre("1", "3"));
  EXPECT_THAT(Found("$.*", R"({"a":1,"b":[2]})"), ElementsAre("1", "[2]"));
  EXPECT_THAT(Found("$[*][*]", "[[1,2],[],[3]]"), ElementsAre("1", "2", "3"));
}

TEST(JsonPath, TakesTheFirstOfDoubledKeysAndResolvesEscapes) {
  EXPECT_THAT(Found("$.a", R"({"a":1,"a":2})"), ElementsAre("1"));
  EXPECT_THAT(Found("$.ab", R"({"\u0061b":1})"), ElementsAre("1"));
}

TEST(JsonPath, LooksNoFurtherThanTheValue) {
  std::string_view path = "$.a";
  const Result<JsonPath> parsed = JsonPath::Parse(path);
  int calls = 0;
  EXPECT_TRUE(parsed->Find(R"({"a":1, and then nonsense)", [&](std::string_view) {
    ++calls;
    return true;
  }));
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(parsed->Find(R"({"b":1, and then nonsense)", [](std::string_view) { return true; }));
}

TEST(JsonPath, LeavesWhatFollows) {
  std::string_view text = "$.score >= 0";
  ASSERT_TRUE(JsonPath::Parse(text).has_value());
  EXPECT_EQ(text, " >= 0");
  text = "$.score>=0";
  ASSERT_TRUE(JsonPath::Parse(text).has_value());
  EXPECT_EQ(text, ">=0");
}

TEST(JsonPath, RefusesWhatIsNone) {
  std::string deep = "$";
  for (std::size_t i = 0; i <= JsonPath::kMaxSteps; ++i) {
    deep += ".a";
  }
  for (const std::string_view text : {"", "a", "$.", "$..a", "$[", "$[]", "$[x]", "$[-1]", "$['a'",
                                      "$['a", "$[99999999999999999999]", deep.c_str()}) {
    std::string_view rest = text;
    EXPECT_FALSE(JsonPath::Parse(rest).has_value()) << text;
  }
}

}  // namespace
}  // namespace loadline::scenario
