#include "stats/histogram_codec.h"

#include <fmt/core.h>
#include <zlib.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/base64.h"

namespace loadline::stats {
namespace {

// The low byte of a cookie's base says how it is packed; 0x10 says "ZigZag LEB128, 64-bit counts".
constexpr std::uint32_t kPlainCookie = 0x1c849303 | 0x10;
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr std::size_t kHeaderBytes = 40;
// zlib with a window of 4 KiB: counts repeat close by, so the default's 32 KiB and its 256 KiB of
// working memory, allocated for each histogram, make nothing smaller. Any decoder reads it.
constexpr int kWindowBits = 12;
constexpr int kMemoryLevel = 5;
constexpr std::size_t kMaxCountBytes = 9;  // Of one LEB128 number; the ninth byte has 8 bits.

Error Corrupt(std::string_view what) {
  return {ErrorCode::kCorrupt, fmt::format("histogram: {}", what)};
}

template <typename Unsigned>
void PutBigEndian(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

// `at` + sizeof(Unsigned) must lie within `bytes`.
template <typename Unsigned>
Unsigned GetBigEndian(std::string_view bytes, std::size_t at) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
  }
  return value;
}

void PutZigZag(std::string& out, std::int64_t number) {
  std::uint64_t left =
      static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  for (std::size_t i = 1; i < kMaxCountBytes && left >= 0x80; ++i) {
    out.push_back(static_cast<char>((left & 0x7f) | 0x80));
    left >>= 7;
  }
  out.push_back(static_cast<char>(left));
}

// Takes one number off the front of `bytes`; nothing where it is cut short.
std::optional<std::int64_t> TakeZigZag(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kMaxCountBytes && i < bytes.size(); ++i) {
    const std::uint64_t byte = static_cast<unsigned char>(bytes[i]);
    const bool last = i + 1 == kMaxCountBytes || byte < 0x80;
    number |= (i + 1 == kMaxCountBytes ? byte : byte & 0x7f) << (7 * i);
    if (last) {
      bytes.remove_prefix(i + 1);
      return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1));
    }
  }
  return std::nullopt;
}

struct Header {
  HistogramLayout layout;
  std::size_t count_bytes = 0;  // Length of what follows.
};

Result<Header> ReadHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) {
    return Corrupt("cut short");
  }
  if (GetBigEndian<std::uint32_t>(bytes, 0) != kPlainCookie) {
    return Corrupt("not the V2 encoding");
  }
  if (GetBigEndian<std::uint32_t>(bytes, 8) != 0) {
    return Corrupt("its values are shifted, which is not supported");
  }
  const std::uint32_t digits = GetBigEndian<std::uint32_t>(bytes, 12);
  const std::uint64_t lowest = GetBigEndian<std::uint64_t>(bytes, 16);
  const std::uint64_t highest = GetBigEndian<std::uint64_t>(bytes, 24);
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (digits > 5 || lowest > kMax || highest > kMax) {
    return Corrupt("its layout is out of range");
  }
  Header header;
  header.layout = {.lowest = Duration(static_cast<std::int64_t>(lowest)),
                   .highest = Duration(static_cast<std::int64_t>(highest)),
                   .digits = static_cast<int>(digits)};
  if (const Status valid = ValidateLayout(header.layout); !valid.has_value()) {
    return Error{ErrorCode::kCorrupt, valid.error().message};
  }
  header.count_bytes = GetBigEndian<std::uint32_t>(bytes, 4);
  return header;
}

Result<Histogram> ReadCounts(const Header& header, std::string_view bytes) {
  Histogram histogram(header.layout);
  std::size_t index = 0;
  while (!bytes.empty()) {
    const std::optional<std::int64_t> number = TakeZigZag(bytes);
    if (!number.has_value()) {
      return Corrupt("cut short");
    }
    const std::uint64_t left = histogram.BucketCount() - index;
    if (*number < 0) {
      const std::uint64_t zeros = ~static_cast<std::uint64_t>(*number) + 1;
      if (zeros > left) {
        return Corrupt("it has more counts than its layout");
      }
      index += zeros;
    } else {
      if (left == 0) {
        return Corrupt("it has more counts than its layout");
      }
      if (*number > std::numeric_limits<std::int64_t>::max() / 4 - histogram.count()) {
        return Corrupt("it counts more than 2^61 values");
      }
      histogram.AddAtIndex(index, *number);
      ++index;
    }
  }
  return histogram;
}

