#include "cli/overload.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/units_text.h"

namespace loadline::cli {
search::OverloadPlan PlanFor(const OverloadOptions& overload) {
  search::OverloadPlan plan;
  plan.during = std::chrono::ceil<std::chrono::seconds>(overload.length);
  plan.after = std::clamp<Duration>(2 * plan.during, 30s, 10min);
  return plan;
}

Status AddOverload(const OverloadOptions& overload, const measure::LoadLine& line,
                   std::vector<scenario::Setting>& settings) {
  const std::optional<double> seen = line.Level();
  const std::optional<double> level = seen ? seen : line.saturation;
  if (!level) {
    return Error{ErrorCode::kInvalidArgument,
                 "--overload: the search found no load line to go beyond"};
  }
  const search::OverloadPlan plan = PlanFor(overload);
  const bool users = line.axis == measure::SearchAxis::kUsers;
  const auto text = [&](double at) {
    return users ? fmt::format("{:.0f}", std::max(1.0, std::round(at)))
                 : fmt::format("{:.6g}/s", at);
  };
  const double operating = line.operating.value_or(0.7 * *level);
  const std::string stages = fmt::format(
      "{} for {}, {} for {}, {} for {}", text(operating), FormatDurationExact(plan.before),
      text(overload.factor * *level), FormatDurationExact(plan.during), text(operating),
      FormatDurationExact(plan.after));
  settings.push_back({.path = users ? "load.users" : "load.rate",
                      .value = stages,
                      .flag = "--overload",
                      .yaml = false});
  return {};
}

}  // namespace loadline::cli
