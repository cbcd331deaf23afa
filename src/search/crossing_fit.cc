#include "search/crossing_fit.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "search/boundary.h"
#include "search/objective_fit.h"
#include "search/state_bins.h"

namespace loadline::search {
namespace {

/// With violations added that were not seen, `held` needs this much less evidence.
constexpr double kCarefulWeight = 1.3;
/// For `broken` by the share itself, and not by where the line would be, so much less counts.
constexpr double kExcessWeight = 0.75;
/// The states on top that hold this share of all departures (and at least so many of them) share
/// one rate: further up too little is known of each.
constexpr double kPooledShare = 0.05;
constexpr double kPooledDepartures = 20.0;
/// States on top from which requests leave this many times as fast are those of a full queue…
constexpr double kRejectingRatio = 4.0;
/// …if so many have left.
constexpr double kRejectingDepartures = 5.0;
/// The beginning, before the queue fills, makes at most this share of all departures.
constexpr double kBeginningShare = 0.1;
/// The backlog test looks at the states on top that hold this share of all departures.
constexpr double kBacklogShare = 0.5;

}  // namespace

double CrossingLook::HeldZ() const {
  const double degrees = batches - 1;
  const double at_line =
      std::min(NormalFromStudent(log_ratio / log_ratio_sd, degrees),
               kCarefulWeight * NormalFromStudent(careful / careful_sd, degrees));
  return std::max(at_line, NormalFromStudent(room_z, degrees));
}

double CrossingLook::BrokenZ() const {
  const double degrees = batches - 1;
  const double excess = NormalFromStudent(excess_z, degrees);
  return hopeless ? excess
                  : std::max(NormalFromStudent(-mild / mild_sd, degrees), kExcessWeight * excess);
}

CrossingFit::CrossingFit(const CrossingCounts& counts, int batches, const ArrivalLaw& law)
    : counts_(counts), batches_(batches), law_(law) {
  CHECK(batches >= 2 && batches <= counts.full());
  for (int i = 0; i < batches; ++i) {
    const std::vector<StateCount>& states = counts.batch(i).states;
    if (states.size() > seconds_.size()) {
      seconds_.resize(states.size());
      departures_.resize(states.size());
    }
    for (std::size_t bin = 0; bin < states.size(); ++bin) {
      seconds_[bin] += states[bin].seconds;
      departures_[bin] += states[bin].departures;
    }
  }
  bins_ = seconds_.size();
  while (bins_ > 1 && seconds_[bins_ - 1] <= 0.0 && departures_[bins_ - 1] <= 0.0) {
    --bins_;
  }
  CHECK(bins_ >= 1);
  const std::uint32_t top = static_cast<std::uint32_t>(bins_ - 1);
  states_ = std::size_t{BinFloor(top)} + BinWidth(top);
  PoolRates();
}

void CrossingFit::PoolRates() {
  double total = 0.0;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    total += departures_[bin];
  }
  std::size_t pooled = bins_ - 1;
  const double enough = std::max(kPooledDepartures, kPooledShare * total);
  for (double sum = 0.0; pooled > 1; --pooled) {
    sum += departures_[pooled];
    if (sum >= enough) {
      break;
    }
  }
  const std::size_t split = FindRejecting(pooled);
  group_.resize(bins_);
  leave_.resize(bins_);
  support_.resize(bins_);
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    group_[bin] = bin < pooled ? bin : bin < split ? pooled : split;
  }
  for (std::size_t first = 0; first < bins_;) {
    std::size_t end = first;
    double left = 0.0;
    double seconds = 0.0;
    for (; end < bins_ && group_[end] == first; ++end) {
      left += departures_[end];
      seconds += seconds_[end];
    }
    for (std::size_t bin = first; bin < end; ++bin) {
      support_[bin] = std::max(1.0, left);
      leave_[bin] = support_[bin] / std::max(1e-12, seconds);
    }
    first = end;
  }
  std::size_t lowest = 0;
  while (lowest + 1 < bins_ && (seconds_[lowest] <= 0.0 || departures_[lowest + 1] <= 0.0)) {
    ++lowest;
  }
  // A state that was never left downward was passed once, on the way up: what lies below it is the
  // beginning and never came back, if it is no more than a small part of the whole.
  double below = 0.0;
  for (std::size_t bin = lowest + 1; bin < bins_ && below <= kBeginningShare * total; ++bin) {
    below += departures_[bin];
    lowest = departures_[bin] <= 0.0 && seconds_[bin] > 0.0 ? bin : lowest;
  }
  lowest_ = BinFloor(static_cast<std::uint32_t>(lowest));
}

std::size_t CrossingFit::FindRejecting(std::size_t pooled) const {
  // Where a full queue turns requests away they leave at once: the states on top are short, and
  // must not be mixed with those below. Sums from the top down, and the rest below.
  double left_below = 0.0;
  double seconds_below = 0.0;
  for (std::size_t bin = pooled; bin < bins_; ++bin) {
    left_below += departures_[bin];
    seconds_below += seconds_[bin];
  }
  double left = 0.0;
  double seconds = 0.0;
  std::size_t split = bins_;
  for (std::size_t bin = bins_ - 1; bin > pooled; --bin) {
    left += departures_[bin];
    seconds += seconds_[bin];
    left_below -= departures_[bin];
    seconds_below -= seconds_[bin];
    const bool faster = left * std::max(seconds_below, 1e-12) >
                        kRejectingRatio * std::max(left_below, 1.0) * seconds;
    if (left >= kRejectingDepartures && faster) {
      split = bin;
    }
  }
  return split;
}

Backlog CrossingFit::GetBacklog() const {
  double total = 0.0;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    total += departures_[bin];
  }
  std::size_t from = bins_ - 1;
  for (double above = 0.0; from > 1; --from) {
    above += departures_[from];
    if (above >= kBacklogShare * total) {
      break;
    }
  }
  double left = 0.0;
  double seconds = 0.0;
  for (std::size_t bin = from; bin < bins_; ++bin) {
    left += departures_[bin];
    seconds += seconds_[bin];
  }
  const double rate = left / std::max(seconds, 1e-12);
  double variance = 0.0;
  for (int i = 0; i < batches_; ++i) {
    const std::vector<StateCount>& states = counts_.batch(i).states;
    double deviation = 0.0;
    for (std::size_t bin = from; bin < std::min(states.size(), bins_); ++bin) {
      deviation += states[bin].departures - rate * states[bin].seconds;
    }
    variance += deviation * deviation;
  }
  const double arrived = law_.rate * seconds;
  const double sd = std::sqrt(std::max({variance, left, arrived, 1.0}));
  return {.z = (arrived - left) / sd,
          .log_headroom = std::log(std::max(left, 1.0) / std::max(arrived, 1e-9)),
          .log_headroom_sd = sd / std::max(left, 1.0)};
}

CrossingLook CrossingFit::Look(const CrossingObjective& objective) const {
  return ObjectiveFit(*this, objective).Look();
}

}  // namespace loadline::search
