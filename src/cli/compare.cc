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
#include "measure/load.h"
#include "report/compare_report.h"
#include "store/export.h"

namespace loadline::cli {
namespace {

/// A stored run as far as it is compared.
struct Side {
  store::RunRecord record;
  const store::StepRecord* step = nullptr;  ///< The one whose figures count.
  compare::RunSample sample;
};

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

/// The last operating load of a search, else the last probe.
const store::StepRecord* HeadlineOf(const store::RunRecord& record) {
  const char* purpose = record.info.start.command == "find" ? "operating" : "probe";
  for (auto step = record.steps.rbegin(); step != record.steps.rend(); ++step) {
    if (step->purpose == purpose) {
      return &*step;
    }
  }
  return nullptr;
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

Result<Side> ReadSide(store::Store& store, const std::string& which, const std::string& task) {
  Side side;
  side.record = TRY(store.ReadRun(which));
  const store::RunInfo& info = side.record.info;
  if (info.state == store::RunState::kRefused) {
    return Invalid(fmt::format(
        "run {} was refused: it measured the generator, so there is nothing to compare", info.id));
  }
  side.step = HeadlineOf(side.record);
  if (side.step == nullptr) {
    return Invalid(fmt::format("run {} has nothing to compare: it {}", info.id,
                               info.start.command == "find" ? "never came to its operating load"
                                                            : "never came to its load"));
  }
  const int index = TRY(TaskIn(side.record, task));
  const int number = side.step->measurement.step;
  TRY(store::ForEachSecond(store, info.id, [&](int step, const measure::Second& second) {
    if (step == number && !second.warmup) {
      side.sample.Add(second, index);
    }
    return step <= number;
  }));
  if (!side.sample.enough()) {
    return Invalid(fmt::format("run {} has {} judged seconds; {} are the least to compare", info.id,
                               side.sample.batches().size(), compare::RunSample::kFewestBatches));
  }
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

report::ComparedRun FactsOf(const Side& side) {
  const store::RunInfo& info = side.record.info;
  report::ComparedRun run;
  run.id = info.id;
  run.label = info.start.label;
  run.started = info.started;
  run.command = info.start.command;
  run.load = measure::Describe(side.step->measurement.load);
  run.target = info.start.target;
  run.seconds = side.sample.seconds();
  run.requests = side.sample.requests();
  if (info.state == store::RunState::kInterrupted || !side.step->finished) {
    run.notes.push_back("interrupted: its figures are those of the time until then");
  }
  return run;
}

Result<report::ComparisonReport> CompareSides(const Side& a, const Side& b,
                                              compare::CompareOptions options, bool force) {
  report::ComparisonReport report;
  report.version = std::string(Version());
  report.confidence = options.confidence;
  report.tolerated = options.tolerated;
  report.a = FactsOf(a);
  report.b = FactsOf(b);
  report.differences = Differences(a.record.info.start.scenario, b.record.info.start.scenario);
  const std::string load_a = report.a.load;
  const bool searches = a.record.load_line.has_value() && b.record.load_line.has_value();
  if (!searches && load_a != report.b.load && report.differences.empty()) {
    report.differences.push_back(fmt::format("A applied {}, B {}", load_a, report.b.load));
  }
  if (!report.differences.empty() && !force) {
    std::string text = fmt::format(
        "runs {} and {} did not do the same (--force compares them all "
        "the same):",
        report.a.id, report.b.id);
    for (const std::string& difference : report.differences) {
      text += "\n  " + difference;
    }
    return Invalid(std::move(text));
  }
  if (a.record.info.start.machine.id != b.record.info.start.machine.id) {
    report.b.notes.push_back("made by another machine than A");
  }
  // Operating loads differ where the lines do: their responses say nothing then.
  if (searches) {
    report.axis = a.record.load_line->axis;
    std::optional<compare::Compared> lines =
        compare::CompareLines(*a.record.load_line, *b.record.load_line, options.tolerated);
    if (!lines) {
      return Invalid(
          fmt::format("the searches {} and {} have no load lines that can be compared: "
                      "one is open at an end, or they are of different kinds",
                      report.a.id, report.b.id));
    }
    report.figures = {std::move(*lines)};
  } else {
    options.throughput = !a.step->measurement.load.open();
    report.figures = compare::Compare(a.sample, b.sample, options);
  }
  report.overall = compare::Overall(report.figures);
  return report;
}

Result<ExitCode> Compare(const Arguments& arguments) {
  const std::vector<std::string>& names = arguments.positionals;
  std::vector<std::string> runs;
  if (arguments.Has("--baseline")) {
    runs.push_back(arguments.Value("--baseline"));
  }
  runs.insert(runs.end(), names.begin(), names.end());
  if (runs.size() < 2) {
    return Invalid(
        "two runs are the least to compare: loadline compare @last~1 @last, or "
        "--baseline LABEL @last");
  }
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
  for (const std::string& run : runs) {
    TRY(store.FindRun(run));  // A wrong name is told before anything is read.
  }
  const Side a = TRY(ReadSide(store, runs.front(), arguments.Value("--task")));
  std::vector<report::ComparisonReport> reports;
  ExitCode code = ExitCode::kHeld;
  const report::Style style = StyleFor(stdout);
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const Side b = TRY(ReadSide(store, runs[i], arguments.Value("--task")));
    reports.push_back(TRY(CompareSides(a, b, options, arguments.Has("--force"))));
    code = Strongest({code, CodeOf(reports.back().overall)});
    if (arguments.Value("--json") != "-") {
      fmt::print("{}{}", i > 1 ? "\n" : "", report::ComparisonText(reports.back(), style));
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
