#include "search/objective_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "search/state_bins.h"

namespace loadline::search {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// Tilts searched: open loop, this far from 0 and below the load at which the backlog would grow;
/// closed loop.
constexpr double kOpenSpan = 8.0;
constexpr double kClosedLow = -8.0;
constexpr double kClosedHigh = 3.0;
/// The careful solution's deviation is taken at this part of its tilt.
constexpr double kCarefulPart = 0.25;
/// What would be kept at this tilt (at 1.6 times the load) is kept now.
constexpr double kRoomTilt = 0.5;
/// So much of a batch of late requests may have been missed by chance.
constexpr double kUnseenBatches = 0.4;
/// A batch of late requests is never taken for fewer than these (of one task among many).
constexpr double kFewestPerBatch = 16.0;
constexpr int kMostSteps = 60;
constexpr double kTiltTolerance = 1e-9;

std::size_t BinIndex(std::size_t state) {
  return BinOf(static_cast<std::uint32_t>(state));
}

}  // namespace

ObjectiveFit::ObjectiveFit(const CrossingFit& fit, const CrossingObjective& objective)
    : fit_(fit),
      objective_(objective.index),
      allowed_(objective.allowed),
      of_failures_(objective.of_failures) {
  FitShares();
}

void ObjectiveFit::FitShares() {
  found_.assign(fit_.bins_, 0.0);
  late_.assign(fit_.bins_, 0.0);
  for (int i = 0; i < fit_.batches_; ++i) {
    const std::vector<OutcomeCount>& outcomes =
        fit_.counts_.batch(i).outcomes[static_cast<std::size_t>(objective_)];
    for (std::size_t bin = 0; bin < std::min(outcomes.size(), fit_.bins_); ++bin) {
      found_[bin] += outcomes[bin].found;
      late_[bin] += outcomes[bin].late;
      arrivals_ += outcomes[bin].found;
    }
  }
  blocks_ = FitIsotonic(found_, late_);
  block_of_.resize(fit_.bins_);
  share_of_.resize(fit_.bins_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    for (std::size_t bin = blocks_[b].first; bin <= blocks_[b].last; ++bin) {
      block_of_[bin] = b;
      share_of_[bin] = blocks_[b].Share();
    }
  }
}

ObjectiveFit::Tilted ObjectiveFit::Tilt(double tilt, double users) {
  const ArrivalLaw& law = fit_.law_;
  const double factor = std::exp(tilt);
  const double top_leave = fit_.leave_[fit_.bins_ - 1];
  std::size_t end = fit_.states_;
  tail_ratio_ = 0.0;
  if (law.closed()) {
    end = std::max(fit_.lowest_ + 1,
                   static_cast<std::size_t>(std::max(1.0, std::ceil(users) - 1)) + 1);
  } else {
    tail_ratio_ = law.rate / top_leave * factor;
    if (tail_ratio_ >= 1.0) {
      return {};
    }
  }
  seen_.assign(end, 0.0);
  double weight = 1.0;  // Of the state itself; what arrivals see differs in a closed loop.
  double mass = 0.0;
  double late = 0.0;
  double state_mass = 0.0;  // Sums of state · mass and state · late, for the slope.
  double state_late = 0.0;
  for (std::size_t k = fit_.lowest_; k < end; ++k) {
    const bool known = k < fit_.states_;
    const std::size_t bin = known ? BinIndex(k) : 0;
    const double state = static_cast<double>(k);
    if (k > fit_.lowest_) {
      const double up = law.closed() ? (users - state + 1.0) / law.think : law.rate;
      weight *= up * factor / (known ? fit_.leave_[bin] : top_leave);
      if (weight > 1e200) {  // Rescale everything so far.
        for (std::size_t j = fit_.lowest_; j < k; ++j) {
          seen_[j] *= 1e-200;
        }
        weight *= 1e-200;
        mass *= 1e-200;
        late *= 1e-200;
        state_mass *= 1e-200;
        state_late *= 1e-200;
      }
    }
    const double seen = law.closed() ? weight * (users - state) : weight;
    const double share = known ? share_of_[bin] : unseen_share_;
    seen_[k] = seen;
    mass += seen;
    late += seen * share;
    state_mass += seen * state;
    state_late += seen * share * state;
  }
  tail_ = 0.0;
  if (!law.closed()) {
    // Beyond the states in use: a geometric tail.
    const double s = tail_ratio_;
    tail_ = weight * s / (1.0 - s);
    const double tail_state = tail_ * (static_cast<double>(end - 1) + 1.0 / (1.0 - s));
    mass += tail_;
    late += tail_ * unseen_share_;
    state_mass += tail_state;
    state_late += tail_state * unseen_share_;
  }
  for (double& seen : seen_) {
    seen /= mass;
  }
  tail_ /= mass;
  const double share = late / mass;
  return {.share = share, .slope = (state_late - share * state_mass) / mass};
}

