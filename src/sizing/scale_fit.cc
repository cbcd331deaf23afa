#include "sizing/scale_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/check.h"
#include "stats/cholesky.h"

namespace loadline::sizing {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Where the probes say nothing of a parameter, how far it may be: a standard deviation of σ, of κ
// times the most requests in a pod, and of the logarithm of a service time.
constexpr double kVagueShape = 1.5;
constexpr double kVagueService = 1.0;

/// Probes at one number of pods.
struct Group {
  int pods;
  std::vector<const FitStep*> steps;
  double shortest_s = kInfinite;  ///< Mean response of one of them.
};

/// σ, κ · most requests in a pod, and ln of a service time for each group.
using Place = std::vector<double>;
constexpr std::size_t kShape = 2;  // Parameters that all groups share.

/// What the loss looks like around a place.
struct Slope {
  double loss = 0.0;
  std::vector<double> gradient;
  std::vector<double> curvature;  ///< Gauss and Newton's, of half the loss, row by row.
};

class Scales {
 public:
  Scales(const FitProblem& problem, const std::vector<FitRun>& runs, queueing::Balance balance,
         int width)
      : problem_(problem), unit_(1 / std::max(1.0, problem.most_in_pod())) {
    shape_.balance = balance;
    shape_.scv = 1.0;
    shape_.width = width;
    std::map<int, Group> by_pods;
    for (const FitRun& run : runs) {
      for (const FitStep& step : run.steps) {
        if (step.saturated) {
          continue;
        }
        Group& group =
            by_pods.try_emplace(run.pods, Group{.pods = run.pods, .steps = {}}).first->second;
        group.steps.push_back(&step);
        group.shortest_s = std::min(group.shortest_s, Seconds(step.mean));
      }
    }
    for (const auto& [pods, group] : by_pods) {
      groups_.push_back(group);
    }
  }

  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }

  [[nodiscard]] FitCandidate At(const Place& place, std::size_t group) const {
    FitCandidate candidate = shape_;
    candidate.in_pod = {.sigma = std::max(0.0, place[0]), .kappa = std::max(0.0, place[1]) * unit_};
    candidate.service = std::max(Duration(1), FromSeconds(std::exp(place[kShape + group])));
    return candidate;
  }

  [[nodiscard]] double LossOf(const Place& place) const {
    double loss = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      loss += GroupLoss(place, g);
    }
    return loss;
  }

  /// The best service times of a shape, each by itself.
  [[nodiscard]] Place Start(double sigma) const {
    Place place(kShape + groups_.size(), 0.0);
    place[0] = sigma;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      double best = kInfinite;
      const double most = std::log(groups_[g].shortest_s);
      double found = most;
      for (double less = -0.05; less < 2.0; less += 0.05) {
        place[kShape + g] = most - less;
        if (const double loss = GroupLoss(place, g); loss < best) {
          best = loss;
          found = most - less;
        }
      }
      place[kShape + g] = found;
    }
    return place;
  }

  [[nodiscard]] Slope SlopeAt(const Place& place) const {
    constexpr double kStep = 1e-4;
    const std::size_t size = place.size();
    Slope slope{.loss = 0, .gradient = {}, .curvature = {}};
    slope.gradient.assign(size, 0.0);
    slope.curvature.assign(size * size, 0.0);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const std::array<std::size_t, 3> own = {0, 1, kShape + g};
      for (const FitStep* step : groups_[g].steps) {
        const MeanFit here = problem_.MeanOf(At(place, g), groups_[g].pods, *step);
        slope.loss += here.loss;
        std::array<double, 3> change{};
        for (std::size_t i = 0; i < own.size(); ++i) {
          Place next = place;
          next[own[i]] += kStep;
          const MeanFit there = problem_.MeanOf(At(next, g), groups_[g].pods, *step);
          slope.gradient[own[i]] += (there.loss - here.loss) / kStep;
          change[i] = (there.error - here.error) / kStep;
        }
        // An outlier counts less, as its loss fades.
        const double weight = 1 / (1 + here.error * here.error / kFade);
        for (std::size_t i = 0; i < own.size(); ++i) {
          for (std::size_t j = 0; j < own.size(); ++j) {
            slope.curvature[own[i] * size + own[j]] += weight * change[i] * change[j];
          }
        }
      }
    }
    return slope;
  }

 private:
  [[nodiscard]] double GroupLoss(const Place& place, std::size_t group) const {
    const FitCandidate candidate = At(place, group);
    double loss = 0;
    for (const FitStep* step : groups_[group].steps) {
      loss += problem_.MeanOf(candidate, groups_[group].pods, *step).loss;
    }
    return loss;
  }

  const FitProblem& problem_;
  double unit_;
  FitCandidate shape_;
  std::vector<Group> groups_;
};

