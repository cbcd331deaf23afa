#include "sim/service.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "base/check.h"

namespace loadline::sim {
namespace {

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

constexpr int kMostConcurrency = 100'000;
constexpr int kLongestQueue = 100'000'000;

}  // namespace

Status ValidateService(const ServiceOptions& options) {
  if (options.pods < 1 || options.pods > kMostPods) {
    return Bad(
        fmt::format("pods: {} is out of range, 1 to {} would be right", options.pods, kMostPods));
  }
  if (options.concurrency < 1 || options.concurrency > kMostConcurrency) {
    return Bad(fmt::format("concurrency: {} is out of range, 1 to {} would be right",
                           options.concurrency, kMostConcurrency));
  }
  if (options.queue != kUnlimitedQueue && (options.queue < 0 || options.queue > kLongestQueue)) {
    return Bad(fmt::format("queue: {} is out of range, 0 to {} or `unlimited` would be right",
                           options.queue, kLongestQueue));
  }
  if (options.overhead < Duration::zero() || options.overhead > Duration(1h)) {
    return Bad("overhead: out of range, 0 to 1h would be right");
  }
  if (!(options.error_rate >= 0.0 && options.error_rate <= 1.0)) {
    return Bad(
        fmt::format("error rate: {} is out of range, 0 to 1 would be right", options.error_rate));
  }
  if (options.cold_start < Duration::zero() || options.cold_start > Duration(24h)) {
    return Bad("cold start: out of range, 0 to 24h would be right");
  }
  return {};
}

Service::Service(const ServiceOptions& options, std::uint64_t seed, Instant start,
                 Completion completion)
    : options_(options),
      completion_(completion),
      room_(options.queue == kUnlimitedQueue ? INT32_MAX : options.concurrency + options.queue),
      random_(StreamSeed(seed, 0)),
      balancer_(options.balance, StreamSeed(seed, 1)) {
  CHECK(ValidateService(options).has_value());
  CHECK(completion == Completion::kTimed || options.discipline == Discipline::kSlots);
  SetPods(start, options.pods);
}

std::uint32_t Service::Take() {
  if (free_ == kNone) {
    CHECK(requests_.size() < kNone);
    requests_.push_back(Request{});
    return static_cast<std::uint32_t>(requests_.size() - 1);
  }
  const std::uint32_t index = free_;
  free_ = requests_[index].next;
  return index;
}

void Service::Give(std::uint32_t index) {
  requests_[index].next = free_;
  free_ = index;
}

int Service::ReadyPods(Instant now) {
  while (ready_ < wanted_ && pods_[static_cast<std::size_t>(ready_)].ready_at <= now) {
    ++ready_;
  }
  return ready_;
}

void Service::SetPods(Instant now, int pods) {
  CHECK(pods >= 1 && pods <= kMostPods);
  const std::size_t count = static_cast<std::size_t>(pods);
  if (count > pods_.size()) {
    pods_.resize(count);
    loads_.resize(count, 0);
    if (options_.discipline == Discipline::kSharing) {
      sharing_.resize(count, SharingPod(options_.concurrency));
    }
  }
  for (int pod = wanted_; pod < pods; ++pod) {
    pods_[static_cast<std::size_t>(pod)].ready_at = now + options_.cold_start;
  }
  wanted_ = pods;
  ready_ = std::min(ready_, pods);
}

Admission Service::Arrive(Instant now, std::uint64_t tag, std::optional<Duration> own_time,
                          double scale) {
  ++counters_.arrived;
  if (ready_ < wanted_ && ReadyPods(now) == 0) {
    ++counters_.rejected_not_ready;
    return Admission::kNotReady;
  }
  const std::span<const int> loads(loads_.data(), static_cast<std::size_t>(ready_));
  const std::uint32_t number = static_cast<std::uint32_t>(balancer_.Pick(loads));
  if (loads_[number] >= room_) {
    ++counters_.rejected_full;
    return Admission::kFull;
  }
  Duration work = own_time ? *own_time : options_.latency.Draw(random_);
  if (!own_time && scale != 1.0) {
    work = std::min(LatencyLaw::kLongest, FromSeconds(Seconds(work) * scale));
  }
  work += options_.overhead;
  const bool failed = options_.error_rate > 0.0 && random_.Uniform() < options_.error_rate;

  const std::uint32_t index = Take();
  requests_[index] = Request{.tag = tag,
                             .arrived = now,
                             .started = now,
                             .work = work,
                             .next = kNone,
                             .pod = number & 0x7fffffffU,
                             .failed = failed ? 1U : 0U};
  ++loads_[number];
  ++in_system_;
  Pod& pod = pods_[number];
  if (options_.discipline == Discipline::kSharing) {
    sharing_[number].Join(now, index, work);
    RefreshNextOfSharing();
    return Admission::kServing;
  }
  if (pod.serving < options_.concurrency) {
    ++pod.serving;
    Begin(now, index);
    return Admission::kServing;
  }
  Enqueue(pod, index);
  return Admission::kQueued;
}

void Service::Enqueue(Pod& pod, std::uint32_t index) {
  if (pod.last == kNone) {
    pod.first = index;
  } else {
    requests_[pod.last].next = index;
  }
  pod.last = index;
  ++waiting_;
}

void Service::Begin(Instant at, std::uint32_t index) {
  Request& request = requests_[index];
  request.started = at;
  if (completion_ == Completion::kReported) {
    begun_.push_back(index);
    return;
  }
  due_.Push((at + request.work).time_since_epoch().count(), index);
  next_ = Instant(Duration(due_.top().at));
}

std::uint32_t Service::NextOf(std::uint32_t number) {
  Pod& pod = pods_[number];
  if (pod.first == kNone) {
    --pod.serving;
    return kNone;
  }
  const std::uint32_t index = pod.first;
  pod.first = requests_[index].next;
  if (pod.first == kNone) {
    pod.last = kNone;
  }
  --waiting_;
  return index;
}

Departure Service::Leave(Instant at, std::uint32_t index) {
  const Request& request = requests_[index];
  const std::uint32_t pod = request.pod;
  const Departure departure{.at = at,
                            .arrived = request.arrived,
                            .started = request.started,
                            .tag = request.tag,
                            .pod = static_cast<int>(pod),
                            .failed = request.failed != 0};
  counters_.busy += request.work;
  ++counters_.served;
  counters_.failed += departure.failed ? 1 : 0;
  --loads_[pod];
  --in_system_;
  Give(index);
  return departure;
}

bool Service::Depart(Instant now, Departure& out) {
  if (next_ > now || next_ == Instant::max()) {
    return false;
  }
  const Instant at = next_;
  if (options_.discipline == Discipline::kSharing) {
    const std::uint32_t index = sharing_[next_sharing_].Leave();
    out = Leave(at, index);
    RefreshNextOfSharing();
    return true;
  }
  out = Leave(at, due_.top().item);
  const std::uint32_t index = NextOf(static_cast<std::uint32_t>(out.pod));
  if (index == kNone) {
    due_.Pop();
  } else {
    Request& request = requests_[index];
    request.started = at;
    due_.ReplaceTop((at + request.work).time_since_epoch().count(), index);
  }
  next_ = due_.empty() ? Instant::max() : Instant(Duration(due_.top().at));
  return true;
}

bool Service::NextStart(Start& out) {
  if (begun_read_ == begun_.size()) {
    begun_.clear();
    begun_read_ = 0;
    return false;
  }
  const std::uint32_t index = begun_[begun_read_++];
  const Request& request = requests_[index];
  out = Start{.at = request.started, .ticket = index, .tag = request.tag, .work = request.work};
  return true;
}

Departure Service::Finish(Instant now, std::uint32_t ticket) {
  CHECK(completion_ == Completion::kReported);
  CHECK(ticket < requests_.size());
  const Departure departure = Leave(now, ticket);
  const std::uint32_t index = NextOf(static_cast<std::uint32_t>(departure.pod));
  if (index != kNone) {
    Begin(now, index);
  }
  return departure;
}

void Service::RefreshNextOfSharing() {
  next_ = Instant::max();
  for (std::size_t i = 0; i < sharing_.size(); ++i) {
    if (sharing_[i].next() < next_) {
      next_ = sharing_[i].next();
      next_sharing_ = i;
    }
  }
}

}  // namespace loadline::sim
