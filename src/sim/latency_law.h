// LatencyLaw: how long a pod works on a request, as a distribution.
//
// Plain value; drawing changes only the Random that is passed in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/units.h"

namespace loadline::sim {

/// The distribution of a service time. All are given by their mean, not by their median.
class LatencyLaw {
 public:
  enum class Kind : std::uint8_t { kConstant, kLognormal, kExponential, kBimodal };

  /// No draw is longer than this, so that sums of them stay far from overflow.
  static constexpr Duration kLongest = std::chrono::hours(24 * 365);

  /// Constant 50 ms.
  LatencyLaw() = default;

  /// Always `value`; in [0, 1 h].
  [[nodiscard]] static Result<LatencyLaw> Constant(Duration value);
  /// Exponential with mean `mean`; in (0, 1 h].
  [[nodiscard]] static Result<LatencyLaw> Exponential(Duration mean);
  /// Lognormal with mean `mean` in (0, 1 h] and coefficient of variation (standard deviation over
  /// mean) `cv` in (0, 10].
  [[nodiscard]] static Result<LatencyLaw> Lognormal(Duration mean, double cv);
  /// `first` with probability `first_share` in (0, 1), else `second`; both in [0, 1 h].
  [[nodiscard]] static Result<LatencyLaw> Bimodal(Duration first, double first_share,
                                                  Duration second);

  [[nodiscard]] Kind kind() const { return kind_; }
  /// The exact mean, to the nearest nanosecond.
  [[nodiscard]] Duration Mean() const;
  /// The squared coefficient of variation, variance over squared mean; 0 for a zero mean.
  [[nodiscard]] double SquaredVariation() const;

  /// One service time, >= 0.
  [[nodiscard]] Duration Draw(Random& random) const;
  /// As many calls of Draw() as `out` has places.
  void DrawAll(Random& random, std::span<Duration> out) const;

  /// As ParseLatencyLaw() reads it: `lognormal:50ms,cv=0.5`.
  [[nodiscard]] std::string Text() const;

  friend bool operator==(const LatencyLaw&, const LatencyLaw&) = default;

 private:
  // Constant after construction.
  Kind kind_ = Kind::kConstant;
  Duration first_ = 50ms;  // The mean; kBimodal: the first mode.
  Duration second_{};      // kBimodal: the second mode.
  double share_ = 0.0;     // kBimodal: probability of the first mode.
  double cv_ = 0.0;        // kLognormal.
  double mu_ = 0.0;        // kLognormal: mean and standard deviation of ln(service time in s).
  double sigma_ = 0.0;
};

/// Reads `constant:50ms`, `exponential:50ms`, `lognormal:50ms,cv=0.5` or
/// `bimodal:20ms@0.9,500ms@0.1` (the shares may also be written `90%` and must add up to 1).
///
/// Errors: kInvalidArgument with what was found and what would be right.
[[nodiscard]] Result<LatencyLaw> ParseLatencyLaw(std::string_view text);

}  // namespace loadline::sim
