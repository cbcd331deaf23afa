// `loadline ab`: two targets in turns, compared pair by pair, stored as two runs.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/ab_trial.h"
#include "cli/comparison.h"
#include "cli/file_output.h"
#include "cli/session.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "cli/write_to.h"
#include "compare/paired.h"
#include "measure/load.h"
#include "report/compare_report.h"

namespace loadline::cli {
namespace {

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

/// The command line as one of the targets has it.
struct SideArguments {
  Arguments a;
  Arguments b;
};

/// The same command line for a target of its own.
Arguments At(const Arguments& arguments, const std::string& subject, const std::string& url) {
  Arguments one = arguments;
  one.positionals = {subject};
  if (!url.empty()) {
    // First, so that nothing else of the command line is overruled.
    one.flags.insert(one.flags.begin(), {.flag = Get(arguments.command).Find("--set"),
                                         .value = fmt::format("target.url=\"{}\"", url)});
  }
  return one;
}

Result<SideArguments> SplitArguments(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.positionals;
  const auto url = [&](std::size_t index) -> Status {
    if (!HasScheme(words[index]) || words[index].find_first_of("\"\\") != std::string::npos) {
      return Invalid(fmt::format(
          "ab: found \"{}\"; expected a URL: loadline ab scenario.yaml URL1 URL2", words[index]));
    }
    return {};
  };
  const bool two = words.size() == 2;
  if (words.size() < 2 || words.size() > 3 || (HasScheme(words.front()) && !two)) {
    return Invalid(
        "ab: two targets are what it compares: loadline ab URL1 URL2, scenario.yaml URL2 or "
        "scenario.yaml URL1 URL2");
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    TRY(url(i));
  }
  if (HasScheme(words.front())) {
    return SideArguments{At(arguments, words[0], ""), At(arguments, words[1], "")};
  }
  return SideArguments{At(arguments, words[0], two ? "" : words[1]),
                       At(arguments, words[0], words.back())};
}

/// What is told once of both, before the plan.
void SayNotes(Session& a) {
  if (!a.scenario().load_given) {
    a.Say("no load given: one user without think time; --rate 40/s or --users 20 say more\n");
  } else {
    for (const std::string& note : a.notes()) {
      a.Say(note + "\n");
    }
  }
  if (!a.scenario().objectives.empty()) {
    a.Say("the scenario's objectives are not judged: ab compares, verify judges\n");
  }
}

report::ComparedRun FactsOf(Session& session, const AbTrial& trial, bool b) {
  const report::RunReport& run = session.report();
  report::ComparedRun facts;
  facts.id = run.id;
  facts.label = run.label;
  facts.started = run.started;
  facts.command = run.command;
  facts.load = measure::Describe(session.scenario().load);
  facts.target = run.target.method + " " + run.target.url;
  for (const compare::BlockPair& pair : trial.pairs()) {
    const compare::Batch& batch = b ? pair.b : pair.a;
    facts.seconds += batch.seconds;
    facts.requests += batch.requests();
  }
  return facts;
}

bool Comparable(const std::vector<compare::BlockPair>& pairs) {
  const auto first = std::count_if(pairs.begin(), pairs.end(),
                                   [](const compare::BlockPair& pair) { return pair.b_first; });
  return static_cast<int>(pairs.size()) >= compare::kFewestPairs && first > 0 &&
         static_cast<std::size_t>(first) < pairs.size();
}

report::ComparisonReport ReportOf(Session& a, Session& b, AbTrial& trial,
                                  compare::CompareOptions options) {
  options.confidence = a.scenario().find.confidence;
  options.throughput = !a.scenario().load.open();
  report::ComparisonReport report;
  report.version = std::string(Version());
  report.confidence = options.confidence;
  report.tolerated = options.tolerated;
  report.a = FactsOf(a, trial, false);
  report.b = FactsOf(b, trial, true);
  if (trial.code() != ExitCode::kRefused && Comparable(trial.pairs())) {
    report.figures = compare::ComparePairs(trial.pairs(), options);
    report.overall = compare::Overall(report.figures);
    trial.facts().pairs_to_decide =
        compare::PairsToDecide(report.figures, trial.facts().done, options);
  }
  report.trial = trial.facts();
  return report;
}

/// The code of all that happened; a baseline that failed leaves nothing to be worse than.
ExitCode CodeOfAll(const AbTrial& trial, const report::ComparisonReport& report) {
  if (trial.code() == ExitCode::kHeld) {
    return CodeOf(report.overall);
  }
  if (trial.baseline_failed()) {
    return ExitCode::kUndecided;
  }
  return Strongest({trial.code(), report.overall == compare::Proof::kWorse ? ExitCode::kBroken
                                                                           : ExitCode::kHeld});
}

std::string SummaryOf(const AbTrial& trial, const report::ComparisonReport& report) {
  std::string summary = report.figures.empty() && !report.trial->ended_by.empty()
                            ? report.trial->ended_by
                            : report::VerdictSentence(report);
  if (trial.code() != ExitCode::kHeld && !report.figures.empty()) {
    summary += fmt::format(" ({})", report.trial->ended_by);
  }
  return summary;
}

Status Tell(const Arguments& arguments, const report::ComparisonReport& report) {
  const bool json_to_output = arguments.Value("--json") == "-";
  std::FILE* out = json_to_output ? stderr : stdout;
  fmt::print(out, "\n{}", report::ComparisonText(report, StyleFor(out)));
  std::fflush(out);
  if (arguments.Has("--json")) {
    TRY(WriteTo(arguments.Value("--json"), "--json", [&](std::ostream& stream) {
      stream << report::ComparisonDocument({report});
      return Status();
    }));
  }
  std::vector<scenario::Fault> faults;  // Told by the sessions already.
  return TellPipelines({report}, ReadOutputOptions(arguments, ReadEnvironment, faults), out);
}

/// Everything before the first request. A code: the trial is over, and what is wrong was told.
std::optional<ExitCode> Open(Session& a, Session& b, Interruption& interruption) {
  for (Session* session : {&a, &b}) {
    if (const std::optional<ExitCode> over = session->Allow()) {
      return over;
    }
  }
  if (const std::optional<ExitCode> over = a.Begin()) {
    return over;
  }
  if (const std::optional<ExitCode> over = b.Begin()) {
    a.Forget();
    return over;
  }
  interruption.OnFirst([&a, &b] {
    a.engine().Interrupt();
    b.engine().Interrupt();
  });
  if (const std::optional<ExitCode> over = a.MeetTarget()) {
    b.Forget();
    return over;
  }
  if (const std::optional<ExitCode> over = b.MeetTarget()) {
    return a.Close(*over, "B did not come to its first block");
  }
  return std::nullopt;
}

Status CheckFiles(const Arguments& arguments) {
  for (const char* flag : {"--json", "--junit"}) {
    if (arguments.Has(flag) && arguments.Value(flag) != "-") {
      const Status writable = CheckWritable(arguments.Value(flag));
      if (!writable) {
        return Invalid(fmt::format("{}: {}", flag, writable.error().message));
      }
    }
  }
  return {};
}

ExitCode Finish(const Arguments& arguments, Session& a, Session& b, AbTrial& trial,
                const compare::CompareOptions& options) {
  const report::ComparisonReport report = ReportOf(a, b, trial, options);
  ExitCode code = CodeOfAll(trial, report);
  const std::string summary = SummaryOf(trial, report);
  a.Note(fmt::format("A of an A/B trial with run {}: {}", b.report().id, summary));
  b.Note(fmt::format("B of an A/B trial with run {}: {}", a.report().id, summary));
  code = Strongest({code, a.Close(code, summary)});
  code = Strongest({code, b.Close(code, summary)});
  if (const Status told = Tell(arguments, report); !told) {
    static_cast<void>(Fail(told.error()));
    code = Strongest({code, ExitCode::kRefused});
  }
  return code;
}

Result<ExitCode> Ab(const Arguments& arguments) {
  const SideArguments words = TRY(SplitArguments(arguments));
  const compare::CompareOptions options = TRY(ReadCompareOptions(arguments));
  std::shared_ptr<Interruption> interruption = TRY(Interruption::Start());
  Session a(words.a, scenario::Command::kRun, SideOf{"A", interruption});
  Session b(words.b, scenario::Command::kRun, SideOf{"B", interruption});
  for (Session* session : {&a, &b}) {
    if (const std::optional<ExitCode> over = session->Prepare()) {
      return *over;
    }
  }
  SayNotes(a);
  report::TrialFacts facts = TRY(ReadTrial(arguments, a.scenario().load));
  facts.brake = !arguments.Has("--no-brake");
  TRY(CheckFiles(arguments));
  a.Say(report::TrialPlanText(measure::Describe(a.scenario().load), facts, a.style()));
  if (const std::optional<ExitCode> over = Open(a, b, *interruption)) {
    return *over;
  }
  AbTrial trial(a, b, std::move(facts));
  trial.Run();
  return Finish(arguments, a, b, trial, options);
}

}  // namespace

ExitCode AbCommand(const Arguments& arguments) {
  const Result<ExitCode> code = Ab(arguments);
  return code ? *code : Fail(code.error());
}

}  // namespace loadline::cli
