#include "sim/probe_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/check.h"

namespace loadline::sim {
namespace {

using measure::ErrorKind;
using measure::StopReason;

constexpr Duration kWindow = 100ms;
constexpr Duration kNever = Duration::max();
/// Shorter turns of a user without think time would let virtual time stand still.
constexpr Duration kShortestTurn = 1us;

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

Duration After(Duration at, Duration span) {
  return span > kNever - at ? kNever : at + span;
}

std::vector<double> Weights(const SimOptions& options) {
  std::vector<double> weights;
  for (const SimTask& task : options.tasks) {
    weights.push_back(task.weight);
  }
  return weights;
}

measure::PodFacts FactsOf(const Service& service) {
  const ServiceCounters& counters = service.counters();
  return {.cpu_periods = service.Periods(),
          .throttled_periods = service.ThrottledPeriods(),
          .failures = counters.pod_failures,
          .lost = counters.lost + counters.refused};
}

arrival::Schedule MakeSchedule(const measure::Load& load) {
  const auto* open = std::get_if<measure::OpenLoad>(&load.shape);
  return open == nullptr ? arrival::Schedule::Constant(Rate{1.0})  // Never asked.
                         : measure::ScheduleOf(*open, load.seed);
}

arrival::ThinkTimes MakeThinkTimes(const measure::Load& load) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape);
  if (closed == nullptr || closed->law == measure::ThinkLaw::kConstant) {
    return arrival::ThinkTimes::Constant(closed == nullptr ? Duration::zero() : closed->think);
  }
  return arrival::ThinkTimes::Exponential(closed->think, load.seed);
}

}  // namespace

Status CheckLoad(const SimOptions& options, const measure::Load& load) {
  if (load.warmup < Duration::zero() || load.duration < Duration::zero() || load.requests < 0) {
    return Bad("load: warm-up, duration and requests must not be negative");
  }
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    if (!(open->rate.per_second > 0.0 && open->rate.per_second <= 1e9)) {
      return Bad(fmt::format("load: rate {}/s is out of range, above 0 to 1e9 would be right",
                             open->rate.per_second));
    }
    return {};
  }
  const measure::ClosedLoad& closed = std::get<measure::ClosedLoad>(load.shape);
  if (closed.users < 1 || closed.users > 10'000'000 || closed.think < Duration::zero() ||
      !(closed.spawn.per_second >= 0.0)) {
    return Bad("load: 1 to 10,000,000 users, spawn >= 0 and think >= 0 would be right");
  }
  const Duration turn = closed.think + options.service.overhead + options.service.latency.Mean();
  if (turn < kShortestTurn && options.generator_limit.per_second <= 0.0) {
    return Bad(
        "load: users without think time and a service without service time never let time "
        "pass; a think time, or a longer service time would be right");
  }
  return {};
}

ProbeRun::ProbeRun(const SimOptions& options, World& world, Instant origin,
                   const measure::Load& load, const RowOrder& rows, measure::Observer& observer,
                   Duration slowest)
    : options_(options),
      world_(world),
      origin_(origin),
      load_(load),
      tag_base_(static_cast<std::uint64_t>(rows.step) << 32),
      closed_(std::get_if<measure::ClosedLoad>(&load.shape)),
      issue_limit_(After(load.warmup, load.duration)),
      schedule_(MakeSchedule(load)),
      arrivals_(load.open() ? measure::ArrivalsOf(std::get<measure::OpenLoad>(load.shape))
                            : std::numeric_limits<std::uint64_t>::max()),
      thinking_(MakeThinkTimes(load)),
      mix_(Weights(options), load.seed),
      books_(options, load, rows, observer, slowest),
      timeout_(options.timeout),
      boundary_(kWindow),
      pods_before_(FactsOf(world.service())) {
  if (options.generator_limit.per_second > 0.0) {
    dispatch_gap_ = FromSeconds(1.0 / options.generator_limit.per_second);
  }
  if (closed_ != nullptr) {
    answers_.resize(static_cast<std::size_t>(closed_->users), 0);
  }
  due_ = NextDue();
  RefreshOthers();
}

