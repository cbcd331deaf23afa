#include "load/shard.h"

#include <algorithm>

#include "base/clock.h"

namespace loadline::load {
namespace {

constexpr int kSendBatch = 64;        // Sends of one turn before replies are looked at again.
constexpr int kSendBetweenReads = 4;  // Open loop.
/// Connections opened in one turn. Opening costs ten times as much as sending: after a moment of
/// standing still, one for each request that has become due would take so long that still more
/// become due. Meanwhile the connections that exist may be free again, so they are looked at first.
constexpr int kOpensPerTurn = 8;
constexpr int kRenderBatch = 16;        // Requests rendered ahead in one turn.
constexpr Duration kRenderRoom = 20us;  // Nothing is rendered ahead when something is due so soon.
constexpr Duration kGrace = 10ms;       // For sending at the stop what was due before it.
constexpr Duration kStall = 100ms;      // A gap from which on the loop counts as standing still.
/// A poll that found nothing took no longer; what is beyond, the thread was not running.
constexpr Duration kLongestPoll = 20us;
constexpr std::size_t kReports = 64;
constexpr std::size_t kEvents = std::size_t{1} << 16;

std::size_t BodyLimit(const std::vector<scenario::ReplyChecker>& checkers, const Plan& plan) {
  std::size_t limit = 0;
  for (const scenario::ReplyChecker& checker : checkers) {
    limit = std::max(limit, checker.body_limit());
  }
  for (const TaskPlan& task : plan.on_start) {
    limit = std::max(limit, task.task->captures.empty() ? 0 : scenario::kBodyLimit);
  }
  return limit;
}

std::vector<scenario::ReplyChecker> MakeCheckers(const std::vector<TaskPlan>& tasks) {
  std::vector<scenario::ReplyChecker> checkers;
  checkers.reserve(tasks.size());
  for (const TaskPlan& task : tasks) {
    checkers.emplace_back(*task.task, task.codec);
  }
  return checkers;
}

std::size_t UsersOf(const measure::Load& load, const ShardOptions& options) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape);
  return closed == nullptr
             ? 0
             : static_cast<std::size_t>((closed->users - options.index + options.shards - 1) /
                                        options.shards);
}

RecorderOptions MakeRecorderOptions(const ShardOptions& options, const Plan& plan,
                                    const measure::Load& load) {
  RecorderOptions recorder;
  recorder.shard = options.index;
  recorder.shards = options.shards;
  recorder.step = options.step;
  recorder.tasks = plan.tasks.size();
  recorder.closed = !load.open();
  recorder.wants_events = options.wants_events;
  recorder.epoch = options.epoch;
  recorder.warmup = load.warmup;
  recorder.records = options.records;
  recorder.row_limit = options.row_limit;
  recorder.rows_before = options.rows_before;
  recorder.spool = options.spool;
  return recorder;
}

/// With a thousand connections the state of each is cold when its reply comes.
void FetchConnection(std::uint64_t owner) {
  constexpr std::uint64_t kLine = 64;
  for (std::uint64_t at = owner; at < owner + sizeof(Connection); at += kLine) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): never followed, only fetched.
    __builtin_prefetch(reinterpret_cast<const void*>(at), 1);
  }
}

}  // namespace

Result<std::unique_ptr<Shard>> Shard::Create(const ShardOptions& options, const Plan& plan,
                                             const measure::Load& load, const ShardControl& control,
                                             ErrorRegistry& registry, net::Loop& coordinator) {
  std::unique_ptr<net::Loop> loop = TRY(net::Loop::Create());
  std::unique_ptr<net::TlsContext> tls;
  if (plan.tls != nullptr) {
    tls = TRY(plan.tls->CloneForThread());
  }
  return std::unique_ptr<Shard>(new Shard(options, plan, load, control, registry, coordinator,
                                          std::move(loop), std::move(tls)));
}

