// State bins: which numbers in flight are counted together, so that memory stays bounded.
//
// Up to 127 requests in flight each number is a bin of its own; above, 64 bins per doubling (at
// most 1.6 % wide). 2^31 requests in flight need 1,728 bins. Pure functions.
#pragma once

#include <bit>
#include <cstdint>

namespace loadline::search {

inline constexpr std::uint32_t kExactStates = 128;

/// The bin that counts `in_flight` requests in flight.
[[nodiscard]] constexpr std::uint32_t BinOf(std::uint32_t in_flight) {
  if (in_flight < kExactStates) {
    return in_flight;
  }
  const std::uint32_t shift = static_cast<std::uint32_t>(std::bit_width(in_flight)) - 7;
  return (shift << 6) + (in_flight >> shift);
}

/// How many numbers in flight share `bin`.
[[nodiscard]] constexpr std::uint32_t BinWidth(std::uint32_t bin) {
  return bin < kExactStates ? 1 : 1u << ((bin >> 6) - 1);
}

/// The smallest number in flight in `bin`.
[[nodiscard]] constexpr std::uint32_t BinFloor(std::uint32_t bin) {
  if (bin < kExactStates) {
    return bin;
  }
  const std::uint32_t shift = (bin >> 6) - 1;
  return (bin - (shift << 6)) << shift;
}

}  // namespace loadline::search
