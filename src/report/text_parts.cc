#include "report/text_parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "report/table.h"

namespace loadline::report {

std::string Paint(const Style& style, Tone tone, std::string_view text) {
  if (style.marked) {
    return fmt::format("{0}{1}{2}{0}", kToneMark, static_cast<int>(tone), text);
  }
  if (!style.color) {
    return std::string(text);
  }
  constexpr std::array<int, 4> kCodes{1, 32, 31, 33};  // By Tone: bold, green, red, yellow.
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(tone)], text);
}

std::string Labelled(const Style& style, std::string_view label, int label_width,
                     std::string_view text) {
  if (style.marked) {
    return fmt::format("{}{}{}\n", label, kLabelEnd, text);
  }
  const int room = std::max(20, style.width - label_width);
  std::string lines;
  bool first = true;
  for (const std::string& line : Wrap(text, room, 0)) {
    lines += Pad(first ? label : "", label_width, Align::kLeft) + line + "\n";
    first = false;
  }
  return lines;
}

std::string Spelled(const Style& style, std::string text) {
  if (style.unicode) {
    return text;
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{
      {{"\u00b1", "+-"},
       {"\u00b5", "u"},
       {"\u2026", "..."},
       {"\u221e", "inf"},
       {"\u00d7", "x"},
       {"\u03bb", "lambda"}}};
  for (const auto& [from, to] : kWords) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

std::string LevelText(measure::SearchAxis axis, double level) {
  if (axis == measure::SearchAxis::kUsers) {
    return FormatCount(std::llround(level));
  }
  std::string text = FormatRate(Rate{level});
  return text.substr(0, text.rfind('/'));
}

std::string_view LevelUnit(measure::SearchAxis axis) {
  return axis == measure::SearchAxis::kUsers ? "users" : "req/s";
}

std::string RoughText(Duration d) {
  const double seconds = Seconds(d);
  if (seconds < 10) {
    return FormatDuration(d);
  }
  if (seconds < 119.5) {
    return fmt::format("{:.0f} s", seconds);
  }
  const double minutes = seconds / 60;
  if (minutes < 89.5) {
    const bool whole = minutes >= 10 || std::abs(minutes - std::round(minutes)) < 0.05;
    return fmt::format("{:.{}f} min", minutes, whole ? 0 : 1);
  }
  const double hours = minutes / 60;
  if (hours < 47.5) {
    const bool whole = hours >= 10 || std::abs(hours - std::round(hours)) < 0.05;
    return fmt::format("{:.{}f} h", hours, whole ? 0 : 1);
  }
  return fmt::format("{:.0f} days", hours / 24);
}

std::string RoughPercent(double share) {
  const double percent = share * 100;
  const bool whole = percent >= 9.95 || std::abs(percent - std::round(percent)) < 0.05;
  return fmt::format("{:.{}f} %", percent, whole ? 0 : 1);
}

std::string StateWord(const Style& style, measure::ObjectiveState state) {
  switch (state) {
    case measure::ObjectiveState::kHeld:
      return Paint(style, Tone::kGood, "HELD");
    case measure::ObjectiveState::kBroken:
      return Paint(style, Tone::kBad, "BROKEN");
    case measure::ObjectiveState::kUndecided:
      return Paint(style, Tone::kDoubt, "NOT DECIDED");
  }
  return {};
}

std::string ObjectiveValue(const measure::Objective& objective, double value) {
  if (std::isnan(value)) {
    return "?";
  }
  switch (objective.metric) {
    case measure::Metric::kErrors:
      return FormatPercent(value);
    case measure::Metric::kGoodput:
      return FormatRate(Rate{value});
    case measure::Metric::kQuantile:
    case measure::Metric::kMean:
    case measure::Metric::kMax:
      // Infinite: the quantile lies among failed requests.
      return FormatDuration(FromSeconds(value));
  }
  return {};
}

}  // namespace loadline::report
