#include "cli/stored_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "base/clock.h"
#include "base/units_text.h"
#include "cli/document_facts.h"

namespace loadline::cli {
namespace {

/// `POST http://…` taken apart.
void ReadTarget(const std::string& target, report::TargetFacts& facts) {
  const std::size_t blank = target.find(' ');
  facts.method = blank == std::string::npos ? "" : target.substr(0, blank);
  facts.url = blank == std::string::npos ? target : target.substr(blank + 1);
}

}  // namespace

report::RunReport ToReport(const store::RunRecord& record) {
  const store::RunInfo& info = record.info;
  report::RunReport report;
  report.id = info.id;
  report.command = info.start.command;
  report.version = info.start.version;
  report.label = info.start.label;
  report.started = info.started;
  report.state = store::Name(info.state);
  report.exit_code = info.exit_code.value_or(0);
  report.seed = info.start.seed;
  report.stored = info.attempts_stored;
  report.load_line = record.load_line;
  if (record.load_line) {
    report.confidence = record.load_line->confidence;
  }
  ReadTarget(info.start.target, report.target);
  for (const store::StepRecord& step : record.steps) {
    if (!step.measurement.addresses.empty()) {
      report.target.addresses = step.measurement.addresses;
    }
    if (!step.finished) {
      continue;
    }
    report.steps.push_back({step.purpose, step.measurement, step.verdict});
    if (step.purpose == "probe") {
      report.objectives = step.verdict.objectives;
    }
  }
  report.whole = report::WholeOfBlocks(report);
  AddDocumentFacts(record.document, report);
  return report;
}

std::string HeaderText(const store::RunRecord& record) {
  const store::RunInfo& info = record.info;
  std::string text = fmt::format("run      {}{}, {}, {}\n", info.id,
                                 info.start.label.empty() ? "" : " \"" + info.start.label + "\"",
                                 FormatUtc(info.started), Name(info.state));
  text += fmt::format("command  {}\n", info.start.invocation);
  if (!info.start.machine.cpu_model.empty()) {
    text += fmt::format(
        "machine  {}, {} core{}, {}, {}; loadline {}\n", info.start.machine.cpu_model,
        info.start.machine.cores, info.start.machine.cores == 1 ? "" : "s",
        FormatBytes(info.start.machine.memory), info.start.machine.kernel, info.start.version);
  }
  if (!info.note.empty()) {
    text += fmt::format("note     {}\n", info.note);
  }
  return text;
}

std::vector<report::SizingLine> SizingsOf(const store::RunRecord& record) {
  std::vector<report::SizingLine> lines;
  for (const store::SizingInfo& info : record.sizings) {
    lines.push_back({.made = info.made,
                     .version = info.version,
                     .invocation = info.invocation,
                     .promise = info.promise,
                     .rate_rps = info.rate_rps,
                     .users = info.users,
                     .pods = info.pods,
                     .needed = info.needed,
                     .nodes = info.nodes,
                     .usd_per_month = info.usd_per_month});
  }
  return lines;
}

std::string SizingsText(const store::RunRecord& record) {
  constexpr std::size_t kMostLines = 10;
  const std::vector<report::SizingLine> lines = SizingsOf(record);
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostLines, lines.size()); ++i) {
    text += fmt::format("{:<11}{}, {}\n", i == 0 ? "sized" : "",
                        FormatUtc(lines[i].made).substr(0, 10), report::SizingText(lines[i]));
  }
  if (lines.size() > kMostLines) {
    text += fmt::format("{:<11}and {} earlier; loadline report {} has them all\n", "",
                        lines.size() - kMostLines, record.info.id);
  }
  return text;
}

}  // namespace loadline::cli
