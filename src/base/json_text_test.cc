#include "base/json_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loadline {
namespace {

TEST(Json, AcceptsWhatTheGrammarHas) {
  for (const char* text : {"null", " true ", "false", "0", "-0.5e+10", "\"a\\u00e9\\n\"", "[]",
                           "{}", "[1,[2,{}],{\"a\":[]}]", "{\"a\":1,\"b\":{\"c\":[null]}}"}) {
    EXPECT_TRUE(IsJson(text)) << text;
  }
}

TEST(Json, RefusesWhatTheGrammarHasNot) {
  for (const char* text :
       {"",          " ",    "nul",   "tru",     "01",          "+1",       ".5",         "1.",
        "1e",        "NaN",  "\"a",   "\"\\x\"", "\"\\u12g4\"", "\"\t\"",   "[",          "[1",
        "[1,]",      "[,1]", "[1 2]", "{",       "{\"a\"}",     "{\"a\":}", "{\"a\":1,}", "{a:1}",
        "{\"a\" 1}", "1 2",  "[]]",   "{]",      "'a'",         "\"\\"}) {
    EXPECT_FALSE(IsJson(text)) << text;
  }
}

TEST(Json, RefusesNestingBeyondTheLimitWithoutRecursion) {
  const std::string deep(JsonReader::kMaxDepth, '[');
  EXPECT_TRUE(IsJson(deep + std::string(JsonReader::kMaxDepth, ']')));
  EXPECT_FALSE(IsJson("[" + deep + std::string(JsonReader::kMaxDepth + 1, ']')));
  EXPECT_FALSE(IsJson(std::string(8'000'000, '[')));
}

TEST(JsonReader, WalksMembersAndElements) {
  JsonReader in(R"( {"a": [1, "x", {"y": []}], "b\u0021": null} )");
  std::string_view key;
  std::string_view raw;
  ASSERT_TRUE(in.BeginObject());
  ASSERT_TRUE(in.NextMember(key));
  EXPECT_EQ(key, "a");
  ASSERT_TRUE(in.BeginArray());
  std::vector<std::string> elements;
  while (in.NextElement()) {
    ASSERT_TRUE(in.Skip(raw));
    elements.emplace_back(raw);
  }
  EXPECT_EQ(elements, (std::vector<std::string>{"1", "\"x\"", "{\"y\": []}"}));
  ASSERT_TRUE(in.NextMember(key));
  EXPECT_TRUE(JsonStringIs(key, "b!"));
  EXPECT_EQ(in.Peek(), JsonType::kNull);
  ASSERT_TRUE(in.Skip(raw));
  EXPECT_FALSE(in.NextMember(key));
  EXPECT_TRUE(in.AtEnd());
}

TEST(JsonReader, StaysFailedAfterAFault) {
  JsonReader in("[1 2]");
  std::string_view raw;
  ASSERT_TRUE(in.BeginArray());
  ASSERT_TRUE(in.NextElement());
  ASSERT_TRUE(in.Skip(raw));
  EXPECT_FALSE(in.NextElement());
  EXPECT_FALSE(in.ok());
  EXPECT_FALSE(in.Skip(raw));
  EXPECT_EQ(in.Peek(), JsonType::kInvalid);
  EXPECT_FALSE(in.AtEnd());
}

TEST(JsonString, ResolvesEscapesAndSurrogatePairs) {
  std::string out;
  AppendJsonUnescaped(R"(a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00)", out);
  EXPECT_EQ(out, "a\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80");
  out.clear();
  AppendJsonUnescaped(R"(\ud83dx)", out);
  EXPECT_EQ(out, "\xef\xbf\xbdx");  // A lone surrogate is U+FFFD.
  EXPECT_TRUE(JsonStringIs(R"(\u0061b)", "ab"));
  EXPECT_FALSE(JsonStringIs("ab", "abc"));
  EXPECT_FALSE(JsonStringIs("abc", "ab"));
}

TEST(JsonString, EscapesWhatMustBeEscaped) {
  std::string out;
  AppendJsonString(std::string_view("\"\\\n\r\t\x01\x1f\0é/", 11), out);
  EXPECT_EQ(out, "\"\\\"\\\\\\n\\r\\t\\u0001\\u001f\\u0000é/\"");
  EXPECT_TRUE(IsJson(out));
}

TEST(JsonNumber, IsReadOnlyWhereItIsOneAndFits) {
  EXPECT_EQ(JsonNumber("-1.5e3"), -1500.0);
  EXPECT_EQ(JsonNumber("1e999"), std::nullopt);
  EXPECT_EQ(JsonNumber("\"1\""), std::nullopt);
  EXPECT_FALSE(IsJsonNumber(""));
  EXPECT_FALSE(IsJsonNumber("1x"));
}

TEST(Utf8, RefusesOverlongSurrogatesAndCutSequences) {
  EXPECT_TRUE(IsUtf8("aé€\xf0\x9f\x98\x80"));
  for (const char* text : {"\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3",
                           "\xe2\x82", "\x80", "\xff"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

}  // namespace
}  // namespace loadline
