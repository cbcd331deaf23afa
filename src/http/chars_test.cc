#include "http/chars.h"

#include <gtest/gtest.h>

#include <string>

namespace loadline::http {
namespace {

TEST(FindForbiddenInValue, FindsEveryForbiddenByteAtEveryPosition) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        const bool forbidden = (byte < 0x20 && byte != 0x09) || byte == 0x7f;
        const char* found = FindForbiddenInValue(text.data(), text.data() + size);
        ASSERT_EQ(found - text.data(), static_cast<std::ptrdiff_t>(forbidden ? at : size))
            << "byte " << byte << " at " << at << " of " << size;
      }
    }
  }
}

TEST(FindForbiddenInValue, PassesTabsAndBytesAboveAscii) {
  const std::string text = "\t\xff\t\x80 ordinary \t text \xc3\xa4 \t\t\t\t\t\t\t\t\t\r";
  EXPECT_EQ(FindForbiddenInValue(text.data(), text.data() + text.size()),
            text.data() + text.size() - 1);
}

TEST(EqualsIgnoreCase, IgnoresTheCaseOfLettersOnly) {
  EXPECT_TRUE(EqualsIgnoreCase("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(EqualsIgnoreCase("[", "{"));  // 0x5b and 0x7b differ in the same bit as letters.
  EXPECT_FALSE(EqualsIgnoreCase("@", "`"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
}

TEST(HexValue, KnowsDigitsOfBothCases) {
  EXPECT_EQ(HexValue('0'), 0);
  EXPECT_EQ(HexValue('a'), 10);
  EXPECT_EQ(HexValue('F'), 15);
  EXPECT_EQ(HexValue('g'), -1);
  EXPECT_EQ(HexValue('@'), -1);
  EXPECT_EQ(HexValue('`'), -1);
}

TEST(TrimBlanks, TakesSpacesAndTabsFromBothEnds) {
  EXPECT_EQ(TrimBlanks(" \t a b \t"), "a b");
  EXPECT_EQ(TrimBlanks(" \t"), "");
}

}  // namespace
}  // namespace loadline::http
