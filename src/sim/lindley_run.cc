#include "sim/lindley_run.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace loadline::sim {
namespace {

using measure::ErrorKind;
using measure::StopReason;

constexpr Duration kWindow = 100ms;
constexpr std::int64_t kWindowsPerSecond = 10;
/// More slots than this would cost more to keep than events.
constexpr std::int64_t kMostSlots = 20'000'000;

bool Undisturbed(const Disturbances& disturbances) {
  return disturbances.speed.empty() && !disturbances.pauses && !disturbances.wandering &&
         !disturbances.limit && disturbances.scaling.empty() && !disturbances.failures;
}

bool LooksAtNothing(const ServiceOptions& service) {
  return service.balance == Balance::kRandom || service.balance == Balance::kRoundRobin ||
         service.pods == 1;
}

/// The window in which an instant lies: (begin, end], the first one with its begin.
std::int64_t WindowOf(Duration at) {
  const auto before = static_cast<std::uint64_t>(at.count() - (at > Duration::zero() ? 1 : 0));
  return static_cast<std::int64_t>(before / static_cast<std::uint64_t>(kWindow.count()));
}

std::int64_t SecondOf(std::int64_t window) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(window) /
                                   static_cast<std::uint64_t>(kWindowsPerSecond));
}

}  // namespace

bool LindleyRun::Fits(const SimOptions& options, const measure::Load& load, bool wants_events) {
  const ServiceOptions& service = options.service;
  const auto* open = std::get_if<measure::OpenLoad>(&load.shape);
  return open != nullptr && measure::ArrivalsOf(*open) > 0 && !wants_events &&
         options.presence == Presence::kAnswers && Undisturbed(options.disturbances) &&
         !options.carry_over && options.generator_limit.per_second == 0.0 &&
         options.tasks.size() == 1 && options.tasks.front().size == 1.0 &&
         LooksAtNothing(service) && service.queue == kUnlimitedQueue &&
         service.discipline == Discipline::kSlots && service.cpu_limit == 0.0 &&
         service.routers == 1 && service.error_rate == 0.0 &&
         service.cold_start == Duration::zero() &&
         std::int64_t{service.pods} * service.concurrency <= kMostSlots;
}

LindleyRun::LindleyRun(const SimOptions& options, const measure::Load& load, std::uint64_t seed,
                       measure::Observer& observer, Duration slowest)
    : options_(options),
      load_(load),
      slots_per_pod_(static_cast<std::size_t>(options.service.concurrency)),
      total_(load.requests > 0 ? load.requests : std::numeric_limits<std::int64_t>::max()),
      issue_before_(load.duration > Duration::max() - load.warmup ? Duration::max()
                                                                  : load.warmup + load.duration),
      stop_(issue_before_),
      schedule_(measure::ScheduleOf(std::get<measure::OpenLoad>(load.shape), load.seed)),
      random_(StreamSeed(StreamSeed(seed, 10), 0)),  // As World and Service have them.
      balancer_(options.service.balance, StreamSeed(StreamSeed(seed, 10), 1)),
      books_(options, load, RowOrder{}, observer, slowest),
      free_(static_cast<std::size_t>(options.service.pods) * slots_per_pod_),
      boundary_(kWindow) {
  const auto& open = std::get<measure::OpenLoad>(load.shape);
  const std::uint64_t all = measure::ArrivalsOf(open);
  total_ = static_cast<std::int64_t>(std::min(all, static_cast<std::uint64_t>(total_)));
  if (total_ != std::numeric_limits<std::int64_t>::max()) {
    arrival::Schedule ahead = schedule_;
    const Duration last = ahead.Due(total_ - 1);
    if (last < std::min(issue_before_, arrival::kNever)) {
      stop_ = last;  // With the last arrival.
    }
  }
  issue_before_ = std::min(issue_before_, arrival::kNever);
}

