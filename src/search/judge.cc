#include "search/judge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "search/judge_state.h"
#include "stats/distributions.h"

namespace loadline::search {
namespace {

using measure::ObjectiveState;

/// However much rests on states not yet seen, an estimate is worth a little.
constexpr double kLeastKnown = 0.05;
/// Less evidence than this says nothing of how fast it grows.
constexpr double kTellingZ = 1.5;
/// More requests than this are not worth naming.
constexpr double kMostMore = 1e10;

/// About how many more requests decide, if the evidence goes on growing as it did.
std::int64_t MoreRequests(double requests, double held_z, double broken_z,
                          const Boundary& boundary) {
  const double held = held_z > 0.0 ? boundary.held / held_z : 1e9;
  const double broken = broken_z > 0.0 ? boundary.broken / broken_z : 1e9;
  const double growth = std::min(held, broken);
  const double more = requests * std::max(0.0, growth * growth - 1.0);
  return more < kMostMore ? static_cast<std::int64_t>(std::ceil(more)) : 0;
}

/// What the test has proved, at the same confidence, the interval need not leave open: the test
/// also knows the states of the target, the interval only how the shares of its batches scatter. It
/// never leaves out what was measured.
void EndAtTheProof(measure::ObjectiveResult& result) {
  const measure::Objective& objective = result.objective;
  const double limit =
      objective.metric == measure::Metric::kErrors ? objective.limit : Seconds(objective.threshold);
  if (result.state == ObjectiveState::kHeld) {
    result.interval_high = std::min(result.interval_high, std::max(limit, result.value));
  } else if (result.state == ObjectiveState::kBroken) {
    result.interval_low = std::max(result.interval_low, std::min(limit, result.value));
  }
}

}  // namespace

measure::TestKind TestFor(const measure::Load& load) {
  if (!load.steady()) {
    return measure::TestKind::kNone;
  }
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    return open->arrivals == measure::Arrivals::kPoisson ? measure::TestKind::kLevelCrossing
                                                         : measure::TestKind::kBatch;
  }
  const auto& closed = std::get<measure::ClosedLoad>(load.shape);
  const bool exponential =
      closed.think > Duration::zero() && closed.law == measure::ThinkLaw::kExponential;
  return exponential && closed.users >= kFewestCrossingUsers
             ? measure::TestKind::kClosedLevelCrossing
             : measure::TestKind::kBatch;
}

measure::ObjectiveState JudgeState::state() const {
  if (backlog_grows_) {
    return ObjectiveState::kBroken;
  }
  bool held = !options_.objectives.empty();
  for (std::size_t i = 0; i < options_.objectives.size(); ++i) {
    const ObjectiveState state =
        tested_of_[i] != SIZE_MAX ? StateOf(tested_[tested_of_[i]]) : MeasuredResult(i).state;
    if (state == ObjectiveState::kBroken) {
      return state;
    }
    held = held && state == ObjectiveState::kHeld;
  }
  if (options_.prove_steady) {
    held = held && (!crossing_ || !options_.load.open() || steady_z_ > boundary_.held);
  }
  return held ? ObjectiveState::kHeld : ObjectiveState::kUndecided;
}

std::vector<measure::ObjectiveResult> JudgeState::Results() const {
  std::vector<measure::ObjectiveResult> results;
  results.reserve(options_.objectives.size());
  for (std::size_t i = 0; i < options_.objectives.size(); ++i) {
    results.push_back(tested_of_[i] != SIZE_MAX ? TestedResult(tested_[tested_of_[i]])
                                                : MeasuredResult(i));
  }
  return results;
}

double JudgeState::Margin(const Tested& tested) const {
  return std::max(boundary_.held, boundary_.broken) * tested.share_sd;
}

ObjectiveState JudgeState::StateOf(const Tested& tested) const {
  if (tested.state != ObjectiveState::kHeld || !std::isfinite(tested.share_sd)) {
    return tested.state;
  }
  // What came after the proof may be another service: an outage, a slow neighbour.
  const measure::Objective& objective = options_.objectives[tested.index];
  const double margin = Margin(tested);
  const bool beyond = objective.metric == measure::Metric::kErrors
                          ? book_.Value(tested.index) - margin > objective.limit
                          : book_.ResponseExceededBy(tested.index, tested.allowed + margin) >
                                Seconds(objective.threshold);
  return beyond ? ObjectiveState::kUndecided : ObjectiveState::kHeld;
}

measure::ObjectiveResult JudgeState::TestedResult(const Tested& tested) const {
  const measure::Objective& objective = options_.objectives[tested.index];
  measure::ObjectiveResult result{.objective = objective,
                                  .state = StateOf(tested),
                                  .value = book_.Value(tested.index),
                                  .requests = book_.Requests(tested.index)};
  if (tested.requests > 0.0 && std::isfinite(tested.share_sd)) {
    const double margin = Margin(tested);
    if (objective.metric == measure::Metric::kErrors) {
      result.interval_low = std::max(0.0, result.value - margin);
      result.interval_high = std::min(1.0, result.value + margin);
    } else {
      // How far the share may be off, read off the measured responses.
      result.interval_low = book_.ResponseExceededBy(tested.index, tested.allowed + margin);
      result.interval_high = book_.ResponseExceededBy(tested.index, tested.allowed - margin);
    }
    EndAtTheProof(result);
  }
  if (tested.state == ObjectiveState::kUndecided) {
    const double first = tested.late
                             ? std::max(next_look_, static_cast<double>(tested.late->first_look()))
                             : next_look_;
    result.more_requests =
        tested.requests > 0.0
            ? MoreRequests(tested.requests, tested.held_z, tested.broken_z, boundary_)
            : static_cast<std::int64_t>(std::max(0.0, first - static_cast<double>(counted_)));
  }
  return result;
}

