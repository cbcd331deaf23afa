#include "sizing/autoscaler.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "base/units_text.h"

namespace loadline::sizing {
namespace {

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

Status Check(const AutoscalerDemand& demand) {
  if (!(demand.peak.per_second > 0) || !(demand.lowest.per_second > 0) ||
      demand.lowest.per_second > demand.peak.per_second) {
    return Wrong(fmt::format("the lowest traffic, {}, must be above 0 and not above the peak, {}",
                             FormatRate(demand.lowest), FormatRate(demand.peak)));
  }
  if (!(demand.dead_band >= 0 && demand.dead_band <= 1) || !(demand.margin >= 1)) {
    return Wrong(
        fmt::format("a dead band of {} and a margin of {}: a share from 0 to 1, and 1 or "
                    "more",
                    demand.dead_band, demand.margin));
  }
  return {};
}

// How busy numbers of pods may be so that those that the loss leaves still keep the objectives.
class Bearable {
 public:
  Bearable(const ServiceModel& model, const std::vector<measure::Objective>& objectives,
           const Loss& loss)
      : model_(model), objectives_(objectives), loss_(loss) {}

  [[nodiscard]] double Busy(int pods) {
    const auto [at, fresh] = known_.try_emplace(pods, 0.0);
    const auto left = static_cast<int>(loss_.LeftOf(pods));
    if (fresh && left >= 1) {
      at->second = HighestRateThatHolds(model_, objectives_, left) /
                   model_.At(pods, model_.service_high).Capacity();
    }
    return at->second;
  }

  // The weakest number between the bounds. What they bear grows with their number but for the
  // rounding of what a zone's loss takes, which repeats with the zones: so that many neighbours
  // each time, in steps that grow.
  void LookFor(AutoscalerBounds& bounds) {
    bounds.weakest_busy = std::numeric_limits<double>::infinity();
    const auto look = [&](int pods) {
      const double busy = Busy(pods);
      if (busy < bounds.weakest_busy) {
        bounds.weakest_busy = busy;
        bounds.weakest = pods;
      }
    };
    const int neighbours = loss_.survive == Survive::kZone ? loss_.zones : 1;
    for (int from = bounds.min_pods; from <= bounds.max_pods;
         from = std::max(from + 1, from * 5 / 4)) {
      const int last = std::min(bounds.max_pods, from + neighbours - 1);
      for (int pods = from; pods <= last; ++pods) {
        look(pods);
      }
      from = last;
    }
    look(bounds.max_pods);
  }

 private:
  const ServiceModel& model_;
  const std::vector<measure::Objective>& objectives_;
  const Loss& loss_;
  std::map<int, double> known_;
};

// The fewest pods that are busy for `target` of the time at most; nothing where contention eats
// what more of them would bring.
int PodsAtTarget(const ServiceModel& model, Rate rate, double target, int from) {
  int pods = from;
  while (pods <= kMostPods) {
    const double capacity = model.At(pods, model.service_high).Capacity().per_second;
    const double wanted = rate.per_second / target * (1 - 1e-9);
    if (capacity >= wanted) {
      return pods;
    }
    pods = std::max(pods + 1, static_cast<int>(std::min<double>(
                                  kMostPods + 1.0, std::floor(pods * (wanted / capacity)))));
  }
  return 0;
}

}  // namespace

Result<AutoscalerBounds> BoundsFor(const ServiceModel& model,
                                   const std::vector<measure::Objective>& objectives,
                                   const AutoscalerDemand& demand, int fewest_at_peak) {
  TRY(Check(demand));
  const PodsAnswer least = TRY(FewestPods(model, demand.lowest, objectives));
  AutoscalerBounds bounds;
  bounds.min_pods = static_cast<int>(
      demand.loss.PodsFor(std::llround(std::ceil(least.outlook.pods * demand.margin - 1e-9))));
  bounds.max_pods = std::max(fewest_at_peak, bounds.min_pods);
  // A lower target asks for more pods, and more pods might bear less: until neither changes.
  Bearable bearable(model, objectives, demand.loss);
  for (;;) {
    bearable.LookFor(bounds);
    bounds.target =
        std::floor(100 * bounds.weakest_busy / (1 + demand.dead_band) / demand.margin + 1e-9) / 100;
    if (bounds.target < 0.01) {
      return Wrong(fmt::format(
          "no target of an autoscaler keeps the objectives: {} pods may be {} busy at most; raise "
          "the lowest traffic, or use a fixed number of pods",
          bounds.weakest, FormatPercent(bounds.weakest_busy)));
    }
    const int pods = PodsAtTarget(model, demand.peak, bounds.target, bounds.min_pods);
    if (pods == 0) {
      return Wrong(fmt::format("no number of pods up to {} is {} busy or less at {}",
                               FormatCount(kMostPods), FormatPercent(bounds.target),
                               FormatRate(demand.peak)));
    }
    if (pods <= bounds.max_pods) {
      break;
    }
    bounds.max_pods = pods;
  }
  bounds.top = bounds.target * (1 + demand.dead_band);
  bounds.peak_work =
      bounds.max_pods * (demand.peak / model.At(bounds.max_pods, model.service_high).Capacity());
  return bounds;
}

}  // namespace loadline::sizing
