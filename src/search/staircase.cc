#include "search/staircase.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/random.h"
#include "base/units_text.h"
#include "search/judge.h"

namespace loadline::search {
namespace {

using measure::StaircaseEnd;
using measure::StepResult;

/// Rounds that do not agree end after so many times as many as should.
constexpr int kMostRounds = 4;

Status Validate(const StaircaseOptions& options) {
  const auto invalid = [](const char* message) {
    return Error{ErrorCode::kInvalidArgument, message};
  };
  if (options.start < 1 || options.step < 1 || options.max < options.start) {
    return invalid(
        "a staircase starts with at least 1 user, in steps of at least 1, up to a "
        "maximum that is not below its start");
  }
  if (options.requests < 1 || options.repeat < 1 || options.budget <= Duration::zero()) {
    return invalid("a staircase needs at least 1 request per step, 1 round and some budget");
  }
  return {};
}

/// Watches a step: tells the listener, and measures the objectives.
class StepWatch : public measure::Observer {
 public:
  StepWatch(FindListener& listener, const StepStart& start, Duration spent, Judge* judge)
      : listener_(listener), start_(start), spent_(spent), judge_(judge) {}

  measure::Decision OnWindow(const measure::Window& window) override {
    elapsed_ = window.end;
    if (judge_ != nullptr) {
      static_cast<void>(judge_->OnWindow(window));
    }
    const StepLive live{
        .step = start_, .window = window, .spent = spent_ + window.end, .held = {}, .broken = {}};
    interrupted_ = interrupted_ || listener_.OnLive(live) == measure::Decision::kStop;
    return interrupted_ ? measure::Decision::kStop : measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override {
    if (judge_ != nullptr) {
      judge_->OnSecond(second);
    }
    listener_.OnSecond(second);
  }
  [[nodiscard]] bool WantsEvents() const override { return judge_ != nullptr; }

  [[nodiscard]] Duration elapsed() const { return elapsed_; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  FindListener& listener_;
  const StepStart& start_;
  Duration spent_;
  Judge* judge_;
  Duration elapsed_{};
  bool interrupted_ = false;
};

class Climber {
 public:
  Climber(measure::Prober& prober, const StaircaseOptions& options, FindListener& listener)
      : prober_(prober), options_(options), listener_(listener) {
    result_.staircase.step = options.step;
    result_.staircase.repeat = options.repeat;
  }

  Result<StaircaseResult> Run() {
    int users = options_.start;
    const int most = kMostRounds * options_.repeat;
    while (!ended_ && static_cast<int>(result_.staircase.rounds.size()) < most) {
      measure::StairRound round;
      TRY(Up(users, round));
      TRY(Down(users, round));
      if (ended_ && !round.clean && result_.staircase.end != StaircaseEnd::kFloor) {
        break;  // It was not completed.
      }
      result_.staircase.rounds.push_back(round);
      if (Agreed()) {
        End(StaircaseEnd::kAgreed);
      }
      users += options_.step;
    }
    End(StaircaseEnd::kNotAgreed);
    return std::move(result_);
  }

 private:
  void End(StaircaseEnd end) {
    if (!ended_) {
      ended_ = true;
      result_.staircase.end = end;
    }
  }

  [[nodiscard]] bool Agreed() const {
    const std::vector<measure::StairRound>& rounds = result_.staircase.rounds;
    const auto repeat = static_cast<std::size_t>(options_.repeat);
    return rounds.size() >= repeat && std::all_of(rounds.end() - options_.repeat, rounds.end(),
                                                  [&](const measure::StairRound& round) {
                                                    return round.clean == rounds.back().clean;
                                                  });
  }

  /// From `users` up until errors; `users` becomes where they appeared, or the maximum.
  Status Up(int& users, measure::StairRound& round) {
    users = std::min(users, options_.max);
    while (!ended_) {
      if (!TRY(IsClean(users, "up"))) {
        round.broke = ended_ ? std::nullopt : std::optional(users);
        return {};
      }
      if (ended_) {
        return {};
      }
      if (users == options_.max) {
        round.clean = users;
        End(StaircaseEnd::kCeiling);
        return {};
      }
      users = std::min(users + options_.step, options_.max);
    }
    return {};
  }

  /// From `users` down until there are no errors; `users` becomes that.
  Status Down(int& users, measure::StairRound& round) {
    while (!ended_) {
      if (users == 1) {
        End(StaircaseEnd::kFloor);
        return {};
      }
      users = std::max(1, users - options_.step);
      if (TRY(IsClean(users, "down")) && !ended_) {
        round.clean = users;
        return {};
      }
    }
    return {};
  }

  /// Runs a step; true if it had no errors. Ends the staircase where it says nothing.
  Result<bool> IsClean(int users, const char* way) {
    measure::Load load;
    load.shape = measure::ClosedLoad{
        .users = users, .spawn = {}, .think = options_.think, .law = options_.think_law};
    load.requests = options_.requests;
    load.duration = std::max<Duration>(1s, options_.budget - spent_);
    load.seed = StreamSeed(options_.seed, static_cast<std::uint64_t>(++number_));
    const StepStart start{.kind = StepKind::kStair,
                          .number = number_,
                          .level = static_cast<double>(users),
                          .load = load};
    listener_.OnStepStart(start);
    std::optional<Judge> judge;
    if (!options_.objectives.empty()) {
      judge.emplace(JudgeOptions{.objectives = options_.objectives,
                                 .tasks = options_.tasks,
                                 .load = load,
                                 .stop_when_decided = false});
    }
    StepWatch watch(listener_, start, spent_, judge ? &*judge : nullptr);
    const measure::Measurement m = TRY(prober_.Probe(load, watch));
    spent_ += watch.elapsed();
    measure::SearchStep step;
    step.level = start.level;
    step.measurement_step = m.step;
    if (judge) {
      judge->Finish();
      step.objectives = judge->Results();
    }
    const bool clean = Rule(m, watch, way, step);
    listener_.OnStepEnd({.start = start, .step = step, .measurement = m});
    result_.steps.push_back(std::move(step));
    return clean;
  }

  bool Rule(const measure::Measurement& m, const StepWatch& watch, const char* way,
            measure::SearchStep& step) {
    step.result = StepResult::kUndecided;
    if (watch.interrupted() || m.stop == measure::StopReason::kInterrupted) {
      step.reason = "interrupted";
      End(StaircaseEnd::kInterrupted);
      return false;
    }
    if (!m.valid() || m.generator_limited) {
      step.result = StepResult::kRefused;
      step.reason = m.refusals.empty() ? "generator-limited" : m.refusals.front().reason;
      End(StaircaseEnd::kGeneratorLimited);
      return false;
    }
    if (m.succeeded == 0 && m.rejected == 0) {
      step.result = StepResult::kBroken;
      step.reason = "no request succeeded";
      End(StaircaseEnd::kNeverAnswered);
      return false;
    }
    const std::string broken = Broken(step.objectives);
    if (m.failed > 0 || !broken.empty()) {
      step.result = StepResult::kBroken;
      step.reason = m.rejected > 0 ? "503s" : m.failed > 0 ? m.errors.front().name : broken;
      return false;
    }
    if (m.requests < options_.requests) {
      step.reason = "its time was up";
      End(StaircaseEnd::kBudget);
      return false;
    }
    step.result = StepResult::kClear;
    step.reason = fmt::format("clean, {}, {}", way, FormatRate(m.achieved));
    return true;
  }

  /// The first objective that what was measured breaks; empty: none.
  static std::string Broken(const std::vector<measure::ObjectiveResult>& objectives) {
    for (const measure::ObjectiveResult& result : objectives) {
      const double limit = result.objective.metric == measure::Metric::kErrors ||
                                   result.objective.metric == measure::Metric::kGoodput
                               ? result.objective.limit
                               : Seconds(result.objective.threshold);
      const bool more = result.objective.metric != measure::Metric::kGoodput;
      if (result.requests > 0 && (more ? result.value >= limit : result.value < limit)) {
        return measure::Format(result.objective);
      }
    }
    return {};
  }

  measure::Prober& prober_;
  const StaircaseOptions& options_;
  FindListener& listener_;
  StaircaseResult result_;
  Duration spent_{};
  int number_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<StaircaseResult> Climb(measure::Prober& prober, const StaircaseOptions& options,
                              FindListener& listener) {
  TRY(Validate(options));
  return Climber(prober, options, listener).Run();
}

}  // namespace loadline::search
