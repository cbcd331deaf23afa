// TokenBucket: a rate limiter as gateways use it. No clock, one thread.
#pragma once

#include <algorithm>

#include "base/units.h"

namespace loadline::sim {

class TokenBucket {
 public:
  /// Full at the beginning: `burst` >= 1 tokens, refilled with `rate` > 0 per second.
  TokenBucket(Rate rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

  /// Takes a token if there is one. `now` never goes back.
  [[nodiscard]] bool Take(Instant now) {
    tokens_ = std::min(burst_, tokens_ + Seconds(now - updated_) * rate_.per_second);
    updated_ = now;
    if (tokens_ < 1.0) {
      return false;
    }
    tokens_ -= 1.0;
    return true;
  }

 private:
  // Constant after construction.
  Rate rate_;
  double burst_;
  // Owner thread only.
  double tokens_;
  Instant updated_{};
};

}  // namespace loadline::sim
