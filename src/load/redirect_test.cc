#include "load/redirect.h"

#include <gtest/gtest.h>

namespace loadline::load {
namespace {

const std::string kPost =
    "POST /a/b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nX-Id: 7\r\n"
    "Content-Length: 4\r\n\r\nbody";

http::Url Base() {
  return *http::ParseUrl("http://h/a");
}

TEST(Redirect, A307KeepsMethodAndBody) {
  std::string out;
  ASSERT_TRUE(Redirect(Base(), kPost, 307, "/c", out));
  EXPECT_EQ(out,
            "POST /c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nX-Id: 7\r\n"
            "Content-Length: 4\r\n\r\nbody");
}

TEST(Redirect, A303BecomesAGetWithoutBody) {
  std::string out;
  ASSERT_TRUE(Redirect(Base(), kPost, 303, "c?y", out));
  // Relative to /a/b, the request's own path.
  EXPECT_EQ(out, "GET /a/c?y HTTP/1.1\r\nHost: h\r\nX-Id: 7\r\n\r\n");
}

TEST(Redirect, A302OfAGetStaysAGet) {
  std::string out;
  ASSERT_TRUE(Redirect(Base(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 302, "http://h/z", out));
  EXPECT_EQ(out, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST(Redirect, NeverLeavesTheOrigin) {
  std::string out;
  EXPECT_FALSE(Redirect(Base(), kPost, 307, "http://other/c", out));
  EXPECT_FALSE(Redirect(Base(), kPost, 307, "https://h/c", out));
  EXPECT_FALSE(Redirect(Base(), kPost, 307, "http://h:81/c", out));
  EXPECT_FALSE(Redirect(Base(), kPost, 307, "http://", out));
}

TEST(IsRedirect, KnowsTheFiveThatHaveALocationToFollow) {
  for (const int status : {301, 302, 303, 307, 308}) {
    EXPECT_TRUE(IsRedirect(status));
  }
  for (const int status : {200, 300, 304, 305, 404}) {
    EXPECT_FALSE(IsRedirect(status));
  }
}

}  // namespace
}  // namespace loadline::load
