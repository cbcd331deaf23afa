#include "arrival/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "arrival/streams.h"

namespace loadline::arrival {
namespace {

constexpr std::size_t kAtOnce = 256;

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

Schedule Schedule::Shaped(std::shared_ptr<const Profile> profile) {
  CHECK(profile != nullptr && !profile->empty());
  Schedule schedule(Kind::kShaped, Rate{}, 0);
  schedule.profile_ = std::move(profile);
  return schedule;
}

Schedule Schedule::ShapedPoisson(std::shared_ptr<const Profile> profile, std::uint64_t seed) {
  CHECK(profile != nullptr && !profile->empty());
  Schedule schedule(Kind::kShapedPoisson, Rate{}, StreamStart(seed, Stream::kGaps));
  schedule.profile_ = std::move(profile);
  return schedule;
}

Schedule Schedule::Replayed(std::shared_ptr<const Trace> trace) {
  CHECK(trace != nullptr);
  Schedule schedule(Kind::kReplayed, Rate{}, 0);
  schedule.trace_ = std::move(trace);
  return schedule;
}

double Schedule::UnitTime(std::int64_t k) {
  // Always summed one by one, so that every walker rounds alike.
  for (; next_ <= k; ++next_) {
    sum_ += UnitExponential(Draw(stream_, next_));
  }
  return sum_;
}

Duration Schedule::Due(std::int64_t k) {
  // Asking for the same arrival again is fine.
  CHECK(k >= 0 && k + 1 >= next_);
  if (kind_ == Kind::kPoisson) {
    return std::min(kNever, FromSeconds(UnitTime(k) / rate_.per_second));
  }
  if (kind_ == Kind::kShapedPoisson) {
    return std::min(kNever, profile_->WhenArea(UnitTime(k)));
  }
  next_ = k + 1;
  switch (kind_) {
    case Kind::kShaped:
      return std::min(kNever, profile_->WhenArea(static_cast<double>(k)));
    case Kind::kReplayed:
      return trace_->Due(k);
    default:
      return std::min(kNever, EvenlySpaced(k, rate_));
  }
}

void Schedule::DueAll(std::int64_t k, std::span<Duration> out) {
  if (kind_ != Kind::kPoisson) {
    for (Duration& due : out) {
      due = Due(k++);
    }
    return;
  }
  CHECK(k == next_);
  std::array<std::uint64_t, kAtOnce> bits{};
  std::array<double, kAtOnce> gaps{};
  for (; !out.empty(); out = out.subspan(std::min(kAtOnce, out.size()))) {
    const std::size_t count = std::min(kAtOnce, out.size());
    for (std::size_t i = 0; i < count; ++i) {
      bits[i] = Draw(stream_, k++);
    }
    UnitExponentials(std::span(bits).first(count), gaps);
    double sum = sum_;  // In a register.
    for (std::size_t i = 0; i < count; ++i) {
      sum += gaps[i];
      out[i] = std::min(kNever, FromSeconds(sum / rate_.per_second));
    }
    sum_ = sum;
  }
  next_ = k;
}

}  // namespace loadline::arrival
