#include "scenario/timestamps.h"

#include <fmt/core.h>

#include <chrono>
#include <cstdint>

#include "base/json_text.h"
#include "base/timestamp.h"

namespace loadline::scenario {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// Rows of the same second, spread evenly over it.
void SpreadOverSeconds(std::vector<Duration>& offsets) {
  for (std::size_t begin = 0; begin < offsets.size();) {
    std::size_t end = begin;
    while (end < offsets.size() && offsets[end] == offsets[begin]) {
      ++end;
    }
    const auto count = static_cast<std::int64_t>(end - begin);
    for (std::int64_t i = 1; i < count; ++i) {
      offsets[begin + static_cast<std::size_t>(i)] += Duration(i * kSecond / count);
    }
    begin = end;
  }
}

}  // namespace

Result<std::vector<Duration>> OffsetsOf(const std::vector<std::string_view>& cells, bool& spread) {
  std::vector<Duration> times;
  times.reserve(cells.size());
  bool whole = true;
  bool shared = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string text;
    if (cells[i].starts_with('"')) {
      AppendJsonUnescaped(cells[i].substr(1, cells[i].size() - 2), text);
    } else {
      text = cells[i];
    }
    const Result<Duration> time = ParseTimestamp(text);
    const auto at_row = [&](std::string_view what) {
      return Error{ErrorCode::kInvalidArgument, fmt::format("row {}: {}", i + 1, what)};
    };
    if (!time) {
      return at_row(time.error().message);
    }
    if (!times.empty() && *time < times.back()) {
      return at_row(fmt::format("`{}` is earlier than the row before; sort them by time", text));
    }
    whole = whole && *time % std::chrono::seconds(1) == Duration::zero();
    shared = shared || (!times.empty() && *time == times.back());
    times.push_back(*time);
  }
  spread = whole && shared;
  if (spread) {
    SpreadOverSeconds(times);
  }
  if (!times.empty()) {
    const Duration first = times.front();
    for (Duration& time : times) {
      time -= first;
    }
  }
  return times;
}

}  // namespace loadline::scenario
