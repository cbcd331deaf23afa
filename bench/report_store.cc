// A store with one long run in it, for measuring what reads it: `report_store FILE [MINUTES
// [RATE]]`.
//
// Written through store::RunWriter, as `loadline run` does: every second with its histograms of
// response and wire time (lognormal about 20 ms, a queue every ninth second), then the step. The
// single attempts, which no report reads, are left out: at 20,000/s they would be 1.5 GB.
#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/random.h"
#include "measure/measurement.h"
#include "measure/objective.h"
#include "store/run_writer.h"
#include "store/store.h"

namespace loadline {
namespace {

/// A value as good as normal: the sum of twelve uniform ones.
double Normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) {
    sum += static_cast<double>(random.Below(1'000'000)) / 1e6;
  }
  return sum;
}

measure::Second SecondOf(int index, std::int64_t rate, Random& random) {
  measure::Second second;
  second.index = index;
  second.scheduled = second.dispatched = second.completed = rate;
  second.in_flight = rate / 40;
  second.generator.lateness_p99 = second.generator.send_error_p99 = 20us;
  second.generator.loop_lag_max = 300us;
  second.generator.cpu_busiest = 0.6;
  second.tasks.resize(1);
  measure::TaskSecond& task = second.tasks[0];
  task.succeeded = rate;
  const double queue_s = index % 9 == 0 ? 0.04 : 0.0;
  for (std::int64_t i = 0; i < rate; ++i) {
    const double wire_s = 0.02 * std::exp(0.4 * Normal(random));
    task.wire.Record(FromSeconds(wire_s));
    task.response.Record(FromSeconds(wire_s + queue_s));
  }
  return second;
}

Status Write(const std::string& path, int seconds, std::int64_t rate) {
  store::Store store = TRY(store::Store::Open(path));
  store::RunStart start;
  start.command = "run";
  start.invocation = fmt::format("loadline run http://127.0.0.1:8500/score --rate {}/s", rate);
  start.target = "POST http://127.0.0.1:8500/score";
  start.tasks = {"default"};
  store::RunWriter writer = TRY(store::RunWriter::Begin(store, start));
  measure::Measurement m;
  m.step = 1;
  m.load.shape = measure::OpenLoad{Rate{static_cast<double>(rate)}, measure::Arrivals::kPoisson};
  m.load.duration = m.measured = std::chrono::seconds(seconds);
  m.offered = m.achieved = m.goodput = Rate{static_cast<double>(rate)};
  m.requests = m.succeeded = rate * seconds;
  m.accounts = {m.requests, m.requests, 0, m.requests, m.requests, 0, 0, 0};
  m.tasks.resize(1);
  m.tasks[0].name = "default";
  m.tasks[0].succeeded = m.succeeded;
  TRY(writer.BeginStep(1, "probe", m.load));
  Random random(1);
  for (int i = 0; i < seconds; ++i) {
    const measure::Second second = SecondOf(i, rate, random);
    m.tasks[0].response.Add(second.tasks[0].response);
    m.tasks[0].wire.Add(second.tasks[0].wire);
    TRY(writer.AddSecond(1, second));
  }
  measure::SearchStep verdict;
  verdict.measurement_step = 1;
  verdict.result = measure::StepResult::kHeld;
  measure::ObjectiveResult held;
  held.objective = TRY(measure::ParseObjective("p95 < 200ms"));
  held.state = measure::ObjectiveState::kHeld;
  held.value = Seconds(m.tasks[0].response.ValueAtQuantile(0.95));
  held.requests = m.requests;
  verdict.objectives = {held};
  TRY(writer.FinishStep("probe", m, verdict));
  return writer.Finish({store::RunState::kComplete, 0, "held", "", {}});
}

int Main(int argc, char** argv) {
  const int minutes = argc > 2 ? std::atoi(argv[2]) : 10;
  const std::int64_t rate = argc > 3 ? std::atoll(argv[3]) : 20'000;
  if (argc < 2 || minutes < 1 || rate < 1) {
    fmt::print(stderr, "usage: report_store FILE [MINUTES [RATE]]\n");
    return 2;
  }
  const Status written = Write(argv[1], 60 * minutes, rate);
  if (!written) {
    fmt::print(stderr, "report_store: {}\n", written.error().message);
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace loadline

int main(int argc, char** argv) {
  return loadline::Main(argc, argv);
}
