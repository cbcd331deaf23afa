#include "queueing/placement.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/units_text.h"

namespace loadline::queueing {
namespace {

// Candidates. The grid is coarse on purpose: the best of it is refined in the one parameter that
// carries most, the share of the lone response that keeps a server busy.
constexpr std::array<double, 6> kBusyShares{1.0, 0.95, 0.85, 0.7, 0.5, 0.3};
constexpr std::array<double, 7> kScatters{0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
constexpr double kServerStep = 1.1;  // Next number of servers to try, at least one more.
constexpr double kServerSpan = 8.0;  // Up to so many times the fewest possible.
constexpr int kLeastSpan = 32;       // But at least so many.
constexpr int kMostServers = 10'000;

// How far off a model may be without being worse than its rivals: it is a caricature anyway.
constexpr double kResponseError = 0.05;
constexpr double kShareError = 0.1;
constexpr double kCapacityError = 0.02;
constexpr double kClusterSize = 30.0;  // Late requests come in clusters: so many count as one.

// A squared error whose weight fades where it is large, so that one odd probe does not rule.
double Loss(double error) {
  return std::log1p(error * error);
}

double LossOf(const ServiceShape& shape, const ResponseLaw& law, const ProbeSummary& probe,
              Duration threshold) {
  const double capacity = shape.Capacity() / probe.rate;
  if (probe.saturated) {
    return capacity <= 1 ? 0 : Loss(std::log(capacity) / kCapacityError);
  }
  if (capacity <= 1) {
    return 10 + Loss((1 / capacity - 1) / kCapacityError);
  }
  const double response =
      std::log(Seconds(MeanResponse(shape, probe.rate)) / Seconds(probe.mean_response));
  const double n = static_cast<double>(std::max<std::int64_t>(1, probe.requests));
  const double floor = 0.002 + 1 / n;
  const double share =
      std::log((law.Tail(probe.rate, threshold) + floor) / (probe.late_share + floor));
  const double share_error =
      std::sqrt(kShareError * kShareError + kClusterSize / (n * probe.late_share + 1) / 10);
  return Loss(response / kResponseError) + Loss(share / share_error);
}

double TotalLoss(const ServiceShape& shape, std::span<const ProbeSummary> probes,
                 Duration threshold, double give_up) {
  const ResponseLaw law(shape);
  double loss = 0;
  for (const ProbeSummary& probe : probes) {
    loss += LossOf(shape, law, probe, threshold);
    if (loss >= give_up) {
      break;
    }
  }
  return loss;
}

struct Fitted {
  ServiceShape shape;
  double loss = std::numeric_limits<double>::infinity();
};

void Try(const ServiceShape& shape, std::span<const ProbeSummary> probes, Duration threshold,
         Fitted& best) {
  if (const double loss = TotalLoss(shape, probes, threshold, best.loss); loss < best.loss) {
    best = {.shape = shape, .loss = loss};
  }
}

ServiceShape Shape(Duration alone, double busy, int servers, bool split, double scv) {
  const Duration service = std::max(Duration(1), FromSeconds(Seconds(alone) * busy));
  return {.servers = {.count = split ? 1 : servers, .service = service},
          .scv = scv,
          .delay = std::max(Duration::zero(), alone - service),
          .pools = split ? servers : 1};
}

Fitted SearchGrid(std::span<const ProbeSummary> probes, Duration threshold, Duration alone,
                  double highest_stable_rate) {
  Fitted best;
  for (const double busy : kBusyShares) {
    const double offered = highest_stable_rate * Seconds(alone) * busy;
    const int fewest =
        static_cast<int>(std::min<double>(kMostServers - 1, std::floor(offered))) + 1;
    const int most = std::min(
        kMostServers, std::max(fewest + kLeastSpan, static_cast<int>(fewest * kServerSpan)));
    for (int servers = fewest; servers <= most;
         servers = std::max(servers + 1, static_cast<int>(servers * kServerStep))) {
      for (const double scv : kScatters) {
        Try(Shape(alone, busy, servers, false, scv), probes, threshold, best);
        if (servers > 1) {
          Try(Shape(alone, busy, servers, true, scv), probes, threshold, best);
        }
      }
    }
  }
  return best;
}

// Finer in the busy share about the best of the grid, all else kept.
Fitted Refine(Fitted best, std::span<const ProbeSummary> probes, Duration threshold,
              Duration alone) {
  const bool split = best.shape.pools > 1;
  const int servers = split ? best.shape.pools : best.shape.servers.count;
  const double scv = best.shape.scv;
  double step = 0.08;
  for (int halvings = 0; halvings < 7; ++halvings, step /= 2) {
    const double busy = Seconds(best.shape.servers.service) / Seconds(alone);
    for (const double factor : {1 - step, 1 + step}) {
      // Up to 10 % more than the fastest probe's response, which is a noisy number, too.
      Try(Shape(alone, std::min(1.1, busy * factor), servers, split, scv), probes, threshold, best);
    }
  }
  return best;
}

}  // namespace

std::optional<PlacementModel> PlacementModel::Fit(std::span<const ProbeSummary> probes,
                                                  Duration threshold) {
  CHECK(threshold > Duration::zero());
  Duration alone = Duration::max();
  Duration slowest = Duration::zero();
  double highest_stable_rate = 0;
  bool saturated = false;
  for (const ProbeSummary& probe : probes) {
    CHECK(probe.rate.per_second > 0 && probe.late_share >= 0 && probe.late_share <= 1);
    saturated = saturated || probe.saturated;
    if (!probe.saturated) {
      CHECK(probe.mean_response > Duration::zero());
      alone = std::min(alone, probe.mean_response);
      slowest = std::max(slowest, probe.mean_response);
      highest_stable_rate = std::max(highest_stable_rate, probe.rate.per_second);
    }
  }
  const bool shows_a_limit = saturated || Seconds(slowest) >= 1.15 * Seconds(alone);
  if (alone == Duration::max() || !shows_a_limit) {
    return std::nullopt;
  }
  const Fitted best =
      Refine(SearchGrid(probes, threshold, alone, highest_stable_rate), probes, threshold, alone);
  double error = 0;
  for (const ProbeSummary& probe : probes) {
    if (!probe.saturated) {
      const double response = Seconds(MeanResponse(best.shape, probe.rate));
      error = std::max(error, std::abs(response / Seconds(probe.mean_response) - 1));
    }
  }
  return PlacementModel(best.shape, threshold, error);
}

double PlacementModel::UserLine(double late, Duration think) const {
  const Rate line = Line(late);
  return line.per_second * (Seconds(think) + Seconds(MeanResponse(shape_, line)));
}

std::string PlacementModel::Describe() const {
  const int servers = shape_.servers.count * shape_.pools;
  const std::string_view queues = shape_.pools > 1 ? " with a queue each"
                                  : servers > 1    ? " with one queue"
                                                   : "";
  std::string text =
      fmt::format("{} server{}{}, {} per request (cv {:.2g})", servers, servers == 1 ? "" : "s",
                  queues, FormatDuration(shape_.servers.service), std::sqrt(shape_.scv));
  if (Seconds(shape_.delay) > 0.005 * Seconds(shape_.servers.service)) {
    text += fmt::format(", {} beside", FormatDuration(shape_.delay));
  }
  return text;
}

}  // namespace loadline::queueing
