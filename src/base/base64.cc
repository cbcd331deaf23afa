#include "base/base64.h"

#include <array>
#include <cstdint>

namespace loadline {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> Inverse() {
  std::array<std::uint8_t, 256> inverse{};
  inverse.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    inverse[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return inverse;
}
constexpr std::array<std::uint8_t, 256> kInverse = Inverse();

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t taken = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < taken ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text.push_back(j <= taken ? kAlphabet[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return text;
}

Result<std::string> DecodeBase64(std::string_view text) {
  const Error error{ErrorCode::kCorrupt, "not base64"};
  if (text.size() % 4 == 0) {
    for (int pads = 0; pads < 2 && text.ends_with('='); ++pads) {
      text.remove_suffix(1);
    }
  }
  if (text.size() % 4 == 1) {
    return error;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::uint8_t value = kInverse[static_cast<unsigned char>(c)];
    if (value == kNone) {
      return error;
    }
    bits = (bits << 6 | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  if ((bits & ((1U << held) - 1)) != 0) {
    return error;
  }
  return bytes;
}

}  // namespace loadline