Shard::Shard(const ShardOptions& options, const Plan& plan, const measure::Load& load,
             const ShardControl& control, ErrorRegistry& registry, net::Loop& coordinator,
             std::unique_ptr<net::Loop> loop, std::unique_ptr<net::TlsContext> tls)
    : options_(options),
      plan_(plan),
      load_(load),
      control_(control),
      coordinator_(coordinator),
      loop_(std::move(loop)),
      tls_(std::move(tls)),
      own_connections_(!load.open() && (options.max_connections == 0 ||
                                        static_cast<std::int64_t>(UsersOf(load, options)) <=
                                            options.max_connections)),
      clock_(Now()),
      source_(plan, load, options.index, options.shards, texts_),
      checkers_(MakeCheckers(plan.tasks)),
      start_checkers_(MakeCheckers(plan.on_start)),
      pool_({.limit = own_connections_ ? 0 : options.max_connections,
             .descriptors = options.descriptors,
             .body_limit = BodyLimit(checkers_, plan),
             .first_address = static_cast<std::uint32_t>(options.index)},
            plan, *loop_, tls_.get(), options.addresses, options.unresolved, clock_),
      own_(own_connections_ ? UsersOf(load, options) : 0, kNoIndex),
      wheel_(clock_),
      outbox_(kReports, options.wants_events ? kEvents : 2),
      recorder_(MakeRecorderOptions(options, plan, load), outbox_, registry, plan.redactor, spin_,
                coordinator) {
  for (const TaskPlan& task : plan.tasks) {
    plain_check_.push_back(task.task->checks.empty() && task.codec.fault_in_reply == nullptr);
  }
}

void Shard::Run() {
  AskForShortTurns();
  Prepare();
  if (control_.start_ns.load(std::memory_order_acquire) != 0) {
    Issue();
    Drain();
  }
  CutAll();
  result_.totals = recorder_.totals();
  result_.connections_opened = pool_.opened();
  result_.connect_sum = pool_.connect_sum();
  result_.tls_sum = pool_.tls_sum();
  result_.addresses = pool_.used_addresses();
  pool_.CloseAll();
  recorder_.SetConnections(0);
  recorder_.Close(clock_);
}

void Shard::Prepare() {
  clock_ = Now();
  stop_ = ReadStop();
  while (!source_.prepared() && clock_ < stop_) {
    TakeDue(1);
    Turn(source_.NextDue());
    stop_ = ReadStop();
  }
  prepared_.store(true, std::memory_order_release);
  coordinator_.Wake();
  while (control_.start_ns.load(std::memory_order_acquire) == 0 && clock_ < stop_) {
    Turn(Instant::max());
    stop_ = ReadStop();
  }
  start_ = Instant(Duration(control_.start_ns.load(std::memory_order_acquire)));
}

void Shard::Issue() {
  source_.Start(start_);
  recorder_.Begin(start_);
  const Duration cpu = ThreadCpuTime();
  const Duration spin = spin_;
  issuing_ = true;
  stop_ = ReadStop();
  // What was due before the stop is still sent if that takes a moment; after it, it never is.
  while (!source_.exhausted() && (clock_ < stop_ || source_.NextDue() < stop_)) {
    if (clock_ >= stop_ + kGrace ||
        clock_ >= Instant(Duration(control_.cut_ns.load(std::memory_order_acquire)))) {
      break;
    }
    Turn(source_.NextDue());
    stop_ = ReadStop();
    TakeDue(kSendBatch);
    RenderAhead();
    recorder_.SetUsers(source_.UsersAt(clock_));
    recorder_.SetConnections(pool_.open());
    recorder_.EndTurn(clock_, source_.Watermark(clock_));
  }
  EndIssuing();
  result_.cpu = ThreadCpuTime() - cpu;
  result_.spin = spin_ - spin;
  result_.issuing = clock_ - start_;
}

void Shard::EndIssuing() {
  issuing_ = false;
  next_due_ = Instant::max();
  issue_end_ = clock_;
  result_.exhausted = source_.exhausted();
  // Users who have made all the requests asked for are waited for: their last answers count.
  if (!source_.closed() || !source_.exhausted()) {
    recorder_.EndIssuing(std::min(clock_, stop_));
  }
  result_.never_dispatched = source_.CountUntaken(
      stop_, [this](Instant at, std::uint32_t user) { recorder_.Scheduled(at, user, 0); });
  result_.in_flight_end = recorder_.tally().dispatched - recorder_.tally().completed;
}

