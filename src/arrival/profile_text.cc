#include "arrival/profile_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/units_text.h"

namespace loadline::arrival {
namespace {

constexpr std::int64_t kMostStages = 10'000;
constexpr std::string_view kForms =
    "`300/s for 5m`, `0 to 300/s over 1m`, `100/s to 500/s over 5m in 4 steps`, `50/s bursting to "
    "400/s for 10s every 1m for 1h` or `wave 50/s to 400/s every 24m for 2h`";

std::vector<std::string_view> SplitAt(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) {
      break;
    }
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.size(), text.find_first_of(separators));
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return parts;
}

/// One item's words, taken from the front.
class Words {
 public:
  Words(std::string_view item, LevelUnit unit)
      : item_(item.substr(std::min(item.size(), item.find_first_not_of(" \t\r\n")))),
        unit_(unit),
        words_(SplitAt(item, " \t\r\n")) {}

  [[nodiscard]] bool empty() const { return at_ == words_.size(); }

  /// Takes the word if it comes next.
  [[nodiscard]] bool Take(std::string_view word) {
    const bool next = at_ < words_.size() && words_[at_] == word;
    at_ += next ? 1 : 0;
    return next;
  }

  [[nodiscard]] Status Expect(std::string_view word) {
    if (!Take(word)) {
      return Wrong(fmt::format("`{}` should come {}", word, Where()));
    }
    return {};
  }

  [[nodiscard]] Result<double> Level() {
    if (empty()) {
      return Wrong("a level is missing at its end");
    }
    const std::string_view word = words_[at_++];
    if (unit_ == LevelUnit::kRate) {
      const Result<Rate> rate = ParseRate(word);
      return rate ? Result<double>(rate->per_second) : Wrong(rate.error().message);
    }
    const Result<double> users = ParseNumber(word);
    if (!users || *users < 0.0 || *users != std::floor(*users) || *users > 1e6) {
      return Wrong(fmt::format("`{}` is not a number of users from 0 to 1,000,000", word));
    }
    return *users;
  }

  [[nodiscard]] Result<Duration> Time(std::string_view after) {
    TRY(Expect(after));
    if (empty()) {
      return Wrong(fmt::format("a time is missing after `{}`", after));
    }
    const Result<Duration> time = ParseDuration(words_[at_++]);
    if (!time) {
      return Wrong(time.error().message);
    }
    if (*time <= Duration::zero()) {
      return Wrong(fmt::format("the time after `{}` must be above 0", after));
    }
    return *time;
  }

  [[nodiscard]] Result<std::int64_t> Count() {
    std::int64_t count = 0;
    const std::string_view word = empty() ? std::string_view() : words_[at_++];
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
    if (error != std::errc() || end != word.data() + word.size() || count < 1 ||
        count > kMostStages) {
      return Wrong(fmt::format("`{}` is not a number of steps from 1 to 10,000", word));
    }
    return count;
  }

  [[nodiscard]] Status End() const {
    return empty() ? Status() : Wrong(fmt::format("`{}` is too much", words_[at_]));
  }

  [[nodiscard]] Error Wrong(std::string_view why) const {
    return {ErrorCode::kInvalidArgument,
            fmt::format("`{}`: {}; right would be {}", item_, why, kForms)};
  }

 private:
  [[nodiscard]] std::string Where() const {
    return empty() ? "at its end" : fmt::format("before `{}`", words_[at_]);
  }

  std::string_view item_;
  LevelUnit unit_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
};

/// The stages made so far.
struct Built {
  std::vector<Stage> stages;
  bool repeats = false;

  [[nodiscard]] double level() const { return stages.empty() ? 0.0 : stages.back().to; }
  void Hold(double level, Duration length) {
    stages.push_back({.length = length, .from = level, .to = level});
  }
};

/// `[for TIME]` at the end of what comes in periods: how many of them; 0: without end.
Result<std::int64_t> Periods(Words& words, Duration period) {
  if (words.empty()) {
    return 0;
  }
  const Duration time = TRY(words.Time("for"));
  const std::int64_t count = time / period;
  if (time % period != Duration::zero()) {
    return words.Wrong(fmt::format("{} is not a whole number of periods of {}: {} or {} is",
                                   FormatDurationExact(time), FormatDurationExact(period),
                                   FormatDurationExact(std::max<std::int64_t>(1, count) * period),
                                   FormatDurationExact((count + 1) * period)));
  }
  if (count > kMostStages / 2) {
    return words.Wrong("that is more than 5,000 periods; leave `for` out and use --duration");
  }
  return count;
}

