#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace loadline {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foob"), "Zm9vYg==");
  EXPECT_EQ(EncodeBase64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
    EXPECT_EQ(*DecodeBase64(EncodeBase64(bytes)), bytes);
  }
}

TEST(Base64, DecodesWithoutPadding) {
  EXPECT_EQ(*DecodeBase64("Zg"), "f");
  EXPECT_EQ(*DecodeBase64("Zm8"), "fo");
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text : {"Z", "Zg=", "Zg===", "====", "=", "Zm9v\n", "Zm 9v", "Zm9v!",
                           "Zh==", "Z===", "_-_-", "Zg==Zg=="}) {
    EXPECT_FALSE(DecodeBase64(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace loadline
