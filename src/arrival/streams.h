// The random streams of a load: one number per purpose, so that no two purposes share their draws.
//
// Draw k of a stream is SplitMix64's k-th output, computed directly. Pure functions.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace loadline::arrival {

/// What a stream is for. The numbers are part of what a seed means: never change one.
enum class Stream : std::uint64_t { kGaps = 1, kTasks = 2, kThinking = 3 };

/// Where the stream for `purpose` of the run seeded with `seed` starts.
[[nodiscard]] constexpr std::uint64_t StreamStart(std::uint64_t seed, Stream purpose) {
  return StreamSeed(seed, static_cast<std::uint64_t>(purpose));
}

/// Draw `k` of the stream that starts at `start`: 64 random bits.
[[nodiscard]] constexpr std::uint64_t Draw(std::uint64_t start, std::int64_t k) {
  return Mix(start + static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15ULL);
}

}  // namespace loadline::arrival
