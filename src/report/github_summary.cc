// A run as a job summary.
#include <fmt/format.h>

#include <array>
#include <string>

#include "base/units_text.h"
#include "report/github.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

std::string Headword(const RunReport& report) {
  switch (report.exit_code) {
    case 0:
      if (report.load_line || report.staircase) {
        return "✅ found";
      }
      return report.objectives.empty() ? "✅ complete" : "✅ held";
    case 1:
      return "❌ broken";
    case 3:
      return "⚠️ refused";
    case 4:
      return "⚠️ interrupted";
    case 5:
      return "❌ never answered";
    case 6:
      return "❓ not decided";
    default:
      return "❌ failed";
  }
}

std::string StateMark(measure::ObjectiveState state) {
  switch (state) {
    case measure::ObjectiveState::kHeld:
      return "✅ held";
    case measure::ObjectiveState::kBroken:
      return "❌ broken";
    case measure::ObjectiveState::kUndecided:
      return "❓ not decided";
  }
  return {};
}

std::string ObjectivesTable(const std::vector<measure::ObjectiveResult>& objectives) {
  std::vector<std::vector<std::string>> rows;
  for (const measure::ObjectiveResult& one : objectives) {
    std::string interval;
    if (one.interval_high != 0.0) {
      interval = fmt::format("{} to {}", ObjectiveValue(one.objective, one.interval_low),
                             ObjectiveValue(one.objective, one.interval_high));
    }
    rows.push_back({MarkdownText(Format(one.objective)), StateMark(one.state),
                    MarkdownText(ObjectiveValue(one.objective, one.value)), MarkdownText(interval),
                    FormatCount(one.requests)});
  }
  return MarkdownTable({"objective", "verdict", "measured", "interval", "requests"}, rows);
}

std::vector<std::string> PercentileRow(const std::string& name, const stats::Histogram& histogram) {
  constexpr std::array kQuantiles{0.5, 0.9, 0.95, 0.99, 0.999};
  std::vector<std::string> row{name};
  for (const double q : kQuantiles) {
    row.push_back(histogram.empty() ? "–" : FormatDuration(histogram.ValueAtQuantile(q)));
  }
  row.push_back(histogram.empty() ? "–" : FormatDuration(histogram.Mean()));
  row.push_back(histogram.empty() ? "–" : FormatDuration(histogram.Max()));
  return row;
}

std::string PercentilesTable(const measure::Measurement& m) {
  const measure::TaskMeasurement all = AllTasks(m);
  std::vector<std::vector<std::string>> rows = {PercentileRow("response", all.response),
                                                PercentileRow("wire", all.wire)};
  if (m.tasks.size() > 1) {
    for (const measure::TaskMeasurement& task : m.tasks) {
      rows.push_back(PercentileRow(MarkdownText(task.name + ", response"), task.response));
      rows.push_back(PercentileRow(MarkdownText(task.name + ", wire"), task.wire));
    }
  }
  return MarkdownTable({"", "p50", "p90", "p95", "p99", "p99.9", "mean", "max"}, rows);
}

std::string StepsTable(const RunReport& report) {
  std::vector<measure::Objective> objectives;
  for (const StepReport& step : report.steps) {
    for (const measure::ObjectiveResult& result : step.verdict.objectives) {
      objectives.push_back(result.objective);
    }
  }
  const double quantile = ShownQuantile(objectives);
  std::vector<std::vector<std::string>> rows;
  for (const StepReport& step : report.steps) {
    if (!InStepTable(step)) {
      continue;
    }
    const measure::Measurement& m = step.measurement;
    const measure::TaskMeasurement all = AllTasks(m);
    const std::int64_t ended = m.succeeded + m.failed;
    rows.push_back(
        {MarkdownText(Describe(m.load)), MarkdownText(step.purpose),
         MarkdownText(std::string(Name(step.verdict.result)) +
                      (step.verdict.reason.empty() ? "" : ": " + step.verdict.reason)),
         FormatRate(m.achieved),
         all.response.empty() ? "–" : FormatDuration(all.response.ValueAtQuantile(quantile)),
         ended == 0 ? "–"
                    : FormatPercent(static_cast<double>(m.failed) / static_cast<double>(ended))});
  }
  return rows.empty() ? ""
                      : MarkdownTable({"load", "step", "result", "achieved",
                                       measure::QuantileName(quantile), "failed"},
                                      rows);
}

std::string ErrorsTable(const std::vector<measure::ErrorTally>& errors) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(errors.size());
  for (const measure::ErrorTally& tally : errors) {
    rows.push_back({MarkdownText(Shorten(tally.name, 60)), FormatCount(tally.count),
                    FormatDuration(tally.first), FormatDuration(tally.last),
                    MarkdownText(Shorten(tally.sample, 80))});
  }
  return MarkdownTable({"error", "count", "first", "last", "sample"}, rows);
}

std::string GeneratorLine(const RunReport& report) {
  const Totals totals = TotalsOf(report);
  const measure::Generator& g = totals.generator;
  return fmt::format(
      "Generator {}: lateness p99 {}, send error p99 {}, busiest core {}; {} requests, {} "
      "records lost.\n",
      totals.refusals.empty() ? "ok" : "**not ok**", FormatDuration(g.lateness_p99),
      FormatDuration(g.send_error_p99), FormatPercent(g.cpu_busiest),
      FormatCount(totals.accounts.scheduled), FormatCount(totals.accounts.dropped));
}

}  // namespace

std::string SummaryMarkdown(const RunReport& report) {
  const StepReport* headline = Headline(report);
  std::string text =
      fmt::format("### loadline {}: {}\n\n`{}` {}{}\n\n", report.command, Headword(report),
                  report.id, MarkdownText(report.target.method + " " + report.target.url),
                  report.label.empty() ? "" : ", " + MarkdownText(report.label));
  // The verdict's own words, as the log has them; a fence longer than any run of backticks in it.
  std::string verdict = VerdictText(report, {});
  std::size_t fence = 3;
  for (std::size_t at = 0, run = 0; at < verdict.size(); ++at) {
    run = verdict[at] == '`' ? run + 1 : 0;
    fence = std::max(fence, run + 1);
  }
  if (headline != nullptr && headline->measurement.valid()) {
    if (!report.objectives.empty()) {
      text += ObjectivesTable(report.objectives) + "\n";
    }
    if (const std::string steps = report.load_line ? StepsTable(report) : ""; !steps.empty()) {
      text += steps + "\n";
    }
    text += fmt::format("{}: offered {}, achieved {}, goodput {}.\n\n",
                        MarkdownText(Describe(headline->measurement.load)),
                        FormatRate(headline->measurement.offered),
                        FormatRate(headline->measurement.achieved),
                        FormatRate(headline->measurement.goodput));
    text += PercentilesTable(headline->measurement) + "\n";
    if (!headline->measurement.errors.empty()) {
      text += ErrorsTable(headline->measurement.errors) + "\n";
    }
  } else if (report.load_line || report.staircase) {
    text += StepsTable(report) + "\n";
  }
  if (headline != nullptr || report.load_line || report.staircase) {
    text += GeneratorLine(report);
  }
  const std::string marks(fence, '`');
  return text + fmt::format(
                    "\n<details><summary>Verdict in full</summary>\n\n{}text\n{}{}\n\n"
                    "</details>\n",
                    marks, verdict, marks);
}

}  // namespace loadline::report
