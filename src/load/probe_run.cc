#include "load/probe_run.h"

#include <algorithm>

#include "base/clock.h"
#include "load/request_builder.h"
#include "net/limits.h"

namespace loadline::load {
namespace {

using measure::StopReason;

/// A stop lies so far ahead that every thread sees it before it comes.
constexpr Duration kStopAhead = 2ms;
/// Threads get so long to notice that the probe starts.
constexpr Duration kStartAhead = 1ms;
/// Descriptors left for everything that is not a connection: files, database, name service.
constexpr std::int64_t kSpareDescriptors = 48;
/// A brake's stop does not wait long for a target that fails.
constexpr Duration kBrakeDrain = 1s;
/// How often we look, even if nobody reports.
constexpr Duration kLook = 200ms;
/// What the machine does not tell.
constexpr std::int64_t kUnknown = -1;

int CountShards(const ProbeOptions& options, const Plan& plan, const measure::Load& load) {
  std::int64_t count = options.threads;
  if (const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape)) {
    count = std::min<std::int64_t>(count, closed->users);
  }
  const std::int64_t limit = plan.scenario.target.connections.max_connections;
  if (limit > 0) {
    count = std::min(count, limit);
  }
  return static_cast<int>(std::max<std::int64_t>(count, 1));
}

EventMerge MakeMerge(const measure::Load& load, int shards) {
  if (const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape)) {
    return EventMerge::ByUser(shards, closed->users);
  }
  return EventMerge::Numbered(shards + 1);  // The last one: arrivals, from the schedule.
}

bool Thinks(const measure::Load& load) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape);
  return closed != nullptr && closed->think > Duration::zero();
}

std::vector<double> WeightsOf(const scenario::Scenario& scenario) {
  std::vector<double> weights;
  for (const scenario::Task& task : scenario.tasks) {
    weights.push_back(task.weight);
  }
  return weights;
}

}  // namespace

ProbeRun::ProbeRun(ProbeOptions options, const Plan& plan, const measure::Load& load,
                   measure::Observer& observer, net::Loop& loop, const Cgroup& cgroup,
                   const std::atomic<bool>& interrupted)
    : options_(std::move(options)),
      plan_(plan),
      load_(load),
      observer_(observer),
      loop_(loop),
      cgroup_(cgroup),
      interrupted_(interrupted),
      wants_events_(observer.WantsEvents()),
      shard_count_(CountShards(options_, plan, load)),
      data_limit_(RequestBuilder(plan, load.seed).RequestsUntilDataEnds()),
      mail_(static_cast<std::size_t>(shard_count_)),
      merge_(MakeMerge(load, shard_count_)),
      timeline_(plan.tasks.size(), load.warmup, Thinks(load)),
      slowest_(options_.slowest) {
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    const std::uint64_t limit =
        load.requests > 0 ? std::min(data_limit_, static_cast<std::uint64_t>(load.requests))
                          : data_limit_;
    walk_.emplace(*open, load.seed, limit, WeightsOf(plan.scenario));
  }
}

ProbeRun::~ProbeRun() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

Result<measure::Measurement> ProbeRun::Run() {
  TRY(CreateShards());
  if (options_.spool != nullptr) {
    // Rows of the preflight that are still on their way are not this probe's.
    static_cast<void>(options_.spool->Flush(10s));
    spool_written_ = options_.spool->written();
    spool_lost_ = options_.spool->lost();
  }
  Start();
  Watch();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  return Summarize();
}

Status ProbeRun::CreateShards() {
  const Result<net::Descriptors> descriptors = net::CountDescriptors();
  const std::int64_t usable =
      descriptors ? std::max<std::int64_t>(descriptors->available() - kSpareDescriptors, 1)
                  : INT64_MAX;
  const std::int64_t limit = plan_.scenario.target.connections.max_connections;
  for (int index = 0; index < shard_count_; ++index) {
    ShardOptions options;
    options.index = index;
    options.shards = shard_count_;
    options.step = options_.step;
    options.pacing = options_.pacing;
    options.wants_events = wants_events_;
    options.epoch = options_.epoch;
    options.records = options_.records;
    options.row_limit = options_.row_limit;
    options.rows_before = options_.rows_before[static_cast<std::size_t>(index)];
    options.spool = options_.spool;
    options.drain = options_.drain;
    options.max_connections = limit == 0 ? 0 : (limit - index + shard_count_ - 1) / shard_count_;
    options.descriptors = std::max<std::int64_t>(usable / shard_count_, 1);
    options.addresses = options_.addresses;
    options.unresolved = options_.unresolved;
    shards_.push_back(TRY(Shard::Create(options, plan_, load_, control_, registry_, loop_)));
  }
  return {};
}

