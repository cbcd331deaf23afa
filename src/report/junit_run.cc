// A run's verdict as test cases.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/units_text.h"
#include "report/junit.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

// The exit codes of docs/exit-codes-and-json.md, as RunReport keeps them.
constexpr int kBroken = 1;
constexpr int kBadInput = 2;
constexpr int kRefused = 3;
constexpr int kInterrupted = 4;
constexpr int kNeverAnswered = 5;
constexpr int kUndecided = 6;

/// Makes the cases of one run.
class Cases {
 public:
  Cases(const RunReport& report, Undecided undecided)
      : report_(report),
        undecided_(undecided),
        headline_(Headline(report)),
        totals_(TotalsOf(report)),
        verdict_(VerdictText(report, {})) {
    group_ = "loadline." + report.command;
    if (!report.label.empty()) {
      std::string label = report.label;
      std::replace(label.begin(), label.end(), '.', '_');  // A dot begins another level.
      group_ += "." + label;
    }
    measured_ = headline_ == nullptr ? Duration::zero() : headline_->measurement.measured;
  }

  std::vector<JunitCase> Make() {
    AddObjectives();
    if (report_.verify.has_value()) {
      AddBacklog(*report_.verify);
    }
    if (report_.command == "find" || report_.load_line.has_value()) {
      AddLoadLine();
    }
    AddGenerator();
    AddRun();
    return std::move(cases_);
  }

 private:
  JunitCase& Add(std::string name, Duration time) {
    JunitCase one;
    one.name = std::move(name);
    one.group = group_;
    one.time = time;
    cases_.push_back(std::move(one));
    return cases_.back();
  }

  void Fail(JunitCase& one, CaseState state, std::string type, std::string message) const {
    one.state = state;
    one.type = std::move(type);
    one.message = std::move(message);
    if (state != CaseState::kSkipped) {
      one.details = verdict_;
    }
  }

  void NotDecided(JunitCase& one, std::string message) const {
    Fail(one, undecided_ == Undecided::kSkipped ? CaseState::kSkipped : CaseState::kFailed,
         "not decided", "not decided: " + std::move(message));
  }

  [[nodiscard]] bool refused() const {
    return !totals_.refusals.empty() || (headline_ != nullptr && !headline_->measurement.valid());
  }

  void AddObjectives() {
    for (const measure::ObjectiveResult& result : report_.objectives) {
      JunitCase& one = Add(Format(result.objective), measured_);
      if (refused()) {
        Fail(one, CaseState::kSkipped, "refused", "refused: this measured the generator");
        continue;
      }
      switch (result.state) {
        case measure::ObjectiveState::kHeld:
          break;
        case measure::ObjectiveState::kBroken:
          Fail(one, CaseState::kFailed, "broken", "broken: " + ObjectiveLine(result));
          break;
        case measure::ObjectiveState::kUndecided:
          NotDecided(one, ObjectiveLine(result));
          break;
      }
    }
  }

  /// `: cannot resolve "x.test"`, if that is known.
  [[nodiscard]] std::string Why() const {
    return report_.failure.empty() ? FirstFailureText(report_) : ": " + Plain(report_.failure);
  }

  /// `verify` also asks for a backlog that does not grow.
  void AddBacklog(const VerifyVerdict& verdict) {
    JunitCase& one = Add("backlog does not grow", measured_);
    const bool others_held = std::all_of(
        report_.objectives.begin(), report_.objectives.end(),
        [](const auto& result) { return result.state == measure::ObjectiveState::kHeld; });
    if (refused()) {
      Fail(one, CaseState::kSkipped, "refused", "refused: this measured the generator");
    } else if (verdict.backlog_grows) {
      Fail(one, CaseState::kFailed, "broken", "broken: the backlog grows");
    } else if (verdict.state == measure::ObjectiveState::kUndecided && others_held) {
      NotDecided(one, "the budget ended first");
    }
  }

  void AddLoadLine() {
    Duration spent{};
    std::string answer = "none was found";
    if (report_.load_line.has_value()) {
      spent = report_.load_line->spent;
      answer = "the search ended: " + std::string(Name(report_.load_line->end));
    }
    if (report_.staircase.has_value()) {
      answer = "the staircase ended: " + std::string(Name(report_.staircase->end));
    }
    JunitCase& one =
        Add(report_.staircase.has_value() ? "staircase agrees" : "load line found", spent);
    if (refused()) {
      Fail(one, CaseState::kSkipped, "refused", "refused: this measured the generator");
    } else if (report_.exit_code == kBroken) {
      Fail(one, CaseState::kFailed, "broken", "broken: " + answer);
    } else if (report_.exit_code == kUndecided) {
      NotDecided(one, answer);
    } else if (report_.exit_code != 0) {
      Fail(one, CaseState::kSkipped, "not measured", answer);
    }
  }

