#include "search/find.h"

#include <fmt/core.h>

#include <algorithm>

#include "search/search_run.h"

namespace loadline::search {
namespace {

Error Invalid(std::string message) {
  return {.code = ErrorCode::kInvalidArgument, .message = std::move(message)};
}

Status Validate(const FindOptions& options) {
  for (const measure::Objective& objective : options.objectives) {
    if (!objective.Testable()) {
      return Invalid(
          fmt::format("`{}` cannot be searched for: no sequential test judges a mean, a maximum or "
                      "goodput; use "
                      "a quantile (`p95 < 200ms`) or `errors < 0.1%`",
                      measure::Format(objective)));
    }
    if (!objective.task.empty() && std::find(options.tasks.begin(), options.tasks.end(),
                                             objective.task) == options.tasks.end()) {
      return Invalid(
          fmt::format("`{}` names a task that does not exist", measure::Format(objective)));
    }
    const double allowed = objective.AllowedShare();
    if (!(allowed > 0.0 && allowed < 1.0)) {
      return Invalid(fmt::format("`{}` allows nothing, or everything: no test can decide it",
                                 measure::Format(objective)));
    }
  }
  if (!(options.confidence >= 0.5 && options.confidence <= 0.999)) {
    return Invalid("confidence must be between 50% and 99.9%");
  }
  if (!(options.precision > 0.0) || !(options.max > 0.0) || !(options.start >= 0.0)) {
    return Invalid("precision and the highest load must be above 0, the first load not below");
  }
  if (options.axis == measure::SearchAxis::kUsers && options.max < 1.0) {
    return Invalid("the highest number of users must be at least 1");
  }
  if (options.budget <= Duration::zero() || options.covers < Duration::zero() ||
      options.think < Duration::zero() || options.warmup < Duration::zero()) {
    return Invalid("the budget must be above 0, other durations not below");
  }
  if (options.earlier && options.earlier->axis != options.axis) {
    return Invalid("the earlier search varied another kind of load: go on with the same --by");
  }
  return {};
}

}  // namespace

Result<measure::LoadLine> Find(measure::Prober& prober, const FindOptions& options,
                               FindListener& listener) {
  TRY(Validate(options));
  return SearchRun(prober, options, listener).Run();
}

}  // namespace loadline::search