// Inflates from one input into buffers of known size, so that a bomb gets no further than we asked.
class Inflater {
 public:
  explicit Inflater(std::string_view bytes) {
    // zlib promises not to write through next_in, but only newer versions say so in its type.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    CHECK(inflateInit(&stream_) == Z_OK);
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// The next `length` bytes; fewer where the input ends or is broken.
  std::string Take(std::size_t length) {
    std::string out(length, '\0');
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(length);
    while (stream_.avail_out > 0 && inflate(&stream_, Z_NO_FLUSH) == Z_OK) {
    }
    out.resize(length - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_{};
};

Result<Histogram> DecodeCompressed(std::string_view bytes) {
  constexpr std::size_t kPrefix = 8;
  if (bytes.size() < kPrefix) {
    return Corrupt("cut short");
  }
  const std::size_t length = GetBigEndian<std::uint32_t>(bytes, 4);
  if (length > bytes.size() - kPrefix) {
    return Corrupt("cut short");
  }
  Inflater inflater(bytes.substr(kPrefix, length));
  const Header header = TRY(ReadHeader(inflater.Take(kHeaderBytes)));
  // An empty histogram of the same layout tells how many counts there may be; its pages stay
  // untouched.
  const std::size_t most = Histogram(header.layout).BucketCount() * kMaxCountBytes;
  if (header.count_bytes > most) {
    return Corrupt("it has more counts than its layout");
  }
  const std::string counts = inflater.Take(header.count_bytes);
  if (counts.size() != header.count_bytes) {
    return Corrupt("its compressed data is broken");
  }
  return ReadCounts(header, counts);
}

}  // namespace

std::string Encode(const Histogram& histogram) {
  std::string counts;
  const std::size_t end = histogram.UsedEnd();
  for (std::size_t i = 0; i < end;) {
    const std::int64_t count = histogram.CountAtIndex(i);
    std::size_t next = i + 1;
    if (count == 0) {
      while (histogram.CountAtIndex(next) == 0) {  // The last one in use is not 0.
        ++next;
      }
    }
    // A run of two zeros or more is its negative length; a single one is itself.
    const std::int64_t run = static_cast<std::int64_t>(next - i);
    PutZigZag(counts, count == 0 && run > 1 ? -run : count);
    i = next;
  }
  std::string out;
  out.reserve(kHeaderBytes + counts.size());
  PutBigEndian(out, kPlainCookie);
  PutBigEndian(out, static_cast<std::uint32_t>(counts.size()));
  PutBigEndian(out, std::uint32_t{0});  // No shift.
  PutBigEndian(out, static_cast<std::uint32_t>(histogram.layout().digits));
  PutBigEndian(out, static_cast<std::uint64_t>(histogram.layout().lowest.count()));
  PutBigEndian(out, static_cast<std::uint64_t>(histogram.layout().highest.count()));
  PutBigEndian(out, std::bit_cast<std::uint64_t>(1.0));  // Values are whole numbers as they are.
  return out + counts;
}

std::string EncodeCompressed(const Histogram& histogram) {
  std::string plain = Encode(histogram);
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  std::string out;
  PutBigEndian(out, kCompressedCookie);
  PutBigEndian(out, static_cast<std::uint32_t>(packed.size()));
  return out + packed;
}

std::string EncodeText(const Histogram& histogram) {
  return EncodeBase64(EncodeCompressed(histogram));
}

Result<Histogram> Decode(std::string_view bytes) {
  if (bytes.size() >= 4 && GetBigEndian<std::uint32_t>(bytes, 0) == kCompressedCookie) {
    return DecodeCompressed(bytes);
  }
  const Header header = TRY(ReadHeader(bytes));
  bytes.remove_prefix(kHeaderBytes);
  if (header.count_bytes > bytes.size()) {
    return Corrupt("cut short");
  }
  return ReadCounts(header, bytes.substr(0, header.count_bytes));
}

Result<Histogram> DecodeText(std::string_view text) {
  const std::string bytes = TRY(DecodeBase64(text));
  return Decode(bytes);
}

}  // namespace loadline::stats
