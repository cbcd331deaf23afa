// Service: pods that fail, and come back.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "sim/service.h"

namespace loadline::sim {

void Service::Drop(std::uint32_t index) {
  const Request& request = requests_[index];
  Occupy(request.pod, request.router, -1);
  --in_system_;
  ++counters_.lost;
}

bool Service::FailPod(Instant now, int number, std::vector<std::uint64_t>& lost) {
  CHECK(completion_ == Completion::kTimed);
  CHECK(number >= 0 && number < wanted_);
  static_cast<void>(ReadyPods(now));
  const auto pod_index = static_cast<std::uint32_t>(number);
  Pod& pod = pods_[pod_index];
  if (number >= ready_ || pod.dead || pod.out) {
    return false;
  }
  pod.dead = true;
  ++dead_;
  ++counters_.pod_failures;
  std::vector<std::pair<Instant, std::uint64_t>> had;
  Line& line = lines_[pod_index];
  while (line.first != kNone) {
    const std::uint32_t index = line.first;
    line.first = requests_[index].next;
    had.emplace_back(requests_[index].arrived, requests_[index].tag);
    Drop(index);
    Give(index);
    --waiting_;
  }
  line.last = kNone;
  // Those in service are in no list of their own: failures are rare, a walk over all will do.
  for (std::uint32_t index = 0; index < requests_.size(); ++index) {
    Request& request = requests_[index];
    if (request.pod != pod_index || request.lost != 0) {
      continue;
    }
    had.emplace_back(request.arrived, request.tag);
    Drop(index);
    if (processors_) {
      Give(index);
    } else {
      request.lost = 1;
      ++lost_due_;
    }
  }
  if (!quota_.empty()) {
    quota_[pod_index].Clear(now);
  } else if (processors_) {
    sharing_[pod_index].Clear(now);
  }
  if (processors_) {
    RefreshNextOfProcessors(pod_index, Instant::max());
  } else {
    SkipLost();
    next_ = due_.empty() ? Instant::max() : Instant(Duration(due_.top().at));
  }
  idle_.erase(std::remove(idle_.begin(), idle_.end(), pod_index), idle_.end());
  std::sort(had.begin(), had.end());
  for (const auto& [arrived, tag] : had) {
    lost.push_back(tag);
  }
  return true;
}

void Service::TakeOut(int number) {
  Pod& pod = pods_[static_cast<std::size_t>(number)];
  if (pod.dead && !pod.out) {
    pod.out = true;
    FindRotation();
  }
}

void Service::StartPod(Instant now, int number) {
  Pod& pod = pods_[static_cast<std::size_t>(number)];
  if (!pod.dead || number >= wanted_) {
    return;
  }
  pod.dead = false;
  --dead_;
  pod.ready_at = now + options_.cold_start;
  pod.out = true;  // Until it is ready: ReturnToRotation().
  FindRotation();
}

void Service::SkipLost() {
  while (lost_due_ > 0 && !due_.empty() && requests_[due_.top().item].lost != 0) {
    Give(due_.top().item);
    due_.Pop();
    --lost_due_;
  }
}

void Service::ReturnToRotation(Instant now) {
  const bool grown = ready_ != static_cast<int>(rotation_.size()) + out_;
  if (now < next_return_ && !grown) {
    return;
  }
  for (int i = 0; i < ready_; ++i) {
    Pod& pod = pods_[static_cast<std::size_t>(i)];
    pod.out = pod.out && (pod.dead || pod.ready_at > now);
  }
  FindRotation();
}

void Service::FindRotation() {
  out_ = 0;
  rotation_.clear();
  least_.clear();  // Made anew when it is asked.
  next_return_ = Instant::max();
  for (int i = 0; i < ready_; ++i) {
    const Pod& pod = pods_[static_cast<std::size_t>(i)];
    if (!pod.out) {
      rotation_.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    ++out_;
    if (!pod.dead) {
      next_return_ = std::min(next_return_, pod.ready_at);
    }
  }
}

}  // namespace loadline::sim
