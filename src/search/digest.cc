// What a probe taught a search.
#include <algorithm>
#include <cmath>

#include "base/units_text.h"
#include "search/search_run.h"

namespace loadline::search {
namespace {

using measure::ObjectiveState;
using measure::StepResult;

/// More failures of any kind than this say that the target is beyond its saturation.
constexpr double kSaturatedFailures = 0.01;
/// Below the saturation, what is foreseen of it counts if it is known this well (relative).
constexpr double kHeadroomSd = 0.05;
/// A saturation is surely at least what was seen less so many standard deviations.
constexpr double kSaturationSigmas = 2.0;
/// An estimate this far (logarithmic) beyond a proved bound contradicts it…
constexpr double kContradiction = 0.12;
/// …if it is so many of its own standard deviations away…
constexpr double kContradictionSigmas = 3.0;
/// …of which this part of the distance from which it sees the line is one (search/knowledge.cc).
constexpr double kContradictionLean = 0.25;

bool Braked(const measure::Measurement& m) {
  return m.stop == measure::StopReason::kErrors || m.stop == measure::StopReason::kNoReply;
}

/// `p95`, `score:p95`, `errors`: the objective's name without its limit.
std::string ShortName(const measure::Objective& objective) {
  const std::string text = measure::Format(objective);
  return text.substr(0, text.find(' '));
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) {
      text += (text.empty() ? "" : ", ") + part;
    }
  }
  return text;
}

}  // namespace

void SearchRun::End(measure::SearchEnd end) {
  // An interruption counts although the search had ended: the operating load was cut short.
  if (!ended_ || end == measure::SearchEnd::kInterrupted) {
    ended_ = true;
    line_.end = end;
  }
}

StepResult SearchRun::ResultOf(const Probed& probed) const {
  const measure::Measurement& m = probed.measurement;
  if (!m.valid() || m.generator_limited) {
    return StepResult::kRefused;
  }
  if (probed.state == ObjectiveState::kBroken || Braked(m)) {
    return StepResult::kBroken;
  }
  if (probed.state == ObjectiveState::kHeld) {
    return StepResult::kHeld;
  }
  return probed.end == WatchEnd::kClear ? StepResult::kClear : StepResult::kUndecided;
}

std::string SearchRun::BindingOf(const Probed& probed) const {
  const measure::ObjectiveResult* binding = nullptr;
  for (const measure::ObjectiveResult& result : probed.objectives) {
    if (result.state == ObjectiveState::kBroken) {
      return measure::Format(result.objective);
    }
    if (binding == nullptr ||
        (binding->state == ObjectiveState::kHeld && result.state == ObjectiveState::kUndecided)) {
      binding = &result;
    }
  }
  return binding != nullptr ? measure::Format(binding->objective) : "";
}

std::string SearchRun::ReasonOf(const Choice& choice, const Probed& probed,
                                StepResult result) const {
  const measure::Measurement& m = probed.measurement;
  if (choice.kind == StepKind::kOperating) {
    return result == StepResult::kBroken ? "operating load, broken here"
                                         : "operating load, as predicted";
  }
  switch (result) {
    case StepResult::kHeld:
      return "";
    case StepResult::kClear:
      return "clear, going up";
    case StepResult::kRefused:
      return m.refusals.empty() ? "generator-limited" : m.refusals.front().reason;
    case StepResult::kBroken: {
      std::vector<std::string> parts = {FindCause(m, alone_wire_, probed.backlog).label};
      for (const measure::ObjectiveResult& objective : probed.objectives) {
        if (objective.state == ObjectiveState::kBroken && !saturation_only_) {
          parts.push_back(ShortName(objective.objective));
        }
      }
      if (probed.backlog) {
        parts.push_back("backlog grows");
      }
      if (m.stop == measure::StopReason::kNoReply) {
        parts.push_back("no reply for 2 s");
      }
      return Joined(parts);
    }
    case StepResult::kUndecided:
      if (probed.end == WatchEnd::kInterrupted || m.stop == measure::StopReason::kInterrupted) {
        return "interrupted";
      }
      return probed.end == WatchEnd::kTime ? "its time was up" : "near the line";
  }
  return "";
}

void SearchRun::Learn(const Choice& choice, const Probed& probed) {
  const measure::Measurement& m = probed.measurement;
  StepResult result = ResultOf(probed);
  const std::string reason = ReasonOf(choice, probed, result);
  if (choice.kind == StepKind::kOperating && result != StepResult::kBroken &&
      result != StepResult::kRefused) {
    result = StepResult::kClear;
  }
  measure::SearchStep step{.level = choice.level,
                           .result = result,
                           .reason = reason,
                           .objectives = probed.objectives,
                           .line_estimate = {},
                           .line_estimate_sd = {},
                           .measurement_step = m.step};
  if (probed.estimate) {
    step.line_estimate = choice.level * std::exp(probed.estimate->log_ratio);
    step.line_estimate_sd =
        *step.line_estimate * std::hypot(probed.estimate->sd, probed.estimate->unseen);
  }
  line_.steps.push_back(std::move(step));
  if (result == StepResult::kRefused) {
    return;
  }
  Lesson lesson;
  lesson.level = choice.level;
  lesson.test = probed.test;
  lesson.estimate = probed.estimate;
  lesson.requests = probed.evidence.requests;
  lesson.held_deviation = probed.evidence.held_deviation;
  lesson.broken_deviation = probed.evidence.broken_deviation;
  if (probed.test == measure::TestKind::kBatch) {
    lesson.share_ratio = probed.evidence.share_ratio;
    lesson.share_ratio_sd = probed.evidence.share_ratio_sd;
  }
  lesson.summary = SummaryOf(probed);
  knowledge_->Add(lesson);
}

