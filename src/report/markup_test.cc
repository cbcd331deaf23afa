#include "report/markup.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace loadline::report {
namespace {

TEST(Escaped, LeavesNoMarkup) {
  EXPECT_EQ(Escaped("</script><b x='1' y=\"2\">&amp;"),
            "&lt;/script&gt;&lt;b x=&#39;1&#39; y=&quot;2&quot;&gt;&amp;amp;");
}

TEST(Escaped, KeepsNewlinesAndOtherLetters) {
  EXPECT_EQ(Escaped("a\nb µs ∞ 語"), "a\nb µs ∞ 語");
}

TEST(Escaped, TakesOutControlsAndWhatIsNotUtf8) {
  EXPECT_EQ(Escaped(std::string("a\0b\x1b[31m\r", 9)), "a b [31m ");
  EXPECT_EQ(Escaped("\xff\xc0\xaf<"), "???&lt;");
  // U+202E turns the direction of what follows.
  EXPECT_EQ(Escaped("x\u202ey"), "x y");
}

TEST(ScriptString, CannotEndItsScript) {
  EXPECT_EQ(ScriptString("</script><!--&\"\\\n"),
            "\"\\u003c/script\\u003e\\u003c!--\\u0026\\\"\\\\\\u000a\"");
}

TEST(ScriptString, HasNoLineEndsOfScripts) {
  EXPECT_EQ(ScriptString("a\u2028b\u2029c"), "\"a b c\"");
}

TEST(Coordinate, HasOneDecimalAtMost) {
  EXPECT_EQ(Coordinate(12.34), "12.3");
  EXPECT_EQ(Coordinate(300), "300");
  EXPECT_EQ(Coordinate(-0.01), "0");
  EXPECT_EQ(Coordinate(-2.54), "-2.5");
  EXPECT_EQ(Coordinate(std::numeric_limits<double>::quiet_NaN()), "0");
}

}  // namespace
}  // namespace loadline::report