Duration ProbeRun::NextDue() {
  Duration due = kNever;
  if (closed_ == nullptr) {
    const std::int64_t next = TotalArrivals();
    due = static_cast<std::uint64_t>(next) < arrivals_ ? schedule_.Due(next) : kNever;
  } else {
    spawn_at_ = spawned_ < closed_->users ? measure::StartOf(*closed_, spawned_) : kNever;
    const Duration thought = ready_.empty() ? kNever : Duration(ready_.top().at);
    due = std::min(spawn_at_, thought);
  }
  return due < std::min(issue_limit_, arrival::kNever) ? due : kNever;
}

Duration ProbeRun::NextOfWorld() const {
  const Instant next = world_.next();
  return next == Instant::max() ? kNever : next - origin_;
}

Duration ProbeRun::NextDispatch() const {
  if (dispatch_gap_ == Duration::zero() || undispatched_ == outstanding_.end()) {
    return kNever;
  }
  const Duration earliest =
      last_dispatch_ == Duration::min() ? Duration::min() : last_dispatch_ + dispatch_gap_;
  return std::max({now_, earliest});
}

void ProbeRun::RefreshOthers() {
  others_ = std::min(timeout_, NextDispatch());
  if (!rejections_.empty()) {
    others_ = std::min(others_, rejections_.front().at);
  }
}

measure::Measurement ProbeRun::Run() {
  for (;;) {
    const Duration world = NextOfWorld();
    const Duration tick = std::min({boundary_, issuing_ ? issue_limit_ : kNever, drain_end_});
    const Duration first = std::min({world, others_, due_, tick});
    now_ = std::max(now_, first);
    if (world == first) {
      TakeDepartures(now_);
    } else if (others_ == first) {
      TakeOthers(now_);
    } else if (due_ == first) {
      TakeArrival(now_);
    } else {
      Tick(now_);
    }
    if (!issuing_ && books_.progress().in_flight == 0) {
      break;
    }
  }
  // The last window ends with the last departure, or where issuing stopped if that was later.
  StopReason unused{};
  static_cast<void>(books_.EndWindow(now_, unused));
  measure::Measurement measurement = books_.Finish(now_);
  measurement.pods = FactsOf(world_.service());
  measurement.pods->Subtract(pods_before_);
  return measurement;
}

void ProbeRun::TakeArrival(Duration at) {
  std::uint32_t user = 0;
  if (closed_ != nullptr) {
    if (spawn_at_ <= at) {
      user = static_cast<std::uint32_t>(spawned_++);
      books_.UserStarted();
    } else {
      user = ready_.top().item;
      ready_.Pop();
    }
  }
  const std::uint32_t number = outstanding_.end();
  const std::uint16_t task = options_.tasks.size() == 1
                                 ? std::uint16_t{0}
                                 : static_cast<std::uint16_t>(mix_.TaskOf(number));
  outstanding_.Push(Outstanding{.scheduled = at, .dispatched = at, .user = user, .task = task});
  books_.Arrival(at, number, task);
  due_ = NextDue();
  if (dispatch_gap_ > Duration::zero()) {
    RefreshOthers();
  } else {
    undispatched_ = number + 1;
    Send(at, number);
  }
  if ((load_.requests > 0 && std::int64_t{number} + 1 >= load_.requests) ||
      std::uint64_t{number} + 1 >= arrivals_) {
    StopIssuing(at, StopReason::kComplete);
  }
}

void ProbeRun::Send(Duration at, std::uint32_t number) {
  Outstanding& request = outstanding_[number];
  request.dispatched = at;
  request.sent = true;
  books_.Dispatch(at, request);
  Ending ending;
  switch (world_.Send(origin_ + at, tag_base_ | number, options_.tasks[request.task].size)) {
    case Reception::kTaken:
      return;
    case Reception::kRejected:
      ending = {ErrorKind::kStatus, 503};
      break;
    case Reception::kLimited:
      ending = {ErrorKind::kStatus, options_.disturbances.limit->status};
      break;
    case Reception::kRefused:
      ending = {ErrorKind::kConnectRefused, 0};
      break;
  }
  rejections_.Push(Rejection{at + options_.reject_time, number, ending});
  RefreshOthers();
}

