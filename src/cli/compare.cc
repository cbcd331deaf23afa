// `loadline compare`: stored runs against a baseline, with proofs.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "cli/comparison.h"
#include "cli/file_output.h"
#include "cli/output_options.h"
#include "cli/store_access.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "cli/write_to.h"
#include "compare/difference.h"
#include "compare/load_lines.h"
#include "compare/sample.h"
#include "compare/several.h"
#include "measure/load.h"
#include "report/compare_report.h"
#include "store/export.h"

namespace loadline::cli {
namespace {

/// A stored run as far as it is compared.
struct Side {
  Side() = default;
  Side(Side&&) noexcept = default;  // Never copied: `steps` points into `record`.
  Side& operator=(Side&&) noexcept = default;

  store::RunRecord record;
  std::vector<const store::StepRecord*> steps;  ///< Those whose figures count, into `record`.
  compare::RunSample sample;
};

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

/// Steps whose seconds count: the last operating load of a search, the valid blocks of an A/B
/// trial, else the last probe.
std::vector<const store::StepRecord*> StepsOf(const store::RunRecord& record) {
  const std::string& command = record.info.start.command;
  const char* purpose = command == "find" ? "operating" : command == "ab" ? "block" : "probe";
  std::vector<const store::StepRecord*> steps;
  for (const store::StepRecord& step : record.steps) {
    if (step.purpose == purpose && (command != "ab" || step.measurement.valid())) {
      steps.push_back(&step);
    }
  }
  if (command != "ab" && steps.size() > 1) {
    steps = {steps.back()};
  }
  return steps;
}

/// Index of the task in the run, by its name; -1: all.
Result<int> TaskIn(const store::RunRecord& record, const std::string& name) {
  if (name.empty()) {
    return -1;
  }
  const std::vector<std::string>& tasks = record.info.start.tasks;
  const auto found = std::find(tasks.begin(), tasks.end(), name);
  if (found == tasks.end()) {
    return Invalid(fmt::format("--task: run {} has no task \"{}\"", record.info.id, name));
  }
  return static_cast<int>(found - tasks.begin());
}

/// Reads the judged seconds of the side's steps.
Status ReadSample(store::Store& store, const std::string& task, Side& side) {
  const store::RunInfo& info = side.record.info;
  if (side.steps.empty()) {
    return Invalid(fmt::format("run {} has nothing to compare: it {}", info.id,
                               info.start.command == "find" ? "never came to its operating load"
                                                            : "never came to its load"));
  }
  const int index = TRY(TaskIn(side.record, task));
  const int last = side.steps.back()->measurement.step;
  const auto counts = [&](int step) {
    return std::any_of(side.steps.begin(), side.steps.end(),
                       [step](const auto* each) { return each->measurement.step == step; });
  };
  TRY(store::ForEachSecond(store, info.id, [&](int step, const measure::Second& second) {
    if (!second.warmup && counts(step)) {
      side.sample.Add(second, index);
    }
    return step <= last;
  }));
  if (!side.sample.enough()) {
    return Invalid(fmt::format("run {} has {} judged seconds; {} are the least to compare", info.id,
                               side.sample.batches().size(), compare::RunSample::kFewestBatches));
  }
  return {};
}

Result<Side> ReadSide(store::Store& store, const std::string& which) {
  Side side;
  side.record = TRY(store.ReadRun(which));
  const store::RunInfo& info = side.record.info;
  if (info.state == store::RunState::kRefused) {
    return Invalid(fmt::format(
        "run {} was refused: it measured the generator, so there is nothing to compare", info.id));
  }
  side.steps = StepsOf(side.record);
  return side;
}

/// Lines of a scenario that are about the run and not about what it does.
bool IsIncidental(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  line.remove_prefix(std::min(begin, line.size()));
  return line.starts_with("label:") || line.starts_with("seed:") || line.starts_with("url:") ||
         line.starts_with("client:") || line.starts_with("duration:") ||
         line.starts_with("budget:");
}

std::vector<std::string> LinesOf(const std::string& scenario) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < scenario.size();) {
    const std::size_t end = std::min(scenario.find('\n', at), scenario.size());
    if (std::string line = scenario.substr(at, end - at); !IsIncidental(line)) {
      lines.push_back(std::move(line));
    }
    at = end + 1;
  }
  return lines;
}

