#include "telemetry/protobuf.h"

#include <gtest/gtest.h>

#include <array>

namespace loadline::telemetry {
namespace {

using namespace std::literals;

TEST(ProtoWriter, WritesTheExamplesOfTheSpecification) {
  // protobuf.dev: field 1 = 150 is 08 96 01; field 2 = "testing" is 12 07 and the text.
  ProtoWriter number;
  number.Varint(1, 150);
  EXPECT_EQ(number.text(), "\x08\x96\x01"s);
  ProtoWriter text;
  text.Bytes(2, "testing");
  EXPECT_EQ(text.text(), "\x12\x07testing"s);
  // A message with field 3 = that message: 1a 03 08 96 01.
  ProtoWriter outer;
  outer.Message(3, number);
  EXPECT_EQ(outer.text(), "\x1a\x03\x08\x96\x01"s);
  // Field 6 = [3, 270, 86942], packed: 32 06 03 8e 02 9e a7 05.
  ProtoWriter packed;
  packed.PackedVarints(6, std::array<std::uint64_t, 3>{3, 270, 86942});
  EXPECT_EQ(packed.text(), "\x32\x06\x03\x8e\x02\x9e\xa7\x05"s);
}

TEST(ProtoWriter, KeepsSmallNegativeNumbersShort) {
  // ZigZag: 0, -1, 1, -2 become 0, 1, 2, 3.
  ProtoWriter out;
  out.ZigZag(1, -1);
  out.ZigZag(1, 1);
  out.ZigZag(1, -2);
  EXPECT_EQ(out.text(), "\x08\x01\x08\x02\x08\x03"s);
}

TEST(ProtoWriter, WritesDoublesLittleEndian) {
  ProtoWriter out;
  out.Double(4, 1.0);  // 0x3ff0000000000000
  EXPECT_EQ(out.text(), "\x21\0\0\0\0\0\0\xf0\x3f"s);
}

TEST(ProtoReader, ReadsBackWhatWasWritten) {
  ProtoWriter out;
  out.Varint(1, 300);
  out.Fixed64(2, 0x0102030405060708);
  out.Bytes(3, "abc");
  ProtoReader in(out.text());
  ASSERT_TRUE(in.Next());
  EXPECT_EQ(in.field(), 1);
  EXPECT_EQ(in.number(), 300U);
  ASSERT_TRUE(in.Next());
  EXPECT_EQ(in.field(), 2);
  EXPECT_EQ(in.number(), 0x0102030405060708U);
  ASSERT_TRUE(in.Next());
  EXPECT_EQ(in.field(), 3);
  EXPECT_EQ(in.bytes(), "abc");
  EXPECT_FALSE(in.Next());
}

TEST(ProtoReader, EndsAtWhateverIsNoField) {
  for (const std::string& wrong : {"\x08"s, "\x0a\x05"s + "ab", "\x09\x01\x02"s, "\x0b"s, "<html>"s,
                                   "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s}) {
    ProtoReader in(wrong);
    int fields = 0;
    while (in.Next() && fields < 100) {
      ++fields;
    }
    EXPECT_LT(fields, 100);
  }
}

}  // namespace
}  // namespace loadline::telemetry
