#include "base/url_text.h"

#include <gtest/gtest.h>

namespace loadline {
namespace {

TEST(ShownUrl, LeavesOutTheQuery) {
  EXPECT_EQ(ShownUrl("https://h/a?sig=1"), "https://h/a?…");
  EXPECT_EQ(ShownUrl("https://h/a"), "https://h/a");
}

TEST(ShownUrl, HoldsNeitherQueryNorPassword) {
  EXPECT_EQ(ShownUrl("https://me:word@h/a@b?c=d"), "https://h/a@b?…");
  EXPECT_EQ(ShownUrl("rows.csv"), "rows.csv");
}

}  // namespace
}  // namespace loadline
