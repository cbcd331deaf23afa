#include "stats/histogram_codec.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <string>

#include "base/base64.h"
#include "base/random.h"

namespace loadline::stats {
namespace {

// Written by the Python port of HdrHistogram (hdrhistogram 0.10.8): HdrHistogram(128, 3600·10^9, 3)
// with 1, 2, … 1,000 ms once each, 0, 127 ns and one hour, and 250 ms 5,000,000,000 times more.
constexpr std::string_view kByPython =
    "HISTFAAAAKV4nJNpmSzMwMC+nwECmKF0A5DpZrBjAYP9B4gAy347pr/"
    "8TKs5mM6zMx1mYXrKDELPmZnOMzF9ZERBn8HkVUam"
    "cqywEs6KZrJmsiQBYxOVZ5JmkgViaYI0carI08XPxAuE3GgkpfxBp6vpxPoFqsTo5GRiZmKFQ2YsLOyitNE1mNwy0nUxAi"
    "GY"
    "QIcUCVLfRDpZM2QdPmrN4LUGjbt+DyMTAEhCRFo=";

// HdrHistogram(1, 1000, 2) with 0, 1, 1, 5 and 700, inflated, from the same program.
constexpr std::string_view kSmallPayload(
    "\x1c\x84\x93\x13\0\0\0\x07\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\x03\xe8\x3f\xf0\0\0"
    "\0\0\0\0"
    "\x02\x04\x05\x02\xd1\x06\x02",
    47);

Histogram Small() {
  Histogram histogram({.lowest = Duration(1), .highest = Duration(1000), .digits = 2});
  for (const int value : {0, 1, 1, 5, 700}) {
    histogram.Record(Duration(value));
  }
  return histogram;
}

TEST(HistogramCodec, ReadsWhatAnotherPortWrote) {
  const Result<Histogram> read = DecodeText(kByPython);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->layout(), HistogramLayout{});
  EXPECT_EQ(read->count(), 5'000'001'003);
  Histogram expected;
  for (int i = 1; i <= 1000; ++i) {
    expected.Record(i * 1ms);
  }
  expected.Record(0ns);
  expected.Record(127ns);
  expected.Record(1h);
  expected.RecordN(250ms, 5'000'000'000);
  EXPECT_EQ(*read, expected);
  // As that program answered for its own histogram.
  EXPECT_EQ(read->ValueAtQuantile(0.5), Duration(250'085'375));
  EXPECT_EQ(read->Max(), Duration(3'601'330'077'695));
  EXPECT_NEAR(static_cast<double>(read->Mean().count()), 250'020'610, 1);
  EXPECT_NEAR(static_cast<double>(read->Stddev().count()), 50'912'060, 1);
}

TEST(HistogramCodec, WritesTheSamePayloadAsTheOtherPort) {
  EXPECT_EQ(Encode(Small()), kSmallPayload);
}

TEST(HistogramCodec, ReadsBackWhatItWrites) {
  Histogram histogram;
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    histogram.Record(FromSeconds(random.Exponential()));
  }
  histogram.RecordN(2s, INT64_MAX / 8);
  for (const Histogram& h : {histogram, Small(), Histogram()}) {
    EXPECT_EQ(*Decode(Encode(h)), h);
    EXPECT_EQ(*Decode(EncodeCompressed(h)), h);
    EXPECT_EQ(*DecodeText(EncodeText(h)), h);
  }
  EXPECT_EQ(EncodeText(histogram).substr(0, 6), "HISTFA");
}

TEST(HistogramCodec, ReadsTheEmptyOneOfOtherPorts) {
  // Python writes no counts at all, Java a single zero.
  EXPECT_EQ(*DecodeText("HISTFAAAAB14nJNpmSzMgADMULoByHQz2LGAwf4DRAAAVqgEyg=="), Histogram());
  std::string java = Encode(Histogram()) + std::string(1, '\0');
  java[7] = 1;
  EXPECT_EQ(*Decode(java), Histogram());
}

TEST(HistogramCodec, IgnoresWhatFollows) {
  EXPECT_EQ(*Decode(std::string(kSmallPayload) + "rest"), Small());
  EXPECT_EQ(*Decode(EncodeCompressed(Small()) + "rest"), Small());
}

TEST(HistogramCodec, RefusesEveryTruncation) {
  const std::string plain = Encode(Small());
  const std::string packed = EncodeCompressed(Small());
  for (std::size_t n = 0; n < plain.size(); ++n) {
    EXPECT_FALSE(Decode(plain.substr(0, n)).has_value()) << n;
  }
  for (std::size_t n = 0; n < packed.size(); ++n) {
    EXPECT_FALSE(Decode(packed.substr(0, n)).has_value()) << n;
  }
}

TEST(HistogramCodec, SurvivesEveryFlippedByte) {
  for (const std::string& good :
       {Encode(Small()), EncodeCompressed(Small()), *DecodeBase64(kByPython)}) {
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ flip);
        const Result<Histogram> read = Decode(bad);
        if (read.has_value()) {
          EXPECT_GE(read->count(), 0);
        } else {
          EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
        }
      }
    }
  }
}

TEST(HistogramCodec, RefusesCountsThatTheLayoutDoesNotHave) {
  const auto with_counts = [](const std::string& counts) {
    std::string payload(kSmallPayload.substr(0, 40));
    payload[7] = static_cast<char>(counts.size());
    return Decode(payload + counts);
  };
  // 512 buckets. A run of 511 zeros is −511: ZigZag 1021 = 0xfd 0x07; then one value fits, a second
  // does not.
  EXPECT_EQ(with_counts("\xfd\x07\x02")->count(), 1);
  EXPECT_FALSE(with_counts("\xfd\x07\x02\x02").has_value());
  EXPECT_FALSE(with_counts("\x81\x08\x02").has_value());  // −513
  // The most negative number there is.
  EXPECT_FALSE(with_counts("\xff\xff\xff\xff\xff\xff\xff\xff\xff").has_value());
  // 2^63 − 1 twice would overflow the total.
  EXPECT_FALSE(with_counts("\xfe\xff\xff\xff\xff\xff\xff\xff\xff").has_value());
  // A number that never ends.
  EXPECT_FALSE(with_counts("\x80").has_value());
}

TEST(HistogramCodec, RefusesABombWithoutInflatingIt) {
  // A header that promises 4 GiB of counts, compressed.
  std::string payload(kSmallPayload.substr(0, 40));
  payload.replace(4, 4, "\xff\xff\xff\xff");
  std::string packed(200, '\0');
  uLongf length = packed.size();
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &length,
                     reinterpret_cast<const Bytef*>(payload.data()), payload.size()),
            Z_OK);
  packed.resize(length);
  const std::string bytes =
      std::string("\x1c\x84\x93\x14\0\0\0", 7) + static_cast<char>(length) + packed;
  const Result<Histogram> read = Decode(bytes);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message, "histogram: it has more counts than its layout");
}

TEST(HistogramCodec, RefusesOtherFormats) {
  EXPECT_FALSE(Decode("").has_value());
  EXPECT_FALSE(Decode(std::string(100, '\0')).has_value());
  EXPECT_FALSE(DecodeText("not base64!").has_value());
  std::string version1(kSmallPayload);
  version1[3] = 0x01;
  EXPECT_EQ(Decode(version1).error().message, "histogram: not the V2 encoding");
  std::string shifted(kSmallPayload);
  shifted[11] = 1;
  EXPECT_FALSE(Decode(shifted).has_value());
}

}  // namespace
}  // namespace loadline::stats
