#include "sizing/curve_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "base/check.h"
#include "stats/cholesky.h"

namespace loadline::sizing {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

}  // namespace

/// What the loss looks like around a place.
struct CurveSearch::Slope {
  double loss = 0.0;
  std::vector<double> gradient;
  std::vector<double> information;
};

CurveSearch::CurveSearch(const FitProblem& problem, queueing::Balance balance, int width,
                         Services services)
    : problem_(problem), kappa_unit_(1 / std::max(1.0, problem.most_in_pod())) {
  shape_.balance = balance;
  shape_.scv = 1.0;
  shape_.width = width;
  std::map<int, Group> groups;
  for (const FitRun& run : problem.runs()) {
    for (const FitStep& step : run.steps) {
      if (step.saturated) {
        continue;  // What a pod full of requests does is no point of its curve that was measured.
      }
      const int key = services == Services::kByPods ? run.pods : 0;
      Group& group =
          groups.try_emplace(key, Group{.pods = run.pods, .probes = {}, .shortest_s = kInfinite})
              .first->second;
      group.probes.push_back(probes_.size());
      group.shortest_s = std::min(group.shortest_s, Seconds(step.mean));
      probes_.push_back({.pods = run.pods, .step = &step});
    }
  }
  for (const auto& [key, group] : groups) {
    groups_.push_back(group);
  }
  CHECK(!groups_.empty());
}

std::vector<int> CurveSearch::pods() const {
  std::vector<int> pods;
  for (const Group& group : groups_) {
    pods.push_back(group.pods);
  }
  return pods;
}

std::size_t CurveSearch::probes() const {
  return probes_.size();
}

FitCandidate CurveSearch::At(const Place& place, std::size_t service) const {
  FitCandidate candidate = shape_;
  candidate.in_pod = {.sigma = place[kSigma], .kappa = place[kKappa] * kappa_unit_};
  candidate.service = std::max(Duration(1), FromSeconds(std::exp(place[kService + service])));
  return candidate;
}

CurveSearch::Place CurveSearch::PlaceOf(const FitCandidate& candidate) const {
  Place place(kService + groups_.size(), std::log(Seconds(candidate.service)));
  place[kSigma] = candidate.in_pod.sigma;
  place[kKappa] = candidate.in_pod.kappa / kappa_unit_;
  return place;
}

double CurveSearch::GroupLoss(const Place& place, std::size_t group) const {
  const FitCandidate candidate = At(place, group);
  double loss = 0;
  for (const std::size_t probe : groups_[group].probes) {
    loss += problem_.MeanOf(candidate, probes_[probe].pods, *probes_[probe].step).loss;
  }
  return loss;
}

double CurveSearch::LossOf(const Place& place) const {
  double loss = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    loss += GroupLoss(place, group);
  }
  return loss;
}

CurveSearch::Place CurveSearch::StartAt(double sigma, double kappa) const {
  // Down to e² times shorter than the shortest response.
  constexpr int kSteps = 20;
  constexpr double kStep = 0.1;
  Place place(kService + groups_.size(), 0.0);
  place[kSigma] = sigma;
  place[kKappa] = kappa;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    // Each service time by itself: for a given shape they do not depend on each other.
    double best = kInfinite;
    double found = std::log(groups_[group].shortest_s);
    for (int step = 0; step < kSteps; ++step) {
      place[kService + group] = std::log(groups_[group].shortest_s) - step * kStep;
      const double loss = GroupLoss(place, group);
      if (loss < best) {
        best = loss;
        found = place[kService + group];
      }
    }
    place[kService + group] = found;
  }
  return place;
}

