// `loadline find`: the load line of a target.
#include "search/find.h"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/units_text.h"
#include "cli/session.h"
#include "cli/subcommands.h"
#include "cli/verdict.h"
#include "report/text.h"

namespace loadline::cli {
namespace {

report::PlanFacts PlanOf(const scenario::Scenario& scenario) {
  report::PlanFacts plan;
  plan.axis = scenario.find.by;
  plan.max = scenario.find.max;
  plan.time = scenario.find.budget;
  return plan;
}

search::FindOptions OptionsFor(const Session& session) {
  const scenario::Scenario& scenario = session.scenario();
  search::FindOptions options;
  options.axis = scenario.find.by;
  options.objectives = scenario.objectives;
  options.tasks = session.TaskNames();
  options.max = scenario.find.max;
  options.budget = scenario.find.budget;
  options.confidence = scenario.find.confidence;
  options.precision = scenario.find.precision;
  options.covers = scenario.find.covers;
  options.warmup = scenario.load.warmup;
  options.seed = scenario.load.seed;
  options.earlier = session.earlier();
  if (const auto* open = std::get_if<measure::OpenLoad>(&scenario.load.shape)) {
    options.arrivals = open->arrivals;
  } else {
    const auto& closed = std::get<measure::ClosedLoad>(scenario.load.shape);
    options.think = closed.think;
    options.think_law = closed.law;
  }
  return options;
}

const char* PurposeOf(search::StepKind kind) {
  switch (kind) {
    case search::StepKind::kAlone:
      return "alone";
    case search::StepKind::kGlance:
      return "glance";
    case search::StepKind::kProof:
      return "proof";
    case search::StepKind::kRecovery:
      return "recovery";
    case search::StepKind::kOperating:
      return "operating";
  }
  return "probe";
}

/// Shows and stores a search while it goes on.
class FindWatcher : public search::FindListener {
 public:
  explicit FindWatcher(Session& session) : session_(session) {
    table_.axis = session.scenario().find.by;
    table_.quantile = report::ShownQuantile(session.scenario().objectives);
  }

  void OnPlan(const search::FindPlan& plan) override {
    report::PlanFacts facts = PlanOf(session_.scenario());
    facts.expected_width = plan.expected_width;
    facts.precision = plan.precision;
    facts.precision_cost = plan.precision_cost;
    session_.Say(report::PlanText(facts, session_.style()) + "\n" +
                 report::StepTableHeader(table_, session_.style()));
  }

  void OnStepStart(const search::StepStart& start) override {
    step_ = start.number;
    session_.BeginStep(start.number, PurposeOf(start.kind), start.load);
    session_.display().Start(fmt::format("{} {}: {}", PurposeOf(start.kind), start.number,
                                         measure::Describe(start.load)),
                             session_.scenario().find.budget, start.load.open());
  }

  measure::Decision OnLive(const search::StepLive& live) override {
    session_.display().SetBracket(live.held, live.broken);
    session_.display().SetElapsedBefore(live.spent - live.window.end);
    session_.display().OnWindow(live.window);
    return session_.interrupted() ? measure::Decision::kStop : measure::Decision::kContinue;
  }

  void OnSecond(const measure::Second& second) override {
    session_.display().OnSecond(second);
    session_.AddSecond(step_, second);
  }

  void OnStepEnd(const search::StepEnd& end) override {
    report::StepReport step{PurposeOf(end.start.kind), end.measurement, end.step};
    if (report::InStepTable(step)) {
      session_.Say(report::StepTableRow(table_, step, session_.style()));
    }
    session_.FinishStep(std::move(step));
  }

  void OnRecovered(Duration waited, bool recovered) override {
    if (!recovered) {
      session_.Say(fmt::format("           not well again after {}\n", FormatDuration(waited)));
    } else if (waited > 1s) {
      session_.Say(fmt::format("           well again after {}\n", FormatDuration(waited)));
    }
  }

 private:
  Session& session_;
  report::StepTable table_;
  int step_ = 0;
};

}  // namespace

ExitCode FindCommand(const Arguments& arguments) {
  Session session(arguments, scenario::Command::kFind);
  if (const std::optional<ExitCode> over = session.Open(PlanOf)) {
    return *over;
  }
  FindWatcher watcher(session);
  Result<measure::LoadLine> line = search::Find(session.engine(), OptionsFor(session), watcher);
  if (!line) {
    return session.CloseWith(line.error());
  }
  session.Say("\n");
  ExitCode code = CodeOf(*line);
  if (session.interrupted()) {
    code = Strongest({code, ExitCode::kInterrupted});
  }
  const std::string summary = Summary(*line);
  session.report().load_line = *std::move(line);
  return session.Close(code, summary);
}

}  // namespace loadline::cli
