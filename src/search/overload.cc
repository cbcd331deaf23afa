#include "search/overload.h"

#include <utility>

namespace loadline::search {
namespace {

/// Without an objective a response may be so many times what it was before the overload.
constexpr double kAsBefore = 1.2;

}  // namespace

OverloadWatch::OverloadWatch(OverloadPlan plan) : plan_(std::move(plan)) {
  for (const measure::Objective& objective : plan_.objectives) {
    if (objective.metric == measure::Metric::kQuantile && objective.task.empty()) {
      quantile_ = objective.quantile;
      limit_ = objective.threshold;
      break;
    }
  }
}

bool OverloadWatch::IsWell(const measure::Second& second) const {
  if (second.failed > 0 || second.completed == 0) {
    return false;
  }
  stats::Histogram all;
  for (const measure::TaskSecond& task : second.tasks) {
    all.Add(task.response);
  }
  const Duration usual = facts_.before.response.ValueAtQuantile(quantile_);
  const Duration limit =
      limit_ > Duration::zero() ? limit_ : FromSeconds(kAsBefore * Seconds(usual));
  return all.ValueAtQuantile(quantile_) <= limit;
}

void OverloadWatch::OnSecond(const measure::Second& second) {
  const Duration begin = std::chrono::seconds(second.index);
  const Duration overload_end = plan_.before + plan_.during;
  OverloadPhase& phase = begin < plan_.before   ? facts_.before
                         : begin < overload_end ? facts_.during
                                                : facts_.after;
  phase.seconds += 1.0;
  phase.failed += second.failed;
  phase.rejected += second.rejected;
  for (const measure::TaskSecond& task : second.tasks) {
    phase.succeeded += task.succeeded;
    phase.response.Add(task.response);
  }
  if (begin < overload_end || facts_.recovery) {
    return;
  }
  well_ = IsWell(second) ? well_ + 1 : 0;
  if (well_ == kWellSeconds) {
    facts_.recovery = begin + 1s - std::chrono::seconds(kWellSeconds) - overload_end;
  }
}

}  // namespace loadline::search
