// Schedule: when is arrival k due? A pure function of the load and its seed, whatever happened
// before.
//
// Every thread and machine that walks the same schedule sees the same instants, so each takes its
// own subset of the k (Share) and no two have to talk. A Schedule belongs to one thread; copies are
// cheap.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "arrival/profile.h"
#include "arrival/trace.h"
#include "base/check.h"
#include "base/units.h"

namespace loadline::arrival {

/// k / rate, to the nearest nanosecond and without drift: for k < 2^53 at any rate.
///
/// `k` >= 0; `rate` > 0. Saturates beyond 292 years.
[[nodiscard]] Duration EvenlySpaced(std::int64_t k, Rate rate);

/// Later than any load lasts, and early enough to be added to an instant.
inline constexpr Duration kNever = std::chrono::hours(24 * 365 * 100);

class Schedule {
 public:
  /// Evenly spaced: arrival k is due at k / rate, the first at the start. `rate` > 0 and finite.
  [[nodiscard]] static Schedule Constant(Rate rate);

  /// Poisson: exponential gaps with mean 1 / rate, the first before arrival 0. Depends on `seed`
  /// and k only; another rate stretches the same pattern. `rate` > 0 and finite.
  [[nodiscard]] static Schedule Poisson(Rate rate, std::uint64_t seed);

  /// Arrival k is due when the area below `profile` has come to k: evenly spaced, at a rate that
  /// changes. `profile` must not be empty.
  [[nodiscard]] static Schedule Shaped(std::shared_ptr<const Profile> profile);
  /// A Poisson process whose rate follows `profile`: the arrivals of one with rate 1, each moved to
  /// where the area below the profile has come to its time.
  ///
  /// Source: E. Çinlar, "Introduction to Stochastic Processes", 1975, ch. 4.7 (time change).
  [[nodiscard]] static Schedule ShapedPoisson(std::shared_ptr<const Profile> profile,
                                              std::uint64_t seed);

  /// As recorded.
  [[nodiscard]] static Schedule Replayed(std::shared_ptr<const Trace> trace);

  /// When arrival `k` is due, as an offset from the probe's start; rises with k (never falls).
  /// At most kNever.
  ///
  /// `k` must be >= 0 and must not be less than in the call before (else: aborts). Poisson costs
  /// about 10 ns for every arrival skipped since then.
  [[nodiscard]] Duration Due(std::int64_t k);

  /// Due(k), Due(k + 1)…, as many as `out` has places: all arrivals from 0 on, block by block.
  void DueAll(std::int64_t k, std::span<Duration> out);

 private:
  enum class Kind { kConstant, kPoisson, kShaped, kShapedPoisson, kReplayed };

  Schedule(Kind kind, Rate rate, std::uint64_t stream)
      : kind_(kind), rate_(rate), stream_(stream) {}

  /// When unit-rate arrival `k` of the Poisson process comes.
  [[nodiscard]] double UnitTime(std::int64_t k);

  // Constant after construction.
  Kind kind_;
  Rate rate_;
  std::uint64_t stream_;  // Seeds the gaps.
  std::shared_ptr<const Profile> profile_;
  std::shared_ptr<const Trace> trace_;
  // How far we have walked: arrivals below next_ lie within sum_ mean gaps.
  std::int64_t next_ = 0;
  double sum_ = 0.0;
};

/// One arrival: its number over the whole load, and when it is due.
struct Arrival {
  std::int64_t k = 0;
  Duration due{};

  friend bool operator==(const Arrival&, const Arrival&) = default;
};

/// What one of `parts` equal workers does of a schedule: the arrivals k ≡ part (mod parts), in
/// order.
class Share {
 public:
  /// 0 <= `part` < `parts`.
  Share(const Schedule& schedule, std::int64_t part, std::int64_t parts)
      : schedule_(schedule), parts_(parts) {
    CHECK(part >= 0 && part < parts);
    next_ = {.k = part, .due = schedule_.Due(part)};
  }

  /// The next arrival, not taken yet.
  [[nodiscard]] const Arrival& Next() const { return next_; }

  /// Goes on to the one after it.
  void Advance() {
    next_.k += parts_;
    next_.due = schedule_.Due(next_.k);
  }

 private:
  Schedule schedule_;
  std::int64_t parts_;
  Arrival next_;
};

}  // namespace loadline::arrival
