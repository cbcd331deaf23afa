// Where a search probes next.
#include <algorithm>
#include <cmath>
#include <limits>

#include "search/boundary.h"
#include "search/late_batches.h"
#include "search/search_run.h"

namespace loadline::search {
namespace {

/// On the way up each glance doubles the load.
constexpr double kStepUp = 2.0;
constexpr double kStepDown = 4.0;
/// An estimate better than this ends the way up; a guess better than this is worth a proof.
constexpr double kEstimateGoodEnough = 0.2;
constexpr double kGuessGoodEnough = 0.3;
/// Proofs keep this many standard deviations of the guess away from it. This, kWorthwhile and the
/// rule when a proof is too dear (probe_watch.cc) gave the narrowest brackets in a model of whole
/// searches; the optimum is flat.
constexpr double kGuessMargin = 0.75;
constexpr double kMostMargin = 0.4;
/// A proof must move its end of the bracket by this factor of its distance, or it is not worth it.
constexpr double kWorthwhile = 1.15;
/// A load that is proved again because a later probe contradicts it is taken to be this far off.
constexpr double kRecheckDistance = 0.15;
/// Brackets are so much wider than if the line had been known when the proofs were placed.
constexpr double kPlanFactor = 1.6;
/// The judged part holds so many periods of what the verdict shall cover.
constexpr int kPeriodsCovered = 20;
/// A glance may take this share of the time left, or, if that is within half of it, so many times
/// what a first look takes.
constexpr double kGlanceShare = 0.2;
constexpr double kGlanceLooks = 1.3;
/// Share of the time left that one proof may take at most…
constexpr double kProofShare = 0.9;
/// …if it is about to be decided.
constexpr double kLastShare = 0.97;
/// While one side has no bound at all, a proof leaves time for another one further off.
constexpr double kFirstProofLimit = 0.5;
/// …and is planned to take only this share. The loss against the best split is a few per cent.
constexpr double kFirstProofShare = 0.3;
/// A lower end is sought where its proof is quickest, at the furthest: further down it takes fewer
/// requests, but they come more slowly. That is somewhere in between these (logarithmic).
constexpr double kNearestBelow = 0.1;
constexpr double kFarthestBelow = 1.0;
/// A line this far above the fewest users that the level-crossing test judges is sought from there.
constexpr double kCrossingRoom = 0.2;
/// An upper end is never sought at more than twice the line: it would only hurt the target.
constexpr double kFarthestAbove = 0.7;
/// A proof that would cost more than this part of the time left is not begun: costs are means.
constexpr double kHopeful = 1.3;
/// …unless there is no lower end at all.
constexpr double kDesperate = 3.0;
/// Batches before the first look.
constexpr double kFirstLook = 20.0;
/// A glance on the way up is far from the line: it hardly ever errs, and a strict bound costs it
/// nothing.
constexpr double kGlanceError = 0.01;
/// Share of the error left that one proof may take: as large as its share of the time left.
constexpr double kLeastError = 0.1;
constexpr double kMostError = 0.5;
/// Batches hold at least so many requests (search/judge_state.cc)…
constexpr double kFewestPerBatch = 16.0;
/// …and about so much of one may violate an objective unseen (search/objective_fit.cc).
constexpr double kUnseenFloor = 0.5;

/// The least scale of distances at which `enough` is true; it is for all larger ones, too.
template <typename Enough>
double LeastScale(const Enough& enough) {
  constexpr int kSteps = 40;
  double low = 1e-4;
  double high = 1.0;
  for (int i = 0; i < kSteps; ++i) {
    const double scale = std::sqrt(low * high);
    (enough(scale) ? high : low) = scale;
  }
  return high;
}

Duration ShareOf(Duration whole, double part) {
  return FromSeconds(part * Seconds(whole));
}

}  // namespace

Duration SearchRun::Left() const {
  // The operating load is run from what is put aside.
  const Duration reserve = std::clamp<Duration>(options_.budget / 12, 5s, 60s);
  return options_.budget - reserve - spent_;
}

double SearchRun::RateAt(double level) const {
  if (options_.axis == measure::SearchAxis::kRate) {
    return level;
  }
  return level / (Seconds(options_.think) + 1.5 * Seconds(alone_));
}

double SearchRun::Rounded(double level) const {
  if (options_.axis == measure::SearchAxis::kUsers) {
    return std::max(1.0, std::round(level));
  }
  // Three or four digits are enough, and can be typed again.
  const double scale = std::pow(10.0, 3.0 - std::floor(std::log10(std::max(level, 1e-6))));
  return std::round(level * scale) / scale;
}

measure::Load SearchRun::ShapeAt(double level) const {
  measure::Load load;
  if (options_.axis == measure::SearchAxis::kRate) {
    load.shape = measure::OpenLoad{.rate = {level}, .arrivals = options_.arrivals};
    return load;
  }
  // Users start within one pause: all at once would be a burst that no user ever makes.
  const double think = Seconds(options_.think);
  load.shape = measure::ClosedLoad{.users = static_cast<int>(level),
                                   .spawn = {think > 0.0 ? level / think : 0.0},
                                   .think = options_.think,
                                   .law = options_.think_law};
  return load;
}

double SearchRun::CostFactor(Side side) const {
  const double alpha = 0.3 * (1.0 - options_.confidence);
  const Boundary boundary = BoundaryFor(TestFor(ShapeAt(std::max(start_, 100.0))), alpha, alpha);
  return side == Side::kBelow ? knowledge_->HeldDeviation() * boundary.held
                              : knowledge_->BrokenDeviation() * boundary.broken;
}

double SearchRun::Overhead(double level, Side side) const {
  const bool batch_test = TestFor(ShapeAt(level)) == measure::TestKind::kBatch;
  double needed = kFirstLook * BatchAt(level);
  for (const measure::Objective& objective : options_.objectives) {
    const double allowed = objective.AllowedShare();
    if (batch_test) {
      needed = std::max(needed, std::max(90.0, 5.0 / allowed) * MemoryAt(level));
    } else if (side == Side::kBelow) {
      const bool failures = objective.metric == measure::Metric::kErrors;
      needed =
          std::max(needed, kUnseenFloor * (failures ? kFewestPerBatch : BatchAt(level)) / allowed);
    }
  }
  return needed;
}

double SearchRun::BatchAt(double level) const {
  return std::max(kFewestPerBatch, 10.0 * RateAt(level) * Seconds(alone_mean_));
}

double SearchRun::MemoryAt(double level) const {
  const double open =
      LateBatches::OpenMemory(RateAt(level), Seconds(threshold_), Seconds(alone_mean_), 0.05);
  return options_.axis == measure::SearchAxis::kUsers ? std::min(open, 8.0 + 2.0 * level) : open;
}

double SearchRun::ProofSeconds(double line, double distance, Side side) const {
  const double level = line * std::exp(side == Side::kBelow ? -distance : distance);
  const double requests = std::pow(CostFactor(side) / distance, 2.0) + Overhead(level, side);
  return requests / std::max(1e-6, RateAt(level));
}

double SearchRun::CheapestBelow(double line) const {
  double cheapest = kNearestBelow;
  constexpr int kSteps = 18;
  for (int i = 1; i <= kSteps; ++i) {
    const double distance = std::lerp(kNearestBelow, kFarthestBelow, i / double{kSteps});
    if (ProofSeconds(line, distance, Side::kBelow) < ProofSeconds(line, cheapest, Side::kBelow)) {
      cheapest = distance;
    }
  }
  return cheapest;
}

SearchRun::Distances SearchRun::Spread(double scale) const {
  return {.below = scale * std::pow(CostFactor(Side::kBelow), 2.0 / 3.0),
          .above = std::min(kFarthestAbove, scale * std::pow(CostFactor(Side::kAbove), 2.0 / 3.0))};
}

SearchRun::Distances SearchRun::Affordable(double line, Duration time, bool below,
                                           bool above) const {
  const double cheapest = CheapestBelow(line);
  const auto spread = [&](double scale) {
    Distances at = Spread(scale);
    at.below = std::min(at.below, cheapest);
    return at;
  };
  // Two proofs at c₁/√n₁ and c₂/√n₂ from the line are nearest together, for n₁ + n₂ requests, where
  // the distances are as c^⅔.
  return spread(LeastScale([&](double scale) {
    const Distances at = spread(scale);
    const double seconds = (below ? ProofSeconds(line, at.below, Side::kBelow) : 0.0) +
                           (above ? ProofSeconds(line, at.above, Side::kAbove) : 0.0);
    return seconds <= Seconds(time);
  }));
}

Duration SearchRun::BracketCost(double line, double width) const {
  const Distances at = Spread(LeastScale([&](double scale) {
    const Distances ends = Spread(scale);
    return kPlanFactor * (ends.below + ends.above) >= std::log1p(width);
  }));
  return FromSeconds(ProofSeconds(line, at.below, Side::kBelow) +
                     ProofSeconds(line, at.above, Side::kAbove)) +
         2 * kPeriodsCovered * options_.covers;
}

FindPlan SearchRun::MakePlan(double assumed_level) const {
  const double level = std::min(assumed_level, options_.max);
  // Time for two verdicts that cover what they shall, or none at all.
  const bool enough = 2 * kPeriodsCovered * options_.covers <= Left();
  const Distances ends = Affordable(level, Left(), true, true);
  return {.start = start_,
          .max = options_.max,
          .budget = options_.budget,
          .alone = alone_,
          .expected_width = enough ? std::expm1(kPlanFactor * (ends.below + ends.above))
                                   : std::numeric_limits<double>::infinity(),
          .precision = options_.precision,
          .precision_cost = BracketCost(level, options_.precision),
          .assumed_level = level};
}

std::optional<SearchRun::Choice> SearchRun::Choose() {
  if (Left() <= Duration::zero()) {
    End(measure::SearchEnd::kBudget);
    return std::nullopt;
  }
  if (recheck_) {
    const double level = *recheck_;
    recheck_.reset();
    rechecked_ = true;
    const bool below = held_ && level <= held_->level;
    return ProveAt(std::log(level) + (below ? kRecheckDistance : -kRecheckDistance),
                   kRecheckDistance, below ? Side::kBelow : Side::kAbove);
  }
  if (held_ && broken_) {
    const double width = broken_->level / held_->level - 1.0;
    const bool neighbours =
        options_.axis == measure::SearchAxis::kUsers && broken_->level - held_->level <= 1.0;
    if (width <= options_.precision || neighbours) {
      End(measure::SearchEnd::kPrecise);
      return std::nullopt;
    }
  }
  const std::optional<Guess> seen = knowledge_->Seen();
  const double known = std::max(clear_, held_ ? held_->level : 0.0);
  const double above = 1.25 * known;
  // A level that a glance could not tell ends the way up, until it is known to be good after all.
  if (!broken_ && near_ <= known &&
      (!seen || seen->sd > kEstimateGoodEnough ||
       std::exp(seen->log_line) > std::min(kStepUp * above, options_.max))) {
    return ChooseGlance();
  }
  const std::optional<Guess> line = knowledge_->Line();
  if (broken_ && !held_ && clear_ <= 0.0 && (!line || line->sd > kGuessGoodEnough)) {
    return ChooseDownward();
  }
  const double lower = std::max(clear_, held_ ? held_->level : lowest_);
  const double upper = broken_ ? broken_->level : near_ > lower ? near_ : options_.max;
  return ChooseProof(line.value_or(
      Guess{.log_line = 0.5 * std::log(lower * upper), .sd = 0.25 * std::log(upper / lower)}));
}

Duration SearchRun::GlanceLook(double level) const {
  return FromSeconds(kGlanceLooks * kFirstLook * BatchAt(level) / RateAt(level));
}

Duration SearchRun::GlanceLimit(double level) const {
  // Where requests are few their share of the time may not hold a single look at them.
  return std::max({Duration(2s), ShareOf(Left(), kGlanceShare),
                   std::min(GlanceLook(level) + threshold_, ShareOf(Left(), kFirstProofLimit))});
}

std::optional<SearchRun::Choice> SearchRun::ChooseGlance() {
  const double known = std::max(clear_, held_ ? held_->level : 0.0);
  if (known >= options_.max) {
    if (held_ && held_->level >= options_.max) {
      End(measure::SearchEnd::kCeiling);
      return std::nullopt;
    }
    return ProveAt(std::log(options_.max) + kRecheckDistance, kRecheckDistance, Side::kBelow);
  }
  const double level = known <= 0.0 ? start_ : std::min(options_.max, Rounded(known * kStepUp));
  return Choice{.kind = StepKind::kGlance,
                .level = level,
                .alpha = errors_.Take(kGlanceError),
                .limit = GlanceLimit(level)};
}

std::optional<SearchRun::Choice> SearchRun::ChooseDownward() {
  const double level = Rounded(broken_->level / kStepDown);
  if (level < lowest_ || level >= broken_->level) {
    End(measure::SearchEnd::kFloor);
    return std::nullopt;
  }
  // Requests come slowly so far down: nothing is learnt of a load that is bad before the first
  // look.
  const Duration look = GlanceLook(level);
  if (look > Left()) {
    End(measure::SearchEnd::kBudget);
    return std::nullopt;
  }
  return Choice{.kind = StepKind::kGlance,
                .level = level,
                .alpha = errors_.Take(kGlanceError),
                .limit = std::max({Duration(2s), ShareOf(Left(), kGlanceShare), look})};
}

std::optional<SearchRun::Choice> SearchRun::ChooseProof(const Guess& guess) {
  const double floor = std::log(held_ ? held_->level : lowest_);
  const double ceiling = std::log(broken_ ? broken_->level : options_.max);
  // The margin for what the guess may be off, within reason.
  const double off = std::min(kGuessMargin * guess.sd, kMostMargin);
  // A guess outside of what is proved is a guess at its edge.
  double line = std::clamp(guess.log_line, floor, ceiling);
  if (saturation_ && saturation_->level > std::exp(floor)) {
    line = std::min(line, std::log(saturation_->level));
  }
  const double level = std::exp(line);
  if (!planned_again_ && guess.sd < kGuessGoodEnough) {
    planned_again_ = true;
    listener_.OnNarrowing(MakePlan(level));
  }
  if (held_ && broken_) {
    return ChooseNarrower(line, off);
  }
  // The lower end first: it spares the target.
  const bool lower = !held_ && (broken_ || lower_tries_ == 0);
  lower_tries_ += lower ? 1 : 0;
  const Distances ends = Affordable(level, ShareOf(Left(), kFirstProofShare), lower, !lower);
  const double distance = std::max(WantedDistance(), off + (lower ? ends.below : ends.above));
  return ProveAt(line, distance, lower ? Side::kBelow : Side::kAbove);
}

double SearchRun::WantedDistance() const {
  constexpr double kPart = 0.45;  // Of the precision: a little less than half on either side.
  return kPart * std::log1p(options_.precision);
}

std::optional<SearchRun::Choice> SearchRun::ChooseNarrower(double line, double off) {
  // Both ends nearer, or, where one cannot come nearer, the other with its time too; else one of
  // them with all the time there is. First with a margin for what the guess may be off, then
  // without: a probe that stays undecided because it is too near the line makes the guess better.
  const double below = line - std::log(held_->level);
  const double above = std::log(broken_->level) - line;
  const double wanted = WantedDistance();
  struct Gains {
    Distances at;
    double below;
    double above;
  };
  const auto gains = [&](double margin, bool lower, bool upper) {
    const Distances ends = Affordable(std::exp(line), Left(), lower, upper);
    const Distances at{.below = std::max(wanted, margin + ends.below),
                       .above = std::max(wanted, margin + ends.above)};
    return Gains{.at = at,
                 .below = lower ? below - kWorthwhile * at.below : -1.0,
                 .above = upper ? above - kWorthwhile * at.above : -1.0};
  };
  const auto prove = [&](const Gains& gain) {
    return gain.below >= gain.above ? ProveAt(line, gain.at.below, Side::kBelow)
                                    : ProveAt(line, gain.at.above, Side::kAbove);
  };
  for (const double margin : {off, 0.0}) {
    const Gains both = gains(margin, true, true);
    if (both.below > 0.0 && both.above > 0.0) {
      return prove(both);
    }
    if (both.below > 0.0 || both.above > 0.0) {
      return prove(gains(margin, both.below > 0.0, both.above > 0.0));
    }
  }
  for (const double margin : {off, 0.0}) {
    const Gains lower = gains(margin, true, false);
    const Gains upper = gains(margin, false, true);
    if (lower.below > 0.0 || upper.above > 0.0) {
      return prove(lower.below >= upper.above ? lower : upper);
    }
  }
  End(measure::SearchEnd::kBudget);
  return std::nullopt;
}

std::optional<SearchRun::Choice> SearchRun::ProveAt(double log_line, double distance, Side side) {
  const double wanted_level =
      std::exp(side == Side::kBelow ? log_line - distance : log_line + distance);
  double level = Rounded(std::min(wanted_level, options_.max));
  if (options_.axis == measure::SearchAxis::kUsers && side == Side::kBelow &&
      level < kFewestCrossingUsers && log_line > std::log(kFewestCrossingUsers) + kCrossingRoom) {
    // With a few users less the slow batch test would judge.
    level = kFewestCrossingUsers;
  }
  if (options_.axis == measure::SearchAxis::kUsers && held_ && broken_) {
    level = std::clamp(level, held_->level + 1.0, broken_->level - 1.0);
  }
  const bool again = (held_ && level <= held_->level) || (broken_ && level >= broken_->level);
  const double affordable = Seconds(Left()) * RateAt(level);
  const double planned =
      std::max(std::pow(CostFactor(side) / distance, 2.0) + Overhead(level, side),
               kPeriodsCovered * Seconds(options_.covers) * RateAt(level));
  if ((again && !rechecked_) || planned > (held_ ? kHopeful : kDesperate) * affordable) {
    End(measure::SearchEnd::kBudget);
    return std::nullopt;
  }
  const bool last_chance = planned > kFirstProofLimit * affordable;
  const double share = (held_ && broken_) || last_chance ? kProofShare : kFirstProofLimit;
  const double part = planned / std::max(1.0, affordable);
  return Choice{.kind = StepKind::kProof,
                .level = level,
                .alpha = errors_.Take(std::clamp(part, kLeastError, kMostError)),
                .planned_requests = planned,
                .distance = distance,
                .limit = std::max<Duration>(1s, ShareOf(Left(), share)),
                .last = std::max<Duration>(1s, ShareOf(Left(), kLastShare)),
                .covers = options_.covers};
}

}  // namespace loadline::search
