#include "load/recorder.h"

#include <algorithm>

#include "base/clock.h"

namespace loadline::load {
namespace {

using measure::ErrorKind;
using measure::Event;
using measure::EventKind;
using measure::Row;

}  // namespace

Recorder::Recorder(const RecorderOptions& options, Outbox& outbox, ErrorRegistry& registry,
                   const scenario::Redactor& redactor, const Duration& spin, net::Loop& coordinator)
    : options_(options),
      outbox_(outbox),
      spin_(spin),
      coordinator_(coordinator),
      ring_(options.spool == nullptr ? nullptr : &options.spool->ring(options.shard)),
      start_(options.epoch),
      warmup_end_(options.epoch),
      ledger_(registry, redactor),
      next_boundary_(Instant::max()),
      slab_since_(options.epoch),
      events_before_wake_(outbox.events.capacity() / 4) {
  for (std::unique_ptr<SecondSlab>& slab : slabs_) {
    slab = std::make_unique<SecondSlab>(options.tasks, options.warmup > Duration::zero());
  }
  slab_ = slabs_[0].get();
}

void Recorder::Begin(Instant start) {
  start_ = start;
  warmup_end_ = start + options_.warmup;
  next_boundary_ = start + kWindow;
  slab_since_ = start;
  cpu_before_ = ThreadCpuTime();
  spin_before_ = spin_;
}

void Recorder::Scheduled(Instant at, std::uint32_t user, std::uint16_t task) {
  ++tally_.scheduled;
  if (pending_ && at <= BoundaryOf(pending_->window)) {
    ++pending_->tally.scheduled;  // Became ready within the window, was taken up after it.
  }
  if (options_.wants_events) {
    PushEvent({.at = at - start_,
               .request = GlobalUser(user),
               .task = task,
               .kind = EventKind::kArrival});
  }
}

void Recorder::Dispatched(const Request& request) {
  if (request.dispatched >= next_boundary_) [[unlikely]] {
    Cross(request.dispatched);
  }
  ++tally_.dispatched;
  const Duration lateness = request.dispatched - request.scheduled;
  if (request.starved) {
    ++totals_.starved;
    slab_->starved_lateness.Record(lateness);
  } else {
    slab_->ready_lateness.Record(lateness);
  }
}

void Recorder::Ended(const Request& request, const Outcome& outcome, Instant done) {
  if (done >= next_boundary_) [[unlikely]] {
    Cross(done);
  }
  ++totals_.attempts;
  const bool failed = outcome.failure.kind != ErrorKind::kNone;
  std::uint16_t tally = 0;
  if (failed) [[unlikely]] {
    tally = ledger_.NumberOf(
        outcome.failure,
        {.number = request.number, .task = request.task, .on_start = request.on_start});
    totals_.cut += outcome.failure.kind == ErrorKind::kCut ? 1 : 0;
    totals_.no_descriptors += outcome.failure.kind == ErrorKind::kNoDescriptors ? 1 : 0;
    totals_.no_ports += outcome.failure.kind == ErrorKind::kNoPorts ? 1 : 0;
    totals_.not_rendered += outcome.failure.kind == ErrorKind::kRender ? 1 : 0;
    if (outcome.last && !request.warmup) {
      ledger_.Count(tally, std::max<Duration>(done - start_, Duration::zero()));
    }
  }
  WriteRow(request, outcome, tally, done);
  if (!outcome.last || request.on_start) {
    return;
  }
  ++tally_.completed;
  tally_.answered += outcome.answered ? 1 : 0;
  totals_.last_done = done;
  totals_.span_completed += done >= warmup_end_ && done <= issue_end_ ? 1 : 0;
  TaskCounts& counts = request.warmup ? slab_->warmup[request.task] : slab_->judged[request.task];
  const Duration response = done - request.scheduled;
  if (outcome.answered && response > slowest_) {
    slowest_ = response;
  }
  if (failed) [[unlikely]] {
    ++tally_.failed;
    tally_.rejected += outcome.status == 503 ? 1 : 0;
    totals_.judged_rejected += outcome.status == 503 && !request.warmup ? 1 : 0;
    ++counts.failed;
    ++counts.failures.at(static_cast<std::size_t>(outcome.failure.kind));
  } else {
    ++counts.succeeded;
    counts.response.Record(response);
    counts.wire.Record(done - request.sent);
  }
  if (options_.wants_events) {
    PushEvent({.at = done - start_,
               .request = options_.closed ? GlobalUser(request.user)
                                          : static_cast<std::uint32_t>(request.number),
               .task = request.task,
               .kind = EventKind::kDeparture,
               .error = outcome.failure.kind});
  }
}

bool Recorder::Wanted(const Request& request, const Outcome& outcome) const {
  return KeepsRow(options_.records, rows_pushed() < options_.row_limit, outcome.failure.kind,
                  request.number);
}

void Recorder::WriteRow(const Request& request, const Outcome& outcome, std::uint16_t tally,
                        Instant done) {
  if (ring_ == nullptr || !Wanted(request, outcome)) {
    ++totals_.skipped;
    return;
  }
  Row* row = ring_->Claim();
  if (row == nullptr) [[unlikely]] {
    ++tally_.dropped_rows;
    return;
  }
  row->request = request.number;
  row->scheduled_ns = Stamp(request.scheduled);
  row->dispatched_ns = Stamp(request.dispatched);
  row->sent_ns = Stamp(request.sent);
  row->first_byte_ns = Stamp(request.first_byte);
  row->done_ns = Stamp(done);
  row->dns_us = request.dns_us;
  row->connect_us = request.connect_us;
  row->tls_us = request.tls_us;
  row->bytes_out = request.bytes_out;
  row->bytes_in = request.bytes_in;
  row->step = options_.step;
  row->task = request.task;
  row->status = outcome.status;
  row->error_detail = tally;
  row->kind = outcome.failure.kind;
  row->flags = static_cast<std::uint8_t>((request.warmup ? measure::kRowWarmup : 0) |
                                         (request.reused ? measure::kRowReused : 0) |
                                         (outcome.last ? measure::kRowLast : 0) |
                                         (request.sent == Instant{} ? measure::kRowNeverSent : 0) |
                                         (request.on_start ? measure::kRowOnStart : 0));
  row->attempt = request.attempt;
  row->shard = static_cast<std::uint8_t>(options_.shard);
  ++totals_.pushed;
  if (ring_->Publish()) [[unlikely]] {
    options_.spool->Wake();
  }
}

void Recorder::PushEvent(const Event& event) {
  if (!outbox_.events.Push(event)) [[unlikely]] {
    ++tally_.dropped_events;
    return;
  }
  if (--events_before_wake_ == 0) [[unlikely]] {
    events_before_wake_ = outbox_.events.capacity() / 4;
    coordinator_.Wake();
  }
}

void Recorder::Cross(Instant at) {
  crossed_ = (at - start_) / kWindow;
  next_boundary_ = BoundaryOf(crossed_ + 1);
  SecondSlab* const ready = pending_ ? pending_->slab : nullptr;
  pending_ = Report{.window = crossed_, .tally = tally_, .slowest = slowest_, .slab = ready};
  const std::int64_t second = crossed_ / kWindowsPerSecond;
  SecondSlab* const other = slabs_[0].get() == slab_ ? slabs_[1].get() : slabs_[0].get();
  // If the coordinator is a whole second behind, the slab goes on: coarser, but nothing is lost.
  if (second > second_ && ready == nullptr && !other->lent.load(std::memory_order_acquire)) {
    FinishSlab(at);
    pending_->slab = slab_;
    second_ = second;
    slab_ = other;
    slab_->Reset();
  }
}

void Recorder::FinishSlab(Instant now) {
  const Duration cpu = ThreadCpuTime();
  slab_->second = static_cast<std::int32_t>(second_);
  slab_->cpu = cpu - cpu_before_;
  slab_->spin = spin_ - spin_before_;
  slab_->covered = now - slab_since_;
  cpu_before_ = cpu;
  spin_before_ = spin_;
  slab_since_ = now;
}

void Recorder::Post() {
  if (pending_->slab != nullptr) {
    pending_->slab->lent.store(true, std::memory_order_release);
  }
  if (outbox_.reports.Push(*pending_)) {
    pending_.reset();
    coordinator_.Wake();
  }
}

void Recorder::Close(Instant now) {
  if (pending_) {
    Post();
  }
  while (pending_) {
    SleepUntil(Now() + 1ms);
    Post();
  }
  FinishSlab(now);
  ledger_.Close();
  crossed_ = (now - start_) / kWindow;
  pending_ = Report{
      .window = crossed_, .tally = tally_, .slowest = slowest_, .slab = slab_, .final = true};
  Post();
  while (pending_) {
    SleepUntil(Now() + 1ms);
    Post();
  }
}

}  // namespace loadline::load
