#include "measure/brake.h"

namespace loadline::measure {

std::optional<StopReason> Brake::OnWindow(Duration at, const Progress& progress) {
  if (progress.completed != completed_ || progress.in_flight <= 0) {
    quiet_since_ = at;
    completed_ = progress.completed;
  }
  Sample& slot = samples_[next_ % samples_.size()];
  const Sample before = slot;
  slot = Sample{at, progress.completed, progress.failed};
  ++next_;
  if (at - before.at >= kSpan) {
    const std::int64_t completed = progress.completed - before.completed;
    const std::int64_t failed = progress.failed - before.failed;
    if (completed >= kLeastCompleted && 2 * failed > completed) {
      return StopReason::kErrors;
    }
  }
  if (at - quiet_since_ >= silence_) {
    return StopReason::kNoReply;
  }
  return std::nullopt;
}

}  // namespace loadline::measure
