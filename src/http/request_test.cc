#include "http/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace loadline::http {
namespace {

using testing::HasSubstr;

std::string MustSerialize(const RequestView& request) {
  std::string out;
  const Status status = SerializeRequest(request, out);
  EXPECT_TRUE(status.has_value());
  return out;
}

std::string MessageOf(const RequestView& request) {
  std::string out;
  const Status status = SerializeRequest(request, out);
  EXPECT_FALSE(status.has_value());
  return status.has_value() ? "" : status.error().message;
}

TEST(SerializeRequest, WritesHeadAndBody) {
  const std::array<HeaderView, 2> headers = {
      {{"User-Agent", "loadline/0.1"}, {"Content-Type", "application/json"}}};
  EXPECT_EQ(MustSerialize({.method = "POST",
                           .target = "/score?x=1",
                           .host = "example.com:8500",
                           .headers = headers,
                           .body = "{}"}),
            "POST /score?x=1 HTTP/1.1\r\n"
            "Host: example.com:8500\r\n"
            "User-Agent: loadline/0.1\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 2\r\n"
            "\r\n"
            "{}");
}

TEST(SerializeRequest, WritesALengthOnlyWhereOneBelongs) {
  EXPECT_EQ(MustSerialize({.host = "h"}), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(MustSerialize({.method = "POST", .host = "h"}), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(MustSerialize({.method = "DELETE", .host = "h", .body = "x"}),
              HasSubstr("Content-Length: 1\r\n"));
}

TEST(SerializeRequest, LetsTheUserChooseTheHost) {
  const std::array<HeaderView, 1> headers = {{{"host", "virtual.example"}}};
  EXPECT_EQ(MustSerialize({.host = "h", .headers = headers, .close = true}),
            "GET / HTTP/1.1\r\nhost: virtual.example\r\nConnection: close\r\n\r\n");
}

TEST(SerializeRequest, ReplacesWithoutAllocatingAgain) {
  std::string out;
  ASSERT_TRUE(SerializeRequest({.host = "h", .body = std::string(1000, 'x')}, out).has_value());
  const char* memory = out.data();
  ASSERT_TRUE(SerializeRequest({.host = "h", .body = "y"}, out).has_value());
  EXPECT_EQ(out.data(), memory);
  EXPECT_EQ(HeadSize(out), out.size() - 1);
}

TEST(SerializeRequest, RefusesWhatWouldEndALine) {
  const std::array<HeaderView, 1> split_value = {{{"X-User", "a\r\nX-Admin: 1"}}};
  EXPECT_THAT(MessageOf({.host = "h", .headers = split_value}), HasSubstr("byte 0x0d"));
  const std::array<HeaderView, 1> zero = {{{"X-User", std::string_view("a\0b", 3)}}};
  EXPECT_THAT(MessageOf({.host = "h", .headers = zero}), HasSubstr("byte 0x00 at position 2"));
  const std::array<HeaderView, 1> split_name = {{{"X:\r\nY", "a"}}};
  EXPECT_THAT(MessageOf({.host = "h", .headers = split_name}), HasSubstr("header name"));
  EXPECT_THAT(MessageOf({.method = "GET /", .host = "h"}), HasSubstr("GET or POST"));
  EXPECT_THAT(MessageOf({.method = "", .host = "h"}), HasSubstr("method"));
  EXPECT_THAT(MessageOf({.target = "/a b", .host = "h"}), HasSubstr("byte 0x20 at position 3"));
  EXPECT_THAT(MessageOf({.target = "/a\nb", .host = "h"}), HasSubstr("percent-encoded"));
  EXPECT_THAT(MessageOf({.target = "/\xc3\xa4", .host = "h"}), HasSubstr("byte 0xc3"));
  EXPECT_THAT(MessageOf({.target = "x", .host = "h"}), HasSubstr("begin with /"));
  EXPECT_THAT(MessageOf({.host = "h\r\n"}), HasSubstr("control character"));
}

TEST(SerializeRequest, RefusesHeadersThatFrameTheMessage) {
  for (const std::string_view name : {"Content-Length", "transfer-encoding", "CONNECTION"}) {
    const std::array<HeaderView, 1> headers = {{{name, "1"}}};
    EXPECT_THAT(MessageOf({.host = "h", .headers = headers}), HasSubstr("written by loadline"));
  }
  const std::array<HeaderView, 2> two_hosts = {{{"Host", "a"}, {"host", "b"}}};
  EXPECT_THAT(MessageOf({.host = "h", .headers = two_hosts}), HasSubstr("twice"));
}

TEST(HeadSize, IsZeroWithoutABlankLine) {
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\n"), 0U);
}

}  // namespace
}  // namespace loadline::http