/// `period` so many times; 0: for ever, which only the first item may be.
Status AddPeriods(Words& words, const std::vector<Stage>& period, std::int64_t count,
                  Built& built) {
  if (count == 0 && !built.stages.empty()) {
    return words.Wrong("it has no end, so nothing may stand before it: add `for TIME`");
  }
  built.repeats = count == 0;
  for (std::int64_t i = 0; i < std::max<std::int64_t>(1, count); ++i) {
    built.stages.insert(built.stages.end(), period.begin(), period.end());
  }
  return {};
}

Status AddWave(Words& words, Built& built) {
  const double low = TRY(words.Level());
  TRY(words.Expect("to"));
  const double high = TRY(words.Level());
  const Duration period = TRY(words.Time("every"));
  const std::int64_t count = TRY(Periods(words, period));
  const Duration half = period / 2;
  return AddPeriods(words,
                    {{.length = half, .from = low, .to = high, .curve = Curve::kCosine},
                     {.length = period - half, .from = high, .to = low, .curve = Curve::kCosine}},
                    count, built);
}

Status AddBursts(Words& words, double base, Built& built) {
  TRY(words.Expect("to"));
  const double high = TRY(words.Level());
  const Duration burst = TRY(words.Time("for"));
  const Duration period = TRY(words.Time("every"));
  if (burst >= period) {
    return words.Wrong(fmt::format("a burst of {} does not fit into {}", FormatDurationExact(burst),
                                   FormatDurationExact(period)));
  }
  const std::int64_t count = TRY(Periods(words, period));
  return AddPeriods(words,
                    {{.length = period - burst, .from = base, .to = base},
                     {.length = burst, .from = high, .to = high}},
                    count, built);
}

Status AddRamp(Words& words, double from, Built& built) {
  const double to = TRY(words.Level());
  const Duration length = TRY(words.Time("over"));
  if (!words.Take("in")) {
    built.stages.push_back({.length = length, .from = from, .to = to});
    return {};
  }
  const std::int64_t steps = TRY(words.Count());
  if (!words.Take("steps")) {
    TRY(words.Expect("step"));
  }
  if (length < Duration(steps)) {
    return words.Wrong("its steps would be shorter than a nanosecond");
  }
  for (std::int64_t i = 1; i <= steps; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(steps);
    built.Hold(from + (to - from) * part, i * length / steps - (i - 1) * length / steps);
  }
  return {};
}

Status AddItem(Words words, Built& built) {
  if (built.repeats) {
    return words.Wrong("what stands before it has no end, so it never comes to this");
  }
  if (words.Take("wave")) {
    TRY(AddWave(words, built));
  } else if (words.Take("to")) {
    TRY(AddRamp(words, built.level(), built));
  } else {
    const double level = TRY(words.Level());
    if (words.Take("to")) {
      TRY(AddRamp(words, level, built));
    } else if (words.Take("bursting")) {
      TRY(AddBursts(words, level, built));
    } else {
      built.Hold(level, TRY(words.Time("for")));
    }
  }
  return words.End();
}

}  // namespace

bool IsProfile(std::string_view text) {
  return SplitAt(text, " \t\r\n,").size() > 1;
}

Result<Profile> ParseProfile(std::string_view text, LevelUnit unit) {
  const auto wrong = [&](std::string_view why) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("`{}`: {}", text, why)};
  };
  std::vector<std::string_view> items = SplitAt(text, ",");
  Built built;
  bool repeat = false;
  if (!items.empty() && Words(items.back(), unit).Take("repeat")) {
    repeat = true;
    items.pop_back();
  }
  if (items.empty()) {
    return wrong(fmt::format("nothing to do; right would be {}", kForms));
  }
  for (const std::string_view item : items) {
    TRY(AddItem(Words(item, unit), built));
    if (static_cast<std::int64_t>(built.stages.size()) > kMostStages) {
      return wrong("more than 10,000 stages");
    }
  }
  const bool some = std::any_of(built.stages.begin(), built.stages.end(),
                                [](const Stage& s) { return s.from > 0.0 || s.to > 0.0; });
  if (!some) {
    return wrong("its level is 0 all the time");
  }
  // The sum of lengths must stay a duration.
  double seconds = 0.0;
  for (const Stage& stage : built.stages) {
    seconds += Seconds(stage.length);
  }
  if (seconds > 3e9) {
    return wrong("it lasts longer than 95 years");
  }
  return Profile(std::move(built.stages), built.repeats || repeat, std::string(text));
}

}  // namespace loadline::arrival
