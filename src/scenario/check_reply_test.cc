#include "scenario/check_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/check_text.h"

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Id:  a7 \r\nx-id: b8\r\n\r\n";

const CheckResult kPassed{};

CheckResult Failed(int index) {
  return {measure::ErrorKind::kCheck, index};
}

CheckResult WrongStatus(int code) {
  return {measure::ErrorKind::kStatus, code};
}

Task TaskWith(const std::vector<std::string>& checks) {
  Task task;
  for (const std::string& text : checks) {
    Result<Check> check = ParseCheck(text);
    EXPECT_TRUE(check.has_value()) << text;
    task.checks.push_back(*std::move(check));
  }
  return task;
}

CheckResult Checked(const std::vector<std::string>& checks, int status, std::string_view body) {
  const Task task = TaskWith(checks);
  ReplyChecker checker(task, {});
  return checker.Check({.status = status, .head = kHead, .body = body});
}

TEST(ReplyChecker, WithoutChecksWantsA2xxAndNoBody) {
  const Task task;
  ReplyChecker checker(task, {});
  EXPECT_EQ(checker.body_limit(), 0U);
  EXPECT_FALSE(checker.needs_head());
  EXPECT_EQ(checker.Check({.status = 204, .head = {}, .body = {}}), kPassed);
  EXPECT_EQ(checker.Check({.status = 302, .head = {}, .body = {}}), WrongStatus(302));
  EXPECT_EQ(checker.Check({.status = 503, .head = {}, .body = {}}), WrongStatus(503));
}

TEST(ReplyChecker, LetsChecksSayWhatStatusIsRight) {
  EXPECT_EQ(Checked({"status == 404"}, 404, ""), kPassed);
  EXPECT_EQ(Checked({"status == 404"}, 200, ""), WrongStatus(200));
  EXPECT_EQ(Checked({"status >= 200", "status < 400"}, 302, ""), kPassed);
  EXPECT_EQ(Checked({"status >= 200", "status < 400"}, 400, ""), WrongStatus(400));
  EXPECT_EQ(Checked({"status != 500"}, 503, ""), kPassed);
}

TEST(ReplyChecker, ReportsTheStatusBeforeTheBody) {
  EXPECT_EQ(Checked({"$.score >= 0"}, 503, "busy"), WrongStatus(503));
  EXPECT_EQ(Checked({"$.score >= 0", "status == 200"}, 503, "busy"), WrongStatus(503));
  EXPECT_EQ(Checked({"$.score >= 0"}, 200, "busy"), Failed(0));
}

TEST(ReplyChecker, ComparesJsonByType) {
  constexpr std::string_view kBody =
      R"({"score": 0.830, "label": "r\u0065d", "ok": true, "none": null, "list": [1, 2, 3]})";
  for (const char* check :
       {"$.score >= 0", "$.score == 0.83", "$.score<1", "$.label == \"red\"", "$.label == 'red'",
        "$.label != \"blue\"", "$.ok == true", "$.none == null", "$.none exists", "$.label",
        "$.list[2] == 3", "$.list[*] > 0", "$.label contains ed", "$.label matches ^r.d$",
        "$.score matches ^0\\.8", "$.score != \"0.83\"", "$.label != 1"}) {
    EXPECT_EQ(Checked({check}, 200, kBody), kPassed) << check;
  }
  for (const char* check :
       {"$.score > 0.83", "$.score == \"0.83\"", "$.label == 'blue'", "$.ok == false",
        "$.missing == null", "$.missing exists", "$.missing != 1", "$.list[*] > 1", "$.list[3]",
        "$.label < 3", "$.label contains blue", "$.label matches ^e"}) {
    EXPECT_EQ(Checked({"status == 200", check}, 200, kBody), Failed(1)) << check;
  }
}

TEST(ReplyChecker, LooksAtEveryHeaderOfTheName) {
  for (const char* check :
       {"header content-type contains json", "header X-Id exists", "header x-id == a7",
        "header x-id == b8", "header x-id matches ^b", "header x-id != c9", "header X-Id"}) {
    EXPECT_EQ(Checked({check}, 200, ""), kPassed) << check;
  }
  for (const char* check : {"header x-none exists", "header x-id == c9", "header x-id != b8",
                            "header content-type contains html", "header HTTP/1.1 exists"}) {
    EXPECT_EQ(Checked({check}, 200, ""), Failed(0)) << check;
  }
}