double ObjectiveFit::Solve(double share, double low, double high) {
  // Newton's method on the logarithm of the share, kept within a bracket that shrinks.
  double tilt = std::clamp(0.0, low, high);
  for (int i = 0; i < kMostSteps && high - low > kTiltTolerance; ++i) {
    const Tilted at = Tilt(tilt);
    (at.share <= share ? low : high) = tilt;
    double next = 0.5 * (low + high);
    if (at.share > 0.0 && at.share < 1.0 && at.slope > 0.0) {
      const double step = std::log(share / at.share) * at.share / at.slope;
      const double newton = tilt + step;
      if (newton > low && newton < high) {
        next = newton;
        if (std::abs(step) < kTiltTolerance) {
          return next;
        }
      }
    }
    tilt = next;
  }
  return low;
}

double ObjectiveFit::BatchInfluence(int batch, const std::vector<double>& by_departure,
                                    const std::vector<double>& by_late) const {
  const CrossingBatch& counts = fit_.counts_.batch(batch);
  double sum = 0.0;
  const std::size_t states = std::min(counts.states.size(), fit_.bins_);
  for (std::size_t bin = 1; bin < states; ++bin) {
    const StateCount& state = counts.states[bin];
    sum += by_departure[bin] * (state.departures - fit_.leave_[bin] * state.seconds);
  }
  const std::vector<OutcomeCount>& outcomes = counts.outcomes[static_cast<std::size_t>(objective_)];
  for (std::size_t bin = 0; bin < std::min(outcomes.size(), fit_.bins_); ++bin) {
    sum -= by_late[bin] * (outcomes[bin].late - share_of_[bin] * outcomes[bin].found);
  }
  return sum;
}

ObjectiveFit::Influence ObjectiveFit::Influences(const Tilted& tilted) const {
  // above: sum over k >= j of seen(k) · (share(k) − mean share), the effect of the rate at j.
  double above = tail_ * (unseen_share_ - tilted.share);
  std::vector<double> effect(fit_.bins_, 0.0);
  const std::vector<std::size_t>& group = fit_.group_;
  if (!fit_.law_.closed()) {
    effect[group.back()] += above / (1.0 - tail_ratio_);
  }
  std::vector<double> block_mass(blocks_.size(), 0.0);
  for (std::size_t k = seen_.size(); k-- > fit_.lowest_;) {
    const bool known = k < fit_.states_;
    const std::size_t bin = known ? BinIndex(k) : fit_.bins_ - 1;
    above += seen_[k] * ((known ? share_of_[bin] : unseen_share_) - tilted.share);
    if (k > fit_.lowest_) {
      effect[group[bin]] += above;
    }
    if (known) {
      block_mass[block_of_[bin]] += seen_[k];
    }
  }
  std::vector<double> by_departure(fit_.bins_, 0.0);
  double counting = 0.0;
  for (std::size_t bin = 1; bin < fit_.bins_; ++bin) {
    by_departure[bin] = effect[group[bin]] / fit_.support_[bin];
    if (group[bin] == bin) {
      counting += effect[bin] * effect[bin] / fit_.support_[bin];
    }
  }
  std::vector<double> by_late(fit_.bins_, 0.0);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const IsotonicBlock& block = blocks_[b];
    if (block.trials > 0.0) {
      const double share = block.Share();
      counting += block_mass[b] * block_mass[b] * share * (1.0 - share) / block.trials;
      for (std::size_t bin = block.first; bin <= block.last; ++bin) {
        by_late[bin] = block_mass[b] / block.trials;
      }
    }
  }
  Influence result;
  double squares = 0.0;
  for (int i = 0; i < fit_.batches_; ++i) {
    result.of_batches.push_back(BatchInfluence(i, by_departure, by_late));
    squares += result.of_batches.back() * result.of_batches.back();
  }
  const double n = fit_.batches_;
  result.sd = std::sqrt(std::max(squares * n / (n - 1.0), counting));
  return result;
}

