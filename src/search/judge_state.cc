#include "search/judge_state.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/check.h"
#include "stats/steady_state.h"

namespace loadline::search {
namespace {

/// Batches of the level-crossing test are at least this long, in requests…
constexpr double kFewestPerBatch = 16.0;
/// …and in response times of a lone request (times the requests that arrive in one).
constexpr double kAlonesPerBatch = 10.0;
/// Full batches at the first look, and at least at any later one.
constexpr int kFirstBatches = 20;
constexpr int kFewestBatches = 16;
/// Lone response: so many replies teach it, or what came within so long.
constexpr std::size_t kLessons = 100;
constexpr Duration kLongestLesson = 5s;
/// The judged part holds so many periods of whatever the verdict covers.
constexpr int kPeriodsCovered = 20;
/// A shift between batches less probable than this is a target that changed (it warmed up, slowed
/// down, scaled itself): what was before is dropped, so many times at most.
constexpr double kShiftAlpha = 1e-4;
constexpr int kMostDrops = 4;

std::vector<int> TasksOf(const JudgeOptions& options) {
  std::vector<int> tasks;
  for (const measure::Objective& objective : options.objectives) {
    const auto found = std::find(options.tasks.begin(), options.tasks.end(), objective.task);
    // A task that does not exist was refused where the objective was read.
    CHECK(objective.task.empty() || found != options.tasks.end());
    tasks.push_back(objective.task.empty() ? kAllTasks
                                           : static_cast<int>(found - options.tasks.begin()));
  }
  return tasks;
}

std::vector<LedgerObjective> LedgerObjectives(const JudgeOptions& options) {
  const std::vector<int> tasks = TasksOf(options);
  std::vector<LedgerObjective> result;
  for (std::size_t i = 0; i < options.objectives.size(); ++i) {
    const measure::Objective& objective = options.objectives[i];
    if (objective.Testable()) {
      const bool latency = objective.metric == measure::Metric::kQuantile;
      result.push_back(
          {.threshold = latency ? objective.threshold : Duration::max(), .task = tasks[i]});
    }
  }
  return result;
}

Duration Settled(const measure::Load& load) {
  Duration settled = load.warmup;
  if (const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape)) {
    if (closed->spawn.per_second > 0.0) {
      settled = std::max(settled, FromSeconds(closed->users / closed->spawn.per_second));
    }
    settled += closed->think;  // The start of all users together is forgotten after a pause each.
  }
  return settled;
}

}  // namespace

JudgeState::JudgeState(JudgeOptions options)
    : options_(std::move(options)),
      test_(TestFor(options_.load)),
      settled_(Settled(options_.load)),
      ledger_(LedgerObjectives(options_)),
      book_(options_.objectives, TasksOf(options_)),
      alone_(Seconds(options_.alone)) {
  const std::vector<int> tasks = TasksOf(options_);
  for (std::size_t i = 0; i < options_.objectives.size(); ++i) {
    if (!options_.objectives[i].Testable()) {
      tested_of_.push_back(SIZE_MAX);
      continue;
    }
    tested_of_.push_back(tested_.size());
    Tested tested;
    tested.index = i;
    tested.task = tasks[i];
    tested.allowed = options_.objectives[i].AllowedShare();
    tested_.push_back(std::move(tested));
  }
  const double split = std::max<double>(1.0, static_cast<double>(tested_.size()));
  boundary_ = BoundaryFor(test_, options_.alpha, options_.alpha / split);
}

double JudgeState::ExpectedRate() const {
  if (const auto* open = std::get_if<measure::OpenLoad>(&options_.load.shape)) {
    return open->rate.per_second;
  }
  const auto& closed = std::get<measure::ClosedLoad>(options_.load.shape);
  return closed.users / std::max(1e-9, Seconds(closed.think) + alone_);
}

void JudgeState::Learn(Duration response) {
  learning_.push_back(Seconds(response));
  if (learning_.size() >= kLessons) {
    std::nth_element(learning_.begin(), learning_.begin() + kLessons / 2, learning_.end());
    alone_ = std::max(1e-6, learning_[kLessons / 2]);
  }
}