measure::ObjectiveResult JudgeState::MeasuredResult(std::size_t index) const {
  const measure::Objective& objective = options_.objectives[index];
  measure::ObjectiveResult result{
      .objective = objective, .value = book_.Value(index), .requests = book_.Requests(index)};
  if (!finished_ || result.requests == 0) {
    return result;
  }
  if (objective.metric == measure::Metric::kMax) {
    const bool held = result.value <= Seconds(objective.threshold);
    result.state = held ? ObjectiveState::kHeld : ObjectiveState::kBroken;
    return result;
  }
  const RatioBatches::Estimate mean = book_.Mean(index);
  if (mean.degrees <= 0.0) {
    return result;
  }
  const double bound = stats::NormalQuantile(1.0 - options_.alpha);
  const double goal =
      objective.metric == measure::Metric::kMean ? Seconds(objective.threshold) : objective.limit;
  const double sign = objective.metric == measure::Metric::kMean ? 1.0 : -1.0;
  const double z =
      NormalFromStudent(sign * (goal - mean.ratio) / std::max(mean.sd, 1e-12), mean.degrees);
  result.interval_low = mean.ratio - bound * mean.sd;
  result.interval_high = mean.ratio + bound * mean.sd;
  if (z > bound) {
    result.state = ObjectiveState::kHeld;
  } else if (z < -bound) {
    result.state = ObjectiveState::kBroken;
  } else {
    result.more_requests = MoreRequests(static_cast<double>(result.requests), std::abs(z),
                                        std::abs(z), {.held = bound, .broken = bound});
  }
  return result;
}

std::optional<LineEstimate> JudgeState::Estimate() const {
  std::optional<LineEstimate> lowest;
  if (options_.prove_steady) {
    lowest = headroom_;
  }
  for (const Tested& tested : tested_) {
    if (!tested.crossing || tested.crossing->hopeless ||
        !std::isfinite(tested.crossing->users_ratio_sd)) {
      return std::nullopt;  // This objective may be the one that breaks first.
    }
    const CrossingLook& look = *tested.crossing;
    // Unseen states count as late in log_ratio; the truth lies between that and none. Where most
    // rests on them the line may lie far higher.
    const double unseen = 0.5 * look.unseen;
    const double log_ratio = look.users_ratio + unseen;
    if (!lowest || log_ratio < lowest->log_ratio) {
      lowest = {.log_ratio = log_ratio,
                .sd = look.users_ratio_sd,
                .unseen = unseen / std::max(kLeastKnown, 1.0 - look.unseen_part)};
    }
  }
  return lowest;
}

Evidence JudgeState::evidence() const {
  Evidence evidence;
  for (const Tested& tested : tested_) {
    const double ratio = tested.share / tested.allowed;
    if (tested.requests > 0.0 && (evidence.requests <= 0.0 || ratio > evidence.share_ratio)) {
      evidence.requests = tested.requests;
      evidence.share_ratio = ratio;
      evidence.share_ratio_sd = tested.share_sd / tested.allowed;
    }
    if (tested.state == ObjectiveState::kUndecided) {
      const double more = static_cast<double>(TestedResult(tested).more_requests);
      evidence.more_requests = std::max(evidence.more_requests, more);
    }
    if (tested.crossing && tested.requests > 0.0) {
      const double scale = std::abs(tested.crossing->users_ratio) * std::sqrt(tested.requests);
      const auto deviation = [scale](double z) { return z > kTellingZ ? scale / z : 0.0; };
      evidence.held_deviation = std::max(evidence.held_deviation, deviation(tested.held_z));
      evidence.broken_deviation = std::max(evidence.broken_deviation, deviation(tested.broken_z));
    }
    const double seen = std::max(1.0, tested.arrived);
    evidence.seen_ratio = std::max(evidence.seen_ratio, tested.violated / seen / tested.allowed);
  }
  evidence.seen = static_cast<double>(counted_);
  return evidence;
}

Duration JudgeState::covers_periods_below() const {
  constexpr int kPeriods = 20;
  return (judged_until_ - began_) / kPeriods;
}

Judge::Judge(JudgeOptions options) : state_(std::make_unique<JudgeState>(std::move(options))) {}
Judge::~Judge() = default;

measure::Decision Judge::OnWindow(const measure::Window& window) {
  state_->TakeWindow(window);
  const bool stop =
      state_->options().stop_when_decided && state_->state() != ObjectiveState::kUndecided;
  return stop ? measure::Decision::kStop : measure::Decision::kContinue;
}
void Judge::OnSecond(const measure::Second& second) {
  state_->TakeSecond(second);
}
void Judge::Finish() {
  state_->Finish();
}
measure::ObjectiveState Judge::state() const {
  return state_->state();
}
bool Judge::backlog_grows() const {
  return state_->backlog_grows();
}
std::vector<measure::ObjectiveResult> Judge::Results() const {
  return state_->Results();
}
std::optional<LineEstimate> Judge::Estimate() const {
  return state_->Estimate();
}
std::optional<LineEstimate> Judge::Headroom() const {
  return state_->Headroom();
}
Evidence Judge::evidence() const {
  return state_->evidence();
}
Duration Judge::alone() const {
  return state_->alone();
}
Duration Judge::judged() const {
  return state_->judged();
}
measure::TestKind Judge::test() const {
  return state_->test();
}
Duration Judge::covers_periods_below() const {
  return state_->covers_periods_below();
}
bool Judge::drifted() const {
  return state_->drifted();
}

}  // namespace loadline::search