  void AddGenerator() {
    JunitCase& one = Add("generator ok", measured_);
    std::string reasons;
    for (const measure::Refusal& refusal : totals_.refusals) {
      reasons += (reasons.empty() ? "" : "; ") + Plain(refusal.reason) +
                 (refusal.remedy.empty() ? "" : " (" + Plain(refusal.remedy) + ")");
    }
    if (!reasons.empty()) {
      Fail(one, CaseState::kError, "refused",
           "refused: this measured the generator, not the target: " + reasons);
    } else if (report_.exit_code == kRefused) {
      Fail(one, CaseState::kError, "refused",
           totals_.generator_limited ? "refused: this machine could send no more"
                                     : "refused: the record is incomplete");
    } else if (headline_ == nullptr && !report_.load_line.has_value() &&
               !report_.staircase.has_value()) {
      Fail(one, CaseState::kSkipped, "not measured", "nothing was measured");
    }
  }

  /// Whatever the exit code says and no other case shows.
  void AddRun() {
    JunitCase& one = Add("run", measured_);
    const bool shown = std::any_of(cases_.begin(), cases_.end(), [](const JunitCase& other) {
      return other.state == CaseState::kFailed || other.state == CaseState::kError;
    });
    const measure::StopReason stop =
        headline_ == nullptr ? measure::StopReason::kComplete : headline_->measurement.stop;
    switch (report_.exit_code) {
      case kNeverAnswered:
        Fail(one, CaseState::kError, "never answered", "the target never answered" + Why());
        return;
      case kInterrupted:
        Fail(one, CaseState::kError, "interrupted", "interrupted before its end");
        return;
      case kBadInput:
        Fail(one, CaseState::kError, "failed", "the run ended with an error" + Why());
        return;
      default:
        break;
    }
    if (stop == measure::StopReason::kErrors || stop == measure::StopReason::kNoReply) {
      Fail(one, CaseState::kFailed, "brake",
           fmt::format("the brake ended it after {}: {}", FormatDuration(measured_), Name(stop)));
    } else if (report_.exit_code == kBroken && headline_ == nullptr && !shown) {
      Fail(one, CaseState::kFailed, "first reply",
           "the first reply is not what it should be" + Why());
    } else if (report_.exit_code == kBroken && !shown) {
      Fail(one, CaseState::kFailed, "broken", "not one request succeeded");
    }
  }

  const RunReport& report_;
  Undecided undecided_;
  const StepReport* headline_;
  Totals totals_;
  std::string verdict_;
  std::string group_;
  Duration measured_{};
  std::vector<JunitCase> cases_;
};

std::string Millis(Duration d) {
  return fmt::format("{}", static_cast<double>(d.count()) / 1e6);
}

}  // namespace

JunitSuite JunitSuiteOf(const RunReport& report, Undecided undecided) {
  JunitSuite suite;
  suite.name = "loadline " + report.command;
  suite.started = report.started;
  suite.cases = Cases(report, undecided).Make();
  suite.output = VerdictText(report, {});
  for (const StepReport& step : report.steps) {
    suite.time += step.measurement.warmup + step.measurement.measured;
  }
  const auto add = [&](const char* name, std::string value) {
    suite.properties.emplace_back(name, std::move(value));
  };
  add("loadline.version", report.version);
  add("run", report.id);
  add("label", report.label);
  add("target", report.target.method + " " + report.target.url);
  add("exit_code", std::to_string(report.exit_code));
  add("seed", std::to_string(report.seed));
  add("confidence", fmt::format("{}", report.confidence));
  const StepReport* headline = Headline(report);
  if (headline != nullptr && headline->measurement.valid()) {
    const measure::Measurement& m = headline->measurement;
    const measure::TaskMeasurement all = AllTasks(m);
    add("load", Describe(m.load));
    add("requests", std::to_string(m.requests));
    add("failed", std::to_string(m.failed));
    add("achieved_rps", fmt::format("{:.6g}", m.achieved.per_second));
    if (!all.response.empty()) {
      add("response_ms_p50", Millis(all.response.ValueAtQuantile(0.5)));
      add("response_ms_p95", Millis(all.response.ValueAtQuantile(0.95)));
      add("response_ms_p99", Millis(all.response.ValueAtQuantile(0.99)));
    }
  }
  return suite;
}

}  // namespace loadline::report