void LindleyRun::FillBlock() {
  const std::size_t count =
      static_cast<std::size_t>(std::min<std::int64_t>(kBlock, total_ - drawn_));
  schedule_.DueAll(drawn_, std::span(due_).first(count));
  options_.service.latency.DrawAll(random_, std::span(work_).first(count));
  balancer_.PickUnseen(static_cast<std::size_t>(options_.service.pods), pod_);
  if (options_.service.overhead > Duration::zero()) {
    for (Duration& work : work_) {
      work += options_.service.overhead;
    }
  }
  std::fill(due_.begin() + static_cast<std::ptrdiff_t>(count), due_.end(), arrival::kNever);
  drawn_ += static_cast<std::int64_t>(count);
  taken_ = 0;
}

Duration LindleyRun::TakeSlot(std::uint32_t pod, Duration due, Duration work) {
  Duration* const slots = &free_[pod * slots_per_pod_];
  const Duration departure = std::max(due, slots[0]) + work;
  // The slot that was free first is free last now, or sinks to where it belongs.
  std::size_t hole = 0;
  for (std::size_t child = 1; child < slots_per_pod_; child = 2 * hole + 1) {
    child += child + 1 < slots_per_pod_ && slots[child + 1] < slots[child] ? 1 : 0;
    if (slots[child] >= departure) {
      break;
    }
    slots[hole] = slots[child];
    hole = child;
  }
  slots[hole] = departure;
  return departure;
}

/// When requests `begin` to `end` of the block leave.
void LindleyRun::Serve(std::size_t begin, std::size_t end) {
  if (slots_per_pod_ > 1) {
    for (std::size_t i = begin; i < end; ++i) {
      departure_[i] = TakeSlot(pod_[i], due_[i], work_[i]);
    }
    return;
  }
  Duration* const free = free_.data();
  for (std::size_t i = begin; i < end; ++i) {
    Duration& slot = free[pod_[i]];
    slot = std::max(due_[i], slot) + work_[i];
    departure_[i] = slot;
  }
}

void LindleyRun::Issue() {
  for (;;) {
    if (taken_ == kBlock) {
      FillBlock();
    }
    const auto next = due_.begin() + static_cast<std::ptrdiff_t>(taken_);
    const auto end = issue_before_ > boundary_ ? std::upper_bound(next, due_.end(), boundary_)
                                               : std::lower_bound(next, due_.end(), issue_before_);
    const auto taken = static_cast<std::size_t>(end - due_.begin());
    arrivals_ += end - next;
    judged_ += end - std::lower_bound(next, end, load_.warmup);
    Serve(taken_, taken);
    Count(taken_, taken);
    taken_ = taken;
    if (taken < kBlock) {
      return;
    }
  }
}

/// Writes down how requests `begin` to `end` of the block end.
void LindleyRun::Count(std::size_t begin, std::size_t end) {
  const Duration timeout = options_.timeout;
  Duration latest = last_end_;
  for (std::size_t i = begin; i < end; ++i) {
    latest = std::max(latest, due_[i] + std::min(departure_[i] - due_[i], timeout));
  }
  last_end_ = latest;
  windows_.Cover(window_, WindowOf(latest));
  seconds_.Cover(SecondOf(window_), SecondOf(WindowOf(latest)));
  // All the same for most: after the warm-up, before the stop, soon enough.
  const bool plain = begin < end && due_[begin] >= load_.warmup && latest < stop_ &&
                     options_.goodput_within >= timeout;
  plain ? CountEach<true>(begin, end) : CountEach<false>(begin, end);
}

template <bool kPlain>
void LindleyRun::CountEach(std::size_t begin, std::size_t end) {
  const Duration timeout = options_.timeout;
  for (std::size_t i = begin; i < end; ++i) {
    const Duration due = due_[i];
    const Duration departure = departure_[i];
    const Duration response = departure - due;
    if (response > timeout) [[unlikely]] {
      gives_up_.push_back(due + timeout);
      continue;
    }
    const std::int64_t number = WindowOf(departure);
    Slot& window = windows_[number];
    ++window.completed;
    window.slowest = response > window.slowest ? response : window.slowest;
    if (!kPlain) {
      CountApart(window, due, departure);
    }
    Responses& second = seconds_[SecondOf(number)];
    const bool judged = kPlain || due >= load_.warmup;
    second.few[second.count++] = buckets_.IndexOf(response) | (judged ? kJudged : 0U);
    if (second.count == Responses::kFew) [[unlikely]] {
      Pour(second);
    }
  }
}