void ProbeRun::TakeDepartures(Duration at) {
  Leaving leaving;
  while (world_.Advance(origin_ + at, leaving)) {
    const std::uint64_t tag = leaving.served.tag;
    outstanding_.Prefetch(static_cast<std::uint32_t>(world_.service().SoonTag(tag)));
    const std::uint32_t number = static_cast<std::uint32_t>(tag);
    const bool ours = (tag & ~std::uint64_t{UINT32_MAX}) == tag_base_;
    if (!ours || number < outstanding_.begin() || outstanding_[number].ended) {
      continue;  // Of an earlier probe, or the client has given up.
    }
    if (leaving.lost) {
      const int status = options_.disturbances.failures->status;
      End(at, number, {status == 0 ? ErrorKind::kReset : ErrorKind::kStatus, status});
    } else {
      End(at, number, leaving.served.failed ? Ending{ErrorKind::kStatus, 500} : Ending{});
    }
  }
}

void ProbeRun::TakeOthers(Duration at) {
  while (!rejections_.empty() && rejections_.front().at <= at) {
    const Rejection rejection = rejections_.front();
    rejections_.Pop();
    if (rejection.number >= outstanding_.begin() && !outstanding_[rejection.number].ended) {
      End(at, rejection.number, rejection.ending);
    }
  }
  while (NextDispatch() <= at) {
    const std::uint32_t number = undispatched_++;
    if (number < outstanding_.begin() || outstanding_[number].ended) {
      continue;  // Timed out before its turn came.
    }
    last_dispatch_ = at;
    Send(at, number);
  }
  while (!outstanding_.empty() && outstanding_.front().scheduled + options_.timeout <= at) {
    const std::uint32_t number = outstanding_.begin();
    if (!outstanding_.front().sent) {
      books_.NeverDispatched();
    }
    End(at, number, {ErrorKind::kTimeoutWhole, 0});
  }
  timeout_ = outstanding_.empty() ? at + options_.timeout
                                  : outstanding_.front().scheduled + options_.timeout;
  RefreshOthers();
}

void ProbeRun::End(Duration at, std::uint32_t number, Ending ending) {
  Outstanding& request = outstanding_[number];
  CHECK(!request.ended);
  request.ended = true;
  last_end_ = at;
  books_.Departure(at, number, request, ending);
  if (closed_ != nullptr && issuing_) {
    const std::uint32_t user = request.user;
    const Duration pause = thinking_.Of(user, answers_[user]++);
    ready_.Push(measure::GoesOnAt(*closed_, user, After(at, pause)).count(), user);
    due_ = NextDue();
  }
  while (!outstanding_.empty() && outstanding_.front().ended) {
    outstanding_.Pop();
  }
}

void ProbeRun::StopIssuing(Duration at, StopReason reason) {
  issuing_ = false;
  due_ = kNever;
  drain_end_ = After(at, options_.timeout);
  books_.StopIssuing(at, reason);
}

void ProbeRun::Tick(Duration at) {
  if (issuing_ && at >= issue_limit_) {
    StopIssuing(at, StopReason::kComplete);
  }
  if (at >= drain_end_) {
    CutRest(at);
    return;
  }
  // With nothing left in flight the last window is this one.
  if (at == boundary_ && (issuing_ || books_.progress().in_flight > 0)) {
    StopReason reason{};
    if (books_.EndWindow(at, reason)) {
      StopIssuing(at, reason);
    }
    boundary_ += kWindow;
  }
}

void ProbeRun::CutRest(Duration at) {
  while (!outstanding_.empty()) {
    if (!outstanding_.front().sent) {
      books_.NeverDispatched();
    }
    End(at, outstanding_.begin(), {ErrorKind::kCut, 0});
  }
}

}  // namespace loadline::sim
