#include "telemetry/protobuf.h"

#include <bit>
#include <cstddef>

namespace loadline::telemetry {
namespace {

constexpr int kVarint = 0;
constexpr int kFixed64 = 1;
constexpr int kBytes = 2;
constexpr int kFixed32 = 5;

}  // namespace

void ProtoWriter::AppendVarint(std::uint64_t value) {
  while (value >= 0x80) {
    text_ += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  text_ += static_cast<char>(value);
}

void ProtoWriter::Tag(int field, int wire_type) {
  AppendVarint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire_type));
}

void ProtoWriter::Varint(int field, std::uint64_t value) {
  Tag(field, kVarint);
  AppendVarint(value);
}

void ProtoWriter::ZigZag(int field, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  Varint(field, (bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ProtoWriter::Fixed64(int field, std::uint64_t value) {
  Tag(field, kFixed64);
  for (int i = 0; i < 8; ++i) {
    text_ += static_cast<char>(value >> (8 * i));
  }
}

void ProtoWriter::Double(int field, double value) {
  Fixed64(field, std::bit_cast<std::uint64_t>(value));
}

void ProtoWriter::Bytes(int field, std::string_view value) {
  Tag(field, kBytes);
  AppendVarint(value.size());
  text_ += value;
}

void ProtoWriter::PackedVarints(int field, std::span<const std::uint64_t> values) {
  ProtoWriter packed;
  for (const std::uint64_t value : values) {
    packed.AppendVarint(value);
  }
  Bytes(field, packed.text_);
}

bool ProtoReader::TakeVarint(std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      return true;
    }
  }
  return false;
}

bool ProtoReader::TakeFixed(std::size_t size) {
  if (rest_.size() < size) {
    return false;
  }
  for (std::size_t i = 0; i < size; ++i) {
    number_ |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
  }
  rest_.remove_prefix(size);
  return true;
}

bool ProtoReader::Next() {
  number_ = 0;
  bytes_ = {};
  std::uint64_t tag = 0;
  if (rest_.empty() || !TakeVarint(tag)) {
    return false;
  }
  field_ = static_cast<int>(tag >> 3 & 0x1fffffff);
  switch (static_cast<int>(tag & 7)) {
    case kVarint:
      return TakeVarint(number_);
    case kFixed64:
      return TakeFixed(8);
    case kFixed32:
      return TakeFixed(4);
    case kBytes: {
      std::uint64_t size = 0;
      if (!TakeVarint(size) || size > rest_.size()) {
        return false;
      }
      bytes_ = rest_.substr(0, size);
      rest_.remove_prefix(size);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace loadline::telemetry
