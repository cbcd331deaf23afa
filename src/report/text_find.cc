// The verdict of a search: from LOAD LINE to `narrower`.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

using measure::LoadLine;
using measure::SearchEnd;

/// `202 req/s`
std::string Level(const LoadLine& line, double level) {
  return fmt::format("{} {}", LevelText(line.axis, level), LevelUnit(line.axis));
}

/// Why there is no upper end, or no lower one.
std::string WhyOpen(const LoadLine& line) {
  switch (line.end) {
    case SearchEnd::kCeiling:
      return line.axis == measure::SearchAxis::kRate
                 ? "the ceiling of this search: --max-rate raises it"
                 : "the ceiling of this search: --max-users raises it";
    case SearchEnd::kGeneratorLimited:
      return "this machine could send no more";
    case SearchEnd::kInterrupted:
      return "interrupted";
    case SearchEnd::kFloor:
      return "broken even at the lowest load that makes sense";
    case SearchEnd::kBudget:
      return "the budget ended";
    case SearchEnd::kPrecise:
    case SearchEnd::kNotMonotone:
    case SearchEnd::kNeverAnswered:
      return {};
  }
  return {};
}

std::string WithReason(const std::string& text, const std::string& reason) {
  return reason.empty() ? text : fmt::format("{} ({})", text, reason);
}

/// The answer itself.
std::string AnswerText(const LoadLine& line, const Style& style) {
  const auto bold = [&](const std::string& text) { return Paint(style, Tone::kBold, text); };
  const std::string what = line.has_objectives ? "the highest {} that keeps your objectives: "
                                               : "the highest {} with which the target keeps up: ";
  const std::string about = fmt::format(
      fmt::runtime(what), line.axis == measure::SearchAxis::kRate ? "rate" : "number of users");
  if (line.end == SearchEnd::kNeverAnswered) {
    return "none: the target never answered";
  }
  if (line.end == SearchEnd::kNotMonotone) {
    return about + bold("no answer") +
           ", a load held above one that broke: the target changed between the probes, or more "
           "load helps it. Look at the table, and search again";
  }
  if (line.held.has_value() && line.broken.has_value()) {
    return about + bold(fmt::format("between {} and {}", LevelText(line.axis, *line.held),
                                    Level(line, *line.broken)));
  }
  if (line.held.has_value()) {
    return WithReason(about + bold("at least " + Level(line, *line.held)), WhyOpen(line));
  }
  if (line.broken.has_value()) {
    return WithReason(about + bold("below " + Level(line, *line.broken)), WhyOpen(line));
  }
  return WithReason(about + bold("not decided"), WhyOpen(line));
}

/// `(95 % confidence, no model assumed: of 20 such searches at most about one misses)`
std::string SureText(const LoadLine& line) {
  const double miss = 1.0 - line.confidence;
  const auto of = miss > 0 ? std::llround(1.0 / miss) : 0;
  std::string text =
      fmt::format("({} confidence, no model assumed", FormatPercent(line.confidence));
  if (of > 1) {
    text += fmt::format(": of {} such searches at most about one misses", FormatCount(of));
  }
  return text + (line.test == measure::TestKind::kNone
                     ? ")"
                     : fmt::format("; judged by the {} test)", Name(line.test)));
}

std::string EstimateText(const LoadLine& line) {
  std::string text = LevelText(line.axis, *line.estimate);
  if (line.estimate_low.has_value() && line.estimate_high.has_value()) {
    const double half = (*line.estimate_high - *line.estimate_low) / 2;
    const double middle = (*line.estimate_high + *line.estimate_low) / 2;
    // As ± only where the interval lies about the estimate.
    text += std::abs(middle - *line.estimate) <= 0.1 * half
                ? fmt::format(" \u00b1 {}", LevelText(line.axis, half))
                : fmt::format(" ({} to {})", LevelText(line.axis, *line.estimate_low),
                              LevelText(line.axis, *line.estimate_high));
  }
  return text + " (from queue lengths near the line)";
}

std::string SaturationText(const RunReport& report, const LoadLine& line) {
  std::string text = "about " + Level(line, *line.saturation);
  const bool rejected =
      std::any_of(report.steps.begin(), report.steps.end(), [&](const StepReport& step) {
        return step.verdict.level >= *line.saturation && step.measurement.rejected > 0;
      });
  // Of the steps of a search that this one went on from only their verdicts are known.
  const bool rejected_before =
      std::any_of(line.steps.begin(), line.steps.end(), [&](const measure::SearchStep& step) {
        return step.level >= *line.saturation && step.reason.find("503s") != std::string::npos;
      });
  return text + (rejected || rejected_before ? " (503s beyond it)" : "");
}

