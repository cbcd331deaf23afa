#include "sim/failure_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace loadline::sim {

FailurePlan::FailurePlan(const std::optional<Failures>& failures, std::uint64_t seed, int pods)
    : failures_(failures.value_or(Failures{})), random_(seed), pods_(pods) {
  DrawNext(Instant{});
  Refresh();
}

void FailurePlan::DrawNext(Instant now) {
  if (failures_.every > Duration::zero()) {
    // Of n pods that fail independently one fails n times as often.
    const double mean_s = Seconds(failures_.every) / pods_;
    chance_ = now + std::max(Duration(1), FromSeconds(random_.Exponential() * mean_s));
  }
}

void FailurePlan::SetPods(Instant now, int pods) {
  pods_ = pods;
  DrawNext(now);  // Exponential times have no memory.
  Refresh();
}

void FailurePlan::Refresh() {
  next_ = chance_;
  if (outages_done_ < failures_.outages.size()) {
    next_ = std::min(next_, Instant(failures_.outages[outages_done_].at));
  }
  if (!healing_.empty()) {
    next_ = std::min(next_, Instant(Duration(healing_.top().at)));
  }
}

void FailurePlan::Fail(Instant work, int pod, Service& service, std::vector<std::uint64_t>& lost) {
  if (!service.FailPod(work, pod, lost)) {
    return;
  }
  const auto item = static_cast<std::uint32_t>(pod) * 2;
  if (failures_.unnoticed == Duration::zero()) {
    service.TakeOut(pod);
  } else {
    healing_.Push((next_ + failures_.unnoticed).time_since_epoch().count(), item);
  }
  healing_.Push((next_ + failures_.restart).time_since_epoch().count(), item + 1);
}

void FailurePlan::DrawVictims(Instant work, int count, Service& service,
                              std::vector<std::uint64_t>& lost) {
  std::vector<int> pods(static_cast<std::size_t>(service.pods()));
  std::iota(pods.begin(), pods.end(), 0);
  const auto failed = [&] { return service.counters().pod_failures; };
  const std::int64_t before = failed();
  // Who does not run cannot fail: the next one drawn does in its stead.
  for (std::size_t i = 0; i < pods.size() && failed() - before < count; ++i) {
    std::swap(pods[i], pods[i + static_cast<std::size_t>(random_.Below(pods.size() - i))]);
    Fail(work, pods[i], service, lost);
  }
}

void FailurePlan::Take(Instant work, Service& service, std::vector<std::uint64_t>& lost) {
  if (!healing_.empty() && Instant(Duration(healing_.top().at)) == next_) {
    const std::uint32_t item = healing_.top().item;
    healing_.Pop();
    const int pod = static_cast<int>(item / 2);
    if (item % 2 == 1) {
      service.StartPod(work, pod);
    } else if (pod < service.pods()) {
      service.TakeOut(pod);
    }
  } else if (next_ == chance_) {
    // One that does not run is left alone: so those that run fail at their own rate.
    Fail(work, static_cast<int>(random_.Below(static_cast<std::uint64_t>(pods_))), service, lost);
    DrawNext(next_);
  } else {
    DrawVictims(work, failures_.outages[outages_done_].pods, service, lost);
    ++outages_done_;
  }
  Refresh();
}

}  // namespace loadline::sim
