// A comparison for pipelines: test cases, annotations, a job summary.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/units_text.h"
#include "report/compare_report.h"
#include "report/table.h"

namespace loadline::report {
namespace {

using compare::Compared;
using compare::Proof;

/// `baseline 1a2b3c4d "release-7"`
std::string RunName(const ComparedRun& run) {
  return run.label.empty() ? run.id : fmt::format("{} \"{}\"", run.id, Plain(run.label));
}

/// What B is compared with: `5 runs "nightly"`.
std::string BaselineName(const ComparisonReport& report) {
  if (report.baseline.empty()) {
    return RunName(report.a);
  }
  ComparedRun all = report.a;
  all.id = fmt::format("{} runs", report.baseline.size());
  return RunName(all);
}

/// `loadline compare` or `loadline ab`.
std::string CommandName(const ComparisonReport& report) {
  return report.trial.has_value() ? "loadline ab" : "loadline compare";
}

std::string Mark(Proof proof) {
  switch (proof) {
    case Proof::kWorse:
      return "❌ worse";
    case Proof::kNoWorse:
      return "✅ no worse";
    case Proof::kBetter:
      return "✅ better";
    case Proof::kUndecided:
      return "❓ not decided";
  }
  return {};
}

}  // namespace

JunitSuite JunitSuiteOf(const ComparisonReport& report, Undecided undecided) {
  JunitSuite suite;
  suite.name = CommandName(report);
  suite.started = report.b.started;
  suite.output = ComparisonText(report, {});
  suite.properties = {{"loadline.version", report.version},
                      {"baseline", report.a.id},
                      {"run", report.b.id},
                      {"label", report.b.label},
                      {"target", report.b.target},
                      {"confidence", fmt::format("{}", report.confidence)},
                      {"tolerance", fmt::format("{}", report.tolerated)}};
  std::string group = report.trial.has_value() ? "loadline.ab" : "loadline.compare";
  if (!report.b.label.empty()) {
    std::string label = report.b.label;
    std::replace(label.begin(), label.end(), '.', '_');  // A dot begins another level.
    group += "." + label;
  }
  for (const Compared& figure : report.figures) {
    JunitCase one;
    one.name = fmt::format("{} no worse than {}", figure.name, BaselineName(report));
    one.group = group;
    one.time = FromSeconds(report.b.seconds);
    suite.time = one.time;
    if (figure.proof == Proof::kWorse) {
      one.state = CaseState::kFailed;
      one.type = "worse";
      one.message = "worse: " + FigureLine(report, figure);
      one.details = suite.output;
    } else if (figure.proof == Proof::kUndecided) {
      one.state = undecided == Undecided::kFailure ? CaseState::kFailed : CaseState::kSkipped;
      one.type = "not decided";
      one.message = "not decided: " + FigureLine(report, figure);
    }
    suite.cases.push_back(std::move(one));
  }
  return suite;
}

std::vector<Annotation> AnnotationsOf(const ComparisonReport& report) {
  std::vector<Annotation> list;
  std::string all;
  for (const Compared& figure : report.figures) {
    const std::string line = FigureLine(report, figure);
    all += (all.empty() ? "" : "\n") + line;
    if (figure.proof == Proof::kWorse || figure.proof == Proof::kUndecided) {
      const bool worse = figure.proof == Proof::kWorse;
      list.push_back(
          {worse ? AnnotationLevel::kError : AnnotationLevel::kWarning,
           worse ? fmt::format("loadline: {} worse than {}", figure.name, BaselineName(report))
                 : fmt::format("loadline: {} against {} not decided", figure.name,
                               BaselineName(report)),
           line});
    }
  }
  if (list.empty()) {
    list.push_back({AnnotationLevel::kNotice,
                    fmt::format("loadline: no worse than {}", BaselineName(report)), all});
  }
  return list;
}

std::string SummaryMarkdown(const ComparisonReport& report) {
  std::string text = fmt::format(
      "### {}: {}\n\n{} against the baseline {}\n\n", CommandName(report), Mark(report.overall),
      MarkdownText(RunName(report.b)), MarkdownText(BaselineName(report)));
  for (const ComparedRun* run : {&report.a, &report.b}) {
    for (const std::string& note : run->notes) {
      text += fmt::format("{}: {}\n\n", MarkdownText(run->id), MarkdownText(note));
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (const Compared& figure : report.figures) {
    // `name: a to b, change (interval)` without the name, which has a column of its own.
    const std::string line = FigureLine(report, figure);
    rows.push_back({MarkdownText(figure.name), Mark(figure.proof),
                    MarkdownText(line.substr(figure.name.size() + 2))});
  }
  text += MarkdownTable({"figure", "verdict",
                         fmt::format("change ({} confidence)", FormatPercent(report.confidence))},
                        rows);
  return text;
}

}  // namespace loadline::report
