#include "load/source.h"

#include <algorithm>

namespace loadline::load {
namespace {

/// Requests of an open loop that are rendered ahead of time at most.
constexpr std::size_t kAhead = 16;
/// Pause before a failed on_start request is tried again.
constexpr Duration kOnStartPause = 1s;
/// An open loop's thread starts without captured values after so many failures.
constexpr std::uint32_t kOnStartTries = 3;

std::vector<double> WeightsOf(const scenario::Scenario& scenario) {
  std::vector<double> weights;
  weights.reserve(scenario.tasks.size());
  for (const scenario::Task& task : scenario.tasks) {
    weights.push_back(task.weight);
  }
  return weights;
}

arrival::ThinkTimes ThinkTimesOf(const measure::Load& load) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape);
  if (closed == nullptr || closed->law == measure::ThinkLaw::kConstant) {
    return arrival::ThinkTimes::Constant(closed == nullptr ? Duration::zero() : closed->think);
  }
  return arrival::ThinkTimes::Exponential(closed->think, load.seed);
}

struct Later {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a.at > b.at;
  }
};

}  // namespace

Source::Source(const Plan& plan, const measure::Load& load, int part, int parts, TextPool& texts)
    : plan_(plan),
      texts_(texts),
      builder_(plan, load.seed),
      mix_(WeightsOf(plan.scenario), load.seed),
      think_(ThinkTimesOf(load)),
      closed_(!load.open()),
      thinks_(closed_ && std::get<measure::ClosedLoad>(load.shape).think > Duration::zero()),
      part_(part),
      parts_(parts),
      limit_(load.requests > 0 ? static_cast<std::uint64_t>(load.requests)
                               : std::numeric_limits<std::uint64_t>::max()) {
  limit_ = std::min(limit_, builder_.RequestsUntilDataEnds());
  exhausted_ = static_cast<std::uint64_t>(part) >= limit_;
  for (const TaskPlan& task : plan.tasks) {
    all_static_ = all_static_ && task.is_static;
  }
  const scenario::Captured nothing(plan.scenario.captured.size());
  if (closed_) {
    const auto& shape = std::get<measure::ClosedLoad>(load.shape);
    user_count_ = static_cast<std::uint32_t>((shape.users - part + parts - 1) / parts);
    users_load_ = shape;
    users_.resize(user_count_);
    captured_.assign(user_count_, nothing);
    return;
  }
  const auto& shape = std::get<measure::OpenLoad>(load.shape);
  limit_ = std::min(limit_, measure::ArrivalsOf(shape));
  exhausted_ = static_cast<std::uint64_t>(part) >= limit_;
  share_.emplace(measure::ScheduleOf(shape, load.seed), part, parts);
  ahead_.resize(kAhead);
  captured_.assign(1, nothing);
  users_.resize(1);  // The thread itself, for on_start.
  if (!plan.on_start.empty()) {
    prepared_ = false;
    ready_.push_back({.at = Instant{}, .user = 0});
  }
}

void Source::Start(Instant start) {
  start_ = start;
  AwaitUser();
}

void Source::AwaitUser() {
  next_start_ = spawned_ < user_count_
                    ? start_ + measure::StartOf(users_load_, GlobalUser(spawned_))
                    : Instant::max();
}

std::int64_t Source::UsersAt(Instant now) const {
  if (users_load_.profile == nullptr || start_ == Instant::max()) {
    return spawned_;
  }
  const std::int64_t all = measure::UsersAt(users_load_, std::max(Duration::zero(), now - start_));
  return std::min<std::int64_t>(spawned_, (all - part_ + parts_ - 1) / parts_);
}

Instant Source::Watermark(Instant now) const {
  if (!closed_) {
    return now;  // Arrivals of an open loop are known from the schedule.
  }
  Instant mark = now;
  for (std::size_t i = ready_first_; i < ready_.size(); ++i) {
    mark = std::min(mark, ready_[i].at - 1ns);
  }
  if (!thinking_.empty()) {
    mark = std::min(mark, thinking_.front().at - 1ns);
  }
  if (next_start_ != Instant::max()) {
    mark = std::min(mark, next_start_ - 1ns);
  }
  return mark;
}

