// The verdicts of `run` and `verify`, and a stored run as a whole.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

/// What was applied and what came of it.
std::string FlowText(const measure::Measurement& m, const Style& style) {
  std::string text = fmt::format("{} for {}", Describe(m.load), FormatDuration(m.measured));
  if (m.warmup > Duration::zero()) {
    text += fmt::format(" after {} of warm-up", FormatDuration(m.warmup));
  }
  std::string lines = Labelled(style, "load", kVerdictLabel, text);
  lines += Labelled(style, "", kVerdictLabel,
                    fmt::format("offered {}, achieved {}, goodput {}", FormatRate(m.offered),
                                FormatRate(m.achieved), FormatRate(m.goodput)));
  const std::int64_t ended = m.succeeded + m.failed;
  std::string counts = fmt::format("{} requests", FormatCount(m.requests));
  if (m.failed > 0 && ended > 0) {
    counts +=
        fmt::format(", {} failed ({})", FormatCount(m.failed),
                    FormatPercent(static_cast<double>(m.failed) / static_cast<double>(ended)));
  } else {
    counts += ", none failed";
  }
  if (m.in_flight_end > 0) {
    counts += fmt::format("; {} in flight when sending stopped", FormatCount(m.in_flight_end));
  }
  return lines + Labelled(style, "", kVerdictLabel, counts);
}

/// How to send a request again that failed.
std::string AgainText(const RunReport& report, const Style& style) {
  // Nobody can be asked again who was never asked.
  return report.id.empty() || report.target.method == "simulated"
             ? std::string()
             : Labelled(style, "again", kVerdictLabel,
                        fmt::format("loadline runs curl {}     (a failed request for a terminal; "
                                    "--kind, --task)",
                                    report.id));
}

/// Flow, percentiles, errors and generator: what both verdicts end with.
std::string FiguresText(const RunReport& report, const StepReport& step, const Style& style) {
  const measure::Measurement& m = step.measurement;
  std::string text = FlowText(m, style);
  text += NotesText(m, style);
  text += report.drift.has_value() ? DriftText(*report.drift, style) : "";
  text += InsecureText(report.target, style);
  text += fmt::format("\n{}\n", PercentilesText(m, style));
  if (!m.errors.empty()) {
    text += ErrorsText(m.errors, style) + AgainText(report, style) + "\n";
  }
  return text + GeneratorText(report, style);
}

std::string NothingMeasured(const RunReport& report, const Style& style) {
  return Labelled(style, Paint(style, Tone::kDoubt, "NOTHING"), kVerdictLabel,
                  report.state == "interrupted" ? "was measured: interrupted before the first probe"
                                                : "was measured" + FirstFailureText(report));
}

/// `keeps p95 < 200ms, errors < 0.1%`
std::string ObjectiveList(const RunReport& report) {
  std::string list;
  for (const measure::ObjectiveResult& result : report.objectives) {
    list += (list.empty() ? "" : ", ") + Format(result.objective);
  }
  return list.empty() ? "its objectives" : list;
}

std::string VerifySentence(const RunReport& report, const VerifyVerdict& verdict,
                           const measure::Measurement& m) {
  const std::string load = Describe(m.load);
  switch (verdict.state) {
    case measure::ObjectiveState::kHeld:
      return fmt::format("at {} it keeps {}", load, ObjectiveList(report));
    case measure::ObjectiveState::kBroken: {
      std::string why = Plain(verdict.binding);
      if (verdict.backlog_grows) {
        why += why.empty() ? "the backlog grows" : ", and the backlog grows";
      }
      const std::string cause =
          verdict.cause.empty() ? std::string() : fmt::format(": {}", Plain(verdict.cause));
      return fmt::format("at {}: {}{}", load, why.empty() ? ObjectiveList(report) : why, cause);
    }
    case measure::ObjectiveState::kUndecided:
      return fmt::format("at {}: the budget ended first", load);
  }
  return {};
}

std::string TestText(const RunReport& report, const VerifyVerdict& verdict) {
  std::string text = fmt::format("({} confidence", FormatPercent(report.confidence));
  if (verdict.test != measure::TestKind::kNone) {
    text += fmt::format(", {} test", Name(verdict.test));
  }
  return text + ")";
}

}  // namespace

std::string RunVerdictText(const RunReport& report, const Style& style) {
  const StepReport* step = Headline(report);
  if (step == nullptr) {
    return Spelled(style, NothingMeasured(report, style));
  }
  std::string text = RefusedText(step->measurement.refusals, style);
  if (report.overload.has_value()) {
    text += OverloadText(*report.overload, style) + "\n";
  }
  if (step->measurement.valid() && !report.objectives.empty()) {
    text += ObjectivesText(report.objectives, style) + "\n";
  }
  return Spelled(style, text + FiguresText(report, *step, style));
}

std::string VerifyVerdictText(const RunReport& report, const Style& style) {
  const StepReport* step = Headline(report);
  if (step == nullptr) {
    return Spelled(style, NothingMeasured(report, style));
  }
  std::string text = RefusedText(step->measurement.refusals, style);
  if (step->measurement.valid() && report.verify.has_value()) {
    const VerifyVerdict& verdict = *report.verify;
    const std::string word = StateWord(style, verdict.state);
    const int width = std::max(kVerdictLabel, DisplayWidth(word) + 2);
    text += Labelled(style, word, width, VerifySentence(report, verdict, step->measurement));
    text += Labelled(style, "", width, TestText(report, verdict));
    text += CoversText(verdict.covers_periods_below, style);
    text += fmt::format("\n{}\n", ObjectivesText(report.objectives, style));
  }
  return Spelled(style, text + FiguresText(report, *step, style));
}

std::string VerdictText(const RunReport& report, const Style& style) {
  if (report.staircase.has_value()) {
    return StaircaseVerdictText(report, style);
  }
  if (report.command == "find" || report.load_line.has_value()) {
    return FindVerdictText(report, style);
  }
  return report.command == "verify" ? VerifyVerdictText(report, style)
                                    : RunVerdictText(report, style);
}

std::string ReportText(const RunReport& report, const Style& style) {
  std::string text = TargetText(report.target, style);
  const bool searched = report.load_line.has_value() || report.command == "find";
  if (searched) {
    StepTable table;
    std::vector<measure::Objective> objectives;
    std::string rows;
    for (const StepReport& step : report.steps) {
      for (const measure::ObjectiveResult& result : step.verdict.objectives) {
        objectives.push_back(result.objective);
      }
    }
    table.quantile = ShownQuantile(objectives);
    table.axis = report.staircase.has_value()   ? measure::SearchAxis::kUsers
                 : report.load_line.has_value() ? report.load_line->axis
                                                : measure::SearchAxis::kRate;
    for (const StepReport& step : report.steps) {
      rows += InStepTable(step) ? StepTableRow(table, step, style) : "";
    }
    if (!rows.empty()) {
      text += fmt::format("\n{}{}", StepTableHeader(table, style), rows);
    }
  }
  text += fmt::format("\n{}", VerdictText(report, style));
  // Those of one run say it beside their errors.
  const bool failed =
      std::any_of(report.steps.begin(), report.steps.end(),
                  [](const StepReport& step) { return !step.measurement.errors.empty(); });
  return failed && searched ? text + Spelled(style, AgainText(report, style)) : text;
}

}  // namespace loadline::report
