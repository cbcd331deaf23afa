// How many pods keep the objectives at a rate, and how near the edge that is.
//
// Pure functions of the model (queueing/pool.h says how exact that is).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/objective.h"
#include "queueing/pool.h"
#include "queueing/usl.h"

namespace loadline::sizing {

inline constexpr int kMostPods = 100'000;

/// A pod as the classic formulae take it: always full, however many requests that is.
struct FullPod {
  int requests = 1;    ///< At once.
  Duration latency{};  ///< Of each of them.
};

/// A service as sizing knows it: one pod, the balancer in front, and how sure that is.
struct ServiceModel {
  queueing::Pool pod;      ///< Its `pods` is not used; its `service` is the best estimate.
  Duration service_low{};  ///< Interval of the service time; sizing takes the upper end. > 0.
  Duration service_high{};
  /// How pods get in each other's way: the service time grows with their number.
  queueing::Usl contention = {};
  /// Where that was measured: At() takes the upper end of its interval.
  std::optional<queueing::UslFit> contention_fit = {};

  /// A pod alone with as many requests as it works on at full speed, or does most with where their
  /// curve was measured.
  [[nodiscard]] FullPod Full() const;
  /// How much slower each of `pods` is than one alone.
  [[nodiscard]] double Slowdown(int pods) const;
  /// The number of pods beyond which more of them carry less; nothing up to kMostPods.
  [[nodiscard]] std::optional<int> MostUseful() const;
  /// `pods` of it with a service time of `service`.
  [[nodiscard]] queueing::Pool At(int pods, Duration service) const;
};

/// What the pods are asked to carry: arrivals at a rate, or users who wait for their answers.
class Traffic {
 public:
  // A rate is the usual traffic, as a number is a number of requests.
  Traffic(Rate rate) : rate_(rate) {}  // NOLINT(google-explicit-constructor)
  explicit Traffic(const queueing::Users& users) : users_(users) {}

  [[nodiscard]] const std::optional<queueing::Users>& users() const { return users_; }
  /// Of users: what they could send at most if a request took `service` and nobody waited.
  [[nodiscard]] Rate HighestRate(Duration service) const;
  /// So many times as much; users are rounded up.
  [[nodiscard]] Traffic Times(double factor) const;
  [[nodiscard]] queueing::PoolLaw LawOf(const queueing::Pool& pool) const;

 private:
  Rate rate_;
  std::optional<queueing::Users> users_;
};

/// What an objective would measure.
struct ObjectiveOutlook {
  measure::Objective objective;
  double value = 0.0;  ///< Seconds or share, by metric; infinite where there is no end.
  bool holds = false;
};

/// A number of pods at a rate, or with users.
struct PodsOutlook {
  int pods = 0;
  Rate rate;          ///< Of users: what they send.
  double busy = 0.0;  ///< Share of the pods' capacity in use; above 1: more is asked than there is.
  bool stable = true;
  double rejected = 0.0;  ///< Share of requests.
  std::vector<ObjectiveOutlook> objectives;
  bool holds = false;  ///< Stable, and every objective holds.
};

/// What `pods` would do with the upper end of the service time.
[[nodiscard]] PodsOutlook Foresee(const ServiceModel& model, const Traffic& traffic,
                                  const std::vector<measure::Objective>& objectives, int pods);

struct PodsAnswer {
  PodsOutlook outlook;               ///< At the fewest pods that hold.
  std::optional<PodsOutlook> fewer;  ///< With one fewer; nothing where one pod is enough.
};

/// The fewest pods that keep all `objectives` under `traffic`.
///
/// Quantiles, `mean` and `errors` (as rejects) are foreseen; others are an error, as is an empty
/// list. Errors: kInvalidArgument, with the best possible value where no number of pods is enough.
[[nodiscard]] Result<PodsAnswer> FewestPods(const ServiceModel& model, const Traffic& traffic,
                                            const std::vector<measure::Objective>& objectives);

/// The pods of FewestPods() alone, without what they would do: a fraction of its time, and a
/// fraction of that with a `guess` near the answer, which changes nothing but the time. >= 1.
/// Errors: as FewestPods.
[[nodiscard]] Result<int> FewestThatHold(const ServiceModel& model, const Traffic& traffic,
                                         const std::vector<measure::Objective>& objectives,
                                         int guess = 1);

/// The highest rate that `pods` keep the objectives at; 0 where they never hold.
[[nodiscard]] Rate HighestRateThatHolds(const ServiceModel& model,
                                        const std::vector<measure::Objective>& objectives,
                                        int pods);

/// The most users with a mean pause of `think` that `pods` keep the objectives with; 0: not even
/// one.
[[nodiscard]] int MostUsersThatHold(const ServiceModel& model,
                                    const std::vector<measure::Objective>& objectives, int pods,
                                    Duration think);

}  // namespace loadline::sizing