Instant Source::NextDue() const {
  if (ready_first_ < ready_.size()) {
    return ready_[ready_first_].at;
  }
  Instant next = thinking_.empty() ? Instant::max() : thinking_.front().at;
  if (start_ == Instant::max() || exhausted_) {
    return exhausted_ ? Instant::max() : next;
  }
  if (!closed_) {
    const Duration due = ahead_size_ > 0 ? ahead_[ahead_first_].arrival.due : share_->Next().due;
    return start_ + due;
  }
  return std::min(next, next_start_);
}

bool Source::Take(Instant now, Instant stop, Due& due) {
  due = Due{};
  if (closed_ || !prepared_) {
    return TakeClosed(now, stop, due);
  }
  return TakeOpen(now, stop, due);
}

bool Source::TakeOpen(Instant now, Instant stop, Due& due) {
  if (exhausted_ || start_ == Instant::max() || NextDue() > now || NextDue() >= stop) {
    return false;
  }
  Ahead next;
  if (ahead_size_ > 0) {
    next = ahead_[ahead_first_];
    ahead_first_ = (ahead_first_ + 1) % ahead_.size();
    --ahead_size_;
  } else if (static_cast<std::uint64_t>(share_->Next().k) < limit_) {
    next = NextArrival();
  } else {
    exhausted_ = true;
    return false;
  }
  due.number = static_cast<std::uint64_t>(next.arrival.k);
  due.scheduled = start_ + next.arrival.due;
  due.task = next.task;
  due.text = next.text;
  due.broken = next.broken;
  if (ahead_size_ == 0 && static_cast<std::uint64_t>(share_->Next().k) >= limit_) {
    exhausted_ = true;
  }
  return true;
}

Source::Ahead Source::NextArrival() {
  Ahead next;
  next.arrival = share_->Next();
  share_->Advance();
  next.task = static_cast<std::uint16_t>(mix_.TaskOf(next.arrival.k));
  if (!plan_.tasks[next.task].is_static) {
    next.text = Render(next.task, static_cast<std::uint64_t>(next.arrival.k), 0, next.broken);
  }
  return next;
}

std::uint32_t Source::Render(std::uint16_t task, std::uint64_t number, std::uint32_t user,
                             bool& broken) {
  const std::uint32_t text = texts_.Allocate();
  const Status built =
      builder_.Build(*plan_.tasks[task].task, number, captured(user), texts_[text]);
  broken = !built;
  if (broken) {
    error_ = built.error().message;
  }
  return text;
}

bool Source::RenderAhead() {
  if (all_static_ || exhausted_ || !prepared_) {
    return false;
  }
  if (closed_) {
    if (unprepared_.empty()) {
      return false;
    }
    const bool made = Prepare(unprepared_.back());
    unprepared_.pop_back();
    return made;
  }
  if (start_ == Instant::max() || ahead_size_ == ahead_.size() ||
      static_cast<std::uint64_t>(share_->Next().k) >= limit_) {
    return false;
  }
  ahead_[(ahead_first_ + ahead_size_) % ahead_.size()] = NextArrival();
  ++ahead_size_;
  return true;
}

void Source::GatherReady(Instant now) {
  if (ready_first_ == ready_.size()) {
    ready_.clear();
    ready_first_ = 0;
  }
  while (next_start_ <= now) {
    ready_.push_back({.at = next_start_, .user = spawned_++});
    AwaitUser();
  }
  while (!thinking_.empty() && thinking_.front().at <= now) {
    ready_.push_back(thinking_.front());
    std::pop_heap(thinking_.begin(), thinking_.end(), Later{});
    thinking_.pop_back();
  }
}