void Shard::Drain() {
  while (requests_.in_use() > 0) {
    const Instant cut(Duration(control_.cut_ns.load(std::memory_order_acquire)));
    if (clock_ >= cut || clock_ - issue_end_ >= options_.drain) {
      return;
    }
    stop_ = std::min(cut, issue_end_ + options_.drain);  // Wakes the loop in time.
    Turn(Instant::max());
    recorder_.SetConnections(pool_.open());
    recorder_.EndTurn(clock_, clock_);
  }
}

void Shard::CutAll() {
  clock_ = Now();
  for (std::uint32_t slot = 0; slot < requests_.size(); ++slot) {
    Request& request = requests_[slot];
    if (request.phase == Phase::kFree) {
      continue;
    }
    if (request.connection != kNoIndex) {
      Close(pool_[request.connection], true);
    } else if (request.phase == Phase::kWaiting) {
      line_.Remove(requests_, slot);
    } else {
      ++request.attempt;  // The attempt that the pause was for never came to be sent.
      request.sent = Instant{};
      request.first_byte = Instant{};
    }
    Recorder::Outcome outcome;
    outcome.failure.kind = measure::ErrorKind::kCut;
    EndAttempt(slot, outcome);
  }
}

Instant Shard::WaitUntil(Instant next_due) const {
  if (more_to_render_ || options_.pacing == Pacing::kBusy || WantsConnection()) {
    return clock_;
  }
  const Instant due = WakeFor(options_.pacing, clock_, next_due);
  return std::min({due, wheel_.NextCheck(), pool_.NextCheck(), recorder_.next_boundary(), stop_});
}

void Shard::NoteGap(Duration gap) {
  if (gap >= kStall) [[unlikely]] {
    result_.stalled += gap;
  }
}

void Shard::Turn(Instant next_due) {
  const Instant until = WaitUntil(next_due);
  const Instant before = clock_;
  const net::Turn turn = loop_->Wait(before, until);
  const Instant meant = std::max(before, until);
  clock_ = turn.now;
  opens_left_ = kOpensPerTurn;
  if (turn.events == 0 && until <= before) {
    spin_ += std::min(clock_ - before, kLongestPoll);
  }
  if (clock_ > meant) {
    NoteGap(clock_ - meant);
    recorder_.NoteLag(clock_ - meant);
  }
  loop_->Dispatch([this](const net::Event& event) { OnEvent(event); }, FetchConnection);
  if (turn.woken) [[unlikely]] {
    pool_.TakeAnswers();
  }
  wheel_.Expire(clock_, [this](std::uint32_t slot) { OnOverdue(slot); });
  pool_.Expire(clock_, [this](Connection& connection) { ConnectTimedOut(connection); });
  pool_.Refresh(clock_);
  if (line_.size() > 0) {
    ServeLine();
  }
  NoteGap(clock_ - turn.now);
  recorder_.NoteLag(clock_ - turn.now);
}

void Shard::TakeDue(int most) {
  Due due;
  for (int taken = 0; taken < most; ++taken) {
    stop_ = ReadStop();  // After the clock: what is due by a clock that ran on is not overlooked.
    if (!source_.Take(clock_, stop_, due)) {
      break;
    }
    Dispatch(due);
  }
  next_due_ = source_.closed() ? Instant::max() : source_.NextDue();
}

void Shard::RenderAhead() {
  more_to_render_ = false;
  for (int made = 0; made < kRenderBatch; ++made) {
    if (source_.NextDue() <= clock_ + kRenderRoom || !source_.RenderAhead()) {
      return;
    }
    clock_ = Now();
  }
  more_to_render_ = true;
}

void Shard::OnEvent(const net::Event& event) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the pointer that the pool gave to Loop::Add().
  Connection& connection = *reinterpret_cast<Connection*>(event.owner);
  connection.stream.OnEvent(event);
  switch (connection.state) {
    case ConnectionState::kWaiting:
    case ConnectionState::kReceiving:
      Read(connection);
      break;
    case ConnectionState::kSending:
      ContinueSend(connection);
      Read(connection);
      break;
    case ConnectionState::kConnecting:
      OnConnecting(connection);
      break;
    case ConnectionState::kIdle:
    case ConnectionState::kLingering:
      ReadUnasked(connection);
      break;
    case ConnectionState::kClosed:
      break;
  }
  if (clock_ >= next_due_) {
    TakeDue(kSendBetweenReads);
  }
}

}  // namespace loadline::load