/// A request that left outside of what is judged, or too slowly.
void LindleyRun::CountApart(Slot& window, Duration due, Duration departure) const {
  // One that comes as the last one and takes no time at all leaves after the stop.
  if (departure > stop_ || (departure == due && due == stop_)) {
    ++window.late;
  } else if (departure < load_.warmup) {
    ++window.early;
  } else if (departure - due > options_.goodput_within) {
    ++window.slow;
  }
}

void LindleyRun::Pour(Responses& responses) {
  for (std::size_t i = 0; i < responses.count; ++i) {
    const std::uint32_t bucket = responses.few[i];
    ((bucket & kJudged) != 0 ? responses.judged : responses.unjudged)
        .RecordAtIndex(bucket & ~kJudged);
  }
  responses.count = 0;
  responses.many = true;
}

void LindleyRun::GiveUpUntil(Duration end) {
  for (; !gives_up_.empty() && gives_up_.front() <= end; gives_up_.pop_front()) {
    const Duration at = gives_up_.front();
    const Outstanding request{.scheduled = at - options_.timeout,
                              .dispatched = at - options_.timeout};
    books_.Departure(at, 0, request, {ErrorKind::kTimeoutWhole, 0});
  }
}

void LindleyRun::CloseWindow(bool stops) {
  Slot& window = windows_[window_];
  if (!issuing_) {
    books_.Add({.completed = window.completed, .slowest = window.slowest});
  } else {
    books_.Add({.arrivals = arrivals_,
                .judged_arrivals = judged_,
                .completed = stops ? window.completed - window.late : window.completed,
                .in_time = window.completed - window.late - window.early,
                .good = window.completed - window.late - window.early - window.slow,
                .slowest = window.slowest});
    if (stops) {
      GiveUpUntil(stop_);
      books_.StopIssuing(stop_, StopReason::kComplete);
      books_.Add({.completed = window.late});
      issuing_ = false;
      ended_ = stop_;
    }
  }
  GiveUpUntil(boundary_);
  window = {};
  arrivals_ = 0;
  judged_ = 0;
}

void LindleyRun::EndSecond() {
  Responses& second = seconds_[SecondOf(window_)];
  if (second.many) {
    Pour(second);
    books_.AddResponses(second.judged, second.unjudged);
    second.judged.Reset();
    second.unjudged.Reset();
    second.many = false;
  }
  for (const std::uint32_t bucket : std::span(second.few).first(second.count)) {
    books_.AddResponse(bucket & ~kJudged, (bucket & kJudged) != 0);
  }
  second.count = 0;
}

measure::Measurement LindleyRun::Run() {
  for (;; ++window_, boundary_ += kWindow) {
    if (issuing_) {
      Issue();
    }
    CloseWindow(issuing_ && stop_ <= boundary_);
    if (!issuing_ && last_end_ <= boundary_) {
      break;
    }
    if ((window_ + 1) % kWindowsPerSecond == 0) {
      EndSecond();
    }
    StopReason reason{};
    if (books_.EndWindow(boundary_, reason)) {
      books_.StopIssuing(boundary_, reason);
      issuing_ = false;
      ended_ = boundary_;
      if (last_end_ <= boundary_) {
        break;
      }
    }
  }
  ended_ = std::max(ended_, last_end_);
  EndSecond();
  StopReason unused{};
  static_cast<void>(books_.EndWindow(ended_, unused));
  measure::Measurement measurement = books_.Finish(ended_);
  measurement.pods = measure::PodFacts{};  // No quota, no failures.
  return measurement;
}

}  // namespace loadline::sim
