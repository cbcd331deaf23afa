#include "convert/curl_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/curl.h"

namespace loadline::convert {
namespace {

using ::testing::HasSubstr;

TEST(CurlCommand, ReadsBackAsTheSameRequest) {
  CurlRequest request;
  request.method = "PUT";
  request.url = "http://h:81/p?q='x'";
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.secret_headers = {{"Authorization", "Bearer $SCORE_KEY"}};
  request.has_body = true;
  request.body = "{\"a\":\"it's\n$HOME\"}";
  request.transport.timeout = "2500ms";
  const std::string command = CurlCommand(request);
  EXPECT_THAT(command, HasSubstr("-H \"Authorization: Bearer $SCORE_KEY\""));
  EXPECT_THAT(command, HasSubstr("--max-time 2.5"));
  const Result<Found> found = ReadCurlText(command);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  const Request& read = found->requests.at(0);
  EXPECT_EQ(read.method, "PUT");
  EXPECT_EQ(read.url, request.url);
  EXPECT_EQ(read.body, request.body);
  EXPECT_EQ(*FindHeader(read.headers, "Authorization"), "Bearer ${SCORE_KEY}");
  EXPECT_EQ(*FindHeader(read.headers, "X-Empty"), "");
  EXPECT_EQ(found->transport.timeout, "2500ms");
}

TEST(CurlCommand, WritesWholeSecondsAsWhole) {
  CurlRequest request;
  request.url = "http://h/";
  request.transport.timeout = "30s";
  EXPECT_THAT(CurlCommand(request), HasSubstr("--max-time 30\n"));
}

TEST(CurlCommand, EscapesBytesThatATerminalCannotShow) {
  EXPECT_EQ(ShellQuoted("plain"), "'plain'");
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuoted(std::string_view("a\x01\xff'", 4)), "$'a\\001\\377\\''");
}

}  // namespace
}  // namespace loadline::convert