void ProbeRun::Start() {
  for (const std::unique_ptr<Shard>& shard : shards_) {
    threads_.emplace_back([s = shard.get()] { s->Run(); });
  }
  const auto prepared = [&] {
    return std::all_of(shards_.begin(), shards_.end(),
                       [](const std::unique_ptr<Shard>& shard) { return shard->prepared(); });
  };
  while (!prepared() && !interrupted_.load(std::memory_order_acquire)) {
    const Instant now = Now();
    (void)loop_.Wait(now, now + kLook);
  }
  throttled_at_start_ = cgroup_.Throttled();
  throttled_before_ = throttled_at_start_;
  start_ = Now() + kStartAhead;
  started_ = UtcNow() + kStartAhead;
  const Duration horizon = std::chrono::hours(24 * 365 * 100);
  const Duration whole = load_.duration > horizon ? horizon : load_.warmup + load_.duration;
  Instant stop = start_ + whole;
  if (interrupted_.load(std::memory_order_acquire)) {
    stop = start_;  // Nothing is issued at all.
    control_.cut_ns.store(stop.time_since_epoch().count(), std::memory_order_release);
    stopping_ = true;
    stop_reason_ = StopReason::kInterrupted;
  }
  control_.stop_ns.store(stop.time_since_epoch().count(), std::memory_order_release);
  control_.start_ns.store(start_.time_since_epoch().count(), std::memory_order_release);
  for (const std::unique_ptr<Shard>& shard : shards_) {
    shard->Wake();
  }
}

void ProbeRun::Watch() {
  while (!AllFinal()) {
    const Instant now = Now();
    (void)loop_.Wait(now, now + kLook);
    if (interrupted_.load(std::memory_order_acquire)) {
      Stop(StopReason::kInterrupted);
    }
    Fetch();
    DeliverWindows();
  }
  // What is left after the last whole window.
  const Duration end = std::max(ProbeTime(), delivered_to_ + 1ns);
  DeliverWindow(windows_ + 1, delivered_to_, end);
  DeliverSecond(true);
}

void ProbeRun::Fetch() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    FetchFrom(i);
  }
}

void ProbeRun::FetchFrom(std::size_t index) {
  Recorder::Outbox& outbox = shards_[index]->outbox();
  Mail& mail = mail_[index];
  // Reports first: the events that a report vouches for were sent before it.
  Report report;
  while (outbox.reports.Pop(report)) {
    if (report.slab != nullptr) {
      mail.slabs.push_back(report.slab);
    }
    mail.newest = report.window;
    mail.final = mail.final || report.final;
    slowest_ = std::max(slowest_, report.slowest);
    mail.reports.push_back(report);
  }
  measure::Event event;
  while (outbox.events.Pop(event)) {
    merge_.Add(static_cast<int>(index), event);
  }
}

bool ProbeRun::AllFinal() const {
  return std::all_of(mail_.begin(), mail_.end(), [](const Mail& mail) { return mail.final; });
}

std::int64_t ProbeRun::CompleteWindows() const {
  std::int64_t complete = INT64_MAX;
  std::int64_t last = 0;
  for (const Mail& mail : mail_) {
    complete = mail.final ? complete : std::min(complete, mail.newest);
    last = std::max(last, mail.newest);
  }
  return complete == INT64_MAX ? last : complete;
}

Duration ProbeRun::StopAt() const {
  return Instant(Duration(control_.stop_ns.load(std::memory_order_relaxed))) - start_;
}

Duration ProbeRun::ProbeTime() const {
  return std::max(Now() - start_, Duration::zero());
}

void ProbeRun::DeliverWindows() {
  const std::int64_t complete = CompleteWindows();
  while (windows_ < complete) {
    const std::int64_t window = windows_ + 1;
    DeliverWindow(window, delivered_to_, window * kWindow);
    if (window % kWindowsPerSecond == 0) {
      DeliverSecond(false);
    }
  }
}

