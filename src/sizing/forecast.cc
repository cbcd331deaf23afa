#include "sizing/forecast.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/plain_table.h"
#include "base/plain_text.h"
#include "base/timestamp.h"
#include "base/units_text.h"
#include "stats/distributions.h"
#include "stats/regression.h"

namespace loadline::sizing {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kDay = std::chrono::hours(24);
constexpr Duration kWeek = 7 * kDay;
constexpr double kYearSeconds = 365.25 * 86'400;
constexpr Duration kLongestHistory = 100 * 365 * kDay;
constexpr std::size_t kLeastPoints = 28;  // Two weeks of half days.
constexpr std::size_t kHoursOfWeek = 168;

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

struct Columns {
  std::size_t time = 0;
  std::size_t value = 0;
  std::string_view title;  // Of the value's column.
  bool is_count = false;
};

Result<Columns> ColumnsOf(const PlainTable& table) {
  const std::optional<std::size_t> time = table.Column("time");
  std::optional<std::size_t> value;
  Columns columns;
  for (const std::string_view title : {"rate", "rps", "count", "requests"}) {
    const std::optional<std::size_t> at = table.Column(title);
    if (at && value) {
      return table.Wrong(table.header, fmt::format("columns \"{}\" and \"{}\": give one of them",
                                                   columns.title, title));
    }
    if (at) {
      value = at;
      columns.title = title;
      columns.is_count = title == "count" || title == "requests";
    }
  }
  if (!time || !value) {
    return table.Wrong(table.header,
                       "needs a header with the columns time and one of rate, rps, count, "
                       "requests");
  }
  columns.time = *time;
  columns.value = *value;
  return columns;
}

// A deviation from the line for each hour of the week, by the mean of the points in it.
struct Season {
  std::array<double, kHoursOfWeek> sum{};
  std::array<std::int64_t, kHoursOfWeek> points{};

  [[nodiscard]] static std::size_t HourOf(Duration at) {
    return static_cast<std::size_t>((at % kWeek) / kHour);
  }
  void Add(Duration at, double deviation) {
    sum.at(HourOf(at)) += deviation;
    ++points.at(HourOf(at));
  }
  [[nodiscard]] double At(std::size_t hour) const {
    return points.at(hour) == 0 ? 0 : sum.at(hour) / static_cast<double>(points.at(hour));
  }
  [[nodiscard]] std::int64_t HoursUsed() const {
    return std::ranges::count_if(points, [](std::int64_t each) { return each > 0; });
  }
  // The hour of the week with most traffic, of those that there are.
  [[nodiscard]] std::size_t Highest() const {
    std::size_t best = kHoursOfWeek;
    for (std::size_t hour = 0; hour < kHoursOfWeek; ++hour) {
      if (points.at(hour) > 0 && (best == kHoursOfWeek || At(hour) > At(best))) {
        best = hour;
      }
    }
    return best;
  }
};

double Years(Duration time) {
  return Seconds(time) / kYearSeconds;
}

// The trend and the season disturb each other where the history is no whole number of weeks: each
// is fitted to what the other leaves, a few times.
struct Model {
  stats::LinearRegression trend;  // Of ln(rate) without the season, over years.
  Season season;
  std::vector<double> residuals;
};

Model Fit(const std::vector<TrafficPoint>& history) {
  Model model;
  for (int round = 0; round < 20; ++round) {
    stats::LinearRegression trend;
    for (const TrafficPoint& point : history) {
      trend.Add(Years(point.at - history.front().at),
                std::log(point.rate.per_second) - model.season.At(Season::HourOf(point.at)));
    }
    Season season;
    for (const TrafficPoint& point : history) {
      season.Add(point.at,
                 std::log(point.rate.per_second) - trend.At(Years(point.at - history.front().at)));
    }
    model.trend = trend;
    model.season = season;
  }
  for (const TrafficPoint& point : history) {
    model.residuals.push_back(std::log(point.rate.per_second) -
                              model.trend.At(Years(point.at - history.front().at)) -
                              model.season.At(Season::HourOf(point.at)));
  }
  return model;
}

// How many independent points the residuals are worth: n (1 − r)/(1 + r), r their correlation with
// their neighbours where that is positive.
double EffectivePoints(const std::vector<double>& residuals) {
  double own = 0;
  double with_next = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    own += residuals[i] * residuals[i];
    if (i + 1 < residuals.size()) {
      with_next += residuals[i] * residuals[i + 1];
    }
  }
  const double r = own > 0 ? std::clamp(with_next / own, 0.0, 0.99) : 0;
  return static_cast<double>(residuals.size()) * (1 - r) / (1 + r);
}

