// Units as types: Duration, Instant, Rate, Bytes. A bare number never says what it counts; these
// do.
//
// Plain values, safe from any thread.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace loadline {

using namespace std::chrono_literals;  // 250ms, 2s: how durations are written in our code.

/// A span of time in whole nanoseconds, +-292 years.
using Duration = std::chrono::nanoseconds;

/// Tag of the monotonic clock that every stamp uses; read it with Now() in base/clock.h.
struct Monotonic {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<Monotonic, Duration>;
  static constexpr bool is_steady = true;
};

/// A point on this machine's monotonic clock. Meaningless on another machine or after a reboot.
using Instant = Monotonic::time_point;

/// A point in calendar time (UTC), for what people read and for joining with other systems.
using UtcTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// `d` in seconds, fractions kept.
[[nodiscard]] constexpr double Seconds(Duration d) {
  return static_cast<double>(d.count()) * 1e-9;
}
/// `d` in milliseconds, fractions kept.
[[nodiscard]] constexpr double Millis(Duration d) {
  return static_cast<double>(d.count()) * 1e-6;
}
/// `d` in microseconds, fractions kept.
[[nodiscard]] constexpr double Micros(Duration d) {
  return static_cast<double>(d.count()) * 1e-3;
}

/// `seconds` as a Duration, to the nearest nanosecond; saturates beyond +-292 years; NaN is 0.
[[nodiscard]] constexpr Duration FromSeconds(double seconds) {
  const double ns = seconds * 1e9;
  if (__builtin_fabs(ns) < 9.2e18) [[likely]] {
    return Duration(static_cast<std::int64_t>(ns + __builtin_copysign(0.5, ns)));
  }
  if (ns != ns) {
    return Duration::zero();
  }
  return ns > 0 ? Duration::max() : Duration::min();
}

/// How often something happens, per second.
struct Rate {
  double per_second = 0.0;

  friend constexpr auto operator<=>(const Rate&, const Rate&) = default;
  friend constexpr Rate operator*(Rate r, double factor) { return {r.per_second * factor}; }
  friend constexpr Rate operator*(double factor, Rate r) { return {r.per_second * factor}; }
  friend constexpr Rate operator/(Rate r, double divisor) { return {r.per_second / divisor}; }
  friend constexpr double operator/(Rate a, Rate b) { return a.per_second / b.per_second; }
};

/// A number of bytes.
struct Bytes {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(const Bytes&, const Bytes&) = default;
};

}  // namespace loadline