/// The first few lines that only one of the scenarios has.
std::vector<std::string> Differences(const std::string& a, const std::string& b) {
  constexpr std::size_t kMost = 5;
  const std::vector<std::string> of_a = LinesOf(a);
  const std::vector<std::string> of_b = LinesOf(b);
  std::vector<std::string> differences;
  const auto only_in = [&](const char* name, const std::vector<std::string>& in,
                           const std::vector<std::string>& other) {
    for (const std::string& line : in) {
      if (std::find(other.begin(), other.end(), line) == other.end()) {
        const std::size_t begin = line.find_first_not_of(' ');
        differences.push_back(fmt::format("only {}: {}", name, line.substr(begin)));
      }
    }
  };
  only_in("A", of_a, of_b);
  only_in("B", of_b, of_a);
  if (differences.size() > kMost) {
    const std::size_t more = differences.size() - kMost;
    differences.resize(kMost);
    differences.push_back(fmt::format("and {} more", more));
  }
  return differences;
}

/// Load lines are compared; nothing that happened second by second.
bool IsSearch(const Side& side) {
  return side.record.load_line.has_value();
}

report::ComparedRun FactsOf(const Side& side) {
  const store::RunInfo& info = side.record.info;
  report::ComparedRun run;
  run.id = info.id;
  run.label = info.start.label;
  run.started = info.started;
  run.command = info.start.command;
  run.target = info.start.target;
  bool finished = true;
  for (const store::StepRecord* step : side.steps) {
    run.load = measure::Describe(step->measurement.load);
    run.seconds += Seconds(step->measurement.measured);
    run.requests += step->measurement.requests;
    finished = finished && step->finished;
  }
  if (side.sample.requests() > 0) {
    run.seconds = side.sample.seconds();
    run.requests = side.sample.requests();
  }
  if (side.steps.empty()) {
    run.load = "no operating load";
  }
  if (info.state == store::RunState::kInterrupted || !finished) {
    run.notes.push_back("interrupted: its figures are those of the time until then");
  }
  return run;
}

/// What keeps two sides from being compared, as lines; empty: nothing.
std::vector<std::string> DifferencesOf(const Side& a, const Side& b) {
  std::vector<std::string> differences =
      Differences(a.record.info.start.scenario, b.record.info.start.scenario);
  const std::string of_a = FactsOf(a).load;
  const std::string of_b = FactsOf(b).load;
  if (!(IsSearch(a) && IsSearch(b)) && of_a != of_b && differences.empty()) {
    differences.push_back(fmt::format("A applied {}, B {}", of_a, of_b));
  }
  return differences;
}

Error NotTheSame(const Side& a, const Side& b, const std::vector<std::string>& differences) {
  std::string text = fmt::format(
      "runs {} and {} did not do the same (--force compares them all "
      "the same):",
      a.record.info.id, b.record.info.id);
  for (const std::string& difference : differences) {
    text += "\n  " + difference;
  }
  return Invalid(std::move(text));
}

/// The baseline: one run, or several of one kind.
struct Baseline {
  std::vector<Side> sides;  ///< Newest first.
  std::vector<std::string> left_out;

  [[nodiscard]] bool several() const { return sides.size() > 1; }
};

