// ProbeRun's result: everything the threads left behind as one Measurement.
#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/clock.h"
#include "load/probe_run.h"
#include "load/validity.h"

namespace loadline::load {
namespace {

using measure::Measurement;
using measure::StopReason;

/// How long the spool may stand still before its rows are given up: a disk slower than that is
/// reported as lost rows.
constexpr Duration kFlushPatience = 10s;

/// Loosest latency threshold asked of `task`; zero: none.
Duration LoosestThreshold(const scenario::Scenario& scenario, const std::string& task) {
  Duration loosest{};
  for (const measure::Objective& objective : scenario.objectives) {
    if (objective.task.empty() || objective.task == task) {
      loosest = std::max(loosest, objective.threshold);
    }
  }
  return loosest;
}

/// As many as the load has at all, data aside.
std::uint64_t RequestsOf(const measure::Load& load) {
  const auto* open = std::get_if<measure::OpenLoad>(&load.shape);
  const std::uint64_t arrivals =
      open != nullptr ? measure::ArrivalsOf(*open) : std::numeric_limits<std::uint64_t>::max();
  return load.requests > 0 ? std::min(arrivals, static_cast<std::uint64_t>(load.requests))
                           : arrivals;
}

Duration MeanOf(Duration sum, std::int64_t count) {
  return count > 0 ? sum / count : Duration::zero();
}

}  // namespace

Measurement ProbeRun::Summarize() {
  Measurement result;
  result.step = options_.step;
  result.load = load_;
  result.started = started_;
  result.started_after = start_ - options_.epoch;
  result.warmup = std::clamp(load_.warmup, Duration::zero(), std::max(StopAt(), Duration::zero()));
  result.measured = MeasuredLength();
  result.stop = stop_reason_;
  if (!stopping_ && AllExhausted() && data_limit_ < RequestsOf(load_)) {
    result.stop = StopReason::kDataEnded;
  }
  FillAccounts(result);
  FillJudged(result);
  FillConnections(result);
  FillGenerator(result);
  result.errors = registry_.Tallies();
  return result;
}

bool ProbeRun::AllExhausted() const {
  return std::all_of(shards_.begin(), shards_.end(),
                     [](const std::unique_ptr<Shard>& shard) { return shard->result().exhausted; });
}

Duration ProbeRun::MeasuredLength() const {
  Duration last = StopAt();
  if (AllExhausted()) {
    // Open loop: until the last request was due. Users, and a single request, which has no span of
    // issuing: until the last answer.
    last = Duration::zero();
    Duration answered = Duration::zero();
    for (const std::unique_ptr<Shard>& shard : shards_) {
      last = std::max(last, shard->result().last_scheduled - start_);
      answered = std::max(answered, shard->result().totals.last_done - start_);
    }
    last = load_.open() && last > load_.warmup ? last : answered;
  }
  return std::max(last - load_.warmup, Duration::zero());
}

void ProbeRun::FillAccounts(Measurement& result) {
  measure::Accounts& books = result.accounts;
  std::int64_t pushed = 0;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    const ShardResult& part = shard->result();
    books.never_dispatched += part.never_dispatched;
    books.attempts += part.totals.attempts;
    books.skipped += part.totals.skipped;
    books.cut += part.totals.cut;
    pushed += part.totals.pushed;
    result.in_flight_end += part.in_flight_end + part.never_dispatched;
  }
  books.scheduled = progress_.scheduled;
  books.dispatched = progress_.dispatched;
  books.dropped = machine_.dropped_records;
  if (options_.spool != nullptr) {
    const bool flushed = options_.spool->Flush(kFlushPatience);
    books.stored = options_.spool->written() - spool_written_;
    const std::int64_t lost = options_.spool->lost() - spool_lost_;
    // Rows that a disk has not taken by now are lost to this measurement, whenever they arrive.
    books.dropped += flushed ? lost : pushed - books.stored;
  }
}

