// `loadline run`: one load, watched, judged, stored.
#include <optional>
#include <string>
#include <utility>

#include "cli/overload.h"
#include "cli/probe_watcher.h"
#include "cli/session.h"
#include "cli/subcommands.h"
#include "cli/verdict.h"
#include "compare/drift.h"
#include "search/judge.h"
#include "search/overload.h"
#include "stats/batch_means.h"

namespace loadline::cli {
namespace {

report::PlanFacts PlanOf(const scenario::Scenario& scenario) {
  report::PlanFacts plan;
  plan.load = measure::Describe(scenario.load);
  if (scenario.load.duration != Duration::max()) {
    plan.time = scenario.load.warmup + scenario.load.duration;
  }
  plan.requests = scenario.load.requests;
  return plan;
}

search::JudgeOptions JudgeOptionsFor(const Session& session) {
  search::JudgeOptions options;
  options.objectives = session.scenario().objectives;
  options.tasks = session.TaskNames();
  options.load = session.scenario().load;
  options.alpha = 1.0 - session.scenario().find.confidence;
  options.alone = session.alone();
  options.stop_when_decided = false;
  return options;
}

report::OverloadPhaseFacts FactsOf(const search::OverloadPhase& phase) {
  return {.seconds = phase.seconds,
          .succeeded = phase.succeeded,
          .failed = phase.failed,
          .rejected = phase.rejected,
          .goodput_rps = phase.goodput(),
          .p50 = phase.response.ValueAtQuantile(0.5),
          .p95 = phase.response.ValueAtQuantile(0.95)};
}

report::OverloadVerdict VerdictOf(const OverloadOptions& options,
                                  const search::OverloadFacts& facts) {
  return {.factor = options.factor,
          .before = FactsOf(facts.before),
          .during = FactsOf(facts.during),
          .after = FactsOf(facts.after),
          .recovery = facts.recovery};
}

/// What only a whole run shows: whether it drifted, and what an overload did.
class Aftermath : public measure::Observer {
 public:
  explicit Aftermath(const Session& session) : steady_(session.scenario().load.steady()) {
    if (session.overload()) {
      search::OverloadPlan plan = PlanFor(*session.overload());
      plan.objectives = session.scenario().objectives;
      overload_.emplace(std::move(plan));
    }
  }
  measure::Decision OnWindow(const measure::Window&) override {
    return measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override {
    if (steady_ && !second.warmup) {
      AddMean(second);
    }
    if (overload_) {
      overload_->OnSecond(second);
    }
  }
  void Tell(const Session& session, report::RunReport& report) const {
    // A drift of seconds is the warm-up's; a minute is the least that says something.
    constexpr std::int64_t kTellingSeconds = 60;
    if (steady_ && means_.count() >= kTellingSeconds) {
      report.drift = compare::DriftOf(means_, session.scenario().find.confidence);
    }
    if (overload_) {
      report.overload = VerdictOf(*session.overload(), overload_->facts());
    }
  }

 private:
  void AddMean(const measure::Second& second) {
    double sum = 0.0;
    double count = 0.0;
    for (const measure::TaskSecond& task : second.tasks) {
      const auto here = static_cast<double>(task.response.count());
      sum += here * Seconds(task.response.Mean());
      count += here;
    }
    if (sum > 0.0) {
      means_.Add(sum / count);
    }
  }

  bool steady_;
  stats::BatchMeans means_{20};  // Of the response, by second.
  std::optional<search::OverloadWatch> overload_;
};

}  // namespace

ExitCode RunCommand(const Arguments& arguments) {
  Session session(arguments, scenario::Command::kRun);
  if (const std::optional<ExitCode> over = session.Open(PlanOf)) {
    return *over;
  }
  const measure::Load& load = session.scenario().load;
  session.BeginStep(1, "probe", load);
  ProbeWatcher watcher(session, 1, PlanOf(session.scenario()).time);
  Aftermath aftermath(session);
  search::Both watched(aftermath, watcher);
  search::Judge judge(JudgeOptionsFor(session));
  search::Both both(judge, watched);
  // An overload breaks objectives by intent: what it did is told, and nothing is judged.
  const bool judged = !session.scenario().objectives.empty() && !session.overload();
  measure::Observer& observer = judged ? static_cast<measure::Observer&>(both) : watched;
  Result<measure::Measurement> measurement = session.prober().Probe(load, observer);
  if (!measurement) {
    return session.CloseWith(measurement.error());
  }
  judge.Finish();
  aftermath.Tell(session, session.report());
  session.report().objectives = judged ? judge.Results() : std::vector<measure::ObjectiveResult>{};
  const ExitCode code = CodeOf(*measurement, session.report().objectives);
  const measure::SearchStep step = StepOf(*measurement, session.report().objectives, code);
  session.FinishStep({"probe", *std::move(measurement), step});
  return session.Close(code, Summary(code, session.report().objectives));
}

}  // namespace loadline::cli
