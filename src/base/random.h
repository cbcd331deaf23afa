// Seeded random numbers: the same seed gives the same run on every machine and compiler.
//
// std:: distributions differ between standard libraries, so the few we need are written out.
// A Random belongs to one thread; Mix() is a pure function.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/variates.h"

namespace loadline {

/// A well-mixed 64-bit hash of `x` (the finaliser of SplitMix64).
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
/// 2014.
[[nodiscard]] constexpr std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A seed for an independent stream: stream `index` of the run seeded with `seed`.
[[nodiscard]] constexpr std::uint64_t StreamSeed(std::uint64_t seed, std::uint64_t index) {
  return Mix(seed ^ Mix(index + 0x632be59bd9b4e019ULL));
}

/// xoshiro256++.
/// Source: D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS
/// 47(4), 2021.
class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      word = Mix(seed);
    }
  }

  std::uint64_t Next() {
    const std::uint64_t result = RotateLeft(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = RotateLeft(state_[3], 45);
    return result;
  }

  /// Uniform in (0, 1), ends excluded.
  double Uniform() { return UnitInterval(Next()); }

  /// Uniform whole number in [0, bound); bound >= 1. Bias below 2^-32 for bounds below 2^32.
  std::uint64_t Below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(Next()) * bound) >> 64);
  }

  /// Exponential with mean 1.
  double Exponential() { return UnitExponential(Next()); }

  /// Normal with mean 0 and standard deviation 1 (Box-Muller, one of the pair).
  double Normal() {
    const double radius = std::sqrt(2.0 * Exponential());
    return radius * std::cos(2.0 * std::numbers::pi * Uniform());
  }

 private:
  static constexpr std::uint64_t RotateLeft(std::uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace loadline
