#include "sizing/pods.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/units_text.h"
#include "stats/bisect.h"

namespace loadline::sizing {
namespace {

using measure::Metric;
using measure::Objective;

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

// Cheap: the tails only.
bool Keeps(const queueing::PoolLaw& law, const Objective& objective) {
  switch (objective.metric) {
    case Metric::kQuantile:
      return law.Tail(objective.threshold) <= 1 - objective.quantile;
    case Metric::kMean:
      return law.Mean() < objective.threshold;
    case Metric::kErrors:
      return law.stable() && law.Rejected() <= objective.limit;
    case Metric::kMax:
    case Metric::kGoodput:
      CHECK(false);  // Refused by CheckObjectives().
  }
  return false;
}

double InSeconds(Duration value) {
  return value == Duration::max() ? std::numeric_limits<double>::infinity() : Seconds(value);
}

ObjectiveOutlook Judge(const queueing::PoolLaw& law, const Objective& objective) {
  ObjectiveOutlook outlook{.objective = objective, .holds = Keeps(law, objective)};
  switch (objective.metric) {
    case Metric::kQuantile:
      outlook.value = InSeconds(law.Quantile(objective.quantile));
      break;
    case Metric::kMean:
      outlook.value = InSeconds(law.Mean());
      break;
    default:
      outlook.value = law.Rejected();
  }
  return outlook;
}

Status CheckObjectives(const std::vector<Objective>& objectives) {
  if (objectives.empty()) {
    return Invalid(
        "nothing is said of what must hold: an objective such as --p95 200ms decides how many "
        "pods are enough");
  }
  for (const Objective& objective : objectives) {
    if (objective.metric == Metric::kMax || objective.metric == Metric::kGoodput) {
      return Invalid(
          fmt::format("\"{}\": no model foresees it; quantiles, mean and errors can be "
                      "sized for",
                      measure::Format(objective)));
    }
  }
  return {};
}

// Every objective must hold for a request that meets nobody.
Status CheckAlone(const ServiceModel& model, const std::vector<Objective>& objectives) {
  queueing::Pool alone = model.At(1, model.service_high);
  const Rate trickle = alone.Capacity() * 1e-9;
  const queueing::PoolLaw law(alone, trickle);
  for (const Objective& objective : objectives) {
    const ObjectiveOutlook outlook = Judge(law, objective);
    if (!outlook.holds && objective.metric != Metric::kErrors) {
      const std::string quantile =
          objective.metric == Metric::kMean ? "mean" : measure::QuantileName(objective.quantile);
      return Invalid(fmt::format(
          "\"{}\" is impossible with any number of pods: a request that meets no other already has "
          "a {} of {} (service time {}{}); the best possible is just above that, or a faster "
          "service",
          measure::Format(objective), quantile, FormatDuration(FromSeconds(outlook.value)),
          FormatDuration(model.service_high),
          model.pod.delay > Duration::zero() ? " + " + FormatDuration(model.pod.delay) + " beside"
                                             : std::string()));
    }
  }
  return {};
}

std::string WhyNot(const PodsOutlook& outlook) {
  if (!outlook.stable) {
    return fmt::format("{} pods are asked for {} of what they can do", FormatCount(outlook.pods),
                       FormatPercent(outlook.busy));
  }
  for (const ObjectiveOutlook& each : outlook.objectives) {
    if (!each.holds) {
      const bool share = each.objective.metric == Metric::kErrors;
      return fmt::format(
          "with {} pods \"{}\" would be {}", FormatCount(outlook.pods),
          measure::Format(each.objective),
          share ? FormatPercent(each.value) : FormatDuration(FromSeconds(each.value)));
    }
  }
  return "it holds";
}

// Of the contention at `pods`, where it was measured.
std::string HowSure(const ServiceModel& model, int pods) {
  if (!model.contention_fit) {
    return {};
  }
  const stats::Interval there = model.contention_fit->SlowdownAt(pods);
  return fmt::format(
      ": by the upper end of what was measured, {:.2f} to {:.2f}x slower each; runs with more pods "
      "would narrow it",
      there.lower, there.upper);
}

bool Holds(const ServiceModel& model, const Traffic& traffic,
           const std::vector<Objective>& objectives, int pods) {
  const queueing::PoolLaw law = traffic.LawOf(model.At(pods, model.service_high));
  return law.stable() && std::all_of(objectives.begin(), objectives.end(),
                                     [&](const Objective& each) { return Keeps(law, each); });
}

}  // namespace

Rate Traffic::HighestRate(Duration service) const {
  return users_ ? Rate{users_->count / (Seconds(users_->think) + Seconds(service))} : rate_;
}

Traffic Traffic::Times(double factor) const {
  if (!users_) {
    return Traffic(rate_ * factor);
  }
  queueing::Users users = *users_;
  users.count = std::max(1, static_cast<int>(std::ceil(users.count * factor - 1e-9)));
  return Traffic(users);
}

queueing::PoolLaw Traffic::LawOf(const queueing::Pool& pool) const {
  return users_ ? queueing::PoolLaw(pool, *users_) : queueing::PoolLaw(pool, rate_);
}

FullPod ServiceModel::Full() const {
  if (pod.curve.empty()) {
    return {.requests = pod.concurrency, .latency = pod.service};
  }
  const auto most = std::max_element(pod.curve.begin(), pod.curve.end());
  const int requests = static_cast<int>(most - pod.curve.begin()) + 1;
  return {.requests = requests, .latency = FromSeconds(requests / *most)};
}

double ServiceModel::Slowdown(int pods) const {
  return contention_fit ? contention_fit->SlowdownAt(pods).upper : contention.Slowdown(pods);
}

std::optional<int> ServiceModel::MostUseful() const {
  // What n pods do, n over their slowdown, rises to its peak and falls from there on.
  const auto rises = [&](int pods) {
    return (pods + 1) / Slowdown(pods + 1) > pods / Slowdown(pods);
  };
  if (rises(kMostPods)) {
    return std::nullopt;
  }
  int low = 0;
  int high = kMostPods;
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (rises(middle) ? low : high) = middle;
  }
  return high;
}

