#include "cli/size_confirm.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "sim/replicate.h"
#include "sim/sim_prober.h"
#include "stats/batch_means.h"

namespace loadline::cli {
namespace {

// Independent simulations, from which the interval comes, and requests in each.
constexpr int kBatches = 10;
constexpr std::int64_t kRequests = 40'000;
constexpr double kConfidence = 0.95;
// Each begins idle: so many service times, and this share of it, are left out.
constexpr double kWarmupServices = 50;
constexpr double kWarmupShare = 0.25;
constexpr int kMostPods = 10'000;

Result<sim::SimOptions> OptionsFor(const queueing::Pool& pool) {
  sim::SimOptions options;
  sim::ServiceOptions& service = options.service;
  const bool central = pool.balance == queueing::Balance::kCentral;
  service.pods = central ? 1 : pool.pods;
  service.concurrency = central ? pool.pods * pool.concurrency : pool.concurrency;
  const int queue = central && pool.queue > 0 ? pool.pods * pool.queue : pool.queue;
  service.queue = pool.queue == queueing::kEndlessQueue ? sim::kUnlimitedQueue : queue;
  service.discipline = pool.discipline == queueing::Discipline::kSharing ? sim::Discipline::kSharing
                                                                         : sim::Discipline::kSlots;
  if (pool.exponential) {
    service.latency = TRY(sim::LatencyLaw::Exponential(pool.service));
  } else if (pool.scv > 0) {
    service.latency =
        TRY(sim::LatencyLaw::Lognormal(pool.service, std::min(10.0, std::sqrt(pool.scv))));
  } else {
    service.latency = TRY(sim::LatencyLaw::Constant(pool.service));
  }
  for (const double rate : pool.curve) {
    service.curve.push_back(rate * Seconds(pool.service));
  }
  service.routers = central ? 1 : pool.routers;
  switch (pool.balance) {
    case queueing::Balance::kRoundRobin:
      service.balance = sim::Balance::kRoundRobin;
      break;
    case queueing::Balance::kTwoChoices:
      service.balance = sim::Balance::kP2c;
      break;
    case queueing::Balance::kLeast:
      service.balance = sim::Balance::kLeast;
      break;
    case queueing::Balance::kRandom:
    case queueing::Balance::kCentral:  // One pod.
      service.balance = sim::Balance::kRandom;
  }
  options.timeout = 1h;
  return options;
}

double ValueOf(const measure::Measurement& found, const measure::Objective& objective,
               Duration delay) {
  const measure::TaskMeasurement& task = found.tasks.front();
  switch (objective.metric) {
    case measure::Metric::kErrors:
      return static_cast<double>(found.failed) /
             static_cast<double>(std::max<std::int64_t>(1, found.succeeded + found.failed));
    case measure::Metric::kMean:
      return Seconds(task.response.Mean() + delay);
    default: {
      const Duration value = task.response.ValueAtQuantile(objective.quantile, found.failed);
      return value == Duration::max() ? std::numeric_limits<double>::infinity()
                                      : Seconds(value + delay);
    }
  }
}

bool Holds(const measure::Objective& objective, double value) {
  return objective.metric == measure::Metric::kErrors ? value <= objective.limit
                                                      : value <= Seconds(objective.threshold);
}

std::string WhyNot(const sizing::PodsOutlook& outlook, const queueing::Pool& pool) {
  if (!outlook.stable) {
    return "not simulated: the queue never ends";
  }
  if (pool.pods > kMostPods || pool.pods * pool.concurrency > 100'000) {
    return fmt::format("not simulated: more than {} pods", kMostPods);
  }
  if (!pool.curve.empty() && pool.balance == queueing::Balance::kCentral) {
    return "not simulated: a measured curve of pods that are one";
  }
  return {};
}

}  // namespace

Result<report::Confirmation> ConfirmSize(const sizing::ServiceModel& model,
                                         const sizing::Traffic& traffic,
                                         const sizing::PodsOutlook& outlook) {
  const queueing::Pool pool = model.At(outlook.pods, model.service_high);
  report::Confirmation confirmation;
  confirmation.pods = outlook.pods;
  const Rate rate = outlook.rate;
  confirmation.rate = rate;
  confirmation.users = traffic.users();
  confirmation.balance = report::BalanceText(pool);
  confirmation.skipped = WhyNot(outlook, pool);
  if (!confirmation.skipped.empty()) {
    return confirmation;
  }
  std::vector<stats::BatchMeans> values(outlook.objectives.size(), stats::BatchMeans(kBatches));
  std::vector<double> most(values.size(), 0.0);
  sim::SimOptions options = TRY(OptionsFor(pool));
  options.seed = 1;
  measure::Load load;
  if (traffic.users()) {
    load.shape = measure::ClosedLoad{
        .users = traffic.users()->count, .spawn = {}, .think = traffic.users()->think};
  } else {
    load.shape = measure::OpenLoad{.rate = rate};
  }
  load.seed = 101;
  const double seconds = static_cast<double>(kRequests) / rate.per_second;
  load.warmup =
      FromSeconds(std::max(kWarmupServices * Seconds(pool.service), kWarmupShare * seconds));
  load.duration = FromSeconds(seconds);
  const std::vector<measure::Measurement> batches =
      TRY(sim::Replicate(options, load, kBatches, UsableCpus()));
  for (const measure::Measurement& found : batches) {
    confirmation.requests += found.requests;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = ValueOf(found, outlook.objectives[i].objective, pool.delay);
      values[i].Add(value);
      most[i] = std::max(most[i], value);
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    report::ConfirmedObjective confirmed{.model = outlook.objectives[i]};
    if (std::isinf(most[i])) {
      confirmed.simulated = confirmed.low = confirmed.high = most[i];
    } else {
      confirmed.simulated = values[i].Mean();
      const stats::Interval interval = values[i].MeanInterval(kConfidence);
      confirmed.low = std::max(0.0, interval.lower);
      confirmed.high = interval.upper;
    }
    confirmed.holds = Holds(confirmed.model.objective, confirmed.high);
    confirmed.broken = !Holds(confirmed.model.objective, confirmed.low);
    confirmation.objectives.push_back(std::move(confirmed));
  }
  return confirmation;
}

}  // namespace loadline::cli