/// The load to run in production, why that one, and what was measured there.
std::string OperatingText(const RunReport& report, const LoadLine& line) {
  std::string text = Level(line, *line.operating) + " or less";
  const bool of_saturation =
      line.saturation.has_value() &&
      std::abs(*line.operating - 0.7 * *line.saturation) <= 0.01 * *line.saturation;
  if (of_saturation) {
    text += ": 70 % of saturation";
  } else if (line.held.has_value() && std::abs(*line.operating - *line.held) <= 0.01 * *line.held) {
    text += ": the highest that held";
  }
  if (const StepReport* step = Headline(report); step != nullptr) {
    const measure::TaskMeasurement all = AllTasks(step->measurement);
    std::vector<measure::Objective> objectives;
    for (const measure::ObjectiveResult& result : step->verdict.objectives) {
      objectives.push_back(result.objective);
    }
    const double quantile = ShownQuantile(objectives);
    if (!step->measurement.valid()) {
      text += "; what was measured there was refused";
    } else if (!all.response.empty()) {
      text += fmt::format("; p{:.6g} {} measured there", quantile * 100,
                          FormatDuration(all.response.ValueAtQuantile(quantile)));
    }
    if (line.axis == measure::SearchAxis::kUsers) {
      text += fmt::format(", {}", FormatRate(step->measurement.achieved));
    }
  }
  return text + ". Says nothing about a lost pod, growth or another payload";
}

std::string NarrowerText(const RunReport& report, const LoadLine& line) {
  const double width = line.held.value_or(0) > 0 ? (*line.broken - *line.held) / *line.held : 0.0;
  const double percent = std::max(1.0, std::ceil(50 * width));  // Half of what there is.
  // A simulated service is named again: the search's own target is nowhere.
  constexpr std::string_view kSimulated = "sim:";
  const std::string& url = report.target.url;
  const bool simulated = url.rfind(kSimulated, 0) == 0;
  return fmt::format("loadline find {}--continue {} --precision {:.0f}%     (about {} more{})",
                     simulated ? fmt::format("--sim {} ", url.substr(kSimulated.size())) : "",
                     report.id.empty() ? "@last" : report.id, percent,
                     RoughText(*line.next_precision_cost), simulated ? " of simulated time" : "");
}

}  // namespace

std::string FindVerdictText(const RunReport& report, const Style& style) {
  std::string text = RefusedText(TotalsOf(report).refusals, style);
  if (report.load_line.has_value()) {
    const LoadLine& line = *report.load_line;
    const auto add = [&](std::string_view label, const std::string& words) {
      text += Labelled(style, label, kVerdictLabel, words);
    };
    const bool proved = line.held.has_value() || line.broken.has_value();
    const bool answered = line.end != SearchEnd::kNeverAnswered;
    add(Paint(style, Tone::kBold, line.has_objectives ? "LOAD LINE" : "SATURATION"),
        AnswerText(line, style));
    if (proved && line.end != SearchEnd::kNotMonotone) {
      add("", SureText(line));
    }
    if (line.estimate.has_value()) {
      text += Labelled(style, "best estimate", 14, EstimateText(line));
    }
    text += proved ? CoversText(line.covers_periods_below, style) : "";
    // Without objectives saturation is what was asked for, not what limits it.
    const std::string binding = line.has_objectives ? line.binding : "";
    if (answered && (!binding.empty() || !line.cause.empty())) {
      const bool both = !binding.empty() && !line.cause.empty();
      add(binding.empty() ? "because" : "limited by",
          Plain(binding) + (both ? ": " : "") + Plain(line.cause));
    }
    if (line.saturation.has_value()) {
      add(line.has_objectives ? "saturation" : "at", SaturationText(report, line));
    }
    if (line.operating.has_value()) {
      add("run it at", OperatingText(report, line));
    }
  } else if (text.empty()) {
    text += Labelled(style, Paint(style, Tone::kBold, "LOAD LINE"), kVerdictLabel,
                     report.state == "interrupted" ? "none: interrupted before it was found"
                                                   : "none was found" + FirstFailureText(report));
  }
  for (const StepReport& step : report.steps) {
    if (step.measurement.stop == measure::StopReason::kDataEnded) {
      text += NotesText(step.measurement, style);
      break;
    }
  }
  text += InsecureText(report.target, style);
  text += GeneratorText(report, style);
  if (report.load_line.has_value() && report.load_line->next_precision_cost.has_value() &&
      report.load_line->held.has_value() && report.load_line->broken.has_value()) {
    text += Labelled(style, "narrower", kVerdictLabel, NarrowerText(report, *report.load_line));
  }
  return Spelled(style, text);
}

}  // namespace loadline::report
