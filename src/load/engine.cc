#include "load/engine.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "base/clock.h"
#include "load/cgroup.h"
#include "load/pacing.h"
#include "load/plan.h"
#include "load/preflight.h"
#include "load/probe_run.h"
#include "load/spool.h"
#include "net/limits.h"

namespace loadline::load {

bool Preflight::answered() const {
  return !replies.empty() && std::all_of(replies.begin(), replies.end(),
                                         [](const PreflightReply& r) { return r.answered; });
}

bool Preflight::passed() const {
  return answered() && std::all_of(replies.begin(), replies.end(), [](const PreflightReply& r) {
           return r.error == measure::ErrorKind::kNone;
         });
}

struct Engine::Parts {
  EngineOptions options;
  std::unique_ptr<Plan> plan;
  PacingChoice choice;
  Cgroup cgroup;
  std::unique_ptr<net::Loop> loop;  // Of the thread that calls Probe().
  Instant epoch{};
  UtcTime epoch_utc{};
  std::unique_ptr<Spool> spool;
  net::Resolution resolution;
  bool resolved = false;
  std::uint16_t next_step = 1;
  std::vector<std::int64_t> rows;  // Pushed so far, by thread.
  Duration slowest{};
  std::atomic<bool> interrupted{false};

  void Resolve();
  [[nodiscard]] ProbeOptions OptionsFor(std::uint16_t step) const;
};

namespace {

/// The spool's threads' and shards' memory comes from one arena: they hardly allocate, and every
/// further arena would cost memory for nothing.
void KeepMemorySmall() {
  mallopt(M_ARENA_MAX, 1);
}

bool IsLoopback(const net::Resolution& resolution) {
  return !resolution.addresses.empty() &&
         std::all_of(resolution.addresses.begin(), resolution.addresses.end(),
                     [](const net::Address& address) {
                       return address.Scope() == net::AddressScope::kLoopback;
                     });
}

Status CheckLoad(const measure::Load& load) {
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    if (!(open->rate.per_second > 0.0) || !std::isfinite(open->rate.per_second)) {
      return Error{ErrorCode::kInvalidArgument, "the rate must be above 0"};
    }
  } else {
    const auto& closed = std::get<measure::ClosedLoad>(load.shape);
    if (closed.users < 1 || closed.think < Duration::zero() || closed.spawn.per_second < 0.0) {
      return Error{ErrorCode::kInvalidArgument,
                   "users must be at least 1, think time and spawn rate not negative"};
    }
  }
  if (load.duration <= Duration::zero() || load.warmup < Duration::zero() || load.requests < 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "the duration must be above 0, warm-up and requests not negative"};
  }
  return {};
}

}  // namespace

void Engine::Parts::Resolve() {
  Result<net::Resolution> found = net::ResolveNow(plan->url.host, plan->url.port, plan->overrides);
  if (found) {
    resolution = std::move(*found);
  } else {
    resolution = {};
    resolution.error = found.error().message;
  }
  resolved = found.has_value();
}

ProbeOptions Engine::Parts::OptionsFor(std::uint16_t step) const {
  ProbeOptions probe;
  probe.step = step;
  probe.threads = choice.threads;
  probe.pacing = choice.pacing;
  probe.epoch = epoch;
  probe.records = options.records;
  probe.row_limit = options.records_limit.count <= 0
                        ? INT64_MAX
                        : options.records_limit.count /
                              static_cast<std::int64_t>(sizeof(measure::Row)) / choice.threads;
  probe.rows_before = rows;
  probe.spool = spool.get();
  probe.drain = options.drain;
  probe.brake = options.brake;
  probe.slowest = slowest;
  probe.tightest_objective = options.tightest_objective > Duration::zero()
                                 ? options.tightest_objective
                                 : plan->tightest_objective;
  probe.addresses = resolution.addresses;
  probe.unresolved = resolution.error;
  return probe;
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Create(const scenario::Scenario& scenario,
                                               EngineOptions options) {
  KeepMemorySmall();
  TRY(net::RaiseDescriptorLimit());
  auto parts = std::make_unique<Parts>();
  parts->plan = TRY(MakePlan(scenario, options.user_agent));
  parts->loop = TRY(net::Loop::Create());
  parts->cgroup = Cgroup::Find();
  parts->Resolve();
  parts->choice =
      ChoosePacing(options.threads, options.pacing, MachineCpus(), IsLoopback(parts->resolution));
  parts->rows.assign(static_cast<std::size_t>(parts->choice.threads), 0);
  parts->epoch = Now();
  parts->epoch_utc = UtcNow();
  if (!options.spool_dir.empty() && options.records != Records::kNone) {
    SpoolOptions spool;
    spool.folder = options.spool_dir;
    spool.run_id = options.run_id;
    spool.shards = parts->choice.threads;
    spool.epoch = parts->epoch;
    spool.epoch_utc = parts->epoch_utc;
    parts->spool = TRY(Spool::Open(std::move(spool)));
  }
  parts->options = std::move(options);
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Result<std::vector<std::string>> Engine::ResolveTarget() {
  if (!parts_->resolved) {
    parts_->Resolve();
  }
  if (!parts_->resolved) {
    return Error{ErrorCode::kUnavailable, parts_->resolution.error};
  }
  std::vector<std::string> addresses;
  for (const net::Address& address : parts_->resolution.addresses) {
    addresses.push_back(address.HostText());
  }
  return addresses;
}

Result<load::Preflight> Engine::Preflight() {
  PreflightOptions options;
  options.epoch = parts_->epoch;
  options.records = parts_->options.records;
  options.spool = parts_->spool.get();
  PreflightOutcome outcome =
      TRY(RunPreflight(options, *parts_->plan, parts_->resolution, parts_->interrupted));
  parts_->rows[0] += outcome.rows;
  parts_->slowest = std::max(parts_->slowest, outcome.slowest);
  return std::move(outcome.preflight);
}

Result<measure::Measurement> Engine::Probe(const measure::Load& load, measure::Observer& observer) {
  TRY(CheckLoad(load));
  if (!parts_->resolved) {
    parts_->Resolve();
  }
  ProbeRun run(parts_->OptionsFor(parts_->next_step++), *parts_->plan, load, observer,
               *parts_->loop, parts_->cgroup, parts_->interrupted);
  measure::Measurement measurement = TRY(run.Run());
  parts_->rows = run.rows_pushed();
  return measurement;
}

void Engine::Interrupt() {
  parts_->interrupted.store(true, std::memory_order_release);
  parts_->loop->Wake();
}

int Engine::threads() const {
  return parts_->choice.threads;
}
Pacing Engine::pacing() const {
  return parts_->choice.pacing;
}
std::string_view Engine::pacing_reason() const {
  return parts_->choice.reason;
}
Instant Engine::epoch() const {
  return parts_->epoch;
}
UtcTime Engine::epoch_utc() const {
  return parts_->epoch_utc;
}
std::vector<std::string> Engine::spool_files() const {
  return parts_->spool == nullptr ? std::vector<std::string>() : parts_->spool->files();
}

}  // namespace loadline::load