double ProbeRun::GoodShare() const {
  std::int64_t good = 0;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
    const TaskCounts& counts = timeline_.judged()[i];
    const Duration loosest = LoosestThreshold(plan_.scenario, plan_.scenario.tasks[i].name);
    good += counts.succeeded;
    good -= loosest > Duration::zero() ? counts.response.CountAbove(loosest) : 0;
    all += counts.succeeded + counts.failed;
  }
  return all > 0 ? static_cast<double>(good) / static_cast<double>(all) : 0.0;
}

void ProbeRun::FillJudged(Measurement& result) const {
  for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
    const TaskCounts& counts = timeline_.judged()[i];
    measure::TaskMeasurement task;
    task.name = plan_.scenario.tasks[i].name;
    task.response = counts.response;
    task.wire = counts.wire;
    task.succeeded = counts.succeeded;
    task.failed = counts.failed;
    result.succeeded += counts.succeeded;
    result.failed += counts.failed;
    result.tasks.push_back(std::move(task));
  }
  std::int64_t completed = 0;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    result.rejected += shard->result().totals.judged_rejected;
    completed += shard->result().totals.span_completed;
  }
  // Every request that was taken up has ended by now; the others became due at the very end.
  result.requests = result.succeeded + result.failed + result.accounts.never_dispatched;
  const double seconds = Seconds(result.measured);
  if (seconds > 0.0) {
    result.offered = Rate{static_cast<double>(result.requests) / seconds};
    result.achieved = Rate{static_cast<double>(completed) / seconds};
    result.goodput = result.achieved * GoodShare();
  }
}

void ProbeRun::FillConnections(Measurement& result) const {
  Duration connect{};
  Duration tls{};
  Duration wait{};
  std::int64_t waits = 0;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    const ShardResult& part = shard->result();
    result.connections_opened += part.connections_opened;
    connect += part.connect_sum;
    tls += part.tls_sum;
    wait += part.totals.connection_wait;
    waits += part.totals.waits;
    for (const std::string& address : part.addresses) {
      if (std::find(result.addresses.begin(), result.addresses.end(), address) ==
          result.addresses.end()) {
        result.addresses.push_back(address);
      }
    }
  }
  result.connect_mean = MeanOf(connect, result.connections_opened);
  result.tls_mean = MeanOf(tls, result.connections_opened);
  result.connection_wait_mean = MeanOf(wait, waits);
}

void ProbeRun::FillGenerator(Measurement& result) const {
  Health health;
  measure::Generator& generator = result.generator;
  generator = timeline_.Lateness();
  health.surely_late = timeline_.SurelyLate();
  Duration issuing{};
  for (const std::unique_ptr<Shard>& shard : shards_) {
    const ShardResult& part = shard->result();
    health.stalled = std::max(health.stalled, part.stalled);
    health.no_descriptors += part.totals.no_descriptors;
    health.no_ports += part.totals.no_ports;
    health.not_rendered += part.totals.not_rendered;
    issuing = std::max(issuing, part.issuing);
    // Of a few requests sent at once the clock of CPU time says nothing.
    const double seconds = std::max(Seconds(part.issuing), 0.01);
    const double cpu = Seconds(part.cpu - part.spin) / seconds;
    if (cpu >= generator.cpu_busiest) {
      generator.cpu_busiest = cpu;
      generator.spin_busiest = Seconds(part.spin) / seconds;
    }
  }
  generator.throttled = cgroup_.Throttled() - throttled_at_start_;
  generator.dropped_records = result.accounts.dropped;
  generator.dropped_events = machine_.dropped_events;
  generator.descriptors_left = machine_.descriptors_left;
  generator.ports_left = machine_.ports_left;

  const auto* closed = std::get_if<measure::ClosedLoad>(&load_.shape);
  health.open = closed == nullptr;
  health.thinking = closed != nullptr && closed->think > Duration::zero();
  health.tightest_objective = options_.tightest_objective;
  health.threads = options_.threads;
  health.seconds = Seconds(issuing);
  health.generator = generator;
  health.interrupted = result.stop == StopReason::kInterrupted;
  health.accounts = result.accounts;
  result.refusals = Judge(health);
  result.generator_limited = IsGeneratorLimited(health);
}

}  // namespace loadline::load