TEST(ReplyChecker, SearchesTheBody) {
  EXPECT_EQ(Checked({"body contains \"ok\\n\""}, 200, "not ok\n"), kPassed);
  EXPECT_EQ(Checked({"body contains ok", "body matches (?i)^NOT"}, 200, "not ok\n"), kPassed);
  EXPECT_EQ(Checked({"body contains ok", "body matches ^ok"}, 200, "not ok\n"), Failed(1));
}

TEST(ReplyChecker, AsksForWhatTheChecksNeed) {
  const auto needs = [](const char* check) {
    const Task task = TaskWith({check});
    const ReplyChecker checker(task, {});
    return std::pair(checker.needs_head(), checker.body_limit() > 0);
  };
  EXPECT_EQ(needs("status == 200"), std::pair(false, false));
  EXPECT_EQ(needs("header x exists"), std::pair(true, false));
  EXPECT_EQ(needs("body contains x"), std::pair(false, true));
  EXPECT_EQ(needs("$.x"), std::pair(false, true));
}

TEST(ReplyChecker, IsLinearInHostileBodies) {
  // A backtracking engine would take 2^30 steps for the first; a tree of the second, gigabytes.
  EXPECT_EQ(Checked({"body matches (a+)+$"}, 200, std::string(100'000, 'a') + "!"), Failed(0));
  EXPECT_EQ(Checked({"$.a"}, 200, std::string(5'000'000, '[')), Failed(0));
  EXPECT_EQ(Checked({"$.a.a.a"}, 200, R"({"a":{"a":)" + std::string(1'000'000, ' ')), Failed(0));
}

TEST(ReplyChecker, LetsTheShapeJudgeFirstAndNamesItsFaults) {
  Task task = TaskWith({"$.x exists"});
  task.shape = BodyShape::kMlflow;
  const ShapeCodec codec{.append_request = nullptr,
                         .fault_in_reply = [](std::string_view body) -> std::string_view {
                           return body == "good" ? "" : "bad reply";
                         }};
  ReplyChecker checker(task, codec);
  EXPECT_GT(checker.body_limit(), 0U);
  EXPECT_EQ(checker.Check({.status = 200, .head = {}, .body = "bad"}), Failed(1));
  EXPECT_EQ(checker.Check({.status = 200, .head = {}, .body = "worse"}), Failed(1));
  EXPECT_EQ(checker.Check({.status = 200, .head = {}, .body = "good"}), Failed(0));
  EXPECT_EQ(checker.Check({.status = 503, .head = {}, .body = "good"}), WrongStatus(503));
  EXPECT_THAT(checker.names(), ElementsAre("$.x exists", "bad reply"));
}

Task Capturing(std::string path, std::string header = "") {
  Task task;
  task.name = "login";
  task.captures.push_back(
      {.name = "token", .json_path = std::move(path), .header = std::move(header), .index = 1});
  return task;
}

TEST(CaptureFrom, TakesTextNumbersAndHeaders) {
  Captured captured;
  const auto take = [&](const Task& task, std::string_view body) {
    return CaptureFrom(task, {.status = 200, .head = kHead, .body = body}, captured).has_value();
  };
  ASSERT_TRUE(take(Capturing("$.a.token"), R"({"a":{"token":"t\u00f6k"}})"));
  ASSERT_EQ(captured.size(), 2U);
  EXPECT_EQ(captured[1], "tök");
  ASSERT_TRUE(take(Capturing("$.id"), R"({"id": 12345678901234567890})"));
  EXPECT_EQ(captured[1], "12345678901234567890");
  ASSERT_TRUE(take(Capturing("", "X-ID"), ""));
  EXPECT_EQ(captured[1], "a7");
}

TEST(CaptureFrom, RefusesWhatCannotBeSentAgain) {
  for (const char* body : {"{}", R"({"t":null})", R"({"t":{}})", R"({"t":[1]})", R"({"t":""})",
                           R"({"t":"a\r\nX: 1"})", "no JSON"}) {
    Captured captured;
    const auto status =
        CaptureFrom(Capturing("$.t"), {.status = 200, .head = {}, .body = body}, captured);
    ASSERT_FALSE(status.has_value()) << body;
    EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(status.error().message, HasSubstr("login holds no text for token ($.t)"));
  }
}

}  // namespace
}  // namespace loadline::scenario
