#include "arrival/schedule.h"

#include <cmath>

#include "arrival/streams.h"

namespace loadline::arrival {
namespace {

void CheckRate(Rate rate) {
  CHECK(rate.per_second > 0 && std::isfinite(rate.per_second));
}

}  // namespace

Duration EvenlySpaced(std::int64_t k, Rate rate) {
  CHECK(k >= 0 && rate.per_second > 0);
  // Whole seconds apart from the rest, so that the nanoseconds are as sharp after a month as at the
  // start. fma makes the rest exact even where k / rate was rounded.
  const double count = static_cast<double>(k);
  const double seconds = std::floor(count / rate.per_second);
  if (!(seconds < 9.2e9)) {
    return Duration::max();
  }
  const double rest = std::fma(-seconds, rate.per_second, count) / rate.per_second;
  return Duration(static_cast<std::int64_t>(seconds) * 1'000'000'000) + FromSeconds(rest);
}

Schedule Schedule::Constant(Rate rate) {
  CheckRate(rate);
  return {Kind::kConstant, rate, 0};
}

Schedule Schedule::Poisson(Rate rate, std::uint64_t seed) {
  CheckRate(rate);
  return {Kind::kPoisson, rate, StreamStart(seed, Stream::kGaps)};
}

Duration Schedule::Due(std::int64_t k) {
  // Asking for the same arrival again is fine.
  CHECK(k >= 0 && k + 1 >= next_);
  switch (kind_) {
    case Kind::kConstant:
      next_ = k + 1;
      return EvenlySpaced(k, rate_);
    case Kind::kPoisson:
      // In units of the mean gap; always summed one by one, so that every walker rounds alike.
      for (; next_ <= k; ++next_) {
        sum_ -= std::log(UnitInterval(Draw(stream_, next_)));
      }
      return FromSeconds(sum_ / rate_.per_second);
  }
  CHECK(false);
}

}  // namespace loadline::arrival
