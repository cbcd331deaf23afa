#include "search/search_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "search/recovery_watch.h"
#include "stats/distributions.h"

namespace loadline::search {
namespace {

constexpr std::int64_t kLoneRequests = 50;
constexpr Duration kLongestAlone = 3s;
constexpr Duration kRecoverySlice = 10s;
/// When the budget is over the target may take this long before the operating load.
constexpr Duration kLastRecovery = 10s;
/// Between the requests of the trickle.
constexpr Duration kTricklePause = 50ms;
/// Without objectives the saturation is sought: fewer than one request in a hundred fails, and the
/// backlog does not grow, or, by users, throughput follows within 80 %.
constexpr double kSaturationErrors = 0.01;
constexpr double kFollowing = 0.8;

measure::Objective SaturationErrors() {
  measure::Objective objective;
  objective.metric = measure::Metric::kErrors;
  objective.limit = kSaturationErrors;
  return objective;
}

/// Users: half of the answers are back so soon that throughput is at least 80 % of what the users
/// would make if they were answered as alone.
measure::Objective SaturationFollows(Duration alone, Duration think) {
  measure::Objective objective;
  objective.quantile = 0.5;
  objective.threshold = FromSeconds(Seconds(think + alone) / kFollowing - Seconds(think));
  return objective;
}

}  // namespace

SearchRun::SearchRun(measure::Prober& prober, const FindOptions& options, FindListener& listener)
    : prober_(prober),
      options_(options),
      listener_(listener),
      saturation_only_(options.objectives.empty()),
      errors_(1.0 - options.confidence) {
  if (saturation_only_) {
    options_.objectives.push_back(SaturationErrors());
  }
  line_.axis = options_.axis;
  line_.has_objectives = !saturation_only_;
  line_.confidence = options_.confidence;
}

Result<measure::LoadLine> SearchRun::Run() {
  TRY(MeasureAlone());
  if (!ended_) {
    TakeEarlier();
    listener_.OnPlan(MakePlan(4.0 * start_ / 0.3));
    TRY(SearchOn());
    if (line_.end != measure::SearchEnd::kInterrupted) {
      TRY(Operate());
    }
  }
  return Conclude();
}

Status SearchRun::MeasureAlone() {
  Choice choice{.kind = StepKind::kAlone, .level = 1.0, .limit = kLongestAlone};
  const Probed probed = TRY(RunProbe(choice));
  const measure::Measurement& m = probed.measurement;
  if (probed.end == WatchEnd::kInterrupted || m.stop == measure::StopReason::kInterrupted) {
    End(measure::SearchEnd::kInterrupted);
    return {};
  }
  alone_ = MedianResponse(m);
  alone_mean_ = MeanResponse(m);
  alone_wire_ = MedianWire(m);
  if (m.succeeded == 0 || alone_ <= Duration::zero()) {
    cause_ = m.errors.empty() ? "no request was answered"
                              : "no request succeeded: " + m.errors.front().name;
    End(measure::SearchEnd::kNeverAnswered);
    return {};
  }
  // Three tenths of one request in flight: hardly anything waits even for a single server.
  const bool by_users = options_.axis == measure::SearchAxis::kUsers;
  const double cycle = Seconds(alone_) + (by_users ? Seconds(options_.think) : 0.0);
  const double gentle = (by_users ? 0.3 * cycle : 0.3) / Seconds(alone_);
  start_ = std::min(options_.max, Rounded(options_.start > 0.0 ? options_.start : gentle));
  lowest_ = by_users ? 1.0 : std::min(start_, gentle) / 16.0;
  if (saturation_only_ && by_users) {
    options_.objectives.push_back(SaturationFollows(alone_, options_.think));
  }
  double allowed = 0.0;
  for (const measure::Objective& objective : options_.objectives) {
    if (objective.metric == measure::Metric::kQuantile) {
      allowed = std::max(allowed, objective.AllowedShare());
      threshold_ = std::max(threshold_, objective.threshold);
    }
  }
  knowledge_.emplace(options_.axis, allowed, threshold_, options_.think);
  return {};
}

void SearchRun::TakeEarlier() {
  if (!options_.earlier) {
    return;
  }
  const measure::LoadLine& earlier = *options_.earlier;
  line_.steps = earlier.steps;
  if (earlier.held) {
    held_ = Bound{.level = *earlier.held, .covers = earlier.covers_periods_below};
  }
  if (earlier.broken) {
    broken_ = Bound{.level = *earlier.broken,
                    .covers = earlier.covers_periods_below,
                    .binding = earlier.binding,
                    .cause = earlier.cause};
  }
  if (earlier.saturation) {
    saturation_ = Seen{.level = *earlier.saturation, .surely = *earlier.saturation};
  }
  for (const measure::SearchStep& step : earlier.steps) {
    if (step.result == measure::StepResult::kClear) {
      clear_ = std::max(clear_, step.level);
    }
    knowledge_->AddEarlier(step);
  }
  // What the earlier search has used of the probability of error is gone.
  errors_ =
      ErrorBudget(std::min(1.0 - options_.confidence,
                           std::max(earlier.unspent_error, 0.02 * (1.0 - options_.confidence))));
}

Status SearchRun::SearchOn() {
  while (!ended_) {
    const std::optional<Choice> choice = Choose();
    if (!choice) {
      break;
    }
    const Probed probed = TRY(RunProbe(*choice));
    Digest(*choice, probed);
    if (recover_ && line_.end != measure::SearchEnd::kInterrupted) {
      TRY(Recover());
    }
  }
  return {};
}

Result<SearchRun::Probed> SearchRun::RunProbe(const Choice& choice) {
  const bool trickle = choice.kind == StepKind::kAlone;
  measure::Load load = trickle ? measure::Load{} : ShapeAt(choice.level);
  load.requests = trickle ? kLoneRequests : 0;
  load.warmup = trickle ? Duration::zero() : options_.warmup;
  load.duration = std::max(choice.limit, choice.last);
  load.seed = StreamSeed(options_.seed, static_cast<std::uint64_t>(++number_));
  const StepStart start{
      .kind = choice.kind, .number = number_, .level = choice.level, .load = load};
  listener_.OnStepStart(start);
  const measure::Progress none;
  const measure::Window before{.begin = {}, .end = {}, .events = {}, .progress = none};
  const StepLive live{.step = start,
                      .window = before,
                      .spent = spent_,
                      .held = held_ ? std::optional(held_->level) : std::nullopt,
                      .broken = broken_ ? std::optional(broken_->level) : std::nullopt};
  JudgeOptions judged{.objectives = options_.objectives,
                      .tasks = options_.tasks,
                      .load = load,
                      .alpha = std::clamp(choice.alpha, 1e-9, 0.5),
                      .alone = alone_mean_,
                      .covers = choice.covers,
                      .prove_steady = saturation_only_,
                      .stop_when_decided = !trickle && choice.kind != StepKind::kOperating};
  Judge judge(std::move(judged));
  ProbeWatch watch(judge, listener_, live,
                   {.kind = choice.kind,
                    .limit = choice.limit,
                    .last = choice.last,
                    .planned_requests = choice.planned_requests,
                    .distance = choice.distance,
                    .glance_least = std::max<Duration>(1s, 10 * alone_)});
  Probed probed;
  probed.measurement = TRY(prober_.Probe(load, watch));
  judge.Finish();
  spent_ += watch.elapsed();
  probed.end = watch.end();
  probed.state = judge.state();
  probed.backlog = judge.backlog_grows();
  probed.drifted = judge.drifted();
  probed.estimate = judge.Estimate();
  probed.headroom = judge.Headroom();
  probed.evidence = judge.evidence();
  probed.objectives = judge.Results();
  probed.test = judge.test();
  probed.covers = judge.covers_periods_below();
  if (trickle) {
    const measure::SearchStep step{.level = 1.0,
                                   .result = measure::StepResult::kClear,
                                   .reason = "alone",
                                   .objectives = {},
                                   .line_estimate = {},
                                   .line_estimate_sd = {},
                                   .measurement_step = probed.measurement.step};
    listener_.OnStepEnd({.start = start, .step = step, .measurement = probed.measurement});
  } else {
    Learn(choice, probed);
    listener_.OnStepEnd(
        {.start = start, .step = line_.steps.back(), .measurement = probed.measurement});
  }
  return probed;
}

Status SearchRun::Recover() {
  recover_ = false;
  if (Left() <= Duration::zero() && !held_) {
    return {};  // Nothing is left to probe.
  }
  Duration waited{};
  const Duration until = spent_ + std::max(Left(), kLastRecovery);
  while (spent_ < until) {
    measure::Load load;
    load.shape = measure::ClosedLoad{.users = 1,
                                     .spawn = {},
                                     .think = std::max(kTricklePause, alone_),
                                     .law = measure::ThinkLaw::kConstant};
    load.duration = std::min(kRecoverySlice, std::max<Duration>(until - spent_, 1s));
    load.seed = StreamSeed(options_.seed, static_cast<std::uint64_t>(++number_));
    const StepStart start{
        .kind = StepKind::kRecovery, .number = number_, .level = 1.0, .load = load};
    listener_.OnStepStart(start);
    RecoveryWatch watch(alone_, start, spent_, listener_);
    const measure::Measurement m = TRY(prober_.Probe(load, watch));
    spent_ += watch.elapsed();
    waited += watch.elapsed();
    const measure::SearchStep step{.level = 1.0,
                                   .result = measure::StepResult::kClear,
                                   .reason = watch.recovered() ? "recovered" : "not yet recovered",
                                   .objectives = {},
                                   .line_estimate = {},
                                   .line_estimate_sd = {},
                                   .measurement_step = m.step};
    listener_.OnStepEnd({.start = start, .step = step, .measurement = m});
    if (watch.interrupted() || m.stop == measure::StopReason::kInterrupted) {
      End(measure::SearchEnd::kInterrupted);
      return {};
    }
    if (watch.recovered()) {
      listener_.OnRecovered(waited, true);
      return {};
    }
  }
  listener_.OnRecovered(waited, false);
  cause_ = "the target did not recover from the last probe within the budget";
  End(measure::SearchEnd::kBudget);
  return {};
}

Status SearchRun::Operate() {
  if (!held_ || !knowledge_) {
    return {};
  }
  operating_ = Rounded(std::min(held_->level, 0.7 * Saturation().value_or(held_->level)));
  if (operating_ <= 0.0) {
    return {};
  }
  const Duration reserve = std::clamp<Duration>(options_.budget / 12, 5s, 60s);
  const Duration left = options_.budget - spent_;
  const Probed probed = TRY(RunProbe({.kind = StepKind::kOperating,
                                      .level = operating_,
                                      .alpha = std::max(1e-6, errors_.left()),
                                      .limit = std::max<Duration>(5s, std::min(reserve, left))}));
  if (probed.end == WatchEnd::kInterrupted) {
    End(measure::SearchEnd::kInterrupted);
  } else if (probed.state == measure::ObjectiveState::kBroken && probed.measurement.valid()) {
    cause_ = "the operating load broke an objective although a higher one held: the target changed";
    ended_ = false;
    End(measure::SearchEnd::kNotMonotone);
  }
  return {};
}

std::optional<double> SearchRun::Saturation() const {
  const std::optional<Seen>& seen = saturation_ ? saturation_ : saturation_hint_;
  if (!seen) {
    return std::nullopt;
  }
  // Without objectives the bracket is one of the saturation, and proved.
  double level = seen->level;
  if (saturation_only_ && broken_) {
    level = std::min(level, broken_->level);
  }
  if (saturation_only_ && held_) {
    level = std::max(level, held_->level);
  }
  return level;
}

measure::LoadLine SearchRun::Conclude() {
  if (held_) {
    line_.held = held_->level;
    line_.covers_periods_below = held_->covers;
  }
  if (broken_) {
    line_.broken = broken_->level;
    line_.binding = broken_->binding;
    line_.cause = broken_->cause;
    if (!held_) {
      line_.covers_periods_below = broken_->covers;
    }
  }
  if (held_ || broken_) {
    line_.test = TestFor(ShapeAt(held_ ? held_->level : broken_->level));
  }
  if (saturation_only_) {
    line_.binding = "saturation";
  }
  if (!cause_.empty()) {
    line_.cause = cause_;
  }
  line_.saturation = Saturation();
  if (operating_ > 0.0) {
    line_.operating = operating_;
  }
  line_.unspent_error = errors_.left();
  line_.spent = spent_;
  if (line_.end == measure::SearchEnd::kNotMonotone) {
    line_.held = line_.broken = line_.operating = std::nullopt;
    return std::move(line_);
  }
  const std::optional<Guess> near = knowledge_ ? knowledge_->NearEstimate() : std::nullopt;
  if (near) {
    const double z = stats::NormalQuantile(0.5 * (1.0 + options_.confidence));
    const double estimate = std::exp(near->log_line);
    const bool inside =
        (!held_ || estimate > held_->level) && (!broken_ || estimate < broken_->level);
    if (inside) {
      line_.estimate = estimate;
      line_.estimate_low = std::exp(near->log_line - z * near->sd);
      line_.estimate_high = std::exp(near->log_line + z * near->sd);
      if (saturation_only_) {
        line_.saturation = estimate;  // Of the same thing, and from all probes.
      }
    }
  }
  if (held_ && broken_ && held_->level < broken_->level) {
    const double width = broken_->level / held_->level - 1.0;
    line_.next_precision_cost = BracketCost(held_->level, 0.5 * width);
  }
  return std::move(line_);
}

}  // namespace loadline::search
