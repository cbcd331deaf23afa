#include "base/units_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

namespace loadline {
namespace {

Error Invalid(std::string_view text, std::string_view right) {
  return {ErrorCode::kInvalidArgument, fmt::format("'{}' is not {}", text, right)};
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Length of the unsigned decimal number at the front of `text`: `12`, `1.5`, `.5`, `2e3`; 0 if
// none.
std::size_t NumberLength(std::string_view text) {
  std::size_t i = 0;
  std::size_t digits = 0;
  const auto digits_from = [&](std::size_t at) {
    const std::size_t begin = at;
    while (at < text.size() && IsDigit(text[at])) {
      ++at;
    }
    return at - begin;
  };
  digits = digits_from(0);
  i = digits;
  if (i < text.size() && text[i] == '.') {
    const std::size_t fraction = digits_from(i + 1);
    if (fraction > 0) {
      i += 1 + fraction;
      digits += fraction;
    }
  }
  if (digits == 0) {
    return 0;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const std::size_t sign = i + 1 < text.size() && (text[i + 1] == '+' || text[i + 1] == '-');
    if (const std::size_t exponent = digits_from(i + 1 + sign); exponent > 0) {
      i += 1 + sign + exponent;
    }
  }
  return i;
}

// All of `text` as a finite double. Out of range, or anything left over: nothing.
std::optional<double> ToDouble(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc() || stop != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

// `number` · `unit`, exact where the number is whole; nothing beyond 2^63 - 1 or where a positive
// number rounds to none.
std::optional<std::int64_t> Scale(std::string_view number, std::int64_t unit) {
  std::int64_t whole = 0;
  const char* end = number.data() + number.size();
  if (const auto [stop, fault] = std::from_chars(number.data(), end, whole);
      fault == std::errc() && stop == end) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(whole, unit, &product) ? std::nullopt : std::optional(product);
  }
  const std::optional<double> value = ToDouble(number);
  const double scaled = value.value_or(1e300) * static_cast<double>(unit);
  if (scaled >= 9.2e18) {
    return std::nullopt;
  }
  const std::int64_t rounded = std::llround(scaled);
  return rounded == 0 && scaled > 0 ? std::nullopt : std::optional(rounded);
}

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array<Unit, 10> kTimeUnits{{{"ns", 1},
                                           {"us", 1'000},
                                           {"\u00b5s", 1'000},  // The micro sign
                                           {"\u03bcs", 1'000},  // and the Greek letter.
                                           {"ms", 1'000'000},
                                           {"s", 1'000'000'000},
                                           {"m", 60'000'000'000},
                                           {"min", 60'000'000'000},
                                           {"h", 3'600'000'000'000},
                                           {"d", 86'400'000'000'000}}};

constexpr std::array<Unit, 18> kByteUnits{{{"", 1},
                                           {"B", 1},
                                           {"k", 1'000},
                                           {"kB", 1'000},
                                           {"M", 1'000'000},
                                           {"MB", 1'000'000},
                                           {"G", 1'000'000'000},
                                           {"GB", 1'000'000'000},
                                           {"T", 1'000'000'000'000},
                                           {"TB", 1'000'000'000'000},
                                           {"Ki", 1LL << 10},
                                           {"KiB", 1LL << 10},
                                           {"Mi", 1LL << 20},
                                           {"MiB", 1LL << 20},
                                           {"Gi", 1LL << 30},
                                           {"GiB", 1LL << 30},
                                           {"Ti", 1LL << 40},
                                           {"TiB", 1LL << 40}}};

std::optional<std::int64_t> SizeOf(std::string_view name, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (unit.name == name) {
      return unit.size;
    }
  }
  return std::nullopt;
}

// `v` >= 0 with three significant digits, no trailing zeros and no exponent: `35`, `1.25`, `0.012`.
std::string ThreeDigits(double v) {
  int decimals = 0;
  if (v > 0 && v < 99.95) {
    decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(v))), 0, 15);
  }
  std::string text = fmt::format("{:.{}f}", v, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
      text.pop_back();
    }
  }
  return text;
}

std::string WithCommas(std::string digits) {
  for (std::ptrdiff_t i = std::ssize(digits) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  constexpr std::string_view kRight =
      "a duration: a number and ns, us, ms, s, m, h or d, as in 250ms, 1.5s or 1m30s";
  if (text == "0") {
    return Duration::zero();
  }
  std::string_view rest = text;
  std::int64_t total = 0;
  std::int64_t last_unit = INT64_MAX;
  while (!rest.empty()) {
    const std::size_t number = NumberLength(rest);
    std::size_t end = number;
    while (end < rest.size() && !IsDigit(rest[end]) && rest[end] != '.') {
      ++end;
    }
    const std::optional<std::int64_t> unit = SizeOf(rest.substr(number, end - number), kTimeUnits);
    if (number == 0 || !unit.has_value()) {
      return Invalid(text, kRight);
    }
    if (*unit >= last_unit) {
      return Invalid(text, "a duration: its units must go from large to small, as in 1m30s");
    }
    const std::optional<std::int64_t> part = Scale(rest.substr(0, number), *unit);
    if (!part.has_value() || __builtin_add_overflow(total, *part, &total)) {
      return Invalid(text, "a duration between 1ns and 292 years");
    }
    last_unit = *unit;
    rest.remove_prefix(end);
  }
  if (text.empty()) {
    return Invalid(text, kRight);
  }
  return Duration(total);
}

Result<double> ParseNumber(std::string_view text) {
  constexpr std::string_view kRight =
      "a number: digits with an optional k, M or G, as in 30k or 1.5";
  const bool negative = text.starts_with('-');
  const std::string_view unsigned_text = text.substr(negative || text.starts_with('+') ? 1 : 0);
  const std::size_t length = NumberLength(unsigned_text);
  const std::optional<double> value = ToDouble(unsigned_text.substr(0, length));
  const std::string_view suffix = unsigned_text.substr(length);
  double factor = 1;
  if (suffix == "k") {
    factor = 1e3;
  } else if (suffix == "M") {
    factor = 1e6;
  } else if (suffix == "G") {
    factor = 1e9;
  } else if (!suffix.empty()) {
    return Invalid(text, kRight);
  }
  if (length == 0 || !value.has_value() || !std::isfinite(*value * factor)) {
    return Invalid(text, kRight);
  }
  return (negative ? -*value : *value) * factor;
}

Result<Rate> ParseRate(std::string_view text) {
  constexpr std::string_view kRight =
      "a rate: a number, alone (per second) or with /s, /min, /h or /d, as in 500/s or 30k/min";
  const std::size_t slash = text.find('/');
  const Result<double> number = ParseNumber(text.substr(0, slash));
  if (!number.has_value()) {
    return Invalid(text, kRight);
  }
  double seconds = 1;
  if (slash != std::string_view::npos) {
    const std::string_view per = text.substr(slash + 1);
    const std::optional<std::int64_t> unit = SizeOf(per, kTimeUnits);
    if (!unit.has_value() || *unit < 1'000'000'000) {
      return Invalid(text, kRight);
    }
    seconds = static_cast<double>(*unit) / 1e9;
  }
  if (std::signbit(*number) && *number != 0) {
    return Invalid(text, "a rate: it must not be negative");
  }
  return Rate{std::abs(*number) / seconds};
}

Result<Bytes> ParseBytes(std::string_view text) {
  const std::size_t length = NumberLength(text);
  const std::string_view suffix = text.substr(length);
  if (length > 0 && (suffix == "K" || suffix == "KB")) {
    const std::string_view number = text.substr(0, length);
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is ambiguous: write {}kB (1,000) or {}KiB (1,024)", text, number,
                             number)};
  }
  const std::optional<std::int64_t> unit = SizeOf(suffix, kByteUnits);
  if (length == 0 || !unit.has_value()) {
    return Invalid(text, "a number of bytes, as in 512, 64k, 1GB (10^9) or 512Mi (2^20)");
  }
  const std::string_view number = text.substr(0, length);
  const std::optional<std::int64_t> bytes = Scale(number, *unit);
  // Parts of a byte are refused where they are written, not where 1.1GiB is rounded to a whole
  // byte.
  const double value = ToDouble(number).value_or(0.5);
  if (!bytes.has_value() || (*unit == 1 && value != std::floor(value))) {
    return Invalid(text, "a whole number of bytes below 2^63");
  }
  return Bytes{*bytes};
}

Result<double> ParseShare(std::string_view text) {
  constexpr std::string_view kRight = "a share: 0% to 100%, or 0 to 1, as in 95% or 0.95";
  const bool percent = text.ends_with('%');
  std::string number(text.substr(0, text.size() - (percent ? 1 : 0)));
  if (number.empty() || NumberLength(number) != number.size()) {
    return Invalid(text, kRight);
  }
  std::optional<double> value;
  if (percent && number.find_first_of("eE") == std::string::npos) {
    value = ToDouble(number + "e-2");  // Rounded once: 99.9 % is 0.999, while 99.9 / 100 is not.
  } else {
    value = ToDouble(number);
    if (percent && value.has_value()) {
      *value /= 100;
    }
  }
  if (!value.has_value() || *value > 1) {
    return Invalid(text, kRight);
  }
  return *value;
}

std::string FormatDuration(Duration d) {
  if (d == Duration::max()) {
    return "\u221e";  // What a quantile among failed requests is.
  }
  if (d < Duration::zero()) {
    return fmt::format("-{}", FormatDuration(d == Duration::min() ? -(d + Duration(1)) : -d));
  }
  if (d == Duration::zero()) {
    return "0 s";
  }
  const double ns = static_cast<double>(d.count());
  // A value that rounds up to 1,000 of a unit is written as 1 of the next.
  if (ns < 999.5) {
    return ThreeDigits(ns) + " ns";
  }
  if (ns < 999.5e3) {
    return ThreeDigits(ns * 1e-3) + " \u00b5s";
  }
  if (ns < 999.5e6) {
    return ThreeDigits(ns * 1e-6) + " ms";
  }
  if (ns < 59.95e9) {
    return ThreeDigits(ns * 1e-9) + " s";
  }
  const std::int64_t seconds = std::llround(ns * 1e-9);
  if (seconds < 3600) {
    return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  }
  const std::int64_t minutes = std::llround(ns / 60e9);
  if (minutes < std::int64_t{24} * 60) {
    return fmt::format("{}h {:02}m", minutes / 60, minutes % 60);
  }
  const std::int64_t hours = std::llround(ns / 3600e9);
  return fmt::format("{}d {:02}h", hours / 24, hours % 24);
}

std::string FormatDurationExact(Duration d) {
  constexpr std::array<Unit, 6> kUnits{{{"h", 3'600'000'000'000},
                                        {"m", 60'000'000'000},
                                        {"s", 1'000'000'000},
                                        {"ms", 1'000'000},
                                        {"us", 1'000},
                                        {"ns", 1}}};
  if (d == Duration::zero()) {
    return "0s";
  }
  const Unit& unit = *std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const Unit& u) { return d.count() % u.size == 0; });
  return fmt::format("{}{}", d.count() / unit.size, unit.name);
}

std::string FormatRate(Rate r) {
  const double v = r.per_second;
  if (!std::isfinite(v)) {
    return v > 0 ? "\u221e/s" : "?/s";
  }
  const double size = std::abs(v);
  return fmt::format("{}{}/s", v < 0 ? "-" : "",
                     size < 999.5 ? ThreeDigits(size) : WithCommas(fmt::format("{:.0f}", size)));
}

std::string FormatBytes(Bytes b) {
  constexpr std::array<std::string_view, 7> kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  const std::string sign = b.count < 0 ? "-" : "";
  double size = std::abs(static_cast<double>(b.count));
  std::size_t i = 0;
  while (size >= 1023.5 && i + 1 < kNames.size()) {
    size /= 1024;
    ++i;
  }
  return fmt::format("{}{} {}", sign, ThreeDigits(size), kNames[i]);
}

std::string FormatCount(std::int64_t n) {
  const std::string text = fmt::format("{}", n);
  return n < 0 ? fmt::format("-{}", WithCommas(text.substr(1))) : WithCommas(text);
}

std::string FormatPercent(double share) {
  if (!std::isfinite(share)) {
    return "? %";
  }
  return fmt::format("{}{} %", share < 0 ? "-" : "", ThreeDigits(std::abs(share) * 100));
}

}  // namespace loadline