queueing::ProbeSummary SearchRun::SummaryOf(const Probed& probed) const {
  const measure::Measurement& m = probed.measurement;
  double late = static_cast<double>(m.failed);
  for (const measure::TaskMeasurement& task : m.tasks) {
    late += static_cast<double>(task.response.CountAbove(threshold_));
  }
  const double requests = static_cast<double>(std::max<std::int64_t>(1, m.succeeded + m.failed));
  return {.rate = m.load.open() ? m.offered : m.achieved,
          .mean_response = MeanResponse(m),
          .late_share = std::min(1.0, late / requests),
          .requests = m.requests,
          .saturated = probed.backlog || Braked(m)};
}

void SearchRun::NoteSaturation(double level, const Probed& probed) {
  const measure::Measurement& m = probed.measurement;
  const double requests = static_cast<double>(std::max<std::int64_t>(1, m.requests));
  const double seconds = Seconds(m.measured);
  const bool failing = static_cast<double>(m.failed) > kSaturatedFailures * requests;
  const bool by_users = options_.axis == measure::SearchAxis::kUsers;
  const bool slow = by_users && MedianResponse(m) > 3 * alone_;
  double seen = 0.0;
  double sd = 0.0;  // Relative.
  if (failing && seconds > 0.0) {
    // What still succeeded beside the failures.
    const double succeeded = static_cast<double>(m.succeeded);
    seen = succeeded / seconds;
    sd = 1.0 / std::sqrt(std::max(1.0, succeeded));
  } else if (probed.headroom && (probed.backlog || probed.headroom->sd < kHeadroomSd)) {
    // How fast requests leave while many are waiting.
    seen = level * std::exp(probed.headroom->log_ratio);
    sd = probed.headroom->sd;
  } else if (slow) {
    seen = m.achieved.per_second;
    sd = 1.0 / std::sqrt(requests);
  }
  if (seen <= 0.0) {
    return;
  }
  // Users: as many as would make that rate if they were answered as alone.
  seen *= by_users ? Seconds(options_.think) + Seconds(alone_) : 1.0;
  // Far beyond its saturation a target may do less than at it, so the most counts; but the highest
  // of several noisy figures is too high, so it is the one that is surely the highest.
  const Seen now{.level = seen, .surely = seen * std::exp(-kSaturationSigmas * sd)};
  std::optional<Seen>& best = failing || probed.backlog || slow ? saturation_ : saturation_hint_;
  if (!best || now.surely > best->surely) {
    best = now;
  }
}

void SearchRun::NoteContradiction(const Choice& choice, const Probed& probed) {
  if (rechecked_ || !probed.estimate) {
    return;
  }
  const LineEstimate& estimate = *probed.estimate;
  const double line = std::log(choice.level) + estimate.log_ratio;
  const double sd = std::hypot(estimate.sd, kContradictionLean * estimate.log_ratio);
  const double far = std::max(kContradiction, kContradictionSigmas * sd);
  // What was not seen counts as late: it may hide a higher line, not a lower one.
  if (broken_ && line > std::log(broken_->level) + far) {
    recheck_ = broken_->level;
  } else if (held_ && line + estimate.unseen < std::log(held_->level) - far) {
    recheck_ = held_->level;
  }
}

void SearchRun::Digest(const Choice& choice, const Probed& probed) {
  const measure::Measurement& m = probed.measurement;
  if (probed.end == WatchEnd::kInterrupted || m.stop == measure::StopReason::kInterrupted) {
    End(measure::SearchEnd::kInterrupted);
    return;
  }
  const StepResult result = ResultOf(probed);
  if (result == StepResult::kRefused) {
    if (++refusals_ >= 2) {
      cause_ = FindCause(m, alone_wire_, probed.backlog).sentence;
      End(measure::SearchEnd::kGeneratorLimited);
    }
    return;
  }
  refusals_ = 0;
  NoteSaturation(choice.level, probed);
  if (result == StepResult::kHeld) {
    if (!held_ || choice.level > held_->level) {
      held_ = Bound{.level = choice.level, .covers = probed.covers, .binding = {}, .cause = {}};
    }
  } else if (result == StepResult::kBroken) {
    recover_ = true;
    if (!broken_ || choice.level < broken_->level) {
      broken_ = Bound{.level = choice.level,
                      .covers = probed.covers,
                      .binding = BindingOf(probed),
                      .cause = FindCause(m, alone_wire_, probed.backlog).sentence};
    }
  } else if (result == StepResult::kClear) {
    clear_ = std::max(clear_, choice.level);
  } else {
    recover_ = true;
    near_ = choice.kind == StepKind::kGlance ? choice.level : near_;
  }
  if (held_ && broken_ && held_->level >= broken_->level) {
    cause_ = "a load held above one that broke: the target changes while it is probed";
    End(measure::SearchEnd::kNotMonotone);
    return;
  }
  NoteContradiction(choice, probed);
  if (m.stop == measure::StopReason::kDataEnded) {
    cause_ = "the data ended";
    End(measure::SearchEnd::kBudget);
  }
}

}  // namespace loadline::search
