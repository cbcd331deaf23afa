// Protocol Buffers by hand, as far as OTLP needs them: fields are appended to a string.
//
// A message within a message is written to a string of its own first. Nothing here can fail when
// writing; reading takes any bytes. Belongs to one thread.
// Source: protobuf.dev, "Encoding".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace loadline::telemetry {

/// Appends the fields of one message. Scalars at their default (0, empty) are written too: where a
/// field may be left out is the caller's to know.
class ProtoWriter {
 public:
  /// A number as a varint: int32, int64, uint32, uint64, bool, enum.
  void Varint(int field, std::uint64_t value);
  /// sint32, sint64: small negative numbers stay short.
  void ZigZag(int field, std::int64_t value);
  /// fixed64, sfixed64.
  void Fixed64(int field, std::uint64_t value);
  void Double(int field, double value);
  /// string, bytes, and a message that was written before.
  void Bytes(int field, std::string_view value);
  void Message(int field, const ProtoWriter& message) { Bytes(field, message.text()); }
  /// repeated uint64, packed.
  void PackedVarints(int field, std::span<const std::uint64_t> values);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  void Tag(int field, int wire_type);
  void AppendVarint(std::uint64_t value);

  std::string text_;
};

/// Walks through the fields of one message.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view text) : rest_(text) {}

  /// Goes to the next field; false at the end, or at something that is no field.
  bool Next();
  /// Number of the field.
  [[nodiscard]] int field() const { return field_; }
  /// Its value: a varint, fixed64 or fixed32 (0 for bytes)…
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// …or its bytes: string, bytes or message.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  bool TakeVarint(std::uint64_t& value);
  bool TakeFixed(std::size_t size);

  std::string_view rest_;
  int field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
};

}  // namespace loadline::telemetry
