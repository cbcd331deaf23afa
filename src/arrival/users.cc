#include "arrival/users.h"

#include "arrival/schedule.h"
#include "arrival/streams.h"
#include "base/check.h"

namespace loadline::arrival {

Duration SpawnAt(std::int64_t user, Rate spawn) {
  return spawn.per_second > 0 ? EvenlySpaced(user, spawn) : Duration::zero();
}

ThinkTimes ThinkTimes::Constant(Duration length) {
  CHECK(length >= Duration::zero());
  return {Kind::kConstant, length, 0};
}

ThinkTimes ThinkTimes::Exponential(Duration mean, std::uint64_t seed) {
  CHECK(mean >= Duration::zero());
  return {Kind::kExponential, mean, StreamStart(seed, Stream::kThinking)};
}

Duration ThinkTimes::Of(std::int64_t user, std::int64_t answer) const {
  switch (kind_) {
    case Kind::kConstant:
      return mean_;
    case Kind::kExponential: {
      // A stream of its own for every user.
      const std::uint64_t start = StreamSeed(stream_, static_cast<std::uint64_t>(user));
      return FromSeconds(UnitExponential(Draw(start, answer)) * Seconds(mean_));
    }
  }
  CHECK(false);
}

}  // namespace loadline::arrival
