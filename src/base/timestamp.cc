#include "base/timestamp.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace loadline {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Error NoTime(std::string_view text) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("`{}` is no time: 2023-11-16T18:15:46.68Z, 16/Nov/2023:18:15:46 +0000 or a "
                      "number of seconds would be right",
                      text.substr(0, 60))};
}

/// Takes fixed-width pieces off the front.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] bool Take(char c) {
    const bool next = rest_.starts_with(c);
    rest_.remove_prefix(next ? 1 : 0);
    return next;
  }
  /// Exactly so many digits.
  [[nodiscard]] std::optional<int> Digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') {
        return std::nullopt;
      }
      value = 10 * value + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// The name of a month: 1 to 12.
  [[nodiscard]] std::optional<int> Month() {
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto* found = std::find(kMonths.begin(), kMonths.end(), rest_.substr(0, 3));
    if (found == kMonths.end()) {
      return std::nullopt;
    }
    rest_.remove_prefix(3);
    return static_cast<int>(found - kMonths.begin()) + 1;
  }
  /// `.6805900` in ns; 0 without a point. Digits beyond the ninth are cut off.
  [[nodiscard]] std::optional<std::int64_t> Fraction() {
    if (!Take('.')) {
      return 0;
    }
    std::int64_t ns = 0;
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
      ns = digits < 9 ? 10 * ns + (rest_[digits] - '0') : ns;
      ++digits;
    }
    rest_.remove_prefix(digits);
    for (std::size_t i = digits; i < 9; ++i) {
      ns *= 10;
    }
    return digits > 0 ? std::optional(ns) : std::nullopt;
  }
  /// `Z`, `+02:00`, `-0700`, or nothing: seconds east of UTC.
  [[nodiscard]] std::optional<std::int64_t> Zone() {
    if (empty() || Take('Z')) {
      return 0;
    }
    const bool west = Take('-');
    if (!west && !Take('+')) {
      return std::nullopt;
    }
    const std::optional<int> hours = Digits(2);
    static_cast<void>(Take(':'));
    const std::optional<int> minutes = Digits(2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
      return std::nullopt;
    }
    return (west ? -1 : 1) * (*hours * 3600 + *minutes * 60);
  }

 private:
  std::string_view rest_;
};

struct Date {
  std::optional<int> year;
  std::optional<int> month;
  std::optional<int> day;
};

/// Nothing for a day that is none.
std::optional<std::chrono::sys_days> DayOf(const Date& date) {
  if (!date.year || !date.month || !date.day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day{std::chrono::year(*date.year),
                                        std::chrono::month(static_cast<unsigned>(*date.month)),
                                        std::chrono::day(static_cast<unsigned>(*date.day))};
  return day.ok() && *date.year >= 1970 ? std::optional(std::chrono::sys_days(day)) : std::nullopt;
}

/// `2023-11-16`; without a day where it is something else.
Date TakeIsoDay(Scan& scan) {
  Date date;
  date.year = scan.Digits(4);
  const bool first = scan.Take('-');
  date.month = scan.Digits(2);
  const bool second = scan.Take('-');
  date.day = first && second ? scan.Digits(2) : std::nullopt;
  return date;
}

/// The clock's part and the zone behind a date, to the end of the text.
std::optional<Duration> FinishTime(Scan& scan, const Date& date) {
  const std::optional<std::chrono::sys_days> day = DayOf(date);
  const std::optional<int> hour = scan.Digits(2);
  const bool first = scan.Take(':');
  const std::optional<int> minute = scan.Digits(2);
  const bool to_the_minute = !scan.Take(':');
  const std::optional<int> second = to_the_minute ? 0 : scan.Digits(2);
  const std::optional<std::int64_t> fraction = to_the_minute ? 0 : scan.Fraction();
  static_cast<void>(scan.Take(' '));
  const std::optional<std::int64_t> zone = scan.Zone();
  // Nanoseconds since 1970 reach to 2262.
  if (!day || *date.year > 2200 || !hour || !first || !minute || !second || !fraction || !zone ||
      !scan.empty() || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  const std::int64_t days = day->time_since_epoch().count();
  const std::int64_t seconds =
      days * 86'400 + std::int64_t{*hour} * 3600 + std::int64_t{*minute} * 60 + *second - *zone;
  // East of Greenwich the first hours of 1970 are before it.
  return seconds >= 0 ? std::optional(Duration(seconds * kSecond + *fraction)) : std::nullopt;
}

std::optional<Duration> ParseIso(std::string_view text) {
  Scan scan(text);
  const Date date = TakeIsoDay(scan);
  const bool gap = scan.Take('T') || scan.Take(' ');
  return gap ? FinishTime(scan, date) : std::nullopt;
}

std::optional<Duration> ParseCommonLog(std::string_view text) {
  Scan scan(text);
  Date date;
  date.day = scan.Digits(2);
  const bool first = scan.Take('/');
  date.month = scan.Month();
  const bool second = scan.Take('/');
  date.year = scan.Digits(4);
  const bool gap = scan.Take(':');
  return first && second && gap ? FinishTime(scan, date) : std::nullopt;
}

/// A decimal number, exact to the nanosecond: a double would blur the microseconds of an epoch.
std::optional<Duration> ParseNumber(std::string_view text) {
  Scan scan(text.substr(std::min(text.size(), text.find('.'))));
  const std::string_view whole = text.substr(0, text.find('.'));
  if (whole.empty() || whole.size() > 19) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (const char c : whole) {
    if (c < '0' || c > '9' || value > (INT64_MAX - 9) / 10) {
      return std::nullopt;
    }
    value = 10 * value + (c - '0');
  }
  const std::optional<std::int64_t> fraction = scan.Fraction();
  if (!fraction || !scan.empty()) {
    return std::nullopt;
  }
  std::int64_t unit = kSecond;
  constexpr std::int64_t kLargestSeconds = 100'000'000'000;
  for (std::int64_t limit = kLargestSeconds; value >= limit && unit > 1; unit /= 1000) {
    limit = limit > INT64_MAX / 1000 ? INT64_MAX : limit * 1000;
  }
  return value > INT64_MAX / unit - 1
             ? std::nullopt
             : std::optional(Duration(value * unit + *fraction * unit / kSecond));
}

}  // namespace

std::optional<std::chrono::sys_days> ParseDay(std::string_view text) {
  Scan scan(text);
  const Date date = TakeIsoDay(scan);
  return scan.empty() ? DayOf(date) : std::nullopt;
}

Result<Duration> ParseTimestamp(std::string_view text) {
  std::optional<Duration> time = ParseNumber(text);
  if (!time) {
    time = ParseIso(text);
  }
  if (!time) {
    time = ParseCommonLog(text);
  }
  return time ? Result<Duration>(*time) : NoTime(text);
}

}  // namespace loadline