CurveSearch::Slope CurveSearch::SlopeAt(const Place& place) const {
  constexpr double kStep = 1e-4;
  const std::size_t size = place.size();
  Slope slope{.loss = 0, .gradient = {}, .information = {}};
  slope.gradient.assign(size, 0.0);
  slope.information.assign(size * size, 0.0);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    // A probe depends on the shape and on its own service time only.
    const std::array<std::size_t, 3> own = {kSigma, kKappa, kService + group};
    std::array<FitCandidate, 3> moved;
    for (std::size_t i = 0; i < own.size(); ++i) {
      Place next = place;
      next[own[i]] += kStep;
      moved[i] = At(next, group);
    }
    const FitCandidate candidate = At(place, group);
    for (const std::size_t index : groups_[group].probes) {
      const Probe& probe = probes_[index];
      const MeanFit here = problem_.MeanOf(candidate, probe.pods, *probe.step);
      slope.loss += here.loss;
      std::array<double, 3> change{};
      for (std::size_t i = 0; i < own.size(); ++i) {
        const MeanFit there = problem_.MeanOf(moved[i], probe.pods, *probe.step);
        slope.gradient[own[i]] += (there.loss - here.loss) / kStep;
        change[i] = (there.error - here.error) / kStep;
      }
      // An outlier counts less, as its loss fades.
      const double weight = 1 / (1 + here.error * here.error / kFade);
      for (std::size_t i = 0; i < own.size(); ++i) {
        for (std::size_t j = 0; j < own.size(); ++j) {
          slope.information[own[i] * size + own[j]] += weight * change[i] * change[j];
        }
      }
    }
  }
  return slope;
}

std::vector<double> CurveSearch::InformationAt(const Place& place) const {
  return SlopeAt(place).information;
}

// One step of Gauss and Newton, damped; nothing where the slope is no number in some direction.
std::optional<CurveSearch::Place> CurveSearch::StepFrom(const Place& place, const Slope& slope,
                                                        double damping,
                                                        const std::vector<std::size_t>& held) {
  constexpr double kFarthest = 0.7;  // No step turns a service time into another thing.
  constexpr double kNothing = 1e-6;
  const std::size_t size = place.size();
  std::vector<double> matrix = slope.information;
  std::vector<double> right(size);
  for (std::size_t i = 0; i < size; ++i) {
    // Those at their lower border stay there if that is where the loss falls.
    const bool stays = std::count(held.begin(), held.end(), i) > 0 ||
                       (i < kService && place[i] <= 0 && slope.gradient[i] > 0);
    right[i] = stays ? 0.0 : -slope.gradient[i] / 2;
    for (std::size_t j = 0; stays && j < size; ++j) {
      matrix[i * size + j] = 0;
      matrix[j * size + i] = 0;
    }
    matrix[i * size + i] =
        stays ? 1.0 : matrix[i * size + i] * (1 + damping) + kNothing * (1 + damping);
  }
  const std::optional<std::vector<double>> inverse = stats::InverseOfPositive(matrix, size);
  if (!inverse) {
    return std::nullopt;
  }
  const std::vector<double> step = stats::Times(*inverse, right);
  Place next = place;
  for (std::size_t i = 0; i < size; ++i) {
    next[i] += std::clamp(step[i], -kFarthest, kFarthest);
  }
  next[kSigma] = std::clamp(next[kSigma], 0.0, std::max(kMostSigma, place[kSigma]));
  next[kKappa] = std::max(0.0, next[kKappa]);
  return next;
}

CurveSearch::Found CurveSearch::Near(const Place& start,
                                     const std::vector<std::size_t>& held) const {
  constexpr int kTurns = 40;
  constexpr double kSettled = 1e-4;
  constexpr double kHopeless = 1e6;
  Place place = start;
  Slope slope = SlopeAt(place);
  double damping = 1e-2;
  for (int turn = 0; turn < kTurns && damping < kHopeless; ++turn) {
    const std::optional<Place> next = StepFrom(place, slope, damping, held);
    const double loss = next ? LossOf(*next) : kInfinite;
    if (!(loss < slope.loss)) {
      damping *= 10;
      continue;
    }
    place = *next;
    if (slope.loss - loss < kSettled) {
      return {place, loss};
    }
    slope = SlopeAt(place);
    damping = std::max(1e-6, damping / 10);
  }
  return {place, slope.loss};
}

CurveSearch::Found CurveSearch::Best() const {
  Found best;
  // Little of either, much of one, some of the other.
  for (const auto& [sigma, kappa] : {std::pair{0.05, 0.0}, {0.6, 0.0}, {0.0, 0.15}}) {
    Found found = Near(StartAt(sigma, kappa));
    if (best.place.empty() || found.loss < best.loss) {
      best = std::move(found);
    }
  }
  return best;
}

}  // namespace loadline::sizing