void JudgeState::Begin() {
  if (alone_ <= 0.0) {
    // Hardly anything came back: take what there is, or a second.
    const double sum = std::accumulate(learning_.begin(), learning_.end(), 0.0);
    alone_ = learning_.empty() ? 1.0 : std::max(1e-6, sum / static_cast<double>(learning_.size()));
  }
  begun_ = true;
  began_ = ledger_.now();
  judged_until_ = began_;
  if (test_ == measure::TestKind::kNone) {
    return;
  }
  const double rate = ExpectedRate();
  const double in_flight = rate * alone_;
  const std::int64_t unit =
      static_cast<std::int64_t>(std::ceil(std::max(kFewestPerBatch, kAlonesPerBatch * in_flight)));
  if (test_ == measure::TestKind::kBatch) {
    BeginLateBatches(rate);
    backlog_.emplace(unit);
    next_look_ = static_cast<double>(unit) * 16.0;
    return;
  }
  if (options_.load.open()) {
    law_ = {.rate = rate};
  } else {
    const auto& closed = std::get<measure::ClosedLoad>(options_.load.shape);
    law_ = {.users = closed.users, .think = Seconds(closed.think)};
  }
  double slowest = alone_;
  for (const Tested& tested : tested_) {
    const measure::Objective& objective = options_.objectives[tested.index];
    if (objective.metric == measure::Metric::kQuantile) {
      slowest = std::max(slowest, Seconds(objective.threshold));
    }
  }
  skip_ = unit;
  crossing_.emplace(unit, static_cast<int>(tested_.size()));
  next_look_ = static_cast<double>(unit * kFirstBatches) + rate * slowest + 1.0;
}

void JudgeState::BeginLateBatches(double rate) {
  for (Tested& tested : tested_) {
    const measure::Objective& objective = options_.objectives[tested.index];
    // What an errors objective waits for is unknown: take ten lone responses.
    const double threshold = objective.metric == measure::Metric::kQuantile
                                 ? Seconds(objective.threshold)
                                 : 10.0 * alone_;
    double memory = LateBatches::OpenMemory(rate, threshold, alone_, tested.allowed);
    if (const auto* closed = std::get_if<measure::ClosedLoad>(&options_.load.shape)) {
      // Once every user has been served, little is left of what was before.
      memory = std::min(memory, 8.0 + 2.0 * closed->users);
    }
    tested.late.emplace(memory, tested.allowed, 1.0);
  }
}

void JudgeState::Arrive(LedgerEntry& entry) {
  if (!begun_) {
    if (entry.at < settled_ || (alone_ <= 0.0 && entry.at < settled_ + kLongestLesson)) {
      return;
    }
    Begin();
  }
  judged_until_ = entry.at;
  if (finished_ || deaf_ || test_ == measure::TestKind::kNone) {
    return;
  }
  for (Tested& tested : tested_) {
    tested.arrived += tested.task == kAllTasks || tested.task == entry.task ? 1.0 : 0.0;
  }
  if (test_ == measure::TestKind::kBatch) {
    backlog_->Arrive(entry.found);
    entry.tag = static_cast<std::uint32_t>(counted_);
    for (Tested& tested : tested_) {
      tested.late->Arrive(tested.task == kAllTasks || tested.task == entry.task);
    }
  } else {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    entry.tag = crossing_->Arrive();
    const std::uint32_t bin = BinOf(entry.found);
    for (std::size_t i = 0; i < tested_.size(); ++i) {
      if (tested_[i].task == kAllTasks || tested_[i].task == entry.task) {
        crossing_->Found(static_cast<int>(i), entry.tag, bin);
      }
    }
  }
  ++counted_;
}

void JudgeState::Late(std::size_t tested, const LedgerEntry& entry) {
  tested_[tested].violated += begun_ && entry.at >= began_ ? 1.0 : 0.0;
  if (entry.tag == kNotCounted || finished_) {
    return;
  }
  if (crossing_) {
    crossing_->Late(static_cast<int>(tested), entry.tag, BinOf(entry.found));
  } else {
    tested_[tested].late->Late(entry.tag);
  }
}

void JudgeState::Depart(std::uint32_t in_flight, const LedgerEntry& entry, Duration response,
                        measure::ErrorKind error) {
  if (crossing_) {
    crossing_->Depart(BinOf(in_flight));
  }
  if (alone_ <= 0.0) {
    Learn(response);
  }
  if (entry.at >= options_.load.warmup) {
    book_.Depart(entry.task, response, error);
  }
}

void JudgeState::TakeWindow(const measure::Window& window) {
  for (const measure::Event& event : window.events) {
    if (!ledger_.Take(event, *this)) {
      deaf_ = true;
      break;
    }
  }
  const Duration judged = window.end - std::max(window.begin, options_.load.warmup);
  if (judged > Duration::zero()) {
    book_.Advance(Seconds(judged));
  }
  if (begun_ && !finished_ && static_cast<double>(counted_) >= next_look_) {
    Look();
    next_look_ = std::max(next_look_ * kLookGrowth, static_cast<double>(counted_));
  }
}

void JudgeState::TakeSecond(const measure::Second& second) {
  deaf_ = deaf_ || second.generator.dropped_events > 0;
}

void JudgeState::Finish() {
  if (!finished_ && !Decided() && begun_) {
    Look();
  }
  finished_ = true;
  if (test_ == measure::TestKind::kNone && !deaf_) {
    RuleAsMeasured();
  }
}