struct Found {
  Place place;
  double loss = kInfinite;
};

// One step of Gauss and Newton, damped, with parameters at their lower border held there.
Place StepFrom(const Place& place, const Slope& slope, double damping) {
  const std::size_t size = place.size();
  std::vector<double> matrix = slope.curvature;
  std::vector<double> right(size);
  for (std::size_t i = 0; i < size; ++i) {
    const bool held = i < kShape && place[i] <= 0 && slope.gradient[i] > 0;
    right[i] = held ? 0.0 : -slope.gradient[i] / 2;
    for (std::size_t j = 0; held && j < size; ++j) {
      matrix[i * size + j] = matrix[j * size + i] = 0;
    }
    matrix[i * size + i] = (matrix[i * size + i] + 1e-6) * (1 + damping) + (held ? 1.0 : 0.0);
  }
  const std::optional<std::vector<double>> inverse = stats::InverseOfPositive(matrix, size);
  CHECK(inverse.has_value());  // Damped, and of squares.
  const std::vector<double> step = stats::Times(*inverse, right);
  Place next = place;
  for (std::size_t i = 0; i < size; ++i) {
    // Never so far that a service time becomes another thing.
    next[i] += std::clamp(step[i], -0.7, 0.7);
  }
  next[0] = std::clamp(next[0], 0.0, kMostSigma);
  next[1] = std::max(0.0, next[1]);
  return next;
}

// Levenberg and Marquardt.
Found Descend(const Scales& scales, Place place) {
  constexpr int kTurns = 40;
  constexpr double kSettled = 1e-5;
  double damping = 1e-2;
  Slope slope = scales.SlopeAt(place);
  for (int turn = 0; turn < kTurns && damping < 1e6;) {
    const Place next = StepFrom(place, slope, damping);
    const double loss = scales.LossOf(next);
    ++turn;
    if (!(loss < slope.loss)) {
      damping *= 10;
      continue;
    }
    const bool settled = slope.loss - loss < kSettled;
    place = next;
    if (settled) {
      return {place, loss};
    }
    slope = scales.SlopeAt(place);
    damping = std::max(1e-6, damping / 10);
  }
  return {place, slope.loss};
}

Found BestOf(const Scales& scales) {
  Found best;
  for (const double sigma : {0.05, 0.6}) {
    Found found = Descend(scales, scales.Start(sigma));
    if (found.loss < best.loss) {
      best = std::move(found);
    }
  }
  return best;
}

// Of the logarithms of the service times, with the shape left free.
std::vector<double> CovarianceAt(const Scales& scales, const Found& found, double misfit) {
  const std::size_t size = found.place.size();
  std::vector<double> matrix = scales.SlopeAt(found.place).curvature;
  for (double& value : matrix) {
    value /= misfit;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const double vague = i < kShape ? kVagueShape : kVagueService;
    matrix[i * size + i] += 1 / (vague * vague);
  }
  const std::optional<std::vector<double>> inverse = stats::InverseOfPositive(matrix, size);
  CHECK(inverse.has_value());  // A sum of squares with something added to its diagonal.
  std::vector<double> covariance;
  for (std::size_t i = kShape; i < size; ++i) {
    for (std::size_t j = kShape; j < size; ++j) {
      covariance.push_back((*inverse)[i * size + j]);
    }
  }
  return covariance;
}

}  // namespace

FittedScales FitScales(const FitProblem& problem, const std::vector<FitRun>& runs,
                       queueing::Balance balance) {
  std::optional<Scales> best_scales;
  Found best;
  double least = kInfinite;
  for (const int width : kCurveWidths) {
    if (width >= problem.most_in_pod()) {
      break;  // Such a limit was never reached.
    }
    const Scales scales(problem, runs, balance, width);
    Found found = BestOf(scales);
    // A limit is one parameter more: it has to earn its place.
    const double price = found.loss + (width > 0 ? kProfile : 0);
    if (price < least) {
      least = price;
      best = std::move(found);
      best_scales.emplace(scales);
    }
  }
  CHECK(best_scales.has_value());
  FittedScales fitted;
  std::size_t probes = 0;
  for (std::size_t g = 0; g < best_scales->groups().size(); ++g) {
    const Group& group = best_scales->groups()[g];
    fitted.pods.push_back(group.pods);
    fitted.services_s.push_back(std::exp(best.place[kShape + g]));
    probes += group.steps.size();
  }
  const double left =
      std::max(1.0, static_cast<double>(probes) - static_cast<double>(best.place.size()));
  fitted.covariance = CovarianceAt(*best_scales, best, std::max(1.0, best.loss / left));
  fitted.candidate = best_scales->At(best.place, 0);
  fitted.loss = best.loss;
  return fitted;
}

}  // namespace loadline::sizing
