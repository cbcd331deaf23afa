#include "sim/sim_prober.h"

#include <fmt/core.h>

#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "sim/probe_run.h"
#include "sim/world.h"

namespace loadline::sim {
namespace {

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

/// Simulated calendars begin on 2026-01-01, so that the same probe is the same value every time.
constexpr UtcTime kSimulatedEpoch{std::chrono::seconds(1'767'225'600)};

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

SimProber::SimProber(SimOptions options) : options_(std::move(options)) {
  CHECK(ValidateSim(options_).has_value());
}

SimProber::~SimProber() = default;

Result<measure::Measurement> SimProber::Probe(const measure::Load& load,
                                              measure::Observer& observer) {
  TRY(CheckLoad(options_, load));
  ++probes_;
  if (world_ == nullptr || !options_.carry_over) {
    // The first world's seed is the run's own, each further probe has its own luck.
    world_ = std::make_unique<World>(
        options_, StreamSeed(options_.seed, static_cast<std::uint64_t>(probes_)));
    world_now_ = Instant{};
  } else {
    world_now_ += options_.between_probes;
    spent_ += options_.between_probes;
    Leaving leaving;
    while (world_->Advance(world_now_, leaving)) {
    }
  }
  ProbeRun run(options_, *world_, world_now_, load, probes_, observer, slowest_);
  measure::Measurement measurement = run.Run();
  measurement.step = probes_;
  measurement.started_after = spent_;
  measurement.started = kSimulatedEpoch + spent_;
  world_now_ += run.ended();
  slowest_ = run.slowest();
  spent_ += run.ended();
  requests_ += measurement.accounts.scheduled;
  return measurement;
}

}  // namespace loadline::sim
