#include "stats/hlog.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "stats/histogram_codec.h"

namespace loadline::stats {
namespace {

constexpr double kYearSeconds = 365.0 * 24 * 3600;
constexpr double kMaxSeconds = 9.2e9;  // What a Duration holds.

std::string_view TakeUntil(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// A number at the front of `text`; nothing where there is none or no Duration can hold it in
// seconds.
std::optional<double> Number(std::string_view text) {
  double value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || !(std::abs(value) < kMaxSeconds)) {
    return std::nullopt;
  }
  return value;
}

// All of `text` as such a number.
std::optional<double> WholeNumber(std::string_view text) {
  double ignored = 0;
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, ignored).ptr == end ? Number(text) : std::nullopt;
}

// What comment lines and the first interval say about the clock.
struct Times {
  std::optional<double> start_s;
  std::optional<double> base_s;

  void ReadComment(std::string_view line) {
    const auto value_of = [&](std::string_view key) -> std::optional<double> {
      return line.starts_with(key) ? Number(Trim(line.substr(key.size()))) : std::nullopt;
    };
    if (const std::optional<double> start = value_of("#[StartTime:")) {
      start_s = start;
    } else if (const std::optional<double> base = value_of("#[BaseTime:")) {
      base_s = base;
    }
  }

  double Absolute(double stamp_s) {
    start_s = start_s.value_or(stamp_s);
    if (!base_s.has_value()) {
      base_s = stamp_s < *start_s - kYearSeconds ? *start_s : 0.0;
    }
    return stamp_s + *base_s;
  }
};

Result<HlogInterval> ReadInterval(std::string_view line, Times& times) {
  const Error malformed{ErrorCode::kCorrupt,
                        "expected [Tag=…,]start,length,max,histogram with times in seconds"};
  std::string tag;
  if (constexpr std::string_view kTag = "Tag="; line.starts_with(kTag)) {
    line.remove_prefix(kTag.size());
    tag = std::string(TakeUntil(line, ','));
  }
  std::array<double, 3> numbers{};
  for (double& number : numbers) {
    const std::optional<double> read = WholeNumber(Trim(TakeUntil(line, ',')));
    if (!read.has_value()) {
      return malformed;
    }
    number = *read;
  }
  Histogram histogram = TRY(DecodeText(Trim(line)));
  return HlogInterval{.tag = std::move(tag),
                      .begin = UtcTime(FromSeconds(times.Absolute(numbers[0]))),
                      .length = FromSeconds(numbers[1]),
                      .histogram = std::move(histogram)};
}

}  // namespace

std::string HlogHeader(std::string_view writer, UtcTime start) {
  const double epoch_s = Seconds(start.time_since_epoch());
  return fmt::format(
      "#[Logged with {}]\n"
      "#[Histogram log format version 1.3]\n"
      "#[BaseTime: {:.3f} (seconds since epoch)]\n"
      "#[StartTime: {:.3f} (seconds since epoch), {}]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
      "\"Interval_Compressed_Histogram\"\n",
      writer, epoch_s, epoch_s, FormatUtc(start));
}

std::string HlogLine(std::string_view tag, Duration begin, Duration length,
                     const Histogram& histogram) {
  std::string prefix;
  if (!tag.empty()) {
    prefix = fmt::format("Tag={},", tag);
    for (char& c : prefix) {
      const bool separates = &c != &prefix.back() && c == ',';
      const bool blank = static_cast<unsigned char>(c) <= ' ';
      c = separates || blank ? '_' : c;
    }
  }
  return fmt::format("{}{:.3f},{:.3f},{:.3f},{}\n", prefix, Seconds(begin), Seconds(length),
                     Millis(histogram.Max()), EncodeText(histogram));
}

Status ReadHlog(std::string_view text, const std::function<void(const HlogInterval&)>& visit) {
  Times times;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = Trim(TakeUntil(text, '\n'));
    if (line.starts_with('#')) {
      times.ReadComment(line);
    } else if (!line.empty() && !line.starts_with('"')) {
      const Result<HlogInterval> interval = ReadInterval(line, times);
      if (!interval.has_value()) {
        return Error{ErrorCode::kCorrupt,
                     fmt::format("line {}: {}", number, interval.error().message)};
      }
      visit(*interval);
    }
  }
  return {};
}

}  // namespace loadline::stats