bool Source::TakeClosed(Instant now, Instant stop, Due& due) {
  if (exhausted_) {
    return false;
  }
  GatherReady(now);
  while (ready_first_ < ready_.size()) {
    const Ready ready = ready_[ready_first_];
    if (ready.at > now || ready.at >= stop) {
      return false;
    }
    ++ready_first_;
    User& user = users_[ready.user];
    if (user.started < plan_.on_start.size()) {
      return TakeOnStart(ready.user, ready.at == Instant{} ? now : ready.at, due);
    }
    if (!user.prepared && !Prepare(ready.user)) {
      continue;  // Every number is given out: this user has nothing more to do.
    }
    due.number = user.number;
    due.scheduled = ready.at;
    due.user = ready.user;
    due.text = user.text;
    due.task = user.task;
    due.broken = user.broken;
    user.prepared = false;
    --prepared_users_;
    exhausted_ = prepared_users_ == 0 && NextNumber() >= limit_;
    if (!all_static_) {
      unprepared_.push_back(ready.user);
    }
    return true;
  }
  return false;
}

bool Source::TakeOnStart(std::uint32_t user, Instant at, Due& due) {
  const std::uint16_t index = users_[user].started;
  due.number = static_cast<std::uint64_t>(GlobalUser(user));
  due.scheduled = at;
  due.user = user;
  due.task = index;
  due.on_start = true;
  if (!plan_.on_start[index].is_static) {
    due.text = texts_.Allocate();
    const Status built =
        builder_.Build(*plan_.on_start[index].task, due.number, captured(user), texts_[due.text]);
    due.broken = !built;
    if (due.broken) {
      error_ = built.error().message;
    }
  }
  return true;
}

bool Source::Prepare(std::uint32_t index) {
  User& user = users_[index];
  const std::uint64_t number = NextNumber();
  if (user.prepared || number >= limit_) {
    return user.prepared;
  }
  ++issued_;
  ++prepared_users_;
  user.number = number;
  user.task = static_cast<std::uint16_t>(mix_.TaskOf(static_cast<std::int64_t>(number)));
  user.text = kNoIndex;
  user.broken = false;
  if (!plan_.tasks[user.task].is_static) {
    user.text = Render(user.task, number, index, user.broken);
  }
  user.prepared = true;
  return true;
}

Instant Source::GoesOn(std::uint32_t user, Instant at) const {
  // Before the load has begun only on_start requests go on.
  return start_ == Instant::max() || at < start_
             ? at
             : start_ + measure::GoesOnAt(users_load_, GlobalUser(user), at - start_);
}

void Source::BecomeReady(std::uint32_t user, Instant at, Instant now) {
  if (at <= now + 1ns) {
    if (ready_first_ == ready_.size()) {
      ready_.clear();
      ready_first_ = 0;
    }
    ready_.push_back({.at = at, .user = user});
    return;
  }
  thinking_.push_back({.at = at, .user = user});
  std::push_heap(thinking_.begin(), thinking_.end(), Later{});
}

void Source::Answered(std::uint32_t user, Instant done) {
  const Duration pause =
      thinks_ ? think_.Of(GlobalUser(user), users_[user].answers++) : Duration::zero();
  // At least 1 ns, so that the next arrival comes after this departure in time order too.
  BecomeReady(user, GoesOn(user, done + std::max<Duration>(pause, 1ns)), done);
}

void Source::StartAnswered(std::uint32_t user, bool succeeded, Instant done) {
  User& who = users_[user];
  if (succeeded) {
    ++who.started;
    who.answers = 0;
  } else {
    ++who.answers;  // Counts the failures in a row until the load begins.
  }
  const bool give_up = !closed_ && who.answers >= kOnStartTries;
  if (!closed_ && (who.started >= plan_.on_start.size() || give_up)) {
    prepared_ = true;
    return;
  }
  if (who.started >= plan_.on_start.size()) {
    who.answers = 0;
  }
  BecomeReady(user, succeeded ? done + 1ns : done + kOnStartPause, done);
}

}  // namespace loadline::load
