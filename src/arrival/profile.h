// Profile: how the level of a load (requests per second, or users) changes while it is applied.
//
// Stages follow each other; each has a closed form for its level and for the area below it, which
// is what has become due by then. So arrival k of a shaped load is computed, not counted up to, and
// any number of workers agree on it. Constant after construction, safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"

namespace loadline::arrival {

/// The way from one level to the next.
enum class Curve {
  kLine,    ///< Straight.
  kCosine,  ///< Half a cosine: leaves and arrives without a kink. Two of them are a wave.
};

/// A part of a profile.
struct Stage {
  Duration length{};  ///< > 0
  double from = 0.0;  ///< Level at its beginning, >= 0…
  double to = 0.0;    ///< …and at its end.
  Curve curve = Curve::kLine;

  friend bool operator==(const Stage&, const Stage&) = default;
};

class Profile {
 public:
  /// None: empty().
  Profile() = default;
  /// `stages`: at least one, some level of them above 0 (else: aborts). `repeats`: begins again at
  /// its end; otherwise its last level stays. `text`: as it was written (arrival/profile_text.h).
  Profile(std::vector<Stage> stages, bool repeats, std::string text);

  [[nodiscard]] bool empty() const { return stages_.empty(); }
  [[nodiscard]] const std::vector<Stage>& stages() const { return stages_; }
  [[nodiscard]] bool repeats() const { return repeats_; }
  [[nodiscard]] const std::string& text() const { return text_; }

  /// Of all stages, once.
  [[nodiscard]] Duration length() const;
  /// Highest level.
  [[nodiscard]] double peak() const;

  /// Level at `t` >= 0 from the start. Where a stage begins with a jump: the level after it.
  [[nodiscard]] double LevelAt(Duration t) const;

  /// The area below the level from the start to `t` >= 0 [level · s]: for a rate, how many requests
  /// are due by then.
  [[nodiscard]] double AreaUntil(Duration t) const;

  /// Latest t at which no more than `area` >= 0 has accrued, to the nanosecond: the inverse of
  /// AreaUntil(). Duration::max() if it never comes to more.
  [[nodiscard]] Duration WhenArea(double area) const;

  /// Earliest t >= `from` at which the level is at least `level` > 0; Duration::max(): never.
  [[nodiscard]] Duration NextAtLeast(double level, Duration from) const;

  friend bool operator==(const Profile& a, const Profile& b) {
    return a.stages_ == b.stages_ && a.repeats_ == b.repeats_;
  }

 private:
  /// Index of the stage that `t` lies in, 0 <= t < length().
  [[nodiscard]] std::size_t StageAt(Duration t) const;

  std::vector<Stage> stages_;
  bool repeats_ = false;
  std::string text_;
  // Of stage i, and behind the last one of all: when it begins, and the area before it.
  std::vector<Duration> begins_;
  std::vector<double> areas_;
};

}  // namespace loadline::arrival
