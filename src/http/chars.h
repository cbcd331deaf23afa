// Which bytes may stand where in HTTP/1.1 (RFC 9110 5.5, 5.6.2), and comparing without case.
//
// Pure functions; safe from any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace loadline::http {

namespace internal {
constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
inline constexpr std::array<bool, 256> kTokenTable = MakeTokenTable();
}  // namespace internal

/// May stand in a method or a header's name.
[[nodiscard]] constexpr bool IsTokenChar(char c) {
  return internal::kTokenTable[static_cast<unsigned char>(c)];
}

[[nodiscard]] constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// A space or a tab.
[[nodiscard]] constexpr bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int HexValue(char c) {
  if (IsDigit(c)) {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A control character that no header value may hold: below space but not a tab, or DEL.
[[nodiscard]] constexpr bool IsForbiddenInValue(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// The first byte in [begin, end) that no header value may hold (CR and LF are such), or `end`.
/// Eight bytes a step.
/// Source of the bit tricks: S. E. Anderson, "Bit Twiddling Hacks" (hasless, haszero).
[[nodiscard]] inline const char* FindForbiddenInValue(const char* begin, const char* end) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  while (true) {
    if constexpr (std::endian::native == std::endian::little) {
      while (end - begin >= 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, begin, sizeof(bytes));
        const std::uint64_t below_space = (bytes - kOnes * 0x20) & ~bytes;
        const std::uint64_t is_del = ((bytes ^ (kOnes * 0x7f)) - kOnes) & ~(bytes ^ (kOnes * 0x7f));
        const std::uint64_t found = (below_space | is_del) & kHighs;
        if (found != 0) {
          begin += std::countr_zero(found) / 8;  // The lowest bit found is never a false one.
          break;
        }
        begin += 8;
      }
    }
    while (begin < end && !IsForbiddenInValue(*begin) && *begin != '\t' && end - begin < 8) {
      ++begin;
    }
    if (begin == end || IsForbiddenInValue(*begin)) {
      return begin;
    }
    ++begin;  // A tab, or an ordinary byte where eight at a time are not supported.
  }
}

/// Equal but for the case of ASCII letters.
[[nodiscard]] constexpr bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x != y) {
      const unsigned lower = x | 0x20U;
      if (lower != (y | 0x20U) || lower < 'a' || lower > 'z') {
        return false;
      }
    }
  }
  return true;
}

/// `text` without spaces and tabs at either end.
[[nodiscard]] constexpr std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && IsBlank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace loadline::http
