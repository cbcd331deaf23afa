#include "report/scale.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace loadline::report {
namespace {

constexpr double kLeast = 1e-9;  // What a logarithmic axis takes for 0: a nanosecond.

/// `value` without the noise of its last binary digits, then without needless zeros.
std::string Short(double value) {
  return fmt::format("{:.4g}", value);
}

/// Every n-th of `all`, so that at most `most` are left.
std::vector<double> Thinned(const std::vector<double>& all, int most) {
  const auto step =
      (all.size() + static_cast<std::size_t>(most) - 1) / static_cast<std::size_t>(most);
  std::vector<double> some;
  for (std::size_t i = 0; i < all.size(); i += step) {
    some.push_back(all[i]);
  }
  return some;
}

}  // namespace

Scale::Scale(Kind kind, double low, double high) : kind_(kind), low_(low), high_(high) {}

Scale Scale::Linear(double low, double high) {
  if (!(high > low)) {
    high = low + std::max(1.0, std::abs(low));
  }
  return {Kind::kLinear, low, high};
}

Scale Scale::Log(double low, double high) {
  low = std::max(low, kLeast);
  if (!(high > low)) {
    high = low * 10;
  }
  return {Kind::kLog, low, high};
}

Scale Scale::Tail(double highest) {
  return {Kind::kTail, 0.0, std::clamp(highest, 0.5, 1.0 - 1e-12)};
}

double Scale::Mapped(double value) const {
  switch (kind_) {
    case Kind::kLinear:
      return value;
    case Kind::kLog:
      return std::log10(std::max(value, kLeast));
    case Kind::kTail:
      return -std::log10(1.0 - std::min(value, high_));
  }
  return value;
}

double Scale::At(double value) const {
  if (std::isnan(value)) {
    return value;
  }
  const double low = Mapped(low_);
  const double share = (Mapped(std::clamp(value, low_, high_)) - low) / (Mapped(high_) - low);
  return std::clamp(share, 0.0, 1.0);
}

std::vector<double> EvenTicks(double low, double high, int wanted) {
  if (!(high > low) || !std::isfinite(low) || !std::isfinite(high)) {
    return {low};
  }
  const double raw = (high - low) / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * 0.999) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const auto first = static_cast<std::int64_t>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<std::int64_t>(std::floor(high / step + 1e-9));
  for (std::int64_t i = first; i <= last; ++i) {
    ticks.push_back(static_cast<double>(i) * step);
  }
  return ticks;
}

std::vector<double> LogTicks(double low, double high, int most) {
  std::vector<double> all;
  std::vector<double> tens;
  const int first = static_cast<int>(std::floor(std::log10(std::max(low, kLeast))));
  const int last = static_cast<int>(std::ceil(std::log10(std::max(high, kLeast))));
  for (int power = first; power <= last; ++power) {
    for (const int factor : {1, 2, 5}) {
      const double value = factor * std::pow(10.0, power);
      if (value < low * 0.999 || value > high * 1.001) {
        continue;
      }
      all.push_back(value);
      if (factor == 1) {
        tens.push_back(value);
      }
    }
  }
  if (all.size() < 2) {
    return EvenTicks(low, high, std::max(2, most / 2));
  }
  if (all.size() <= static_cast<std::size_t>(most)) {
    return all;
  }
  return Thinned(tens.size() >= 2 ? tens : all, most);
}

std::vector<Tick> TimeTicks(double seconds, int wanted) {
  constexpr std::array<double, 19> kSteps{0.1, 0.2, 0.5, 1,   2,    5,    10,   15,    30,   60,
                                          120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400};
  double step = kSteps.back();
  for (const double candidate : kSteps) {
    if (seconds / candidate <= wanted) {
      step = candidate;
      break;
    }
  }
  if (seconds / step > wanted) {
    step *= std::ceil(seconds / step / wanted);  // Whole days.
  }
  std::vector<Tick> ticks;
  const auto last = static_cast<std::int64_t>(std::floor(seconds / step * (1 + 1e-9)));
  for (std::int64_t i = 0; i <= last; ++i) {
    const double at = static_cast<double>(i) * step;
    ticks.push_back({at, i == 0 ? "0" : MomentText(at)});
  }
  return ticks;
}

std::vector<Tick> TailTicks(double highest) {
  std::vector<Tick> ticks{{0.0, "0 %"}, {0.5, "50 %"}, {0.9, "90 %"}};
  std::string label = "99";
  for (double rest = 0.01; rest >= 1e-9 && 1.0 - rest <= highest; rest /= 10) {
    ticks.push_back({1.0 - rest, label + " %"});
    label += label == "99" ? ".9" : "9";
  }
  std::erase_if(ticks, [&](const Tick& tick) { return tick.value > highest; });
  return ticks;
}

std::string MomentText(double seconds) {
  if (seconds < 60) {
    return Short(seconds) + " s";
  }
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const std::int64_t hours = whole / 3600;
  const std::int64_t minutes = whole / 60 % 60;
  if (hours > 0) {
    return whole % 3600 == 0 ? fmt::format("{} h", hours)
                             : fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  }
  return whole % 60 == 0 ? fmt::format("{} min", minutes)
                         : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string AxisNumber(double value) {
  const double size = std::abs(value);
  if (size >= 1e6) {
    return Short(value / 1e6) + "M";
  }
  if (size >= 1e3) {
    return Short(value / 1e3) + "k";
  }
  return size < 1e-12 ? "0" : Short(value);
}

std::string AxisTime(double seconds) {
  if (seconds < 1e-12) {
    return "0";
  }
  // A hair more, so that 0.001 counts as 1 ms and not as 1000 µs.
  const double size = seconds * (1 + 1e-9);
  if (size < 1e-6) {
    return Short(seconds * 1e9) + " ns";
  }
  if (size < 1e-3) {
    return Short(seconds * 1e6) + " \u00b5s";
  }
  return size < 1 ? Short(seconds * 1e3) + " ms" : Short(seconds) + " s";
}

}  // namespace loadline::report
