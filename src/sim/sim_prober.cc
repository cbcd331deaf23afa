#include "sim/sim_prober.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "sim/lindley_run.h"
#include "sim/probe_run.h"
#include "sim/world.h"

namespace loadline::sim {
namespace {

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

Status ValidateSim(const SimOptions& options) {
  TRY(ValidateService(options.service));
  TRY(ValidateDisturbances(options.disturbances));
  if (options.tasks.empty() || options.tasks.size() > 1000) {
    return Bad("tasks: 1 to 1000 would be right");
  }
  for (const SimTask& task : options.tasks) {
    if (!(task.weight > 0.0 && task.weight <= 1e9) || !(task.size >= 0.0 && task.size <= 1e6)) {
      return Bad(
          fmt::format("task {}: weight above 0 and size 0 to 1e6 would be right", task.name));
    }
  }
  if (options.timeout <= Duration::zero() || options.timeout > Duration(24h)) {
    return Bad("timeout: above 0 to 24h would be right");
  }
  if (options.reject_time < Duration(1us)) {
    return Bad("reject time: at least 1us would be right");
  }
  if (options.between_probes < Duration::zero() || options.between_probes > Duration(24h * 365)) {
    return Bad("time between probes: 0 to a year would be right");
  }
  if (!(options.generator_limit.per_second >= 0.0 && options.generator_limit.per_second <= 1e9)) {
    return Bad("generator limit: 0 (none) to 1e9/s would be right");
  }
  return {};
}

Rate Capacity(const SimOptions& options) {
  double weights = 0.0;
  double sizes = 0.0;
  for (const SimTask& task : options.tasks) {
    weights += task.weight;
    sizes += task.weight * task.size;
  }
  const ServiceOptions& service = options.service;
  const double work_s =
      Seconds(service.overhead) + Seconds(service.latency.Mean()) * sizes / weights;
  double at_once = service.concurrency;
  if (service.cpu_limit > 0.0) {
    at_once = service.discipline == Discipline::kSlots ? std::min(at_once, service.cpu_limit)
                                                       : service.cpu_limit;
  }
  if (!service.curve.empty()) {
    at_once = *std::max_element(service.curve.begin(), service.curve.end());
  }
  return Rate{service.pods * at_once / work_s};
}

SimProber::SimProber(SimOptions options) : options_(std::move(options)) {
  CHECK(ValidateSim(options_).has_value());
}

SimProber::~SimProber() = default;

Result<measure::Measurement> SimProber::Probe(const measure::Load& load,
                                              measure::Observer& observer) {
  TRY(CheckLoad(options_, load));
  ++probes_;
  // The first world's seed is the run's own, each further probe has its own luck.
  const std::uint64_t seed = StreamSeed(options_.seed, static_cast<std::uint64_t>(probes_));
  if (LindleyRun::Fits(options_, load, observer.WantsEvents() || rows_ != nullptr)) {
    LindleyRun run(options_, load, seed, observer, slowest_);
    measure::Measurement measurement = run.Run();
    Enter(measurement, run.ended(), run.slowest());
    return measurement;
  }
  if (world_ == nullptr || !options_.carry_over) {
    world_ = std::make_unique<World>(options_, seed);
    world_now_ = Instant{};
  } else {
    world_now_ += options_.between_probes;
    spent_ += options_.between_probes;
    Leaving leaving;
    while (world_->Advance(world_now_, leaving)) {
    }
  }
  const RowOrder order{.sink = rows_, .step = probes_, .start = kBeforeFirstProbe + spent_};
  ProbeRun run(options_, *world_, world_now_, load, order, observer, slowest_);
  measure::Measurement measurement = run.Run();
  world_now_ += run.ended();
  Enter(measurement, run.ended(), run.slowest());
  return measurement;
}

void SimProber::Enter(measure::Measurement& measurement, Duration ended, Duration slowest) {
  measurement.step = probes_;
  measurement.started_after = kBeforeFirstProbe + spent_;
  measurement.started = kFirstProbe + spent_;
  slowest_ = slowest;
  spent_ += ended;
  requests_ += measurement.accounts.scheduled;
}

}  // namespace loadline::sim
