#include "arrival/profile.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

#include "base/check.h"

namespace loadline::arrival {
namespace {

using std::numbers::pi;

double Level(const Stage& stage, double t) {
  const double part = t / Seconds(stage.length);
  const double way = stage.curve == Curve::kLine ? part : 0.5 * (1.0 - std::cos(pi * part));
  return stage.from + (stage.to - stage.from) * way;
}

/// From the stage's beginning, `t` seconds in.
double Area(const Stage& stage, double t) {
  const double length = Seconds(stage.length);
  const double rise = stage.to - stage.from;
  if (stage.curve == Curve::kLine) {
    return t * (stage.from + 0.5 * rise * t / length);
  }
  return stage.from * t + 0.5 * rise * (t - length / pi * std::sin(pi * t / length));
}

/// The root of Area(stage, t) = area on a cosine: Newton's steps, held in by bisection.
double InvertCosine(const Stage& stage, double area) {
  double low = 0.0;
  double high = Seconds(stage.length);
  double t = high * area / Area(stage, high);
  for (int i = 0; i < 60 && high - low > 1e-10; ++i) {
    const double beyond = Area(stage, t) - area;
    (beyond > 0.0 ? high : low) = t;
    const double level = Level(stage, t);
    const double next = level > 0.0 ? t - beyond / level : low;
    if (std::abs(next - t) < 1e-11) {
      return next;
    }
    t = next > low && next < high ? next : 0.5 * (low + high);
  }
  return t;
}

/// Seconds into the stage at which `area` has accrued in it.
double InvertArea(const Stage& stage, double area) {
  const double length = Seconds(stage.length);
  if (area <= 0.0) {
    return 0.0;
  }
  double t = 0.0;
  if (stage.curve == Curve::kLine) {
    // The root of from·t + slope/2·t², in the form that loses no digits where the slope is small.
    const double slope = (stage.to - stage.from) / length;
    const double root = std::sqrt(std::max(0.0, stage.from * stage.from + 2.0 * slope * area));
    t = 2.0 * area / (stage.from + root);
  } else {
    t = InvertCosine(stage, area);
  }
  return std::clamp(t, 0.0, length);
}

/// Earliest time not before `t` seconds into the stage with at least `level`; > its length: none.
double NextInStage(const Stage& stage, double level, double t) {
  const double length = Seconds(stage.length);
  if (Level(stage, t) >= level) {
    return t;
  }
  if (stage.to < level) {
    return 2.0 * length;
  }
  const double way = (level - stage.from) / (stage.to - stage.from);
  const double part =
      stage.curve == Curve::kLine ? way : std::acos(std::clamp(1.0 - 2.0 * way, -1.0, 1.0)) / pi;
  return std::clamp(part * length, t, length);
}

}  // namespace

Profile::Profile(std::vector<Stage> stages, bool repeats, std::string text)
    : stages_(std::move(stages)), repeats_(repeats), text_(std::move(text)) {
  Duration begin{};
  double area = 0.0;
  for (const Stage& stage : stages_) {
    CHECK(stage.length > Duration::zero() && stage.from >= 0.0 && stage.to >= 0.0);
    begins_.push_back(begin);
    areas_.push_back(area);
    begin += stage.length;
    area += Area(stage, Seconds(stage.length));
  }
  CHECK(area > 0.0);
  begins_.push_back(begin);
  areas_.push_back(area);
}

Duration Profile::length() const {
  return begins_.empty() ? Duration::zero() : begins_.back();
}

double Profile::peak() const {
  double peak = 0.0;
  for (const Stage& stage : stages_) {
    peak = std::max({peak, stage.from, stage.to});
  }
  return peak;
}

std::size_t Profile::StageAt(Duration t) const {
  const auto after = std::upper_bound(begins_.begin(), begins_.end() - 1, t);
  return static_cast<std::size_t>(after - begins_.begin()) - 1;
}

double Profile::LevelAt(Duration t) const {
  if (t >= length()) {
    if (!repeats_) {
      return stages_.back().to;
    }
    t %= length();
  }
  const std::size_t i = StageAt(t);
  return Level(stages_[i], Seconds(t - begins_[i]));
}

double Profile::AreaUntil(Duration t) const {
  double before = 0.0;
  if (t >= length()) {
    if (!repeats_) {
      return areas_.back() + stages_.back().to * Seconds(t - length());
    }
    before = static_cast<double>(t / length()) * areas_.back();
    t %= length();
  }
  const std::size_t i = StageAt(t);
  return before + areas_[i] + Area(stages_[i], Seconds(t - begins_[i]));
}

Duration Profile::WhenArea(double area) const {
  Duration before{};
  if (area >= areas_.back()) {
    if (!repeats_) {
      const double level = stages_.back().to;
      const Duration more =
          level > 0.0 ? FromSeconds((area - areas_.back()) / level) : Duration::max();
      return more >= Duration::max() - length() ? Duration::max() : length() + more;
    }
    const double rounds = std::floor(area / areas_.back());
    if (rounds * Seconds(length()) > 9.2e9) {
      return Duration::max();
    }
    before = static_cast<std::int64_t>(rounds) * length();
    area = std::clamp(area - rounds * areas_.back(), 0.0, areas_.back());
  }
  // The last stage that begins with no more than this: of stages at level 0, the one behind them.
  const auto after = std::upper_bound(areas_.begin(), areas_.end() - 1, area);
  const std::size_t i = static_cast<std::size_t>(after - areas_.begin()) - 1;
  return before + begins_[i] + FromSeconds(InvertArea(stages_[i], area - areas_[i]));
}

Duration Profile::NextAtLeast(double level, Duration from) const {
  if (peak() < level) {
    return Duration::max();
  }
  Duration round = repeats_ ? from / length() * length() : Duration::zero();
  const Duration at = from - round;
  if (at >= length()) {
    return stages_.back().to >= level ? from : Duration::max();
  }
  // If it repeats: a whole round, the beginning of the first stage again at its end.
  const std::size_t first = StageAt(at);
  const std::size_t count = repeats_ ? stages_.size() + 1 : stages_.size() - first;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t i = (first + n) % stages_.size();
    round += n > 0 && i == 0 ? length() : Duration::zero();
    const double into = n == 0 ? Seconds(at - begins_[i]) : 0.0;
    const double found = NextInStage(stages_[i], level, into);
    if (found <= Seconds(stages_[i].length)) {
      return std::max(from, round + begins_[i] + FromSeconds(found));
    }
  }
  return Duration::max();
}

}  // namespace loadline::arrival