CrossingLook ObjectiveFit::Look() {
  CrossingLook look;
  look.batches = fit_.batches_;
  look.log_ratio_sd = look.careful_sd = look.users_ratio_sd = look.mild_sd = kInfinite;
  const ArrivalLaw& law = fit_.law_;
  double low = kClosedLow;
  double high = kClosedHigh;
  if (!law.closed()) {
    high = std::min(kOpenSpan, std::log(fit_.leave_[fit_.bins_ - 1] / law.rate));
    low = std::min(high, 0.0) - kOpenSpan;
  }
  const Tilted now = Tilt(0.0);
  look.share = now.share;
  if (now.share > allowed_ && Tilt(low).share > allowed_) {
    LookHopeless(look, low, high);
    return look;
  }
  look.log_ratio = Solve(allowed_, low, high);
  const Tilted line = Tilt(look.log_ratio);
  Influence influence = Influences(line);
  look.share_sd = influence.sd;
  look.log_ratio_sd = Deviation(line, influence);
  look.influences = std::move(influence.of_batches);
  look.unseen = line.slope > 0.0 ? tail_ / line.slope : kInfinite;
  look.unseen_part = std::min(1.0, tail_ / allowed_);
  look.users_ratio = look.log_ratio;
  look.users_ratio_sd = look.log_ratio_sd;
  if (law.closed()) {
    SolveUsers(look);
  }
  const double unseen_late = kUnseenBatches * BatchOfLate();
  const double careful_share = allowed_ - unseen_late / std::max(1.0, arrivals_);
  if (careful_share > 0.0 && now.share < careful_share) {
    look.careful = Solve(careful_share, 0.0, high);
    const Tilted part = Tilt(kCarefulPart * look.careful);
    look.careful_sd = Deviation(part, Influences(part));
    if (look.careful > kRoomTilt) {
      LookForRoom(look, unseen_late);
    }
  }
  if (look.log_ratio < 0.0) {
    LookMildly(look, low, std::min(0.0, high));
  }
  if (high > 0.0 && now.share > allowed_) {
    LookAtExcess(look);
  }
  return look;
}

double ObjectiveFit::Deviation(const Tilted& tilted, const Influence& influence) {
  if (tilted.slope <= 0.0) {
    return kInfinite;
  }
  return std::max(influence.sd / tilted.slope, 1e-9);
}

void ObjectiveFit::LookHopeless(CrossingLook& look, double low, double high) {
  // Even without load too many violate it: the share itself is judged.
  look.hopeless = true;
  look.log_ratio = low;
  const Tilted tilted = Tilt(fit_.law_.closed() || high > 0.0 ? 0.0 : 0.5 * (low + high));
  Influence influence = Influences(tilted);
  look.share_sd = influence.sd;
  look.excess_z = (tilted.share - allowed_) / std::max(influence.sd, 1e-12);
  look.influences = std::move(influence.of_batches);
}

void ObjectiveFit::LookForRoom(CrossingLook& look, double unseen_late) {
  // Far below the line most of what is late is no matter of the load, and where the line is nobody
  // can say; that the share would be kept at a much higher load is plain all the same.
  const Tilted tilted = Tilt(kRoomTilt);
  const double sd = Influences(tilted).sd;
  const double unseen = unseen_late / arrivals_;
  look.room_z =
      (allowed_ - tilted.share - unseen) / std::sqrt(sd * sd + unseen / arrivals_ + 1e-24);
}

void ObjectiveFit::LookAtExcess(CrossingLook& look) {
  // Far beyond the line the states in which it would be kept are hardly ever seen, and where the
  // line is nobody can say; that the share is too high is plain all the same.
  unseen_share_ = 0.0;
  const Tilted tilted = Tilt(0.0);
  look.excess_z = (tilted.share - allowed_) / std::max(Influences(tilted).sd, 1e-12);
  unseen_share_ = 1.0;
}

void ObjectiveFit::LookMildly(CrossingLook& look, double low, double high) {
  // For `broken` nobody may be taken for late who was not seen to be.
  unseen_share_ = 0.0;
  if (Tilt(high).share > allowed_ || high < 0.0) {
    look.mild = Solve(allowed_, low, high);
    const Tilted line = Tilt(look.mild);
    look.mild_sd = Deviation(line, Influences(line));
  }
  unseen_share_ = 1.0;
}

double ObjectiveFit::BatchOfLate() const {
  const double of_all = static_cast<double>(fit_.counts_.first_arrivals_per_batch());
  if (of_failures_) {
    // Failures come in ones or in few. Those of a full queue belong to states, seen or not.
    return kFewestPerBatch;
  }
  const double all =
      static_cast<double>(fit_.batches_) * static_cast<double>(fit_.counts_.arrivals_per_batch());
  return std::max(std::min(of_all, kFewestPerBatch), of_all * arrivals_ / all);
}

void ObjectiveFit::SolveUsers(CrossingLook& look) {
  const double users = fit_.law_.users;
  double low = std::max(static_cast<double>(fit_.lowest_) + 2.0, users / 2.0);
  double high = 2.0 * users;
  for (int i = 0; i < kMostSteps && high - low > 1e-6 * users; ++i) {
    const double middle = 0.5 * (low + high);
    (Tilt(0.0, middle).share <= allowed_ ? low : high) = middle;
  }
  look.users_ratio = std::log(low / users);
  // The same error in the share, as a tilt and as a change of users.
  constexpr double kStep = 0.01;
  const double by_users =
      (Tilt(0.0, low * (1.0 + kStep)).share - Tilt(0.0, low * (1.0 - kStep)).share) / (2.0 * kStep);
  const Tilted at = Tilt(0.0, low);
  look.users_ratio_sd = by_users > 0.0 ? look.log_ratio_sd * at.slope / by_users : kInfinite;
}

}  // namespace loadline::search
