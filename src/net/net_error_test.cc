#include "net/net_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace loadline::net {
namespace {

TEST(NetErrorFromErrno, TellsTheTargetsFaultsFromOurs) {
  EXPECT_EQ(NetErrorFromErrno(0), NetError::kNone);
  EXPECT_EQ(NetErrorFromErrno(ECONNREFUSED), NetError::kRefused);
  EXPECT_EQ(NetErrorFromErrno(EPIPE), NetError::kReset);
  EXPECT_EQ(NetErrorFromErrno(EHOSTUNREACH), NetError::kUnreachable);
  EXPECT_EQ(NetErrorFromErrno(EINVAL), NetError::kOther);
  EXPECT_FALSE(IsGeneratorFault(NetErrorFromErrno(ECONNRESET)));
  EXPECT_FALSE(IsGeneratorFault(NetErrorFromErrno(ETIMEDOUT)));
  EXPECT_TRUE(IsGeneratorFault(NetErrorFromErrno(EMFILE)));
  EXPECT_TRUE(IsGeneratorFault(NetErrorFromErrno(EADDRNOTAVAIL)));
  EXPECT_TRUE(IsGeneratorFault(NetErrorFromErrno(ENOBUFS)));
  EXPECT_TRUE(IsGeneratorFault(NetErrorFromErrno(EPERM)));
}

TEST(NetErrorText, IsDifferentForEveryKind) {
  std::vector<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(NetError::kOther); ++i) {
    const std::string_view text = Text(static_cast<NetError>(i));
    EXPECT_EQ(std::count(seen.begin(), seen.end(), text), 0) << text;
    seen.push_back(text);
  }
}

TEST(ErrnoText, IsTheSystemsText) {
  EXPECT_EQ(ErrnoText(ENOENT), "No such file or directory");
}

}  // namespace
}  // namespace loadline::net