/// The load lines, if that is what there is to compare.
Status CompareSearches(const Baseline& a, const Side& b, const compare::CompareOptions& options,
                       report::ComparisonReport& report) {
  report.axis = b.record.load_line->axis;
  std::vector<measure::LoadLine> lines;
  for (const Side& side : a.sides) {
    lines.push_back(*side.record.load_line);
  }
  std::optional<compare::Compared> compared =
      a.several() ? compare::CompareLinesWithSeveral(lines, *b.record.load_line, options)
                  : compare::CompareLines(lines.front(), *b.record.load_line, options.tolerated);
  if (!compared) {
    return Invalid(
        fmt::format("the searches {} and {} have no load lines that can be compared: "
                    "one is open at an end, or they are of different kinds",
                    report.a.id, report.b.id));
  }
  report.figures = {std::move(*compared)};
  return {};
}

/// `b` against the baseline; of searches the lines, else the samples that were read before.
Result<report::ComparisonReport> CompareSides(const Baseline& a, const Side& b,
                                              compare::CompareOptions options, bool force) {
  report::ComparisonReport report;
  report.version = std::string(Version());
  report.confidence = options.confidence;
  report.tolerated = options.tolerated;
  report.a = FactsOf(a.sides.front());
  report.b = FactsOf(b);
  report.left_out = a.left_out;
  bool searches = IsSearch(b);
  bool same_machine = true;
  for (const Side& side : a.sides) {
    const std::vector<std::string> differences = DifferencesOf(side, b);
    if (!differences.empty() && !force) {
      return NotTheSame(side, b, differences);
    }
    if (report.differences.empty()) {
      report.differences = differences;
    }
    searches = searches && IsSearch(side);
    same_machine =
        same_machine && side.record.info.start.machine.id == b.record.info.start.machine.id;
    if (a.several()) {
      report.baseline.push_back(FactsOf(side));
    }
  }
  if (!same_machine) {
    report.b.notes.push_back("made by another machine than A");
  }
  // Operating loads differ where the lines do: their responses say nothing then.
  if (searches) {
    TRY(CompareSearches(a, b, options, report));
  } else {
    options.throughput = !a.sides.front().steps.front()->measurement.load.open();
    std::vector<compare::RunSample> samples;
    for (const Side& side : a.sides) {
      samples.push_back(side.sample);
    }
    report.figures = a.several() ? compare::CompareWithSeveral(samples, b.sample, options)
                                 : compare::Compare(samples.front(), b.sample, options);
  }
  report.overall = compare::Overall(report.figures);
  return report;
}

/// The runs that `--baseline NAMES` means, newest first: every run with a label, else the run of
/// that name. What can be no part of a baseline (refused, failed, interrupted, or compared itself)
/// is left out, and said, unless it was named alone.
Result<Baseline> ReadBaseline(store::Store& store, const std::vector<std::string>& names,
                              const std::vector<std::string>& candidates) {
  constexpr std::size_t kMostRuns = 20;  // Of one label: the newest.
  Baseline baseline;
  std::vector<std::string> taken;
  taken.reserve(candidates.size());
  for (const std::string& candidate : candidates) {
    taken.push_back(TRY(store.FindRun(candidate)).id);
  }
  const auto is_taken = [&](const std::string& id) {
    return std::find(taken.begin(), taken.end(), id) != taken.end();
  };
  const std::vector<store::RunInfo> all = TRY(store.ListRuns());
  for (const std::string& name : names) {
    const store::RunInfo found = TRY(store.FindRun(name));
    std::size_t of_label = 0;
    for (const store::RunInfo& info : all) {
      if (info.start.label != name || found.start.label != name || is_taken(info.id)) {
        continue;
      }
      if (info.state != store::RunState::kComplete) {
        baseline.left_out.push_back(fmt::format("{} ({})", info.id, store::Name(info.state)));
      } else if (++of_label <= kMostRuns) {
        taken.push_back(info.id);
        baseline.sides.push_back(TRY(ReadSide(store, info.id)));
      }
    }
    if (of_label > kMostRuns) {
      baseline.left_out.push_back(fmt::format("{} more of \"{}\": the newest {} are enough",
                                              of_label - kMostRuns, name, kMostRuns));
    }
    if (of_label == 0 && (!is_taken(found.id) || names.size() == 1)) {
      taken.push_back(found.id);
      baseline.sides.push_back(TRY(ReadSide(store, found.id)));
      baseline.left_out.clear();
    }
  }
  return baseline;
}