void JudgeState::RuleAsMeasured() {
  for (Tested& tested : tested_) {
    const measure::Objective& objective = options_.objectives[tested.index];
    if (book_.Requests(tested.index) == 0) {
      continue;
    }
    const double limit = objective.metric == measure::Metric::kErrors
                             ? objective.limit
                             : Seconds(objective.threshold);
    tested.state = book_.Value(tested.index) < limit ? measure::ObjectiveState::kHeld
                                                     : measure::ObjectiveState::kBroken;
  }
}

bool JudgeState::Decided() const {
  if (backlog_grows_) {
    return true;
  }
  bool all = !tested_.empty();
  for (const Tested& tested : tested_) {
    if (tested.state == measure::ObjectiveState::kBroken) {
      return true;
    }
    all = all && tested.state == measure::ObjectiveState::kHeld;
  }
  return all;
}

std::uint32_t JudgeState::DecidedTag(std::size_t tested) const {
  const LedgerEntry* entry = ledger_.Find(ledger_.decided_before(tested));
  if (entry == nullptr) {
    return kNotCounted;  // All are decided.
  }
  return entry->tag == kNotCounted ? 0 : entry->tag;
}

void JudgeState::Look() {
  if (test_ == measure::TestKind::kNone || deaf_ || Decided() ||
      judged_until_ - began_ < kPeriodsCovered * options_.covers) {
    return;
  }
  LookAtBacklog();
  if (backlog_grows_) {
    return;
  }
  for (Tested& tested : tested_) {
    if (tested.state != measure::ObjectiveState::kUndecided) {
      continue;
    }
    if (crossing_) {
      LookCrossing(tested);
    } else {
      LookBatch(tested);
    }
  }
}

void JudgeState::LookAtBacklog() {
  if (!options_.load.open()) {
    return;
  }
  if (backlog_) {
    backlog_grows_ = backlog_->Z() > kGrowthBound;
  } else if (crossing_->full() >= kFewestBatches) {
    const Backlog backlog = CrossingFit(*crossing_, crossing_->full(), law_).GetBacklog();
    backlog_grows_ = backlog.z > kBacklogBound;
    steady_z_ = -backlog.z;
    headroom_ = {.log_ratio = backlog.log_headroom, .sd = backlog.log_headroom_sd};
  }
}

void JudgeState::LookCrossing(Tested& tested) {
  const std::size_t i = static_cast<std::size_t>(&tested - tested_.data());
  const int usable = crossing_->FullBefore(DecidedTag(i));
  if (usable < kFewestBatches) {
    return;
  }
  const bool of_failures = options_.objectives[tested.index].metric == measure::Metric::kErrors;
  const CrossingLook look = CrossingFit(*crossing_, usable, law_)
                                .Look({.index = static_cast<int>(i),
                                       .allowed = tested.allowed,
                                       .of_failures = of_failures});
  tested.crossing = look;
  tested.share = look.share;
  tested.share_sd = look.share_sd;
  tested.held_z = look.HeldZ();
  tested.broken_z = look.BrokenZ();
  tested.requests =
      static_cast<double>(usable) * static_cast<double>(crossing_->arrivals_per_batch());
  Rule(tested, look.influences);
}

void JudgeState::LookBatch(Tested& tested) {
  const std::size_t i = static_cast<std::size_t>(&tested - tested_.data());
  const std::uint32_t decided = DecidedTag(i);
  if (!tested.late->Ready(decided)) {
    return;
  }
  const BatchLook look = tested.late->Look(decided);
  tested.share = look.share;
  tested.share_sd = look.share_sd;
  tested.held_z = look.held_z;
  tested.broken_z = look.broken_z;
  tested.requests = look.requests;
  Rule(tested, look.influences);
}

void JudgeState::Rule(Tested& tested, std::span<const double> influences) {
  const bool held = tested.held_z > boundary_.held;
  const bool broken = tested.broken_z > boundary_.broken;
  if (!held && !broken) {
    return;
  }
  const std::optional<stats::Shift> shift = stats::FindShift(influences);
  if (shift && shift->p_value < kShiftAlpha && drops_ < kMostDrops) {
    ++drops_;
    DropFirst(static_cast<double>(shift->first) / static_cast<double>(influences.size()));
    return;
  }
  tested.state = held ? measure::ObjectiveState::kHeld : measure::ObjectiveState::kBroken;
}

void JudgeState::DropFirst(double part) {
  const auto count = [part](int batches) {
    return std::min(batches, static_cast<int>(std::ceil(part * batches)));
  };
  began_ += FromSeconds(part * JudgedSeconds());
  if (crossing_) {
    crossing_->DropFirst(count(crossing_->full()));
  }
  for (Tested& tested : tested_) {
    if (tested.late) {
      tested.late->DropFirst(count(tested.late->full()));
    }
    // What was held before the change need not hold after it.
    tested.state = measure::ObjectiveState::kUndecided;
  }
}

}  // namespace loadline::search
