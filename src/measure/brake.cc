#include "measure/brake.h"

#include <algorithm>

namespace loadline::measure {

std::optional<StopReason> Brake::Look(Duration at, const Totals& totals, Duration slowest) {
  const Totals& before = history_[seen_ % history_.size()];
  const bool answered = totals.answered > before.answered;
  ++seen_;
  history_[seen_ % history_.size()] = totals;

  if (totals.in_flight == 0 || answered) {
    silent_since_.reset();
  } else if (!silent_since_) {
    silent_since_ = at;
  }
  const Duration patience = 2s + std::max<Duration>(500ms, 2 * slowest);
  if (silent_since_ && at - *silent_since_ >= patience) {
    return StopReason::kNoReply;
  }
  if (seen_ >= kWindows && MostlyErrors()) {
    const Totals& oldest = history_[(seen_ + 1) % history_.size()];
    return totals.answered == oldest.answered ? StopReason::kNoReply : StopReason::kErrors;
  }
  return std::nullopt;
}

bool Brake::MostlyErrors() const {
  bool any = false;
  for (std::size_t back = 0; back < kWindows; back += kPerHalfSecond) {
    const Totals& end = history_[(seen_ - back) % history_.size()];
    const Totals& begin = history_[(seen_ - back - kPerHalfSecond) % history_.size()];
    const std::int64_t completed = end.completed - begin.completed;
    if (completed == 0) {
      continue;
    }
    any = true;
    if (2 * (end.failed - begin.failed) <= completed) {
      return false;
    }
  }
  return any;
}

}  // namespace loadline::measure
