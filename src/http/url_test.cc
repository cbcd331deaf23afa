#include "http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string MessageOf(std::string_view text) {
  const Result<Url> url = ParseUrl(text);
  EXPECT_FALSE(url.has_value()) << text;
  if (url.has_value()) {
    return "";
  }
  EXPECT_EQ(url.error().code, ErrorCode::kInvalidArgument);
  return url.error().message;
}

TEST(ParseUrl, TakesAUrlApart) {
  const Result<Url> url = ParseUrl("https://Scoring.Example.com:8443/v1/score?model=a&x=%20");
  ASSERT_TRUE(url.has_value());
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "scoring.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/v1/score?model=a&x=%20");
  EXPECT_EQ(url->HostHeader(), "scoring.example.com:8443");
  EXPECT_EQ(url->Text(), "https://scoring.example.com:8443/v1/score?model=a&x=%20");
}

TEST(ParseUrl, FillsInWhatMayBeLeftOut) {
  EXPECT_EQ(ParseUrl("http://localhost")->Text(), "http://localhost/");
  EXPECT_EQ(ParseUrl("HTTP://localhost:80/a")->Text(), "http://localhost/a");
  EXPECT_EQ(ParseUrl("https://localhost:443")->HostHeader(), "localhost");
  EXPECT_EQ(ParseUrl("https://localhost:80")->HostHeader(), "localhost:80");
  EXPECT_EQ(ParseUrl("http://h?x=1")->target, "/?x=1");
  EXPECT_EQ(ParseUrl("https://h")->port, 443);
}

TEST(ParseUrl, TakesAddresses) {
  const Result<Url> v6 = ParseUrl("http://[::1]:8500/score");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_TRUE(v6->host_is_ipv6);
  EXPECT_EQ(v6->HostHeader(), "[::1]:8500");
  EXPECT_EQ(ParseUrl("http://[2001:DB8::A]")->Text(), "http://[2001:db8::a]/");
  EXPECT_EQ(ParseUrl("http://127.0.0.1:8500")->host, "127.0.0.1");
  EXPECT_EQ(ParseUrl("http://my_service.ns.svc.cluster.local.")->host,
            "my_service.ns.svc.cluster.local.");
}

TEST(ParseUrl, SaysWhatIsWrong) {
  EXPECT_THAT(MessageOf("localhost:8500/score"), HasSubstr("begin with http://"));
  EXPECT_THAT(MessageOf("ftp://h/"), HasSubstr("begin with http://"));
  EXPECT_THAT(MessageOf(""), HasSubstr("begin with http://"));
  EXPECT_THAT(MessageOf("http:///score"), HasSubstr("no host"));
  EXPECT_THAT(MessageOf("http://:80/"), HasSubstr("no host"));
  EXPECT_THAT(MessageOf("http://h:0/"), HasSubstr("1 to 65535"));
  EXPECT_THAT(MessageOf("http://h:65536/"), HasSubstr("\"65536\""));
  EXPECT_THAT(MessageOf("http://h:/"), HasSubstr("1 to 65535"));
  EXPECT_THAT(MessageOf("http://h:80x/"), HasSubstr("1 to 65535"));
  EXPECT_THAT(MessageOf("http://[::1/"), HasSubstr("closing ]"));
  EXPECT_THAT(MessageOf("http://[::g]/"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(MessageOf(std::string_view("http://[::\0x]/", 14)), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(MessageOf("http://[fe80::1%25eth0]/"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(MessageOf("http://[::1]x/"), HasSubstr(":port or /path"));
  EXPECT_THAT(MessageOf("http://1.2.3/"), HasSubstr("IPv4"));
  EXPECT_THAT(MessageOf("http://1.2.3.256/"), HasSubstr("IPv4"));
  EXPECT_THAT(MessageOf("http://a..b/"), HasSubstr("empty"));
  EXPECT_THAT(MessageOf("http://./"), HasSubstr("empty"));
  EXPECT_THAT(MessageOf("http://a b/"), HasSubstr("letters, digits"));
  EXPECT_THAT(MessageOf("http://b\xc3\xbc"
                        "cher.example/"),
              HasSubstr("xn--"));
  EXPECT_THAT(MessageOf("http://" + std::string(64, 'a') + "/"), HasSubstr("63"));
  EXPECT_THAT(MessageOf("http://h/a b"), HasSubstr("write %20"));
  EXPECT_THAT(MessageOf("http://h/a\r\nb"), HasSubstr("write %0D"));
  EXPECT_THAT(MessageOf("http://h/${row}"), HasSubstr("write %7B"));
  EXPECT_THAT(MessageOf("http://h/%zz"), HasSubstr("%25"));
  EXPECT_THAT(MessageOf("http://h/%2"), HasSubstr("%25"));
  EXPECT_THAT(MessageOf("http://h/a#b"), HasSubstr("fragment"));
}

TEST(ParseUrl, NeverRepeatsAPassword) {
  for (const std::string_view text : {"http://user:s3cret@h/", "http://user:s3/cret@h/",
                                      "http://user:s3?cret@h/", "http://user:s3#cret@h/"}) {
    EXPECT_THAT(MessageOf(text), Not(HasSubstr("s3"))) << text;
  }
  EXPECT_THAT(MessageOf("http://user@h/"), HasSubstr("environment"));
}

TEST(ResolveUrl, FollowsReferences) {
  // The base and several examples are those of RFC 3986 5.4, with http's rules.
  const Url base = *ParseUrl("http://a/b/c/d?q");
  const auto resolve = [&](std::string_view reference) {
    const Result<Url> url = ResolveUrl(base, reference);
    return url.has_value() ? url->Text() : url.error().message;
  };
  EXPECT_EQ(resolve("g"), "http://a/b/c/g");
  EXPECT_EQ(resolve("./g"), "http://a/b/c/g");
  EXPECT_EQ(resolve("g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolve("/g"), "http://a/g");
  EXPECT_EQ(resolve("//g"), "http://g/");
  EXPECT_EQ(resolve("?y"), "http://a/b/c/d?y");
  EXPECT_EQ(resolve("g?y"), "http://a/b/c/g?y");
  EXPECT_EQ(resolve("#s"), "http://a/b/c/d?q");
  EXPECT_EQ(resolve("g?y#s"), "http://a/b/c/g?y");
  EXPECT_EQ(resolve(""), "http://a/b/c/d?q");
  EXPECT_EQ(resolve("."), "http://a/b/c/");
  EXPECT_EQ(resolve(".."), "http://a/b/");
  EXPECT_EQ(resolve("../g"), "http://a/b/g");
  EXPECT_EQ(resolve("../../../g"), "http://a/g");
  EXPECT_EQ(resolve("/./g"), "http://a/g");
  EXPECT_EQ(resolve("g/../h"), "http://a/b/c/h");
  EXPECT_EQ(resolve("g?y/../x"), "http://a/b/c/g?y/../x");
  EXPECT_EQ(resolve("https://x:1/y"), "https://x:1/y");
  EXPECT_THAT(resolve("mailto:someone"), HasSubstr("neither http nor https"));
  EXPECT_THAT(resolve("/a b"), HasSubstr("percent-encoded"));
}

}  // namespace
}  // namespace loadline::http