// Days are spans as well: the first instant of each.
std::optional<Duration> TimeOf(std::string_view text) {
  if (const std::optional<std::chrono::sys_days> day = ParseDay(text)) {
    return day->time_since_epoch();
  }
  const Result<Duration> time = ParseTimestamp(text);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

// `text` as whole numbers separated by `-`, `T`, ` ` or `:`, with an optional `Z`.
Result<std::vector<TrafficPoint>> ParseTraffic(std::string_view csv, std::string_view name) {
  struct Raw {
    Duration at;
    double value;
  };
  const PlainTable table = TRY(ReadPlainTable(csv, name));
  if (table.rows.size() < 2) {
    return Wrong(fmt::format(
        "{}: a history needs two rows at least, below a header such as time,rate", name));
  }
  const Columns columns = TRY(ColumnsOf(table));
  std::vector<Raw> rows;
  for (const PlainTable::Row& row : table.rows) {
    const std::string_view time = row.cells[columns.time];
    const std::optional<Duration> at = TimeOf(time);
    if (!at) {
      return table.Wrong(
          row, "time",
          fmt::format("\"{}\" is no time such as 2026-11-26T18:00:00Z, 2026-11-26 18:00 or seconds "
                      "since 1970",
                      time));
    }
    if (!rows.empty() && *at <= rows.back().at) {
      return table.Wrong(
          row, "time",
          fmt::format("{} is not after the row before: sort the rows by time, each time once",
                      time));
    }
    const std::optional<double> value = PlainNumber(row.cells[columns.value]);
    if (!value || *value < 0) {
      return table.Wrong(
          row, columns.title,
          fmt::format("\"{}\" is no number of at least 0, such as {}", row.cells[columns.value],
                      columns.is_count ? "7200" : "120.5"));
    }
    rows.push_back({*at, *value});
  }
  std::vector<TrafficPoint> points;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Duration span = i == 0 ? rows[1].at - rows[0].at : rows[i].at - rows[i - 1].at;
    const double rate = columns.is_count ? rows[i].value / Seconds(span) : rows[i].value;
    if (rate > 0) {
      points.push_back({rows[i].at, {rate}});
    }
  }
  return points;
}

Result<std::vector<TrafficPoint>> ReadTraffic(const std::string& path) {
  return ParseTraffic(TRY(ReadTextFile(path, "traffic history")), path);
}

Result<Rate> GrowBy(Rate now, double per_year, Duration horizon) {
  if (!(now.per_second > 0) || !(per_year > -1) || horizon < Duration::zero()) {
    return Wrong(
        fmt::format("growth of {:.0f} % a year from {} over {}: needs a rate above 0, more "
                    "than -100 %, and a time ahead",
                    100 * per_year, FormatRate(now), FormatDuration(horizon)));
  }
  return now * std::pow(1 + per_year, Years(horizon));
}

Result<Forecast> ForecastPeak(const std::vector<TrafficPoint>& history, Duration horizon,
                              double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    return Wrong(fmt::format("confidence {}: between 0 and 1", confidence));
  }
  const Duration length =
      history.empty() ? Duration::zero() : history.back().at - history.front().at;
  if (history.size() < kLeastPoints || length < 2 * kWeek - kDay) {
    return Wrong(
        fmt::format("a history of {} points over {:.1f} days: a trend beside the week needs "
                    "14 days and {} points at least; name --rate and --growth instead",
                    history.size(), Seconds(length) / 86'400, kLeastPoints));
  }
  if (length > kLongestHistory) {
    return Wrong(
        fmt::format("a history of {:.0f} years: are its times seconds since 1970?", Years(length)));
  }
  if (horizon < Duration::zero() || horizon / 4 > length) {
    return Wrong(
        fmt::format("{:.0f} days ahead of a history of {:.0f}: at most four times as far as "
                    "it reaches back, --horizon {:.0f}d; or name --rate and --growth instead",
                    Seconds(horizon) / 86'400, Seconds(length) / 86'400,
                    std::floor(4 * Seconds(length) / 86'400)));
  }
  const Model model = Fit(history);
  double squares = 0;
  double mean_x = 0;
  for (const double residual : model.residuals) {
    squares += residual * residual;
  }
  for (const TrafficPoint& point : history) {
    mean_x += Years(point.at - history.front().at) / static_cast<double>(history.size());
  }
  double spread_x = 0;
  for (const TrafficPoint& point : history) {
    spread_x += std::pow(Years(point.at - history.front().at) - mean_x, 2);
  }
  const auto n = static_cast<double>(history.size());
  const double fitted = 1 + static_cast<double>(model.season.HoursUsed());
  if (n - fitted < 5) {
    return Wrong(
        fmt::format("{} points for {} hours of the week and a trend: too few to see the "
                    "scatter; give a longer history",
                    history.size(), model.season.HoursUsed()));
  }
  const double scatter = std::sqrt(squares / (n - fitted));
  const double worth = EffectivePoints(model.residuals) / n;
  const double slope_error = scatter / std::sqrt(spread_x * worth);
  const std::size_t peak_hour = model.season.Highest();
  const double x = Years(length + horizon);
  const double centre = model.trend.At(x) + model.season.At(peak_hour);
  const double season_points = static_cast<double>(model.season.points.at(peak_hour)) * worth;
  const double error = std::sqrt(scatter * scatter * (1 + 1 / (n * worth) + 1 / season_points) +
                                 std::pow(slope_error * (x - mean_x), 2));
  const double t =
      stats::StudentQuantile(0.5 + confidence / 2, std::max(1.0, (n - fitted) * worth));
  const double slope = model.trend.Slope();
  Forecast forecast{.peak = {std::exp(centre)},
                    .low = {std::exp(centre - t * error)},
                    .high = {std::exp(centre + t * error)},
                    .growth_per_year = std::expm1(slope),
                    .growth_low = std::expm1(slope - t * slope_error),
                    .growth_high = std::expm1(slope + t * slope_error),
                    .confidence = confidence,
                    .scatter = scatter,
                    .points = static_cast<std::int64_t>(history.size()),
                    .history = length,
                    .highest_seen = {},
                    .lowest_seen = history.front().rate};
  for (const TrafficPoint& point : history) {
    forecast.highest_seen = std::max(forecast.highest_seen, point.rate);
    forecast.lowest_seen = std::min(forecast.lowest_seen, point.rate);
  }
  return forecast;
}

}  // namespace loadline::sizing
