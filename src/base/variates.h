// Variates: random variables from 64 random bits.
//
// Pure functions of nothing but additions, multiplications, divisions and shifts, so that the same
// bits give the same variable on every machine, one by one or many at once; std::log differs in its
// last bit from one C library to the next.
#pragma once

#include <bit>
#include <cstdint>
#include <numbers>
#include <span>

namespace loadline {

/// 64 random bits as a double strictly between 0 and 1 (52 bits: 53 would round up to 1).
[[nodiscard]] constexpr double UnitInterval(std::uint64_t bits) {
  // As the fraction of a number from 1 to 2, which needs no conversion; the difference is exact.
  return std::bit_cast<double>(0x3ff0'0000'0000'0000 | (bits >> 12)) - (1.0 - 0x1p-53);
}

/// Exponential with mean 1: -ln(UnitInterval(bits)), to 15 digits.
///
/// The interval's number is 2^-n m, with m within a factor sqrt(2) of 1. For s = (m - 1) / (m + 1)
/// ln m = 2 (s + s^3/3 + s^5/5 + …); as s^2 < 0.0295, ten terms after the first are enough.
/// Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 1964, 4.1.27.
[[nodiscard]] constexpr double UnitExponential(std::uint64_t bits) {
  constexpr std::uint64_t kFraction = 0x000f'ffff'ffff'ffff;  // Of a double's bits.
  constexpr std::uint64_t kOne = std::bit_cast<std::uint64_t>(1.0);
  constexpr std::uint64_t kLeast = std::bit_cast<std::uint64_t>(std::numbers::sqrt2 / 2.0);
  // So moved, the exponent changes where m would become less than sqrt(1/2).
  const std::uint64_t moved = std::bit_cast<std::uint64_t>(UnitInterval(bits)) + (kOne - kLeast);
  const double m = std::bit_cast<double>((moved & kFraction) + kLeast);
  // A whole number as the last bits of 2^52, because vector units cannot convert it.
  const double n = std::bit_cast<double>(0x4330'0000'0000'0000 | (1023 - (moved >> 52))) - 0x1p52;
  const double s = (m - 1.0) / (m + 1.0);
  // In pairs and pairs of pairs: most of the products need not wait for one another.
  const double s2 = s * s;
  const double s4 = s2 * s2;
  const double s8 = s4 * s4;
  const double low = (1.0 / 3 + s2 * (1.0 / 5)) + s4 * (1.0 / 7 + s2 * (1.0 / 9));
  const double middle = (1.0 / 11 + s2 * (1.0 / 13)) + s4 * (1.0 / 15 + s2 * (1.0 / 17));
  const double high = 1.0 / 19 + s2 * (1.0 / 21);
  const double series = low + s8 * (middle + s8 * high);
  const double twice = s + s;
  return n * std::numbers::ln2 - (twice + twice * s2 * series);
}

/// UnitExponential() of each of `bits`, to the same last bit, into as many places of `out`: four at
/// a time where the machine can.
void UnitExponentials(std::span<const std::uint64_t> bits, std::span<double> out);

}  // namespace loadline