queueing::Pool ServiceModel::At(int pods, Duration service) const {
  queueing::Pool pool = pod;
  pool.pods = pods;
  const double slower = Slowdown(pods);
  pool.service = FromSeconds(Seconds(service) * slower);
  for (double& rate : pool.curve) {
    rate *= Seconds(pod.service) / Seconds(pool.service);
  }
  return pool;
}

PodsOutlook Foresee(const ServiceModel& model, const Traffic& traffic,
                    const std::vector<Objective>& objectives, int pods) {
  const queueing::PoolLaw law = traffic.LawOf(model.At(pods, model.service_high));
  PodsOutlook outlook;
  outlook.pods = pods;
  outlook.rate = law.rate();
  outlook.busy = law.utilisation();
  outlook.stable = law.stable();
  outlook.rejected = law.Rejected();
  outlook.holds = law.stable();
  for (const Objective& objective : objectives) {
    outlook.objectives.push_back(Judge(law, objective));
    outlook.holds = outlook.holds && outlook.objectives.back().holds;
  }
  return outlook;
}

Result<int> FewestThatHold(const ServiceModel& model, const Traffic& traffic,
                           const std::vector<Objective>& objectives, int guess) {
  const double rate = traffic.HighestRate(model.service_high).per_second;
  if (!(rate > 0) || !std::isfinite(rate)) {
    return Invalid("the rate must be above 0: --rate 2000/s");
  }
  TRY(CheckObjectives(objectives));
  TRY(CheckAlone(model, objectives));
  const auto holds = [&](int pods) { return Holds(model, traffic, objectives, pods); };
  // Where pods slow each other down more of them may break what fewer held: small steps there, and
  // from the bottom.
  const bool contend = model.Slowdown(2) > 1;
  const std::optional<int> peak = model.MostUseful();
  int low = 0;  // Does not hold.
  int high = contend || peak ? 1 : std::clamp(guess, 1, kMostPods);
  bool enough = holds(high);
  for (int step = 1; enough && low == 0 && high > 1; step *= 2) {
    const int fewer = std::max(1, high - step);
    (holds(fewer) ? high : low) = fewer;
  }
  for (int step = 1; !enough; enough = holds(high), step *= 2) {
    if (high >= kMostPods) {
      const PodsOutlook outlook = Foresee(model, traffic, objectives, high);
      return Invalid(
          fmt::format("no number of pods up to {} is enough: {}; split the traffic "
                      "over several services, or make the service faster",
                      FormatCount(kMostPods), WhyNot(outlook)));
    }
    low = high;
    high = std::min(kMostPods, high + (contend ? std::max(1, high / 50) : step));
    if (peak && high > *peak && low < *peak) {
      high = *peak;
    } else if (peak && low >= *peak) {
      const PodsOutlook outlook = Foresee(model, traffic, objectives, low);
      return Invalid(fmt::format("more than {} pods carry less, not more (contention{}), and {}",
                                 *peak, HowSure(model, *peak), WhyNot(outlook)));
    }
  }
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

Result<PodsAnswer> FewestPods(const ServiceModel& model, const Traffic& traffic,
                              const std::vector<Objective>& objectives) {
  const int fewest = TRY(FewestThatHold(model, traffic, objectives));
  PodsAnswer answer{.outlook = Foresee(model, traffic, objectives, fewest), .fewer = {}};
  if (fewest > 1) {
    answer.fewer = Foresee(model, traffic, objectives, fewest - 1);
  }
  return answer;
}

Rate HighestRateThatHolds(const ServiceModel& model, const std::vector<Objective>& objectives,
                          int pods) {
  const Rate capacity = model.At(pods, model.service_high).Capacity();
  double low = 0;
  double high = capacity.per_second;
  while (high - low > 1e-5 * capacity.per_second) {
    const double middle = (low + high) / 2;
    (Holds(model, Rate{middle}, objectives, pods) ? low : high) = middle;
  }
  return Rate{low};
}

int MostUsersThatHold(const ServiceModel& model, const std::vector<Objective>& objectives, int pods,
                      Duration think) {
  constexpr int kMost = 10'000'000;
  const auto holds = [&](int users) {
    return Holds(model, Traffic(queueing::Users{users, think}), objectives, pods);
  };
  int held = 0;
  int next = 1;
  while (next <= kMost && holds(next)) {
    held = next;
    next *= 2;
  }
  int broken = next;
  while (broken - held > 1) {
    const int middle = held + (broken - held) / 2;
    (holds(middle) ? held : broken) = middle;
  }
  return held;
}

}  // namespace loadline::sizing
