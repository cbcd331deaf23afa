#include "search/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "search/cause.h"
#include "search/judge.h"

namespace loadline::search {
namespace {

Status Validate(const VerifyOptions& options) {
  const auto invalid = [](std::string message) {
    return Error{.code = ErrorCode::kInvalidArgument, .message = std::move(message)};
  };
  if (options.objectives.empty()) {
    return invalid("nothing to verify: name an objective, for example --slo 'p95 < 200ms'");
  }
  for (const measure::Objective& objective : options.objectives) {
    if (!objective.Testable()) {
      return invalid(
          fmt::format("`{}` cannot be verified: no sequential test judges a mean, a "
                      "maximum or goodput; `run` does at its end",
                      measure::Format(objective)));
    }
  }
  if (!(options.confidence >= 0.5 && options.confidence <= 0.999)) {
    return invalid("confidence must be between 50% and 99.9%");
  }
  if (options.budget <= Duration::zero()) {
    return invalid("the budget must be above 0");
  }
  return {};
}

/// The objective that decided: the broken one, or the one nearest to being so.
const measure::ObjectiveResult* Binding(const std::vector<measure::ObjectiveResult>& results) {
  const auto room = [](const measure::ObjectiveResult& result) {
    const double limit = result.objective.metric == measure::Metric::kErrors
                             ? result.objective.limit
                             : Seconds(result.objective.threshold);
    return result.value / std::max(limit, 1e-12);
  };
  const measure::ObjectiveResult* binding = nullptr;
  for (const measure::ObjectiveResult& result : results) {
    const bool broken = result.state == measure::ObjectiveState::kBroken;
    const bool known = binding != nullptr && binding->state == measure::ObjectiveState::kBroken;
    if (binding == nullptr || (broken && !known) ||
        (broken == known && room(result) > room(*binding))) {
      binding = &result;
    }
  }
  return binding;
}

}  // namespace

Result<VerifyResult> Verify(measure::Prober& prober, const VerifyOptions& options,
                            measure::Observer& watcher) {
  TRY(Validate(options));
  measure::Load load = options.load;
  load.duration = std::max<Duration>(1ms, options.budget - load.warmup);
  load.requests = 0;
  Judge judge({.objectives = options.objectives,
               .tasks = options.tasks,
               .load = load,
               .alpha = 1.0 - options.confidence,
               .alone = options.alone,
               .covers = options.covers});
  Both both(judge, watcher);
  VerifyResult result;
  result.measurement = TRY(prober.Probe(load, both));
  judge.Finish();
  const measure::Measurement& m = result.measurement;
  result.objectives = judge.Results();
  result.test = judge.test();
  result.backlog_grows = judge.backlog_grows();
  result.covers_periods_below = judge.covers_periods_below();
  if (m.valid() && !m.generator_limited) {
    const bool braked =
        m.stop == measure::StopReason::kErrors || m.stop == measure::StopReason::kNoReply;
    result.state = braked ? measure::ObjectiveState::kBroken : judge.state();
  } else {
    for (measure::ObjectiveResult& objective : result.objectives) {
      objective.state = measure::ObjectiveState::kUndecided;
    }
  }
  if (const measure::ObjectiveResult* binding = Binding(result.objectives)) {
    result.binding = measure::Format(binding->objective);
  }
  if (result.state == measure::ObjectiveState::kBroken || !m.valid()) {
    result.cause = FindCause(m, options.alone, result.backlog_grows).sentence;
  }
  return result;
}

}  // namespace loadline::search
