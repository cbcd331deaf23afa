#include "load/timeline.h"

#include <algorithm>

#include "load/validity.h"

namespace loadline::load {

void Timeline::Late::Add(const SecondSlab& slab) {
  ready.Add(slab.ready_lateness);
  starved.Add(slab.starved_lateness);
  lag_max = std::max(lag_max, slab.loop_lag_max);
}

void Timeline::Late::Reset() {
  ready.Reset();
  starved.Reset();
  lag_max = Duration::zero();
}

void Timeline::Late::Fill(bool thinking, measure::Generator& generator) const {
  generator.send_error_p50 = ready.ValueAtQuantile(0.5);
  generator.send_error_p99 = ready.ValueAtQuantile(0.99);
  generator.starved = starved.count();
  generator.loop_lag_max = lag_max;
  const stats::Histogram all = All();
  generator.lateness_p50 = all.ValueAtQuantile(0.5);
  generator.lateness_p99 = all.ValueAtQuantile(0.99);
  generator.lateness_max = all.Max();
  generator.think_overrun_p99_s = thinking ? Seconds(generator.lateness_p99) : 0.0;
}

stats::Histogram Timeline::Late::All() const {
  stats::Histogram all = ready;
  all.Add(starved);
  return all;
}

Timeline::Timeline(std::size_t tasks, Duration warmup, bool thinking)
    : warmup_(warmup), thinking_(thinking), judged_(tasks) {
  second_.tasks.resize(tasks);
  Begin(0);
}

void Timeline::Begin(std::int32_t index) {
  second_.index = index;
  second_.warmup = std::chrono::seconds(index) < warmup_;
  second_.generator = {};
  for (measure::TaskSecond& task : second_.tasks) {
    task.response.Reset();
    task.wire.Reset();
    task.succeeded = 0;
    task.failed = 0;
    task.failures.fill(0);
  }
  late_second_.Reset();
}

void Timeline::Add(const SecondSlab& slab) {
  const auto add = [this](const std::vector<TaskCounts>& from) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      measure::TaskSecond& task = second_.tasks[i];
      task.response.Add(from[i].response);
      task.wire.Add(from[i].wire);
      task.succeeded += from[i].succeeded;
      task.failed += from[i].failed;
      for (std::size_t kind = 0; kind < task.failures.size(); ++kind) {
        task.failures[kind] += from[i].failures[kind];
      }
    }
  };
  add(slab.judged);
  add(slab.warmup);
  for (std::size_t i = 0; i < judged_.size(); ++i) {
    judged_[i].Add(slab.judged[i]);
  }
  late_second_.Add(slab);
  late_all_.Add(slab);
  if (std::chrono::seconds(slab.second) >= warmup_) {
    late_judged_.Add(slab);
  }
  const double covered = Seconds(slab.covered);
  const double cpu = covered > 0.0 ? Seconds(slab.cpu - slab.spin) / covered : 0.0;
  if (cpu >= second_.generator.cpu_busiest) {
    second_.generator.cpu_busiest = cpu;
    second_.generator.spin_busiest = covered > 0.0 ? Seconds(slab.spin) / covered : 0.0;
  }
}

const measure::Second& Timeline::Close(const Totals& totals, const measure::Generator& machine) {
  second_.scheduled = totals.scheduled - before_.scheduled;
  second_.dispatched = totals.dispatched - before_.dispatched;
  second_.completed = totals.completed - before_.completed;
  second_.failed = totals.failed - before_.failed;
  second_.rejected = totals.rejected - before_.rejected;
  second_.in_flight = totals.scheduled - totals.completed;
  second_.users = totals.users;
  measure::Generator& generator = second_.generator;
  late_second_.Fill(thinking_, generator);
  generator.throttled = machine.throttled;
  generator.descriptors_left = machine.descriptors_left;
  generator.ports_left = machine.ports_left;
  generator.dropped_records = totals.dropped_rows - before_.dropped_rows;
  generator.dropped_events = totals.dropped_events - before_.dropped_events;
  before_ = totals;
  return second_;
}

measure::Generator Timeline::Lateness() const {
  measure::Generator generator;
  Judged().Fill(thinking_, generator);
  return generator;
}

Duration Timeline::SurelyLate() const {
  const stats::Histogram all = Judged().All();
  return all.ValueAtQuantile(SurelyBeyond(all.count()));
}

}  // namespace loadline::load
