#include "cli/size_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/timestamp.h"
#include "base/units_text.h"
#include "sizing/forecast.h"

namespace loadline::cli {
namespace {

std::int64_t Millicores(double cpus) {
  return std::llround(cpus * 1000);
}

// `0.3` or `0.3,400Mi`.
Result<catalog::Resources> ParseResources(std::string_view text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  catalog::Resources resources;
  resources.millicores = Millicores(TRY(ParseCpu(std::string(text.substr(0, comma)))));
  if (comma < text.size()) {
    resources.memory = TRY(ParseBytes(text.substr(comma + 1)));
  }
  return resources;
}

}  // namespace

Result<double> ParseCpu(const std::string& text) {
  const bool milli = !text.empty() && text.back() == 'm';
  const Result<double> value = ParseNumber(milli ? text.substr(0, text.size() - 1) : text);
  if (!value || !(*value > 0)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found \"{}\"; expected CPUs above 0: 0.5 or 500m", text)};
  }
  return milli ? *value / 1000 : *value;
}

Result<double> ParseGrowth(const std::string& text) {
  const bool percent = !text.empty() && text.back() == '%';
  const Result<double> value = ParseNumber(percent ? text.substr(0, text.size() - 1) : text);
  const double share = value ? *value / (percent ? 100 : 1) : 0.0;
  if (!value || !(share > -1 && share <= 1000)) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("found \"{}\"; expected a share such as 30% or 9 (tenfold traffic), or "
                    "30%/y for each year up to --horizon",
                    text)};
  }
  return share;
}

Result<Horizon> ParseHorizon(const std::string& text) {
  if (const std::optional<std::chrono::sys_days> day = ParseDay(text)) {
    return Horizon{.day = day};
  }
  constexpr double kDay = 86'400;
  constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
      {{"mo", 365.25 / 12 * kDay}, {"y", 365.25 * kDay}, {"w", 7 * kDay}}};
  std::optional<double> seconds;
  for (const auto& [unit, length] : kUnits) {
    if (text.ends_with(unit)) {
      const Result<double> number = ParseNumber(text.substr(0, text.size() - unit.size()));
      seconds = number ? *number * length : -1;
    }
  }
  const Result<Duration> duration =
      seconds ? Result<Duration>(FromSeconds(std::clamp(*seconds, 0.0, 1e10)))
              : ParseDuration(text);
  if (!duration || *duration <= Duration::zero() || Seconds(*duration) > 100 * 365.25 * kDay) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("found \"{}\"; expected how far ahead: 12mo, 1y, 8w, 90d, or a day such "
                    "as 2027-11-26",
                    text)};
  }
  return Horizon{.ahead = *duration, .day = std::nullopt};
}

Result<sizing::Surge> ParseSurge(const std::string& text) {
  if (!text.empty() && text.back() == '%') {
    const Result<double> share = ParseShare(text);
    if (share && *share > 0) {
      return sizing::Surge{.share = *share};
    }
  } else if (const Result<double> pods = ParseNumber(text);
             pods && *pods >= 1 && *pods <= 100'000 && *pods == std::floor(*pods)) {
    return sizing::Surge{.pods = static_cast<std::int64_t>(*pods)};
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("found \"{}\"; expected maxSurge of a rollout: a share above 0 such as "
                           "25%, or a number of pods from 1",
                           text)};
}

Result<sizing::NodeOverhead> ParseDaemonSets(const std::string& text) {
  if (text == "none") {
    return sizing::NodeOverhead{.daemons = {}, .daemon_pods = 0};
  }
  sizing::NodeOverhead overhead;
  const std::size_t last = text.rfind(',');
  const bool with_pods = last != std::string::npos && text.find(',') != last;
  const Result<catalog::Resources> daemons =
      ParseResources(with_pods ? text.substr(0, last) : text);
  const Result<double> pods = with_pods ? ParseNumber(text.substr(last + 1))
                                        : Result<double>(double{1.0 * overhead.daemon_pods});
  if (!daemons || !pods || !(*pods >= 0 && *pods <= 200) || *pods != std::floor(*pods)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found \"{}\"; expected what they take of each node: CPU,memory or "
                             "CPU,memory,pods such as 0.3,400Mi,4, or none",
                             text)};
  }
  overhead.daemons = *daemons;
  overhead.daemon_pods = static_cast<int>(*pods);
  return overhead;
}

Result<sizing::ClusterPods> ParseClusterPods(const std::string& text) {
  const std::size_t cross = std::min(text.find('x'), text.size());
  const Result<double> count = ParseNumber(text.substr(0, cross));
  const Result<catalog::Resources> each =
      ParseResources(std::string_view(text).substr(std::min(cross + 1, text.size())));
  if (!count || !each || !(*count >= 1 && *count <= 10'000) || *count != std::floor(*count)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found \"{}\"; expected how many and what each asks for, such as "
                             "3x1.3,512Mi",
                             text)};
  }
  return sizing::ClusterPods{.count = static_cast<int>(*count), .each = *each};
}

}  // namespace loadline::cli
