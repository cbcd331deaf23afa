// Two runs side by side.
#include <fmt/core.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"
#include "report/compare_report.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

using compare::Compared;
using compare::Proof;

std::string ValueText(const Compared& figure, measure::SearchAxis axis, double value) {
  if (figure.name == "errors") {
    return FormatPercent(value);
  }
  if (figure.name == "throughput") {
    return FormatRate(Rate{value});
  }
  if (figure.name == "load line" || figure.name == "saturation") {
    return LevelText(axis, value) + " " + std::string(LevelUnit(axis));
  }
  return std::isinf(value) ? FormatDuration(Duration::max()) : FormatDuration(FromSeconds(value));
}

/// `+7.2 %`, or in points of a share: `+0.3 pp`.
std::string ChangeText(double change, bool relative) {
  if (std::isnan(change)) {
    return "-";
  }
  if (std::isinf(change)) {
    return change > 0 ? "+∞" : "-∞";
  }
  const double percent = 100.0 * change;
  const int digits = std::abs(percent) < 0.095 ? 2 : 1;
  return fmt::format("{:+.{}f} {}", percent, digits, relative ? "%" : "pp");
}

std::string IntervalText(const Compared& figure) {
  if (std::isnan(figure.change.low) || std::isnan(figure.change.high)) {
    return "-";
  }
  return fmt::format("{} to {}", ChangeText(figure.change.low, figure.relative),
                     ChangeText(figure.change.high, figure.relative));
}

std::string ProofText(const Style& style, Proof proof) {
  switch (proof) {
    case Proof::kWorse:
      return Paint(style, Tone::kBad, "WORSE");
    case Proof::kBetter:
      return Paint(style, Tone::kGood, "better");
    case Proof::kNoWorse:
      return "no worse";
    case Proof::kUndecided:
      return Paint(style, Tone::kDoubt, "not decided");
  }
  return {};
}

std::string RunText(std::string_view letter, const ComparedRun& run, const Style& style) {
  std::string text =
      Labelled(style, letter, kHeadLabel,
               fmt::format("{}{}, {} of {}, {}, {} requests in {}", run.id,
                           run.label.empty() ? "" : fmt::format(" \"{}\"", Plain(run.label)),
                           run.command, FormatUtc(run.started).substr(0, 19), Plain(run.load),
                           FormatCount(run.requests), FormatDuration(FromSeconds(run.seconds))));
  text += Labelled(style, "", kHeadLabel, Plain(run.target));
  for (const std::string& note : run.notes) {
    text += Labelled(style, "", kHeadLabel, Paint(style, Tone::kDoubt, note));
  }
  return text;
}

/// The figures with one proof: `p95 +12.1 %, errors +0.4 pp`.
std::string Named(const std::vector<Compared>& figures, Proof proof) {
  std::string list;
  for (const Compared& figure : figures) {
    if (figure.proof == proof) {
      list += (list.empty() ? "" : ", ") + figure.name;
      if (!std::isnan(figure.change.value)) {
        list += fmt::format(" {}", ChangeText(figure.change.value, figure.relative));
      }
    }
  }
  return list;
}

/// What would decide what is not decided.
std::string MoreText(const ComparisonReport& report) {
  if (report.trial.has_value()) {
    return "more blocks tell";
  }
  return report.baseline.empty() ? "longer runs tell" : "more runs in the baseline tell";
}

/// Several runs that are one baseline.
std::string BaselineText(const ComparisonReport& report, const Style& style) {
  std::string list;
  for (const ComparedRun& run : report.baseline) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", run.id);
  }
  std::string text = Labelled(
      style, "A", kHeadLabel,
      fmt::format("{} runs{}, {} to {}, {}: {}", report.baseline.size(),
                  report.a.label.empty() ? "" : fmt::format(" \"{}\"", Plain(report.a.label)),
                  FormatUtc(report.baseline.back().started).substr(0, 10),
                  FormatUtc(report.baseline.front().started).substr(0, 10), Plain(report.a.load),
                  list));
  text += Labelled(style, "", kHeadLabel, Plain(report.a.target));
  for (const ComparedRun& run : report.baseline) {
    for (const std::string& note : run.notes) {
      text += Labelled(style, "", kHeadLabel,
                       Paint(style, Tone::kDoubt, fmt::format("{}: {}", run.id, note)));
    }
  }
  for (const std::string& run : report.left_out) {
    text += Labelled(style, "", kHeadLabel, Paint(style, Tone::kDoubt, "left out: " + run));
  }
  return text;
}

