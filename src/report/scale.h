// Scale: where a value lies along an axis, and which values are worth a tick.
//
// Plain values and pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"

namespace loadline::report {

/// Maps values to [0, 1] along an axis; what lies outside is put at the nearer end.
class Scale {
 public:
  /// Even steps from `low` to `high`. Equal or reversed ends are moved apart.
  [[nodiscard]] static Scale Linear(double low, double high);
  /// Even factors from `low` to `high`. What is not above 0 is moved there.
  [[nodiscard]] static Scale Log(double low, double high);
  /// For quantiles: as much room from 0.9 to 0.99 as from 0.99 to 0.999, −log10(1 − q), from 0 to
  /// `highest` in (0, 1).
  [[nodiscard]] static Scale Tail(double highest);

  /// In [0, 1]; NaN stays NaN.
  [[nodiscard]] double At(double value) const;
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] bool logarithmic() const { return kind_ == Kind::kLog; }

 private:
  enum class Kind { kLinear, kLog, kTail };
  Scale(Kind kind, double low, double high);
  [[nodiscard]] double Mapped(double value) const;

  Kind kind_;
  double low_;
  double high_;
};

/// A value with what stands beside it.
struct Tick {
  double value = 0.0;
  std::string label;
};

/// The round values (1, 2 or 5 times a power of ten) within [low, high], about `wanted` of them.
[[nodiscard]] std::vector<double> EvenTicks(double low, double high, int wanted);

/// 1, 2, 5, 10, … within [low, high]; where those are more than `most`, powers of ten alone, and
/// where those are still too many, every n-th. Fewer than two: EvenTicks.
[[nodiscard]] std::vector<double> LogTicks(double low, double high, int most);

/// Seconds since the start, in steps that clocks know (1, 2, 5, 10, 15, 30 s, minutes, hours):
/// `0`, `30 s`, `1 min`, `1:30` (minutes and seconds), `2 h`.
[[nodiscard]] std::vector<Tick> TimeTicks(double seconds, int wanted);

/// `0 %`, `50 %`, `90 %`, `99 %`, `99.9 %` … up to `highest`.
[[nodiscard]] std::vector<Tick> TailTicks(double highest);

/// A moment of a run: `12 s`, `3:05`, `1:02:05`.
[[nodiscard]] std::string MomentText(double seconds);

/// A number on an axis: `0`, `0.5`, `250`, `1.5k`, `20k`, `3M`.
[[nodiscard]] std::string AxisNumber(double value);

/// A time on an axis, in as few characters as say it: `50 µs`, `200 ms`, `1.5 s`.
[[nodiscard]] std::string AxisTime(double seconds);

}  // namespace loadline::report
