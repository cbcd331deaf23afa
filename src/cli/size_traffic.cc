#include "cli/size_traffic.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"
#include "sizing/forecast.h"

namespace loadline::cli {
namespace {

// Of the peak, where nothing is known of the nights.
constexpr double kLowestShare = 0.25;

std::string DayOf(Duration since_epoch) {
  return FormatDay(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Duration>(since_epoch)));
}

Status AddForecast(const TrafficInput& input, report::SizeReport& report) {
  const std::vector<sizing::TrafficPoint> history = TRY(sizing::ReadTraffic(input.history));
  const Duration last = history.empty() ? Duration::zero() : history.back().at;
  Duration ahead = input.horizon.ahead;
  if (input.horizon.day) {
    ahead = input.horizon.day->time_since_epoch() - last;
    if (ahead < Duration::zero()) {
      return Error{
          ErrorCode::kInvalidArgument,
          fmt::format("--horizon: {} is before the last row of {}, {}; expected a later day",
                      DayOf(input.horizon.day->time_since_epoch()), input.history, DayOf(last))};
    }
  }
  const Result<sizing::Forecast> forecast = sizing::ForecastPeak(history, ahead, input.confidence);
  if (!forecast) {
    return Error{forecast.error().code,
                 fmt::format("{}: {}", input.history, forecast.error().message)};
  }
  report.rate = forecast->high;
  report.rate_now = forecast->highest_seen;
  report.growth = report.rate / report.rate_now - 1;
  report.forecast = report::TrafficForecast{
      .file = input.history, .until = DayOf(last + ahead), .forecast = *forecast};
  if (ahead == input.horizon.ahead && ahead == Horizon{}.ahead) {
    report.assumed.push_back({"traffic", "a year ahead", "--horizon"});
  }
  return {};
}

}  // namespace

Status AddTraffic(const TrafficInput& input, report::SizeReport& report) {
  if (!input.history.empty()) {
    return AddForecast(input, report);
  }
  report.rate_now = input.rate;
  report.rate = input.rate * (1 + input.growth);
  const std::string share = FormatPercent(input.growth);
  if (input.growth_per_year) {
    const Duration ahead =
        input.horizon.day
            ? std::max(Duration::zero(), Duration(input.horizon.day->time_since_epoch() -
                                                  report.today.time_since_epoch()))
            : input.horizon.ahead;
    report.rate = TRY(sizing::GrowBy(input.rate, input.growth, ahead));
    report.growth_text =
        fmt::format("{} a year for {:.3g} years", share, Seconds(ahead) / (365.25 * 86'400));
  } else if (input.growth != 0) {
    report.growth_text = share + " growth";
  } else {
    report.assumed.push_back({"traffic", "growth 0", "--growth 30%"});
  }
  report.growth = report.rate / report.rate_now - 1;
  return {};
}

LowestTraffic LowestFor(const TrafficInput& input, const report::SizeReport& report) {
  if (input.lowest) {
    return {*input.lowest, "as given"};
  }
  if (report.forecast) {
    const sizing::Forecast& forecast = report.forecast->forecast;
    const double share = forecast.lowest_seen / forecast.highest_seen;
    return {report.rate * share, fmt::format("{} of the peak as in {} (--lowest-rate)",
                                             FormatPercent(share), report.forecast->file)};
  }
  return {report.rate * kLowestShare, "a quarter of the peak (assumed: --lowest-rate)"};
}

}  // namespace loadline::cli