/// What the intervals are made of.
std::string NoteText(const ComparisonReport& report) {
  if (report.trial.has_value()) {
    return "each pair of blocks is one observation, so a drift of machine or network that touches "
           "both is left out, and clusters of late requests are counted once";
  }
  if (!report.baseline.empty()) {
    return fmt::format(
        "intervals hold what differs from run to run, as the {} runs of the baseline show it, "
        "beside the chance within each",
        report.baseline.size());
  }
  return "intervals tell the chance within each run; what differs from day to day (machine, "
         "neighbours) they cannot see, so make both runs close together, or give several runs as "
         "the baseline";
}

}  // namespace

std::string VerdictSentence(const ComparisonReport& report) {
  if (report.figures.empty()) {
    return "nothing to judge: too few blocks";
  }
  switch (report.overall) {
    case Proof::kWorse:
      return fmt::format("B is worse: {}", Named(report.figures, Proof::kWorse));
    case Proof::kBetter:
      return fmt::format("B is better: {}; nothing is worse by more than {}",
                         Named(report.figures, Proof::kBetter), FormatPercent(report.tolerated));
    case Proof::kNoWorse:
      return fmt::format("nothing is worse by more than {}", FormatPercent(report.tolerated));
    case Proof::kUndecided:
      return fmt::format("not decided: {} may still be worse by more than {}; {}",
                         Named(report.figures, Proof::kUndecided), FormatPercent(report.tolerated),
                         MoreText(report));
  }
  return {};
}

std::string FigureLine(const ComparisonReport& report, const Compared& figure) {
  return fmt::format("{}: {} to {}, {} ({})", figure.name,
                     ValueText(figure, report.axis, figure.a.value),
                     ValueText(figure, report.axis, figure.b.value),
                     ChangeText(figure.change.value, figure.relative), IntervalText(figure));
}

std::string ComparisonText(const ComparisonReport& report, const Style& style) {
  std::string text =
      report.baseline.empty() ? RunText("A", report.a, style) : BaselineText(report, style);
  text += RunText("B", report.b, style);
  if (report.trial.has_value()) {
    text += TrialText(*report.trial, style);
  }
  for (const std::string& difference : report.differences) {
    text += Labelled(style, Paint(style, Tone::kDoubt, "differ"), kHeadLabel, Plain(difference));
  }
  using enum Align;
  Table table({{"", kLeft},
               {"A", kRight},
               {"B", kRight},
               {"change", kRight},
               {fmt::format("interval ({} together)", FormatPercent(report.confidence)), kLeft},
               {"", kLeft}});
  for (const Compared& figure : report.figures) {
    table.Add({figure.name, ValueText(figure, report.axis, figure.a.value),
               ValueText(figure, report.axis, figure.b.value),
               ChangeText(figure.change.value, figure.relative), IntervalText(figure),
               ProofText(style, figure.proof)});
  }
  text += report.figures.empty() ? "\n" : fmt::format("\n{}\n", table.Render());
  text +=
      Labelled(style, Paint(style, Tone::kBold, "VERDICT"), kVerdictLabel, VerdictSentence(report));
  if (report.trial.has_value() && report.overall == Proof::kUndecided) {
    text += Labelled(style, "more", kVerdictLabel, MoreBlocksText(*report.trial));
  }
  text += Labelled(style, "note", kVerdictLabel, NoteText(report));
  return Spelled(style, text);
}

}  // namespace loadline::report