/// Both positionals and options as runs: the baseline's names, and those compared with it.
struct Names {
  std::vector<std::string> baseline;
  std::vector<std::string> runs;
};

Result<Names> ReadNames(const Arguments& arguments) {
  Names names{arguments.Values("--baseline"), arguments.positionals};
  if (names.baseline.empty() && !names.runs.empty()) {
    names.baseline = {names.runs.front()};
    names.runs.erase(names.runs.begin());
  }
  if (names.baseline.empty() || names.runs.empty()) {
    return Invalid(
        "two runs are the least to compare: loadline compare @last~1 @last, or "
        "--baseline LABEL @last");
  }
  return names;
}

Result<Baseline> OpenBaseline(store::Store& store, const Arguments& arguments, const Names& names) {
  if (arguments.Has("--baseline")) {
    return ReadBaseline(store, names.baseline, names.runs);
  }
  Baseline baseline;
  baseline.sides.push_back(TRY(ReadSide(store, names.baseline.front())));
  return baseline;
}

Result<ExitCode> Compare(const Arguments& arguments) {
  const Names names = TRY(ReadNames(arguments));
  const compare::CompareOptions options = TRY(ReadCompareOptions(arguments));
  std::vector<scenario::Fault> faults;
  const OutputOptions outputs = ReadOutputOptions(arguments, ReadEnvironment, faults);
  if (!faults.empty()) {
    return Invalid(scenario::Format(faults));
  }
  if (!outputs.junit.empty()) {
    TRY(CheckWritable(outputs.junit));
  }
  const std::string path = TRY(StorePath(arguments));
  store::Store store = TRY(OpenForReading(path));
  for (const std::string& run : names.runs) {
    TRY(store.FindRun(run));  // A wrong name is told before anything is read.
  }
  Baseline a = TRY(OpenBaseline(store, arguments, names));
  const std::string task = arguments.Value("--task");
  bool sampled = false;
  std::vector<report::ComparisonReport> reports;
  ExitCode code = ExitCode::kHeld;
  const report::Style style = StyleFor(stdout);
  for (const std::string& run : names.runs) {
    Side b = TRY(ReadSide(store, run));
    const auto is_search = [](const Side& side) { return IsSearch(side); };
    if (!IsSearch(b) || !std::all_of(a.sides.begin(), a.sides.end(), is_search)) {
      for (std::size_t i = 0; i < a.sides.size() && !sampled; ++i) {
        TRY(ReadSample(store, task, a.sides[i]));
      }
      sampled = true;
      TRY(ReadSample(store, task, b));
    }
    reports.push_back(TRY(CompareSides(a, b, options, arguments.Has("--force"))));
    code = Strongest({code, CodeOf(reports.back().overall)});
    if (arguments.Value("--json") != "-") {
      fmt::print("{}{}", reports.size() > 1 ? "\n" : "",
                 report::ComparisonText(reports.back(), style));
    }
  }
  if (arguments.Has("--json")) {
    TRY(WriteTo(arguments.Value("--json"), "--json", [&](std::ostream& out) {
      out << report::ComparisonDocument(reports);
      return Status();
    }));
  }
  TRY(TellPipelines(reports, outputs, arguments.Value("--json") == "-" ? stderr : stdout));
  return code;
}

}  // namespace

ExitCode CompareCommand(const Arguments& arguments) {
  const Result<ExitCode> code = Compare(arguments);
  return code ? *code : Fail(code.error());
}

}  // namespace loadline::cli
