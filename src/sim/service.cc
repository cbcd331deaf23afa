#include "sim/service.h"

#include <fmt/core.h>
#include <memory>

#include <algorithm>
#include <string>

#include "base/check.h"

namespace loadline::sim {
namespace {

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

constexpr int kMostConcurrency = 100'000;
constexpr int kMostRouters = 1'000;
constexpr int kMostConnections = 1'000'000;
constexpr int kLongestQueue = 100'000'000;
/// Looking at all of them for the least loaded is faster below.
constexpr int kManyPods = 64;

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
  if (options.cpu_limit != 0.0 && !(options.cpu_limit >= 0.01 && options.cpu_limit <= 1000.0)) {
    return Bad(fmt::format("cpu limit: {} is out of range, 0.01 to 1000 cores would be right",
                           options.cpu_limit));
  }
  if (!options.curve.empty() &&
      (options.discipline != Discipline::kSharing || options.cpu_limit > 0.0)) {
    return Bad("curve: belongs to pods that share themselves, without a CPU limit");
  }
  for (const double work : options.curve) {
    if (!(work > 0.0 && work <= 1e6)) {
      return Bad(fmt::format("curve: {} is out of range, above 0 would be right", work));
    }
  }
  if (options.routers < 1 || options.routers > kMostRouters) {
    return Bad(fmt::format("routers: {} is out of range, 1 to {} would be right", options.routers,
                           kMostRouters));
  }
  if (options.connections < 1 || options.connections > kMostConnections) {
    return Bad(fmt::format("connections: {} is out of range, 1 to {} would be right",
                           options.connections, kMostConnections));
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
      processors_(options.discipline == Discipline::kSharing || options.cpu_limit > 0.0),
      timed_slots_(!processors_ && completion == Completion::kTimed),
      room_(options.queue == kUnlimitedQueue ? INT32_MAX : options.concurrency + options.queue),
      random_(StreamSeed(seed, 0)) {
  CHECK(ValidateService(options).has_value());
  CHECK(completion == Completion::kTimed || !processors_);
  for (int router = 0; router < options.routers; ++router) {
    const std::uint64_t stream = static_cast<std::uint64_t>(router) * 2 + 1;
    balancers_.emplace_back(options.balance, StreamSeed(seed, stream));
  }
  router_loads_.resize(options.routers > 1 ? balancers_.size() : 0);
  SetPods(start, options.pods);
}

std::uint32_t Service::Take() {
  if (free_ == kNone) {
    CHECK(requests_.size() < kNone);
    requests_.push_back(Request{});
    if (!timed_slots_) {
      started_.push_back(Instant{});
    }
    return static_cast<std::uint32_t>(requests_.size() - 1);
  }
  const std::uint32_t index = free_;
  free_ = requests_[index].next;
  return index;
}

void Service::Give(std::uint32_t index) {
  requests_[index].pod = kNobody;
  requests_[index].next = free_;
  free_ = index;
}

int Service::ReadyPods(Instant now) {
  while (ready_ < wanted_ && pods_[static_cast<std::size_t>(ready_)].ready_at <= now) {
    ++ready_;
  }
  if (out_ > 0) {
    ReturnToRotation(now);
  }
  return ready_ - out_;
}

void Service::SetPods(Instant now, int pods) {
  CHECK(pods >= 1 && pods <= kMostPods);
  const std::size_t count = static_cast<std::size_t>(pods);
  if (count > lines_.size()) {
    lines_.resize(count);
    pods_.resize(count);
    loads_.resize(count, 0);
    for (std::vector<int>& loads : router_loads_) {
      loads.resize(count, 0);
    }
    if (options_.cpu_limit > 0.0 && options_.cpu_model == CpuModel::kQuota) {
      while (quota_.size() < count) {
        const auto span = static_cast<std::uint64_t>(QuotaPod::kPeriod.count());
        quota_.emplace_back(options_.cpu_limit,
                            Duration(static_cast<std::int64_t>(random_.Below(span)) + 1));
      }
    } else if (processors_) {
      const double cores = options_.cpu_limit > 0.0 ? options_.cpu_limit : options_.concurrency;
      sharing_.resize(
          count, options_.curve.empty()
                     ? SharingPod(cores)
                     : SharingPod(std::make_shared<const std::vector<double>>(options_.curve)));
    }
  }
  for (int pod = wanted_; pod < pods; ++pod) {
    Pod& added = pods_[static_cast<std::size_t>(pod)];
    dead_ -= added.dead ? 1 : 0;  // In an earlier life.
    added.dead = false;
    added.out = false;
    added.ready_at = now + options_.cold_start;
  }
  wanted_ = pods;
  ready_ = std::min(ready_, pods);
  if (out_ > 0) {
    FindRotation();
  }
}

Admission Service::Arrive(Instant now, std::uint64_t tag, std::optional<Duration> own_time,
                          double scale) {
  ++counters_.arrived;
  // Drawn for requests that are turned away as well: what becomes of one changes no other's draws.
  const std::uint32_t router =
      router_loads_.empty() ? 0U : static_cast<std::uint32_t>(random_.Below(balancers_.size()));
  Duration work = own_time ? *own_time : options_.latency.Draw(random_);
  const bool failed = options_.error_rate > 0.0 && random_.Uniform() < options_.error_rate;
  if ((ready_ < wanted_ || out_ > 0) && ReadyPods(now) == 0) {
    ++counters_.rejected_not_ready;
    return Admission::kNotReady;
  }
  const std::uint32_t number = PickPod(router);
  if (dead_ > 0 && pods_[number].dead) {
    ++counters_.refused;
    return Admission::kDead;
  }
  if (loads_[number] >= room_) {
    ++counters_.rejected_full;
    if (options_.balance == Balance::kConnection) {
      idle_.push_back(number);  // A reply of 503 leaves the connection open.
    }
    return Admission::kFull;
  }
  if (!own_time && scale != 1.0) {
    work = std::min(LatencyLaw::kLongest, FromSeconds(Seconds(work) * scale));
  }
  work += options_.overhead;

  const std::uint32_t index = Take();
  requests_[index] = Request{.tag = tag,
                             .arrived = now,
                             .work = work,
                             .next = kNone,
                             .pod = number & kNobody,
                             .router = router & 0x3ffU,
                             .failed = failed ? 1U : 0U,
                             .lost = 0U};
  Occupy(number, router, 1);
  ++in_system_;
  if (options_.discipline == Discipline::kSharing || loads_[number] <= options_.concurrency) {
    Begin(now, index);
    return Admission::kServing;
  }
  Enqueue(number, index);
  return Admission::kQueued;
}

void Service::Enqueue(std::uint32_t pod, std::uint32_t index) {
  Line& line = lines_[pod];
  if (line.last == kNone) {
    line.first = index;
  } else {
    requests_[line.last].next = index;
  }
  line.last = index;
  ++waiting_;
}

void Service::Occupy(std::uint32_t pod, std::uint32_t router, int change) {
  loads_[pod] += change;
  int seen = loads_[pod];
  if (!router_loads_.empty()) {
    seen = router_loads_[router][pod] += change;
  }
  if (!least_.empty() && pod < least_[router].size() && (out_ == 0 || !pods_[pod].out)) {
    least_[router].Set(pod, seen);
  }
}

std::uint32_t Service::PickPod(std::uint32_t router) {
  if (options_.balance == Balance::kConnection) {
    while (!idle_.empty()) {
      const std::uint32_t pod = idle_.back();
      idle_.pop_back();
      if (pod < static_cast<std::uint32_t>(ready_)) {
        return pod;  // The connection that was used last; those to pods that went are closed.
      }
    }
  }
  const std::vector<int>& seen = router_loads_.empty() ? loads_ : router_loads_[router];
  const std::span<const int> loads(seen.data(), static_cast<std::size_t>(ready_));
  if (options_.balance == Balance::kLeast && ready_ >= kManyPods) {
    return PickLeast(router, loads);
  }
  if (out_ > 0) {
    return balancers_[router].PickAmong(rotation_, loads);
  }
  return static_cast<std::uint32_t>(balancers_[router].Pick(loads));
}

std::uint32_t Service::PickLeast(std::uint32_t router, std::span<const int> loads) {
  least_.resize(balancers_.size());
  LeastLoads& least = least_[router];
  if (least.size() != loads.size()) {
    std::vector<int> in_rotation(loads.begin(), loads.end());
    for (std::size_t pod = 0; out_ > 0 && pod < loads.size(); ++pod) {
      in_rotation[pod] = pods_[pod].out ? LeastLoads::kNever : loads[pod];
    }
    least.Assign(in_rotation);
  }
  return static_cast<std::uint32_t>(balancers_[router].PickLeast(least));
}

Instant Service::NextOfProcessor(std::uint32_t pod) const {
  return quota_.empty() ? sharing_[pod].next() : quota_[pod].next();
}

void Service::JoinProcessor(Instant at, std::uint32_t index) {
  const Request& request = requests_[index];
  const Instant before = NextOfProcessor(request.pod);
  if (quota_.empty()) {
    sharing_[request.pod].Join(at, index, request.work);
  } else {
    quota_[request.pod].Join(at, index, request.work);
  }
  RefreshNextOfProcessors(request.pod, before);
}

void Service::RefreshNextOfProcessors(std::uint32_t pod, Instant before) {
  const Instant next = NextOfProcessor(pod);
  if (next != before && next != Instant::max()) {
    due_.Push(next.time_since_epoch().count(), pod);
  }
  // What a pod said before it changed its mind is still in the heap.
  while (!due_.empty() &&
         NextOfProcessor(due_.top().item).time_since_epoch().count() != due_.top().at) {
    due_.Pop();
  }
  next_ = due_.empty() ? Instant::max() : Instant(Duration(due_.top().at));
}

void Service::Begin(Instant at, std::uint32_t index) {
  if (timed_slots_) {
    due_.Push((at + requests_[index].work).time_since_epoch().count(), index);
    next_ = Instant(Duration(due_.top().at));
    return;
  }
  started_[index] = at;
  if (processors_) {
    JoinProcessor(at, index);
    return;
  }
  begun_.push_back(index);
}

std::uint32_t Service::NextOf(std::uint32_t pod) {
  if (options_.discipline == Discipline::kSharing || loads_[pod] < options_.concurrency) {
    return kNone;
  }
  Line& line = lines_[pod];
  const std::uint32_t index = line.first;
  line.first = requests_[index].next;
  if (line.first == kNone) {
    line.last = kNone;
  }
  --waiting_;
  return index;
}

Departure Service::Leave(Instant at, std::uint32_t index) {
  const Request& request = requests_[index];
  const std::uint32_t pod = request.pod;
  const Departure departure{.at = at,
                            .arrived = request.arrived,
                            .started = timed_slots_ ? at - request.work : started_[index],
                            .tag = request.tag,
                            .pod = static_cast<int>(pod),
                            .failed = request.failed != 0};
  counters_.busy += request.work;
  ++counters_.served;
  counters_.failed += departure.failed ? 1 : 0;
  Occupy(pod, request.router, -1);
  if (options_.balance == Balance::kConnection &&
      idle_.size() < static_cast<std::size_t>(options_.connections)) {
    idle_.push_back(pod);
  }
  --in_system_;
  Give(index);
  return departure;
}

void Service::FetchAhead() const {
  if (const std::uint32_t index = due_.Ahead(kRequestAhead, kNone); index != kNone) {
    __builtin_prefetch(&requests_[index]);
  }
  if (const std::uint32_t index = due_.Ahead(kTagAhead, kNone); index != kNone) {
    const std::uint32_t pod = requests_[index].pod;
    __builtin_prefetch(&loads_[pod]);
    __builtin_prefetch(&lines_[pod]);
  }
  if (const std::uint32_t index = due_.Ahead(kLineAhead, kNone); index != kNone) {
    const std::uint32_t waiting = lines_[requests_[index].pod].first;
    __builtin_prefetch(&requests_[waiting == kNone ? index : waiting]);
  }
}

bool Service::Depart(Instant now, Departure& out) {
  if (next_ > now || next_ == Instant::max()) {
    return false;
  }
  const Instant at = next_;
  if (processors_) {
    const std::uint32_t pod = due_.top().item;
    out = Leave(at, quota_.empty() ? sharing_[pod].Leave() : quota_[pod].Leave());
    RefreshNextOfProcessors(pod, Instant::min());
    if (const std::uint32_t index = NextOf(pod); index != kNone) {
      Begin(at, index);
    }
    return true;
  }
  FetchAhead();
  out = Leave(at, due_.top().item);
  due_.Pop();
  const std::uint32_t index = NextOf(static_cast<std::uint32_t>(out.pod));
  if (index != kNone) {
    due_.Push((at + requests_[index].work).time_since_epoch().count(), index);
  }
  if (lost_due_ > 0) {
    SkipLost();
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
  out = Start{.at = started_[index], .ticket = index, .tag = request.tag, .work = request.work};
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

std::int64_t Service::Periods() const {
  std::int64_t periods = 0;
  for (const QuotaPod& pod : quota_) {
    periods += pod.periods();
  }
  return periods;
}

std::int64_t Service::ThrottledPeriods() const {
  std::int64_t throttled = 0;
  for (const QuotaPod& pod : quota_) {
    throttled += pod.throttled();
  }
  return throttled;
}

}  // namespace loadline::sim