void ProbeRun::DeliverWindow(std::int64_t window, Duration begin, Duration end) {
  Tally sum;
  for (Mail& mail : mail_) {
    while (!mail.reports.empty() && (mail.reports.front().window <= window)) {
      mail.latest = mail.reports.front();
      mail.reports.pop_front();
    }
    const Tally& tally = mail.latest.tally;
    sum.scheduled += tally.scheduled;
    sum.dispatched += tally.dispatched;
    sum.completed += tally.completed;
    sum.failed += tally.failed;
    sum.rejected += tally.rejected;
    sum.answered += tally.answered;
    sum.users += tally.users;
    sum.connections += tally.connections;
    sum.dropped_rows += tally.dropped_rows;
    sum.dropped_events += tally.dropped_events;
  }
  if (walk_) {
    const int schedule = shard_count_;
    walk_->Until(end, StopAt(), [&](std::int64_t k, Duration due, const arrival::TaskMix& mix) {
      if (wants_events_) {
        merge_.Add(schedule, {.at = due,
                              .request = static_cast<std::uint32_t>(k),
                              .task = static_cast<std::uint16_t>(mix.TaskOf(k)),
                              .kind = measure::EventKind::kArrival});
      }
    });
    sum.scheduled = walk_->count();
  }
  progress_.scheduled = sum.scheduled;
  progress_.dispatched = sum.dispatched;
  progress_.completed = sum.completed;
  progress_.failed = sum.failed;
  progress_.rejected = sum.rejected;
  progress_.in_flight = sum.scheduled - sum.completed;
  progress_.users = static_cast<int>(sum.users);
  progress_.connections = static_cast<int>(sum.connections);
  machine_.dropped_records = sum.dropped_rows;
  machine_.dropped_events = sum.dropped_events;
  windows_ = window;
  delivered_to_ = end;
  const measure::Window view{
      .begin = begin,
      .end = end,
      .events = wants_events_ ? merge_.TakeUntil(end) : std::span<const measure::Event>(),
      .progress = progress_};
  if (observer_.OnWindow(view) == measure::Decision::kStop) {
    Stop(StopReason::kObserver);
  }
  if (options_.brake && !stopping_ && end < StopAt()) {
    const measure::Brake::Totals totals{.completed = sum.completed,
                                        .failed = sum.failed,
                                        .answered = sum.answered,
                                        .in_flight = progress_.in_flight};
    if (const std::optional<StopReason> reason = brake_.Look(end, totals, slowest_)) {
      Stop(*reason);
    }
  }
}

void ProbeRun::DeliverSecond(bool last) {
  for (Mail& mail : mail_) {
    while (!mail.slabs.empty() && (mail.slabs.front()->second <= timeline_.index() || last)) {
      timeline_.Add(*mail.slabs.front());
      mail.slabs.front()->lent.store(false, std::memory_order_release);
      mail.slabs.pop_front();
    }
  }
  const Timeline::Totals totals{.scheduled = progress_.scheduled,
                                .dispatched = progress_.dispatched,
                                .completed = progress_.completed,
                                .failed = progress_.failed,
                                .rejected = progress_.rejected,
                                .dropped_rows = machine_.dropped_records,
                                .dropped_events = machine_.dropped_events,
                                .users = progress_.users};
  const measure::Second& second = timeline_.Close(totals, LookAtMachine());
  // The last second is cut short; one in which nothing happened any more is not worth a line.
  if (!last || second.scheduled + second.dispatched + second.completed > 0) {
    observer_.OnSecond(second);
  }
  timeline_.Next();
}

measure::Generator ProbeRun::LookAtMachine() {
  const Duration throttled = cgroup_.Throttled();
  machine_.throttled = throttled - throttled_before_;
  throttled_before_ = throttled;
  const Result<net::Descriptors> descriptors = net::CountDescriptors();
  machine_.descriptors_left = descriptors ? descriptors->available() : kUnknown;
  const Result<net::LocalPorts> ports = net::ReadLocalPortRange();
  const Result<net::TcpSockets> sockets = net::CountTcpSockets();
  machine_.ports_left =
      ports && sockets
          ? std::max<std::int64_t>(ports->count() - sockets->in_use - sockets->time_wait, 0)
          : kUnknown;
  return machine_;
}

void ProbeRun::Stop(StopReason reason) {
  const bool interrupt = reason == StopReason::kInterrupted;
  if (stop_reason_ == StopReason::kInterrupted || (stopping_ && !interrupt)) {
    return;
  }
  Instant stop = start_ + StopAt();
  if (!stopping_ && stop > Now()) {
    // Repeated in the unlikely case that we were held up between reading the clock and saying it:
    // no thread may have sent something that is due after the stop.
    do {
      stop = Now() + kStopAhead;
      control_.stop_ns.store(stop.time_since_epoch().count(), std::memory_order_seq_cst);
    } while (Now() >= stop);
    stop_reason_ = reason;
  }
  stopping_ = true;
  if (interrupt) {
    stop_reason_ = reason;
    control_.cut_ns.store(stop.time_since_epoch().count(), std::memory_order_release);
  } else if (reason == StopReason::kErrors || reason == StopReason::kNoReply) {
    const Instant cut = stop + std::min(options_.drain, kBrakeDrain);
    control_.cut_ns.store(cut.time_since_epoch().count(), std::memory_order_release);
  }
  for (const std::unique_ptr<Shard>& shard : shards_) {
    shard->Wake();
  }
}

std::vector<std::int64_t> ProbeRun::rows_pushed() const {
  std::vector<std::int64_t> rows = options_.rows_before;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    rows[i] += shards_[i]->result().totals.pushed;
  }
  return rows;
}

}  // namespace loadline::load
